import * as vscode from 'vscode';
import type { Reports } from '../report/reports';
import type { What } from '../report/trial';
import { isTrusted } from './ask';
import { targetFor } from './subject';

/** Tests a connection, or who signs in: of the report that is being read, the active document, or the folder. */
export async function test(reports: Reports, what: What, given: unknown, interactive = false): Promise<void> {
  const why = vscode.l10n.t(
    'a test starts the Python that it chooses, with the variables that its files set.',
  );
  if (!(await isTrusted(why))) {
    return;
  }
  const target = given === undefined ? (reports.subject ?? (await targetFor(given))) : await targetFor(given);
  if (target !== undefined) {
    await reports.test(target, what, interactive);
  }
}
