import * as vscode from 'vscode';
import { textOf } from './answer';
import { ask, doing, type Tools } from './ask';
import type { Pages } from './pages';
import { nameOf, targetFor } from './subject';

/** Shows the state of the machine and the project on one page, without asking anybody anything. */
export async function doctor(tools: Tools, pages: Pages, given: unknown): Promise<void> {
  const uri = await targetFor(given);
  if (uri === undefined) {
    return;
  }
  const title = vscode.l10n.t('azmlflow: examining this machine and the project');
  const text = await doing(tools, title, async (token) =>
    textOf(await ask(tools, 'azmlflow.doctor', [uri.toString()], token)),
  );
  if (text !== undefined) {
    await pages.show('doctor', vscode.l10n.t('Doctor: {0}', nameOf(uri)), uri, text);
  }
}
