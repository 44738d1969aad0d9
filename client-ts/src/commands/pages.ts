import * as vscode from 'vscode';
import { PageStyle } from './page-style';
import { placesIn } from './places';

const SCHEME = 'azmlflow';
const LANGUAGE = 'azmlflow-page';

/** What a page tells. */
export type PageKind = 'explain' | 'doctor' | 'dryRun';

/** Pages of text to read: one for each kind and subject, replaced when it is asked for again. */
export class Pages implements vscode.TextDocumentContentProvider, vscode.DocumentLinkProvider {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changes.event;
  private readonly texts = new Map<string, string>();

  /** Registers the pages; what is returned ends them. */
  register(): vscode.Disposable {
    return vscode.Disposable.from(
      this.changes,
      new PageStyle(SCHEME),
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.languages.registerDocumentLinkProvider({ scheme: SCHEME }, this),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed) {
          if (input instanceof vscode.TabInputText && !isOpen(input.uri)) {
            this.texts.delete(input.uri.toString());
          }
        }
      }),
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? vscode.l10n.t('This page was closed. Run the command again.');
  }

  /** Shows a page and gives it the focus, so that it can be read at once with keyboard and screen reader. */
  async show(kind: PageKind, title: string, subject: vscode.Uri, text: string): Promise<void> {
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/${title.replace(/[\\/]/g, ' ')}`,
      query: new URLSearchParams({ kind, subject: subject.toString() }).toString(),
    });
    this.texts.set(uri.toString(), text);
    this.changes.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.languageId !== LANGUAGE) {
      await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
    }
    await vscode.window.showTextDocument(document, { viewColumn: columnFor(uri, kind), preview: true });
  }

  /** Makes links of places in files: `(train.py:5)`. */
  async provideDocumentLinks(document: vscode.TextDocument): Promise<vscode.DocumentLink[]> {
    const subject = subjectOfPage(document.uri);
    const links = placesIn(document.getText()).map(async ({ offset, length, path, line }) => {
      const target = subject && (await fileAt(path, subject));
      const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
      return target && new vscode.DocumentLink(range, target.with({ fragment: `L${String(line)}` }));
    });
    return (await Promise.all(links)).filter((link) => link !== undefined);
  }
}

/** Returns the document or folder that a page is about; undefined for what is no page. */
export function subjectOfPage(uri: vscode.Uri): vscode.Uri | undefined {
  const subject = uri.scheme === SCHEME ? new URLSearchParams(uri.query).get('subject') : null;
  return subject === null ? undefined : vscode.Uri.parse(subject);
}

/**
 * Returns the column where the page is, or another page is; else the one beside the active editor.
 *
 * The doctor's tables need the whole width of the active one.
 */
function columnFor(uri: vscode.Uri, kind: PageKind): vscode.ViewColumn {
  const groups = vscode.window.tabGroups.all;
  const group =
    groups.find(({ tabs }) => tabs.some((tab) => isTabOf(tab, uri))) ??
    groups.find(({ activeTab: tab }) => tab?.input instanceof vscode.TabInputText && isPage(tab.input.uri));
  if (kind === 'doctor') {
    return vscode.ViewColumn.Active;
  }
  return group?.viewColumn ?? vscode.ViewColumn.Beside;
}

function isPage(uri: vscode.Uri): boolean {
  return uri.scheme === SCHEME;
}

function isOpen(uri: vscode.Uri): boolean {
  return vscode.window.tabGroups.all.some(({ tabs }) => tabs.some((tab) => isTabOf(tab, uri)));
}

function isTabOf(tab: vscode.Tab, uri: vscode.Uri): boolean {
  return tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === uri.toString();
}

/** Returns the file that a path means, seen from the subject, its folder or its workspace; undefined when there is none. */
async function fileAt(path: string, subject: vscode.Uri): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.getWorkspaceFolder(subject)?.uri;
  const bases = [folder, subject, vscode.Uri.joinPath(subject, '..')].filter((base) => base !== undefined);
  const isAbsolute = /^(?:\/|[A-Za-z]:[\\/])/.test(path);
  const places = isAbsolute
    ? [vscode.Uri.file(path)]
    : bases.map((base) => vscode.Uri.joinPath(base, ...path.split(/[\\/]/)));
  for (const place of places) {
    const found = await vscode.workspace.fs.stat(place).then(
      ({ type }) => (type & vscode.FileType.File) !== 0,
      () => false,
    );
    if (found) {
      return place;
    }
  }
  return undefined;
}
