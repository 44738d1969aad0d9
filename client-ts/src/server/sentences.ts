// Words for the user. Nothing here imports vscode.

/** Puts a sentence in the user's language and its arguments in their places, `{0}` the first: `vscode.l10n.t`. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** Returns the sentence as it is written here; for tests. */
export const inEnglish: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (_whole, place: string) => String(args[Number(place)] ?? ''));

/** Returns a text without the names and passwords that its addresses may hold. */
export function withoutCredentials(text: string): string {
  return text.replace(/:\/\/[^\s/@]{1,2000}@/g, '://***@');
}
