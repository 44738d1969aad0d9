import * as vscode from 'vscode';
import { isObject } from '../text';
import { textOf } from './answer';
import { isTrusted, refusalIn, tellRefusal, type Tools } from './ask';
import { askLong, underway } from './long';
import type { Pages } from './pages';
import { nameOf, programFor } from './subject';

/** Runs a script against a sandbox, and shows where its runs would have landed. */
export async function dryRun(tools: Tools, pages: Pages, given: unknown): Promise<void> {
  const uri = programFor(given);
  const why = vscode.l10n.t('a dry run runs the script, with the Python that the workspace chooses.');
  if (uri === undefined || !(await isTrusted(why)) || !(await isSaved(uri))) {
    return;
  }
  const name = nameOf(uri);
  try {
    const title = vscode.l10n.t('Dry run of {0}', name);
    const answer = await underway(title, undefined, (work) =>
      askLong(tools, 'azmlflow.dryRun', [uri.toString()], work),
    );
    await pages.show('dryRun', vscode.l10n.t('Dry Run: {0}', name), uri, pageOf(answer));
  } catch (error) {
    tellRefusal(tools.logs, refusalIn(error), error);
  }
}

/** Saves the script, as is done before any run: what is on the disk is run. */
async function isSaved(uri: vscode.Uri): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
  return document === undefined || (!document.isDirty && !document.isUntitled) || document.save();
}

/** Returns the page with what the script printed, which tells why it failed when it did. */
function pageOf(answer: unknown): string {
  const printed = isObject(answer) && Array.isArray(answer['output']) ? answer['output'].map(String) : [];
  const heading = vscode.l10n.t('What the script printed last');
  return (
    textOf(answer) +
    (printed.length ? `\n${heading}\n\n${printed.map((line) => `  ${line}\n`).join('')}` : '')
  );
}
