// What `azmlflow sandbox --format json` says of itself. Nothing here imports vscode.
import * as path from 'node:path';

/** The variables that lead a program into the sandbox; undefined takes a variable away. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A sandbox that runs. */
export interface Description {
  readonly variables: Variables;
  /** Folders of the stand-ins for `az` and its like, which come before those of PATH. */
  readonly folders: readonly string[];
}

/** Left to the project: the sandbox stands in for Azure, not for the workspace that the code names. */
const OF_THE_PROJECT = 'MLFLOW_TRACKING_URI';

/** Reads the first line that a sandbox prints; raises SyntaxError when that is not what a sandbox says. */
export function readDescription(line: string): Description {
  const said: unknown = JSON.parse(line);
  if (!isObject(said) || !isObject(said['environment'])) {
    throw new SyntaxError('The sandbox did not say its variables.');
  }
  const away = texts(said['unset']).map((name) => [name, undefined] as const);
  const set = Object.entries(said['environment']).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const variables = Object.fromEntries([...away, ...set].filter(([name]) => name !== OF_THE_PROJECT));
  return { variables, folders: texts(said['path']) };
}

/** Returns the variables for a program that is started by ourselves: with PATH, whose present value is given. */
export function withPath(description: Description, present: string | undefined): Variables {
  const folders = [...description.folders, ...(present === undefined ? [] : [present])];
  return { ...description.variables, PATH: folders.join(path.delimiter) };
}

/** What has azure-identity pass over all that variables say of who signs in: the Azure CLI and its like are left. */
const ONLY_DEVELOPERS = { AZURE_TOKEN_CREDENTIALS: 'dev' };
/** Begins the names of the variables that say nothing of who signs in at Azure. */
const OF_MLFLOW = 'MLFLOW_';

/**
 * Returns the variables for terminals, from which none can be taken away, and an empty one is no better than a wrong one.
 *
 * Where one is present that says who signs in, the credentials that read it are left out: who signs in is then the same as
 * in a test, which is made without it.
 */
export function forTerminals(
  { variables }: Description,
  present: Variables,
): Readonly<Record<string, string>> {
  const entries = Object.entries(variables);
  const set = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
  const isLeft = entries.some(
    ([name, value]) => value === undefined && !name.startsWith(OF_MLFLOW) && present[name] !== undefined,
  );
  return { ...Object.fromEntries(set), ...(isLeft ? ONLY_DEVELOPERS : {}) };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
