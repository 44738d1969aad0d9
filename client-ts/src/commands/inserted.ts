// Where an edit has put its text. Nothing here imports vscode.

/** A part of an edit, with its place in the text as it was before the edit. */
export interface Change {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/** Returns where the last of the inserted texts is now: from its first letter to the end of its last line. */
export function lastInserted(changes: readonly Change[]): { readonly start: number; readonly end: number } {
  const inOrder = [...changes].sort((one, other) => one.rangeOffset - other.rangeOffset);
  const last = inOrder.pop() ?? { rangeOffset: 0, rangeLength: 0, text: '' };
  const moved = inOrder.reduce((sum, { text, rangeLength }) => sum + text.length - rangeLength, 0);
  const [before, after] = [/^\s*/, /\s*$/].map((space) => space.exec(last.text)?.[0].length ?? 0);
  const begin = last.rangeOffset + moved;
  const end = begin + last.text.length - (after ?? 0);
  return { start: Math.min(begin + (before ?? 0), end), end };
}
