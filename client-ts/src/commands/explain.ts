import * as vscode from 'vscode';
import { ask, doing, type Tools } from './ask';
import type { Pages } from './pages';
import { nameOf, scriptFor } from './subject';
import { textOf } from './answer';

/** Shows where a script or notebook logs, and which lines make it so. */
export async function explain(tools: Tools, pages: Pages, given: unknown): Promise<void> {
  const uri = scriptFor(given);
  if (uri === undefined) {
    return;
  }
  const name = nameOf(uri);
  const title = vscode.l10n.t('azmlflow: looking where {0} logs', name);
  const text = await doing(tools, title, async (token) =>
    textOf(await ask(tools, 'azmlflow.explain', [uri.toString()], token)),
  );
  if (text !== undefined) {
    await pages.show('explain', vscode.l10n.t('Where {0} Logs', name), uri, text);
  }
}
