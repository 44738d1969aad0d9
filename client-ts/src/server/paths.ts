// Paths as users write them and as PATH holds them. Nothing here imports vscode.
import * as fs from 'node:fs';
import * as path from 'node:path';

/** What a path is read against. */
export interface Surroundings {
  readonly home: string;
  /** The folder of the workspace that the path belongs to. */
  readonly folder: string | undefined;
}

/** Returns a path from the settings with a leading `~` and `${workspaceFolder}` replaced. */
export function expand(written: string, around: Surroundings): string {
  const home = written.trim().replace(/^~(?=$|[\\/])/, () => around.home);
  return home.replace(/\$\{workspaceFolder\}/g, () => around.folder ?? '');
}

/** Returns an expanded path, or the empty text when it holds a variable that is not ours to know. */
export function expandWholly(written: string, around: Surroundings): string {
  const expanded =
    around.folder === undefined && written.includes('${workspaceFolder}') ? '' : expand(written, around);
  return expanded.includes('${') ? '' : expanded;
}

/**
 * Returns the places where a program of this name may be, in the order of PATH.
 *
 * Relative entries are left out: they would make what is started depend on the folder that happens to be open.
 */
export function candidatesOnPath(
  name: string,
  variables: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string[] {
  const rules = platform === 'win32' ? path.win32 : path.posix;
  const folders = (variables['PATH'] ?? variables['Path'] ?? '').split(rules.delimiter);
  const file = platform === 'win32' ? `${name}.exe` : name;
  return folders.filter((folder) => rules.isAbsolute(folder)).map((folder) => rules.join(folder, file));
}

/** Tells whether a file lies in one of these folders, links followed by neither. */
export function liesIn(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const way = path.relative(folder, file);
    return way !== '' && way.split(path.sep)[0] !== '..' && !path.isAbsolute(way);
  });
}

/** What of the disk is looked at. */
type Disk = Pick<typeof fs, 'statSync' | 'lstatSync'>;

/** What Windows answers to who follows the name of a program of its Store, which it starts all the same. */
const NOT_TO_BE_FOLLOWED: readonly unknown[] = ['EACCES', 'EPERM', 'UNKNOWN'];

/** Returns how a system tells whether a path leads to a file. */
export function fileTest(disk: Disk, platform: NodeJS.Platform): (file: string) => boolean {
  return (file) => {
    try {
      return disk.statSync(file).isFile();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return platform === 'win32' && NOT_TO_BE_FOLLOWED.includes(code) && isThere(disk, file);
    }
  };
}

/** Tells whether a path leads to a file. */
export const isFile = fileTest(fs, process.platform);

function isThere(disk: Disk, file: string): boolean {
  try {
    return !disk.lstatSync(file).isDirectory();
  } catch {
    return false;
  }
}
