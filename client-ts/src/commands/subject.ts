import * as vscode from 'vscode';
import { canConnect, canLog, canRun, type Named } from './kinds';
import { subjectOfPage } from './pages';

interface Found {
  readonly uri: vscode.Uri;
  readonly language?: string;
}

/** Returns the document that is worked on: the active one, or that of the page being read. */
function activeDocument(): Found | undefined {
  const { activeNotebookEditor, activeTextEditor } = vscode.window;
  if (activeNotebookEditor !== undefined) {
    return { uri: activeNotebookEditor.notebook.uri };
  }
  const document = activeTextEditor?.document;
  const subject = document && subjectOfPage(document.uri);
  if (subject !== undefined) {
    return { uri: subject };
  }
  return document && { uri: document.uri, language: document.languageId };
}

/** Returns the documents that can be seen, for when a walkthrough or a report has the focus. */
function visibleDocuments(): Found[] {
  const { visibleNotebookEditors, visibleTextEditors } = vscode.window;
  return [
    ...visibleTextEditors.map(({ document }) => ({ uri: document.uri, language: document.languageId })),
    ...visibleNotebookEditors.map(({ notebook }) => ({ uri: notebook.uri })),
  ];
}

/** Returns the document given, else the active one, else the first that is seen, when it is of the kind. */
function documentOf(given: unknown, fits: (document: Named) => boolean): vscode.Uri | undefined {
  const active = given instanceof vscode.Uri ? { uri: given } : activeDocument();
  return (active === undefined ? visibleDocuments() : [active]).find(
    ({ uri, language }: Found) =>
      ['file', 'untitled'].includes(uri.scheme) && fits({ language, path: uri.path }),
  )?.uri;
}

/** Returns the script or notebook that a command is about; without one the user is told what to open. */
export function scriptFor(given: unknown): vscode.Uri | undefined {
  const uri = documentOf(given, canLog);
  if (uri === undefined) {
    void vscode.window.showWarningMessage(vscode.l10n.t('Open a script or a notebook first.'));
  }
  return uri;
}

/** Returns the program that a command is about; without one the user is told what to open. */
export function programFor(given: unknown): vscode.Uri | undefined {
  const uri = documentOf(given, canRun);
  if (uri === undefined) {
    void vscode.window.showWarningMessage(vscode.l10n.t('Open the Python script that is to be run first.'));
  }
  return uri;
}

/**
 * Returns what is to be connected or examined: the active document when it leads to a workspace, else its folder.
 *
 * Where no document says which of several folders is meant the user chooses; undefined when none is chosen or open.
 */
export async function targetFor(given: unknown): Promise<vscode.Uri | undefined> {
  return documentOf(given, canConnect) ?? (await folderFor(given ?? activeDocument()?.uri))?.uri;
}

/** Returns the folder that a command is about: that of the one given, the only one, or the one that the user chooses. */
export async function folderFor(given?: unknown): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const around = given instanceof vscode.Uri ? vscode.workspace.getWorkspaceFolder(given) : undefined;
  if (around !== undefined || folders.length === 1) {
    return around ?? folders[0];
  }
  if (folders.length === 0) {
    void vscode.window.showWarningMessage(vscode.l10n.t('Open a folder first.'));
    return undefined;
  }
  return vscode.window.showWorkspaceFolderPick({ placeHolder: vscode.l10n.t('Which folder?') });
}

/** Returns the name of a document or folder, as people call it. */
export function nameOf(uri: vscode.Uri): string {
  const folder = vscode.workspace.workspaceFolders?.find((one) => one.uri.toString() === uri.toString());
  return folder?.name ?? uri.path.split('/').filter(Boolean).pop() ?? uri.path;
}
