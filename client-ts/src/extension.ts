import * as vscode from 'vscode';
import { Lifecycle } from './lifecycle';
import { createLog } from './log';
import { onInterpreterChange } from './python';

let lifecycle: Lifecycle | undefined;

/** Starts the server, and looks for it again whenever what decides which one it is has changed. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = createLog();
  const server = (lifecycle = new Lifecycle(context.extensionPath, log));
  const refresh = () => void server.refresh();
  context.subscriptions.push(
    log,
    vscode.commands.registerCommand('azmlflow.restart', () => server.restart()),
    vscode.commands.registerCommand('azmlflow.showLogs', () => {
      log.show();
    }),
    // The server is told of the trust when it starts.
    vscode.workspace.onDidGrantWorkspaceTrust(() => void server.restart()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('azmlflow.server.path')) {
        refresh();
      }
    }),
  );
  await server.refresh();
  context.subscriptions.push(await onInterpreterChange(refresh));
}

/** Stops the server. */
export async function deactivate(): Promise<void> {
  await lifecycle?.stop();
}
