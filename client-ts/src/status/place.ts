// Whose status is shown. Nothing here imports vscode.

/** Where the files lie that lie in no folder of the workspace. */
export const OUTSIDE = '';

/** What there is to choose from; a folder is its URI. */
export interface Choice {
  /** The folder of the file that is worked on, or OUTSIDE; undefined when no file is. */
  readonly active: string | undefined;
  /** What was shown before: a report or a log that is read now is about it. */
  readonly before: string | undefined;
  readonly folders: readonly string[];
  /** The folders, or OUTSIDE, of which there is a status. */
  readonly known: ReadonlySet<string>;
}

/** Returns the folder whose status is shown, or OUTSIDE. A folder has its own status or none. */
export function placeShown({ active, before, folders, known }: Choice): string {
  const kept = before === OUTSIDE || folders.includes(before ?? OUTSIDE) ? before : undefined;
  return active ?? kept ?? folders.find((folder) => known.has(folder)) ?? folders[0] ?? OUTSIDE;
}
