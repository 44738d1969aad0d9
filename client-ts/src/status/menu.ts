import * as vscode from 'vscode';
import type { Board } from './board';
import { type Entry, entriesOf } from './entries';

interface Item extends vscode.QuickPickItem {
  readonly command?: string;
}

/** Shows the menu of the status, and does what is chosen. */
export async function showMenu(board: Board): Promise<void> {
  const { facts, look } = board;
  const items = entriesOf(look.kind, facts, vscode.l10n.t).map(itemOf);
  const chosen = await vscode.window.showQuickPick(items, {
    title: look.headline,
    placeHolder: vscode.l10n.t('What do you want to do?'),
    matchOnDetail: true,
  });
  if (chosen?.command !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
  }
}

function itemOf(entry: Entry): Item {
  if ('heading' in entry) {
    return { label: entry.heading, kind: vscode.QuickPickItemKind.Separator };
  }
  const detail = entry.detail === undefined ? {} : { description: entry.detail };
  return { label: `$(${entry.icon}) ${entry.label}`, command: entry.command, ...detail };
}
