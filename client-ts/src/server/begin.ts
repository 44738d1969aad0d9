import * as vscode from 'vscode';
import type { Lifecycle } from './lifecycle';
import { CONFIG, MARKERS, namesWorkspace } from './occasion';

/**
 * Starts the server as soon as there is an occasion: a Python document, a notebook, a folder of Azure Machine Learning.
 *
 * VS Code wakes the extension for every folder with a config.json, also where nobody wants anything of it.
 */
export function beginOnOccasion(lifecycle: Lifecycle): vscode.Disposable {
  const look = async (isOne: () => Promise<boolean>) => {
    if (lifecycle.state.kind === 'idle' && (await isOne())) {
      await lifecycle.refresh();
    }
  };
  void look(isOccasion);
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument((document) => void look(() => concerns(document))),
    vscode.workspace.onDidSaveTextDocument((document) => void look(() => concerns(document))),
    vscode.workspace.onDidOpenNotebookDocument(() => void look(isOccasion)),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void look(isOccasion)),
  );
}

async function isOccasion(): Promise<boolean> {
  const { notebookDocuments, textDocuments, workspaceFolders = [] } = vscode.workspace;
  if (textDocuments.some(isPython) || notebookDocuments.some(isJupyter)) {
    return true;
  }
  return (await Promise.all(workspaceFolders.map(({ uri }) => isOfAzure(uri)))).includes(true);
}

async function isOfAzure(folder: vscode.Uri): Promise<boolean> {
  const texts = [...MARKERS, CONFIG].map((name) => textOf(vscode.Uri.joinPath(folder, name)));
  const [config, ...marks] = (await Promise.all(texts)).reverse();
  return marks.some((text) => text !== undefined) || namesWorkspace(config ?? '');
}

async function concerns(document: vscode.TextDocument): Promise<boolean> {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri;
  return isPython(document) || (folder !== undefined && document.uri.scheme === 'file' && isOfAzure(folder));
}

function isPython({ languageId }: vscode.TextDocument): boolean {
  return languageId === 'python';
}

function isJupyter({ notebookType }: vscode.NotebookDocument): boolean {
  return notebookType === 'jupyter-notebook';
}

/** Returns the text of a file, undefined when there is none. */
async function textOf(file: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    return undefined;
  }
}
