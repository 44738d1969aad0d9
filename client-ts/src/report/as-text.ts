// The report as text, for where the server's own page is not to be had. Nothing here imports vscode.
import { toldIn } from './find';
import type { Told, View } from './view';

const COLUMN = 11;

/** Returns a report as text. */
export function textOf(view: View): string {
  const told = toldIn(view).flatMap(linesOf);
  return [view.title, '', view.headline, ...view.facts, '', ...told, ''].join('\n');
}

function linesOf({ word, title, message, advice, command, more }: Told): string[] {
  const remedy = [advice, command && `$ ${command.text}`, more?.url].filter((line) => line !== undefined);
  return [
    word.padEnd(COLUMN) + (message ? `${title}: ${message}` : title),
    ...remedy.map((line) => ' '.repeat(COLUMN) + line),
  ];
}
