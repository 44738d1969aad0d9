// Text that others wrote, shown to people. Nothing here imports vscode.
export type { Translate } from './server/sentences';

/**
 * Returns a text from elsewhere (a server, a file's name) as one line that stays text where VS Code shows it.
 *
 * Status bar, menus and messages read `$(name)` as an icon and `[text](command:...)` as a link that runs a command.
 */
export function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .replace(/\$\(/g, '$ (')
    .replace(/\]\(/g, '] (');
}

/** Returns a text from elsewhere as Markdown that shows it as it is: no link, no picture, no emphasis. */
export function asMarkdown(text: string): string {
  return plain(text).replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** Returns a text with its first letter in upper case. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Returns a text that is at most so long, with an ellipsis for what was left out. */
export function shortened(text: string, longest: number): string {
  const letters = Array.from(text);
  return letters.length <= longest ? text : `${letters.slice(0, longest - 1).join('')}…`;
}

/** Tells whether a value from elsewhere is an object with named parts. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
