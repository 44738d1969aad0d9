import * as vscode from 'vscode';
import { isObject } from '../text';
import { ask, doing, type Tools } from './ask';
import { lastInserted } from './inserted';
import { scriptFor } from './subject';

/** Lets the server set the tracking URI in a script or notebook, and shows where it did. */
export async function insertTracking(tools: Tools, given: unknown): Promise<void> {
  const uri = scriptFor(given);
  if (uri === undefined) {
    return;
  }
  let changed: vscode.TextDocumentChangeEvent | undefined;
  const listener = vscode.workspace.onDidChangeTextDocument((event) => {
    if (isIn(event.document, uri) && event.contentChanges.length) {
      changed ??= event;
    }
  });
  const title = vscode.l10n.t('azmlflow: inserting the tracking URI');
  const answer = await doing(tools, title, (token) =>
    ask(tools, 'azmlflow.insertTracking', [uri.toString()], token),
  );
  listener.dispose();
  if (isObject(answer) && typeof answer['title'] === 'string') {
    vscode.window.setStatusBarMessage(`$(check) ${answer['title'].replace(/\$\(/g, '$ (')}`, 5000);
  }
  if (changed !== undefined) {
    await show(changed);
  }
}

function isIn(document: vscode.TextDocument, uri: vscode.Uri): boolean {
  return document.uri.path === uri.path;
}

/** Shows what was inserted last in the document, which uses what was inserted above it, and selects it. */
async function show({ document, contentChanges }: vscode.TextDocumentChangeEvent): Promise<void> {
  const { start, end } = lastInserted(contentChanges);
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  const editor =
    vscode.window.visibleTextEditors.find((one) => one.document === document) ??
    (document.uri.scheme === 'file' ? await vscode.window.showTextDocument(document) : undefined);
  if (editor !== undefined) {
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}
