import * as vscode from 'vscode';
import type { Board } from './board';
import type { Look } from './look';

type Showing = 'whenUseful' | 'always' | 'never';

/** The item in the status bar; a click opens the menu. */
export class Bar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'azmlflow.status',
    vscode.StatusBarAlignment.Left,
    -10,
  );
  private readonly parts: vscode.Disposable;
  private visible = false;

  constructor(private readonly board: Board) {
    this.item.name = vscode.l10n.t('azmlflow: connection to Azure Machine Learning');
    this.item.command = 'azmlflow.showMenu';
    this.parts = vscode.Disposable.from(
      this.item,
      board.onDidChange((look) => {
        this.draw(look);
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('azmlflow.statusBar')) {
          this.draw(this.board.look);
        }
      }),
    );
    this.draw(board.look);
  }

  dispose(): void {
    this.parts.dispose();
  }

  private draw(look: Look): void {
    this.item.text = look.text;
    this.item.tooltip = tooltipOf(look);
    this.item.accessibilityInformation = { label: look.spoken, role: 'button' };
    this.item.backgroundColor =
      look.colour && new vscode.ThemeColor(`statusBarItem.${look.colour}Background`);
    this.visible = this.wanted(look);
    if (this.visible) {
      this.item.show();
    } else {
      this.item.hide();
    }
  }

  /** Tells whether it is to be seen; while the server starts again it stays as it was. */
  private wanted(look: Look): boolean {
    const showing = vscode.workspace.getConfiguration('azmlflow').get<Showing>('statusBar', 'whenUseful');
    if (showing !== 'whenUseful') {
      return showing === 'always';
    }
    return look.useful || (look.kind === 'starting' && this.visible);
  }
}

function tooltipOf(look: Look): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString(look.tooltip);
  tooltip.isTrusted = { enabledCommands: look.commands };
  return tooltip;
}
