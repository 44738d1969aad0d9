import * as vscode from 'vscode';
import { httpsOf } from '../report/lines';
import { isObject } from '../text';
import { ask, doing, type Tools } from './ask';
import { targetFor } from './subject';

/** Opens the workspace that a document or folder is aimed at in the studio, in the user's browser. */
export async function openInStudio(tools: Tools, given: unknown): Promise<void> {
  const target = await targetFor(given);
  if (target === undefined) {
    return;
  }
  const title = vscode.l10n.t('azmlflow: looking for the workspace');
  const answer = await doing(tools, title, (token) =>
    ask(tools, 'azmlflow.openInStudio', [target.toString()], token),
  );
  const url = isObject(answer) ? httpsOf(answer['url']) : undefined;
  if (url === undefined || (await vscode.env.openExternal(vscode.Uri.parse(url.href)))) {
    return;
  }
  const copy = vscode.l10n.t('Copy Address');
  const message = vscode.l10n.t('No browser was opened for the page at {0}.', url.host);
  if ((await vscode.window.showInformationMessage(message, copy)) === copy) {
    await vscode.env.clipboard.writeText(url.href);
  }
}
