import * as vscode from 'vscode';
import { isObject } from '../text';
import { Unsupported } from './ask';

/** Returns the page in an answer of the server. Raises Unsupported when there is none, as in those of older servers. */
export function textOf(answer: unknown): string {
  const text = isObject(answer) ? answer['text'] : undefined;
  if (typeof text !== 'string') {
    throw new Unsupported(
      vscode.l10n.t('The azmlflow that was found is too old for this: install a newer one.'),
    );
  }
  return text;
}
