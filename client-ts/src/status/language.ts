import * as vscode from 'vscode';
import { capitalised, plain, shortened } from '../text';
import type { Board } from './board';
import { type Look, titleOf, wordOf } from './look';

const SCRIPTS: vscode.DocumentSelector = [
  { language: 'python' },
  { notebookType: 'jupyter-notebook' },
  { pattern: '**/config.json' },
];

/** So much leaves room for the command beside it. */
const LONGEST_DETAIL = 44;

/** The entry in the menu of the language, beside what other extensions tell of a Python file. */
export class LanguageStatus implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem('azmlflow.language', SCRIPTS);
  private readonly listener: vscode.Disposable;

  constructor(board: Board) {
    this.item.name = vscode.l10n.t('azmlflow: connection to Azure Machine Learning');
    this.listener = board.onDidChange((look) => {
      this.draw(look, board.facts.status?.workspace);
    });
    this.draw(board.look, board.facts.status?.workspace);
  }

  dispose(): void {
    this.listener.dispose();
    this.item.dispose();
  }

  private draw(look: Look, workspace: string | undefined): void {
    const word = wordOf(look.kind, vscode.l10n.t);
    this.item.text = workspace === undefined ? `azmlflow: ${word}` : `${plain(workspace)}: ${word}`;
    this.item.detail = shortened(look.headline, LONGEST_DETAIL);
    this.item.busy = ['checking', 'starting', 'installing'].includes(look.kind);
    this.item.severity = severityOf(look);
    this.item.accessibilityInformation = { label: look.spoken };
    const [command] = look.commands;
    if (command !== undefined) {
      this.item.command = { command, title: capitalised(titleOf(command, vscode.l10n.t)) };
    }
  }
}

function severityOf(look: Look): vscode.LanguageStatusSeverity {
  const { Error, Warning, Information } = vscode.LanguageStatusSeverity;
  return look.colour === 'error' ? Error : look.colour === 'warning' ? Warning : Information;
}
