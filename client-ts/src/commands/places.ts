// Places in files, as azmlflow's pages name them. Nothing here imports vscode.

/** `train.py:5` in a text: where it stands there, and what it means. */
export interface Place {
  readonly offset: number;
  readonly length: number;
  readonly path: string;
  readonly line: number;
}

const PLACE = /\(([^()\n]{1,500}):(\d{1,7})\)/g;

/** Returns the places that a text names in brackets, in order. */
export function placesIn(text: string): Place[] {
  return [...text.matchAll(PLACE)].map(({ index, 1: path = '', 2: line = '' }) => ({
    offset: index + 1,
    length: path.length + 1 + line.length,
    path,
    line: Number(line),
  }));
}
