// How the private environments are called and laid out. Nothing here imports vscode.
import { createHash } from 'node:crypto';
import * as path from 'node:path';

/** What of azmlflow is installed: what the language server needs, or what the connection test needs too. */
export const STAGES = ['editor', 'complete'] as const;
export type Stage = (typeof STAGES)[number];

/** What an environment is made from, as the extension brings it. */
export interface Contents {
  readonly version: string;
  readonly wheel: Uint8Array;
  readonly locks: readonly Uint8Array[];
}

/** What counts of the Python that an environment is made with: its minor version, such as 3.12, and where it lies. */
export interface Beneath {
  readonly version: string;
  readonly prefix: string;
}

/** Tells whether a folder is called as an environment is; `version` names one version of azmlflow. */
export function isEnvironment(name: string, version = ''): boolean {
  return /^\d[\w.+]*-[0-9a-f]{8}$/.test(name) && name.startsWith(version && `${version}-`);
}

/**
 * Returns the folder's name: the version for people, and a hash of all that decides what is in it.
 *
 * Where the Python lies is part of it: computers that share a home folder may have theirs in different places, and one
 * must not take the environment of the other for a broken one of its own.
 *
 * It is short because Windows refuses long paths, and the packages beneath it have long names of their own.
 */
export function environmentName(contents: Contents, python: Beneath, platform: string): string {
  const hash = createHash('sha256').update([python.version, python.prefix, platform, ''].join('\n'));
  for (const part of [contents.wheel, ...contents.locks]) {
    hash.update(createHash('sha256').update(part).digest());
  }
  return `${contents.version}-${hash.digest('hex').slice(0, 8)}`;
}

/** Returns the version in the name of a wheel of azmlflow, or undefined when it is not one. */
export function wheelVersion(file: string): string | undefined {
  return /^azmlflow-([^-]+)-[^-]+-[^-]+-[^-]+\.whl$/.exec(file)?.[1];
}

/** The files of one environment; the lock and the temporary files lie beside it, for they outlive it. */
export interface Layout {
  readonly folder: string;
  readonly python: string;
  readonly lock: string;
  readonly temporary: string;
  /** One file for each window that uses it, named after its process. */
  readonly users: string;
  readonly stamps: Readonly<Record<Stage, string>>;
}

/** Returns where the files of an environment are. */
export function layout(storage: string, name: string, platform: NodeJS.Platform): Layout {
  const folder = path.join(storage, name);
  return {
    folder,
    python:
      platform === 'win32' ? path.join(folder, 'Scripts', 'python.exe') : path.join(folder, 'bin', 'python'),
    lock: `${folder}.lock`,
    temporary: `${folder}.tmp`,
    users: path.join(folder, 'users'),
    stamps: { editor: path.join(folder, 'editor.json'), complete: path.join(folder, 'complete.json') },
  };
}
