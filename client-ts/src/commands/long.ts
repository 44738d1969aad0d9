import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { WorkDoneProgress } from 'vscode-languageclient/node';
import { isObject, plain } from '../text';
import { execute, type Tools } from './ask';

/** Something that takes long, as whoever does it sees it. */
export interface Work {
  /** Says what is being done now. */
  readonly say: (message: string) => void;
  readonly token: vscode.CancellationToken;
}

/**
 * Does something that takes long, under one notification with cancel; rejects as the task does.
 *
 * `cancelled` is another way to cancel it.
 */
export async function underway<T>(
  title: string,
  cancelled: vscode.CancellationToken | undefined,
  task: (work: Work) => Promise<T>,
): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const source = new vscode.CancellationTokenSource();
    const cancel = () => {
      source.cancel();
    };
    const listeners = [token.onCancellationRequested(cancel), cancelled?.onCancellationRequested(cancel)];
    const say = (message: string) => {
      progress.report({ message });
    };
    try {
      return await task({ say, token: source.token });
    } finally {
      for (const listener of listeners) {
        listener?.dispose();
      }
      source.dispose();
    }
  });
}

/**
 * Asks the server that runs for something that the connection test's packages are needed for.
 *
 * The server reports its progress under a token of ours, so that it shows none of its own.
 */
export async function askLong(
  { lifecycle }: Tools,
  command: string,
  parameters: readonly unknown[],
  { say, token }: Work,
): Promise<unknown> {
  await lifecycle.running(token);
  const installing = setTimeout(() => {
    say(vscode.l10n.t('installing what this needs (once)'));
  }, 300);
  try {
    await lifecycle.complete(token);
  } finally {
    clearTimeout(installing);
  }
  // Asked for again: to install may have meant to start the server anew.
  const client = await lifecycle.running(token);
  const workDoneToken = randomUUID();
  const listener = client.onProgress(WorkDoneProgress.type, workDoneToken, (value: unknown) => {
    if (isObject(value) && typeof value['message'] === 'string' && value['kind'] === 'report') {
      say(plain(value['message']));
    }
  });
  try {
    return await execute(client, { command, arguments: [...parameters], workDoneToken }, token);
  } finally {
    listener.dispose();
  }
}
