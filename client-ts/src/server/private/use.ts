// Which environments are in use, and which can go. Nothing here imports vscode.
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { isOlder } from '../versions';
import { remove } from './environment';
import { isAlive } from './lock';
import { isEnvironment, type Layout, layout } from './names';

const DAY = 24 * 60 * 60_000;
/** How long an environment that nobody starts is kept, and one of an older version, which nobody goes back to. */
export const KEPT = 30 * DAY;
export const OLDER_KEPT = DAY;

/** Notes that this window uses an environment, and forgets the windows of this computer that are gone. */
export async function markUsed({ users }: Layout): Promise<void> {
  await fs.mkdir(users, { recursive: true });
  await fs.writeFile(path.join(users, mark(process.pid)), '');
  for (const name of await fs.readdir(users)) {
    const pid = pidOf(name);
    if (pid !== undefined && !isAlive(pid)) {
      await fs.rm(path.join(users, name), { force: true });
    }
  }
}

/**
 * Removes the environments that have not been used for long, and what an installation left that was cut short. Returns
 * their names; `now` is in milliseconds. Nothing may be installed meanwhile.
 */
export async function prune(
  storage: string,
  keep: Layout,
  platform: NodeJS.Platform,
  now: number,
): Promise<string[]> {
  const names = await fs.readdir(storage);
  const removed: string[] = [];
  for (const name of names.filter((one) => isEnvironment(one))) {
    const candidate = layout(storage, name, platform);
    if (candidate.folder !== keep.folder && !(await isWanted(candidate, keep, now))) {
      await remove(candidate);
      removed.push(name);
    }
  }
  for (const name of names.filter((one) => one.endsWith('.tmp') && isEnvironment(path.parse(one).name))) {
    await fs.rm(path.join(storage, name), { recursive: true, force: true, maxRetries: 3 });
    removed.push(name);
  }
  return removed;
}

async function isWanted({ folder, users }: Layout, keep: Layout, now: number): Promise<boolean> {
  const marks = await fs.readdir(users).catch(() => []);
  if (marks.some((name) => isAlive(pidOf(name)))) {
    return true;
  }
  const files = [folder, ...marks.map((name) => path.join(users, name))];
  const times = await Promise.all(files.map(async (file) => (await fs.stat(file)).mtimeMs));
  // A mark of another computer that shares the folder may be that of a window which has been open since.
  const isAlone = marks.every((name) => pidOf(name) !== undefined);
  const isOld = isOlder(versionIn(folder), versionIn(keep.folder));
  return now - Math.max(...times) < (isOld && isAlone ? OLDER_KEPT : KEPT);
}

function versionIn(folder: string): string {
  return path.basename(folder).split('-')[0] ?? '';
}

function mark(pid: number): string {
  return `${os.hostname()}-${String(pid)}`;
}

/** Returns the process of a mark, when it is one of this computer. */
function pidOf(name: string): number | undefined {
  const pid = Number(name.slice(name.lastIndexOf('-') + 1));
  return Number.isInteger(pid) && name === mark(pid) ? pid : undefined;
}
