import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { htmlOf } from './html';
import type { FromPage, View } from './view';

/** The view of the report: one in a window, which shows what it is given. */
export class Panel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private view: View | undefined;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly listener: (message: FromPage) => void,
  ) {}

  dispose(): void {
    this.panel?.dispose();
  }

  /** Whether the user has it before the eyes. */
  get visible(): boolean {
    return this.panel?.visible === true;
  }

  /** Whether it is where the user works. */
  get active(): boolean {
    return this.panel?.active === true;
  }

  /** Opens it beside the editor, or brings it forward, without taking the focus unless it is asked to. */
  open(view: View, focus = false): void {
    this.view = view;
    if (this.panel === undefined) {
      this.panel = this.create(view.title, focus);
    } else {
      this.panel.reveal(undefined, !focus);
    }
    this.draw(view);
  }

  /** Draws it anew, if it is open. */
  draw(view: View): void {
    this.view = view;
    if (this.panel !== undefined) {
      this.panel.title = view.title;
      void this.panel.webview.postMessage(view);
    }
  }

  private create(title: string, focus: boolean): vscode.WebviewPanel {
    const files = vscode.Uri.joinPath(this.extension, 'client-ts', 'dist');
    const panel = vscode.window.createWebviewPanel(
      'azmlflow.report',
      title,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: !focus },
      { enableScripts: true, enableFindWidget: true, localResourceRoots: [files] },
    );
    panel.onDidDispose(() => {
      this.panel = undefined;
    });
    panel.webview.onDidReceiveMessage((message: FromPage) => {
      if (message.type === 'ready') {
        void panel.webview.postMessage(this.view);
      } else {
        this.listener(message);
      }
    });
    const addressOf = (name: string) =>
      panel.webview.asWebviewUri(vscode.Uri.joinPath(files, name)).toString();
    panel.webview.html = htmlOf({
      script: addressOf('report.js'),
      style: addressOf('report.css'),
      title,
      language: vscode.env.language,
      source: panel.webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
    });
    return panel;
  }
}
