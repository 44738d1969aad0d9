import * as vscode from 'vscode';

/** Returns the output channel that the client and the server write to. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('azmlflow', { log: true });
}

/** Logs a fault and tells the user in one sentence, with the log a click away. */
export async function tell(log: vscode.LogOutputChannel, sentence: string, error?: unknown): Promise<void> {
  log.error(sentence, ...(error === undefined ? [] : [error]));
  if ((await vscode.window.showErrorMessage(sentence, 'Show Logs')) !== undefined) {
    log.show();
  }
}
