// Finds a line of the report. Nothing here imports vscode.
import type { Told, View } from './view';

/** Returns the line with a key that the page sent; undefined when there is none. */
export function lineIn(view: View, key: unknown): Told | undefined {
  return toldIn(view).find((told) => told.key === key);
}

/** Returns all that a report tells, steps before what is in them. */
export function toldIn({ items }: View): Told[] {
  return items.flatMap((item) => {
    const parts = item.kind === 'fold' ? [item] : item.parts;
    const lines = parts.flatMap((part): readonly Told[] => (part.kind === 'fold' ? part.lines : [part]));
    return item.kind === 'fold' ? lines : [item, ...lines];
  });
}
