import * as vscode from 'vscode';
import { ask, refusalIn, tellRefusal, type Tools } from './ask';
import { folderFor } from './subject';

/** Writes config.json from the address of a workspace that the user pastes; the server reads the address. */
export async function createWorkspaceConfig(tools: Tools, given: unknown): Promise<void> {
  const folder = await folderFor(given);
  if (folder === undefined) {
    return;
  }
  const input = vscode.window.createInputBox();
  input.title = vscode.l10n.t('Create Workspace Config in {0}', folder.name);
  input.prompt = vscode.l10n.t(
    'Paste the tracking URI of the workspace, or its address in the Azure portal or the studio.',
  );
  input.placeholder = 'https://ml.azure.com/?wsid=/subscriptions/...';
  input.ignoreFocusOut = true;
  input.onDidChangeValue(() => {
    input.validationMessage = undefined;
  });
  input.onDidAccept(() => void accept(tools, input, folder));
  input.onDidHide(() => {
    input.dispose();
  });
  input.show();
}

/** Asks the server to write the file; when it refuses, the text stays to be corrected. */
async function accept(tools: Tools, input: vscode.InputBox, folder: vscode.WorkspaceFolder): Promise<void> {
  const address = input.value.trim();
  if (!address || input.busy) {
    return;
  }
  const source = new vscode.CancellationTokenSource();
  const hidden = input.onDidHide(() => {
    source.cancel();
  });
  input.busy = true;
  try {
    await ask(tools, 'azmlflow.createWorkspaceConfig', [address, folder.uri.toString()], source.token);
    input.hide();
    const config = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, 'config.json'));
    // The server's edit leaves it open with changes; the command says that it writes the file.
    await config.save();
    await vscode.window.showTextDocument(config);
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal !== undefined && refusal.log === undefined) {
      input.validationMessage = refusal.sentence;
    } else {
      tellRefusal(tools.logs, refusal, error);
    }
  } finally {
    input.busy = false;
    hidden.dispose();
    source.dispose();
  }
}
