// The settings as the server gets them. Nothing here imports vscode.

/** What the editor knows of a folder, for settings that the user left empty. */
export interface Known {
  /** The interpreter that is selected for the folder. */
  readonly interpreter: string | undefined;
  /** The file of variables that the Python extension loads for it. */
  readonly envFile: string | undefined;
}

/** Returns the section with what the editor knows in place of `interpreter` and `envFile`, where they are empty. */
export function fillIn(section: unknown, known: Known): unknown {
  if (typeof section !== 'object' || section === null) {
    return section;
  }
  const written = section as Record<string, unknown>;
  return {
    ...written,
    ...(written['interpreter'] || known.interpreter === undefined ? {} : { interpreter: known.interpreter }),
    ...(written['envFile'] || known.envFile === undefined ? {} : { envFile: known.envFile }),
  };
}
