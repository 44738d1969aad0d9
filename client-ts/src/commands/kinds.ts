// Which documents a command can be about. Nothing here imports vscode.

/** What decides it of a document: its language, and its path or name. */
export interface Named {
  readonly language: string | undefined;
  readonly path: string;
}

/** Tells whether a document is a script or a notebook, which can log. */
export function canLog({ language, path }: Named): boolean {
  return language === 'python' || /\.(?:pyw?|ipynb)$/i.test(path);
}

/** Tells whether a document can be run as a program. */
export function canRun({ language, path }: Named): boolean {
  return (language === 'python' || /\.pyw?$/i.test(path)) && !/\.ipynb$/i.test(path);
}

/** Tells whether a document leads to a workspace: what can log, and the file that names a workspace. */
export function canConnect(document: Named): boolean {
  return canLog(document) || /(?:^|[\\/])config\.json$/i.test(document.path);
}
