// What is on the disk of the private environments. Nothing here imports vscode.
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import {
  type Beneath,
  type Contents,
  environmentName,
  isEnvironment,
  type Layout,
  layout,
  type Stage,
  wheelVersion,
} from './names';
import type { Python } from './pythons';

/** What the extension brings: the wheel of azmlflow and a lock for each stage. */
export interface Wares {
  readonly wheel: string;
  readonly locks: Readonly<Record<Stage, string>>;
  readonly contents: Contents;
}

/** One environment, made or to be made. */
export interface Environment {
  readonly version: string;
  readonly layout: Layout;
}

/** What is noted when a stage is done. */
export interface Stamp {
  readonly base: Python;
  readonly tool: string;
}

/** Reads what the extension brings; undefined when it brings no server. */
export async function readWares(folder: string): Promise<Wares | undefined> {
  try {
    const file = (await fs.readdir(folder))
      .sort()
      .reverse()
      .find((name) => wheelVersion(name) !== undefined);
    const version = wheelVersion(file ?? '');
    if (file === undefined || version === undefined) {
      return undefined;
    }
    const wheel = path.join(folder, file);
    const locks = { editor: path.join(folder, 'editor.txt'), complete: path.join(folder, 'complete.txt') };
    const [bytes, editor, complete] = await Promise.all(
      [wheel, locks.editor, locks.complete].map((name) => fs.readFile(name)),
    );
    return bytes && editor && complete
      ? { wheel, locks, contents: { version, wheel: bytes, locks: [editor, complete] } }
      : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** Returns the environment that these wares make with a Python. */
export function environmentFor(
  wares: Wares,
  storage: string,
  python: Beneath,
  platform: NodeJS.Platform,
): Environment {
  const name = environmentName(wares.contents, python, `${platform}-${process.arch}`);
  return { version: wares.contents.version, layout: layout(storage, name, platform) };
}

/** Returns the environment that was made of these wares, with whichever Python; no program is run for it. */
export async function existing(
  wares: Wares,
  storage: string,
  platform: NodeJS.Platform,
): Promise<Environment | undefined> {
  const names = await fs.readdir(storage).catch(() => []);
  for (const name of names.filter((one) => isEnvironment(one, wares.contents.version)).sort()) {
    const stamp = await readStamp(layout(storage, name, platform).stamps.editor);
    const environment = stamp && environmentFor(wares, storage, stamp.base, platform);
    if (environment && path.basename(environment.layout.folder) === name && (await isWhole(environment))) {
      return environment;
    }
  }
  return undefined;
}

/** Tells whether the server can be started: the first stage was done, and the Python beneath is still there. */
export async function isWhole({ layout }: Environment): Promise<boolean> {
  return (await exists(layout.stamps.editor)) && (await exists(layout.python));
}

/** Tells whether a file, or what a link leads to, is there. */
export async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

/** Notes that a stage is done. It is written last and at once, so that a stamp is never half true. */
export async function writeStamp(file: string, stamp: Stamp): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await fs.writeFile(draft, JSON.stringify(stamp));
  await fs.rename(draft, file);
}

/** Returns what was noted of a stage, or undefined. */
export async function readStamp(file: string): Promise<Stamp | undefined> {
  try {
    return JSON.parse(await fs.readFile(file, 'utf8')) as Stamp;
  } catch {
    return undefined;
  }
}

/** Removes an environment; the stamps go first, so that nobody takes what is left for a whole one. */
export async function remove({ folder, stamps }: Layout): Promise<void> {
  await Promise.all(Object.values(stamps).map((stamp) => fs.rm(stamp, { force: true })));
  await fs.rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Removes the records of packages that were not installed wholly, when an installation was cut short.
 *
 * The list of a package's files is written last. pip and uv take a package without it for installed all the same.
 */
export async function forgetHalfInstalled({ folder }: Layout): Promise<void> {
  for (const packages of await sitePackages(folder)) {
    const records = (await fs.readdir(packages)).filter((name) => name.endsWith('.dist-info'));
    for (const record of records) {
      if (!(await exists(path.join(packages, record, 'RECORD')))) {
        await fs.rm(path.join(packages, record), { recursive: true, force: true });
      }
    }
  }
}

async function sitePackages(folder: string): Promise<string[]> {
  const libraries = await fs.readdir(path.join(folder, 'lib')).catch(() => []);
  const candidates = [
    path.join(folder, 'Lib', 'site-packages'),
    ...libraries.map((name) => path.join(folder, 'lib', name, 'site-packages')),
  ];
  const there = await Promise.all(candidates.map(exists));
  return candidates.filter((_candidate, index) => there[index]);
}
