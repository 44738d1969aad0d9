import * as vscode from 'vscode';
import type { Told } from './view';

/** Copies a text and says so. */
export async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied.'), 3000);
}

/** Copies the code that a sign-in waits for, and opens the page where it is typed in. */
export async function signIn(line: Told | undefined): Promise<void> {
  if (line?.signIn !== undefined) {
    await copy(line.signIn.code);
    await vscode.env.openExternal(vscode.Uri.parse(line.signIn.address));
  }
}

/** Does what a line offers; without the Python extension its choice of interpreters is a setting of ours. */
export async function doDeed(line: Told | undefined, subject: vscode.Uri): Promise<void> {
  if (line?.deed === undefined) {
    return;
  }
  const { command } = line.deed;
  if (command.startsWith('azmlflow.')) {
    await vscode.commands.executeCommand(command, subject);
  } else if ((await vscode.commands.getCommands(true)).includes(command)) {
    await vscode.commands.executeCommand(command);
  } else {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'azmlflow.interpreter');
  }
}
