import * as vscode from 'vscode';
import type { Lifecycle } from '../server/lifecycle';
import { type Facts, type Look, lookOf } from './look';
import { OUTSIDE, placeShown } from './place';
import { readStatus, type Status } from './status';

const MINUTE = 60_000;

/** What is known of the connection of each folder; the folder of the active editor is the one that is shown. */
export class Board implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<Look>();
  /** Fires with the new look, when there is something to draw again. */
  readonly onDidChange = this.changes.event;
  private readonly statuses = new Map<string, Status>();
  private readonly parts: vscode.Disposable;
  private place: string | undefined;
  private sandbox: string | undefined;

  constructor(private readonly lifecycle: Lifecycle) {
    const draw = () => {
      this.draw();
    };
    // The time that has passed is drawn anew; nobody is asked anything.
    const clock = setInterval(draw, MINUTE);
    this.parts = vscode.Disposable.from(
      this.changes,
      new vscode.Disposable(() => {
        clearInterval(clock);
      }),
      lifecycle.onDidChangeState(draw),
      vscode.window.onDidChangeActiveTextEditor(draw),
      vscode.window.onDidChangeActiveNotebookEditor(draw),
      vscode.workspace.onDidChangeWorkspaceFolders(draw),
      vscode.workspace.onDidGrantWorkspaceTrust(draw),
    );
  }

  dispose(): void {
    this.parts.dispose();
  }

  /** Takes in what the server says of a connection. */
  take(message: unknown): void {
    const status = readStatus(message);
    if (status !== undefined) {
      this.statuses.set(keyOf(folderOf(status.uri)), status);
      this.draw();
    }
  }

  /** Forgets what a server has said, for another one takes its place. */
  forget(): void {
    this.statuses.clear();
    this.draw();
  }

  /** Marks everything as played by a sandbox, which plays `scenario`; undefined when it is the real Azure again. */
  setSandbox(scenario: string | undefined): void {
    this.sandbox = scenario;
    this.draw();
  }

  /** The folder that is shown; undefined when it is none, for the file lies outside of them or none is open. */
  get shown(): vscode.WorkspaceFolder | undefined {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const known = new Set(this.statuses.keys());
    const place = placeShown({
      active: activePlace(),
      before: this.place,
      folders: folders.map(keyOf),
      known,
    });
    this.place = place;
    return folders.find((folder) => keyOf(folder) === place);
  }

  /** What is known of the folder that is shown. */
  get facts(): Facts {
    const folder = this.shown;
    const { state } = this.lifecycle;
    return {
      trusted: vscode.workspace.isTrusted,
      server: state.kind,
      ...(state.kind === 'stopped' ? { reason: state.reason } : {}),
      status: this.statuses.get(keyOf(folder)),
      folder: (vscode.workspace.workspaceFolders?.length ?? 0) > 1 ? folder?.name : undefined,
      sandbox: this.sandbox,
      now: new Date(),
      moment: (date) => date.toLocaleString(vscode.env.language),
    };
  }

  /** How things look now. */
  get look(): Look {
    return lookOf(this.facts, vscode.l10n.t);
  }

  private draw(): void {
    const { facts, look } = this;
    const { status } = facts;
    setContext('azmlflow.aimed', status?.workspace !== undefined);
    setContext('azmlflow.tested', status?.checkedAt !== undefined);
    setContext('azmlflow.connected', look.kind === 'connected');
    setContext('azmlflow.sandbox', this.sandbox !== undefined);
    this.changes.fire(look);
  }
}

function setContext(name: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', name, value);
}

/** Returns the folder of the file that is worked on, or OUTSIDE; undefined when what is in front is no file. */
function activePlace(): string | undefined {
  const { activeTextEditor, activeNotebookEditor } = vscode.window;
  const active = activeNotebookEditor?.notebook.uri ?? activeTextEditor?.document.uri;
  const folder = active && vscode.workspace.getWorkspaceFolder(active);
  return folder !== undefined || active?.scheme === 'file' ? keyOf(folder) : undefined;
}

/** Returns the folder that a URI from the server lies in; an older server sends none, and means the first. */
function folderOf(uri: string | undefined): vscode.WorkspaceFolder | undefined {
  return uri === undefined
    ? vscode.workspace.workspaceFolders?.[0]
    : vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri));
}

function keyOf(folder: vscode.WorkspaceFolder | undefined): string {
  return folder?.uri.toString() ?? OUTSIDE;
}
