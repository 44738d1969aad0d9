import * as os from 'node:os';
import * as vscode from 'vscode';

const EXAMPLE = ['examples', 'quickstart'];
const NAME = 'azmlflow-quickstart';
/** What is shown first of the example, in the window where it is opened. */
const FIRST = 'train.py';
/** What follows on opening the example, in the names that VS Code gives to parts of a walkthrough. */
const NEXT = {
  category: 'azmlflow.azmlflow#azmlflow.start',
  step: 'azmlflow.start.explain',
};
const OPENED = 'azmlflow.openedExample';

/** Copies the example to a folder that the user chooses, and opens it. */
export async function openExample(context: vscode.ExtensionContext): Promise<void> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Where should the example be put? It gets a folder of its own there.'),
    openLabel: vscode.l10n.t('Put It Here'),
    canSelectFiles: false,
    canSelectFolders: true,
    defaultUri: vscode.Uri.file(os.homedir()),
  });
  const parent = chosen?.[0];
  if (parent === undefined) {
    return;
  }
  const folder = await freeName(parent);
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, ...EXAMPLE), folder);
  await context.globalState.update(OPENED, folder.toString());
  await vscode.commands.executeCommand('vscode.openFolder', folder, {
    forceNewWindow: vscode.workspace.workspaceFolders !== undefined,
  });
}

/** Shows the example's script where the example was just opened, and beside it what can be done with it. */
export async function showExample(context: vscode.ExtensionContext): Promise<void> {
  const opened = context.globalState.get<string>(OPENED);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (opened === undefined || folder?.toString() !== opened) {
    return;
  }
  await context.globalState.update(OPENED, undefined);
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, FIRST), { preview: false });
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', NEXT, true);
}

async function freeName(parent: vscode.Uri): Promise<vscode.Uri> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? NAME : `${NAME}-${String(number)}`;
    const folder = vscode.Uri.joinPath(parent, name);
    try {
      await vscode.workspace.fs.stat(folder);
    } catch {
      return folder;
    }
  }
}
