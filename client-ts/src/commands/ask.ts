import * as vscode from 'vscode';
import { ExecuteCommandRequest, type LanguageClient } from 'vscode-languageclient/node';
import type { Lifecycle } from '../server/lifecycle';
import type { Logs } from '../server/log';
import { NoServer } from '../server/state';
import { plain } from '../text';
import { type Refusal, refusalOf } from './refusal';

/** How long something may take before it shows that it is under way. */
const MOMENT = 1000;

/** What every command uses. */
export interface Tools {
  readonly context: vscode.ExtensionContext;
  readonly lifecycle: Lifecycle;
  readonly logs: Logs;
}

/** Thrown when the server that runs is older than the extension; the message is a sentence. */
export class Unsupported extends Error {}

/** Asks the server that runs, or will run in a moment, to do one of its commands. */
export async function ask(
  { lifecycle }: Tools,
  command: string,
  parameters: readonly unknown[],
  token: vscode.CancellationToken,
): Promise<unknown> {
  const client = await lifecycle.running(token);
  return execute(client, { command, arguments: [...parameters] }, token);
}

/** Sends a command to a server. Raises Unsupported when it does not know it. */
export async function execute(
  client: LanguageClient,
  request: { readonly command: string; readonly arguments: unknown[]; readonly workDoneToken?: string },
  token: vscode.CancellationToken,
): Promise<unknown> {
  const known = client.initializeResult?.capabilities.executeCommandProvider?.commands;
  if (known?.includes(request.command) === false) {
    throw new Unsupported(
      vscode.l10n.t('The azmlflow that was found is too old for this: install a newer one.'),
    );
  }
  return client.sendRequest(ExecuteCommandRequest.type, request, token);
}

/**
 * Does something for the user, and shows a progress with cancel once it has taken a moment.
 *
 * A failure is told in one sentence; then, and when it was cancelled, the result is undefined.
 */
export async function doing<T>(
  { logs }: Tools,
  title: string,
  task: (token: vscode.CancellationToken) => Promise<T>,
): Promise<T | undefined> {
  const source = new vscode.CancellationTokenSource();
  const work = task(source.token);
  const timer = setTimeout(() => {
    void showProgress(title, work, source);
  }, MOMENT);
  try {
    return await work;
  } catch (error) {
    tellRefusal(logs, refusalIn(error), error);
    return undefined;
  } finally {
    clearTimeout(timer);
    source.dispose();
  }
}

async function showProgress(
  title: string,
  work: Promise<unknown>,
  source: vscode.CancellationTokenSource,
): Promise<void> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  await vscode.window.withProgress(options, async (_, token) => {
    token.onCancellationRequested(() => {
      source.cancel();
    });
    await work.catch(() => undefined);
  });
}

/** Returns what to say of an error; undefined when the user cancelled. */
export function refusalIn(error: unknown): Refusal | undefined {
  if (error instanceof NoServer) {
    return { sentence: plain(error.message), log: 'client' };
  }
  return error instanceof Unsupported
    ? { sentence: error.message, log: undefined }
    : refusalOf(error, vscode.l10n.t);
}

/** Tells the user in one sentence why something was not done; the log gets the rest. */
export function tellRefusal(logs: Logs, refusal: Refusal | undefined, error?: unknown): void {
  if (refusal === undefined) {
    return;
  }
  logs.client.warn(refusal.sentence);
  if (refusal.log === undefined) {
    void vscode.window.showWarningMessage(refusal.sentence);
    return;
  }
  const log = logs[refusal.log];
  logs.client.error(String(error));
  const show = vscode.l10n.t('Show Logs');
  void vscode.window.showErrorMessage(refusal.sentence, show).then((answer) => {
    if (answer === show) {
      log.show();
    }
  });
}

/** Tells whether the workspace is trusted; when it is not, the user is told what that is needed for. */
export async function isTrusted(what: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) {
    return true;
  }
  const manage = vscode.l10n.t('Manage Trust');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Trust the workspace first: {0}', what),
    manage,
  );
  if (answer === manage) {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }
  return false;
}
