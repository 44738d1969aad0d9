import * as vscode from 'vscode';
import { MOST_CRASHES, WITHIN } from './crashes';
import type { Logs } from './log';

/** Returns what the user is told when a server does not come up. */
export function notStarted(reason: string): string {
  return vscode.l10n.t('The azmlflow server could not be started: {0}', reason);
}

/** Returns what is said of a server that was stopped on purpose. */
export function stopped(): string {
  return vscode.l10n.t('The azmlflow server was stopped.');
}

/** Returns what the user is told when a server is given up. */
export function tooManyCrashes(): string {
  return vscode.l10n.t(
    'The azmlflow server crashed {0} times within {1} minutes, so it is not started again.',
    MOST_CRASHES + 1,
    WITHIN / 60_000,
  );
}

/**
 * Tells the user in one sentence why there is no server, and offers what helps.
 *
 * Nobody waits for the answer: the message stays until it is answered.
 */
export function tellNoServer(sentence: string, logs: Logs, retry: () => Promise<void>): void {
  const actions: readonly Action[] = [
    { title: vscode.l10n.t('Retry'), run: retry },
    { title: vscode.l10n.t('Open Settings'), run: openSettings },
    showLogs(logs.client),
  ];
  logs.client.error(sentence);
  offer(vscode.window.showWarningMessage(sentence, ...actions), logs.client);
}

/** Tells the user that the server has stopped, or does not start. */
export function tellStopped(sentence: string, logs: Logs, restart: () => Promise<void>): void {
  const actions: readonly Action[] = [
    { title: vscode.l10n.t('Restart'), run: restart },
    showLogs(logs.server),
  ];
  logs.client.error(sentence);
  offer(vscode.window.showErrorMessage(sentence, ...actions), logs.client);
}

interface Action extends vscode.MessageItem {
  readonly run: () => unknown;
}

function showLogs(channel: vscode.LogOutputChannel): Action {
  return {
    title: vscode.l10n.t('Show Logs'),
    run: () => {
      channel.show();
    },
  };
}

function openSettings(): Thenable<unknown> {
  return vscode.commands.executeCommand('workbench.action.openSettings', 'azmlflow.server.path');
}

function offer(answer: Thenable<Action | undefined>, log: vscode.LogOutputChannel): void {
  void answer.then(
    (action) => action?.run(),
    (error: unknown) => {
      log.error('The answer to a message could not be followed.', error);
    },
  );
}
