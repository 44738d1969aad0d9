import * as vscode from 'vscode';
import type { Tools } from '../commands/ask';
import { nameOf } from '../commands/subject';
import { plain } from '../text';
import { textOf } from './as-text';
import { copy, doDeed, signIn } from './clicks';
import { lineIn } from './find';
import { interpreterOf } from './interpreter';
import { Panel } from './panel';
import { viewOf } from './shown';
import { Terminal } from './terminal';
import type { Trial, What } from './trial';
import { Trials } from './trials';
import type { FromPage, View } from './view';

/** Makes connection tests, and shows the report of one of them. */
export class Reports implements vscode.Disposable {
  readonly trials: Trials;
  private readonly panel: Panel;
  private readonly terminal: Terminal;
  private readonly listener: vscode.Disposable;
  /** What the report that is shown is about. */
  private shown: string | undefined;
  /** A command that was run from it and has ended well. */
  private ran: string | undefined;

  constructor(tools: Tools, sandboxed: () => boolean) {
    this.trials = new Trials(tools, sandboxed);
    this.panel = new Panel(tools.context.extensionUri, (message) => void this.clicked(message));
    this.terminal = new Terminal((command) => {
      this.ran = command;
      this.draw();
    });
    this.listener = this.trials.onDidChange(({ uri }) => {
      if (uri === this.shown) {
        this.draw();
      }
    });
  }

  dispose(): void {
    vscode.Disposable.from(this.listener, this.panel, this.terminal, this.trials).dispose();
  }

  /** The document or folder whose report the user is reading; undefined when it is none. */
  get subject(): vscode.Uri | undefined {
    return this.panel.active && this.shown !== undefined ? vscode.Uri.parse(this.shown) : undefined;
  }

  /** Has what is run from a report go to a new terminal, for those that are open have outdated variables. */
  forgetTerminal(): void {
    this.terminal.forget();
  }

  /** Tests a document or folder and shows what comes of it; `interactive` lets it open a browser. */
  async test(uri: vscode.Uri, what: What, interactive = false): Promise<void> {
    const key = uri.toString();
    const test = this.trials.begin(uri, what, interactive);
    this.open(key);
    await test;
    const trial = this.trials.of(key);
    if (trial?.phase === 'ended' || trial?.phase === 'refused') {
      await this.tellUnlessSeen(trial);
    }
  }

  /** Shows the last report of a folder, else of anything; without one a test is offered. */
  async showLast(folder: vscode.WorkspaceFolder | undefined): Promise<void> {
    const isHere = ({ uri }: Trial) =>
      vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri))?.uri.toString() === folder?.uri.toString();
    const { all } = this.trials;
    const last = all.filter(isHere).pop() ?? all[all.length - 1];
    if (last !== undefined) {
      this.open(last.uri, true);
      return;
    }
    const test = vscode.l10n.t('Test Connection');
    const message = vscode.l10n.t('No connection was tested in this window yet.');
    if ((await vscode.window.showInformationMessage(message, test)) === test) {
      await vscode.commands.executeCommand('azmlflow.testConnection');
    }
  }

  private open(key: string, focus = false): void {
    if (key !== this.shown || this.trials.of(key)?.phase === 'running') {
      this.ran = undefined;
    }
    this.shown = key;
    const view = this.view;
    if (view !== undefined) {
      this.panel.open(view, focus);
    }
  }

  private draw(): void {
    const view = this.view;
    if (view !== undefined) {
      this.panel.draw(view);
    }
  }

  private get view(): View | undefined {
    const trial = this.shown === undefined ? undefined : this.trials.of(this.shown);
    return trial && this.viewOf(trial);
  }

  private viewOf(trial: Trial): View {
    const around = {
      name: nameOf(vscode.Uri.parse(trial.uri)),
      moment: (date: Date) => date.toLocaleString(vscode.env.language),
      ran: this.ran,
    };
    return viewOf(trial, around, vscode.l10n.t);
  }

  /** Tells how a test has ended when its report is not before the user's eyes. */
  private async tellUnlessSeen(trial: Trial): Promise<void> {
    if (this.panel.visible && this.shown === trial.uri) {
      return;
    }
    const view = this.viewOf(trial);
    const show = vscode.l10n.t('Show Report');
    const message = plain(`${view.title}: ${view.headline}`);
    const { showInformationMessage, showWarningMessage } = vscode.window;
    const tell = view.state === 'ok' ? showInformationMessage : showWarningMessage;
    if ((await tell(message, show)) === show) {
      this.open(trial.uri, true);
    }
  }

  /** Does what was clicked in the page. */
  private async clicked(message: FromPage): Promise<void> {
    const { shown, view } = this;
    if (shown === undefined || view === undefined || message.type === 'ready') {
      return;
    }
    if (message.type === 'action') {
      await this.act(message.id, shown, view);
      return;
    }
    const line = lineIn(view, message.key);
    if (message.type === 'signIn') {
      await signIn(line);
    } else if (message.type === 'deed') {
      await doDeed(line, vscode.Uri.parse(shown));
    } else if (line?.command !== undefined && message.type === 'copy') {
      await copy(line.command.text);
    } else if (line?.command !== undefined) {
      this.ran = undefined;
      const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(shown))?.uri.toString();
      const interpreter = interpreterOf(this.trials.of(shown)?.outcomes ?? []);
      await this.terminal.use(line.command, { folder, interpreter });
    }
  }

  private async act(id: string, shown: string, view: View): Promise<void> {
    const trial = this.trials.of(shown);
    const uri = vscode.Uri.parse(shown);
    switch (id) {
      case 'testAgain':
      case 'allowSignIn':
        await this.test(uri, trial?.what ?? 'connection', id === 'allowSignIn');
        break;
      case 'cancel':
        this.trials.cancel(shown);
        break;
      case 'copyReport':
        await copy(trial?.text ?? textOf(view));
        break;
      case 'openInStudio':
        await vscode.commands.executeCommand('azmlflow.openInStudio', uri);
        break;
      case 'showLogs':
        await vscode.commands.executeCommand('azmlflow.showLogs');
        break;
    }
  }
}
