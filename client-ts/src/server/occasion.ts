// Whether a folder has to do with Azure Machine Learning. Nothing here imports vscode.

/** Files whose names say it. */
export const MARKERS = ['.azureml/config.json', 'azmlflow.toml', 'MLproject'] as const;

/** A file that many programs have: only what is written in it says whose it is. */
export const CONFIG = 'config.json';

/** Tells whether a config.json is that of a workspace; one that is not well-formed may be, for that is a finding. */
export function namesWorkspace(text: string): boolean {
  return /["'](workspace_name|Scope)["']\s*:/.test(text);
}
