// Which environments are in use, and which can go. Nothing here imports vscode.
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { remove } from './environment';
import { isAlive } from './lock';
import { type Layout, layout } from './names';

const DAY = 24 * 60 * 60_000;
/** How long an environment that nobody starts is kept. */
export const KEPT = 30 * DAY;

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

/** Removes the environments that have not been used for long; `now` is in milliseconds. Returns their names. */
export async function prune(
  storage: string,
  keep: Layout,
  platform: NodeJS.Platform,
  now: number,
): Promise<string[]> {
  const names = (await fs.readdir(storage)).filter((name) => /^\d[\w.+]*-[0-9a-f]{8}$/.test(name));
  const removed: string[] = [];
  for (const name of names) {
    const candidate = layout(storage, name, platform);
    if (candidate.folder !== keep.folder && !(await isWanted(candidate, now))) {
      await remove(candidate);
      removed.push(name);
    }
  }
  return removed;
}

async function isWanted({ folder, users }: Layout, now: number): Promise<boolean> {
  const marks = await fs.readdir(users).catch(() => []);
  if (marks.some((name) => isAlive(pidOf(name)))) {
    return true;
  }
  const files = [folder, ...marks.map((name) => path.join(users, name))];
  const times = await Promise.all(files.map(async (file) => (await fs.stat(file)).mtimeMs));
  return now - Math.max(...times) < KEPT;
}

function mark(pid: number): string {
  return `${os.hostname()}-${String(pid)}`;
}

/** Returns the process of a mark, when it is one of this computer. */
function pidOf(name: string): number | undefined {
  const pid = Number(name.slice(name.lastIndexOf('-') + 1));
  return Number.isInteger(pid) && name === mark(pid) ? pid : undefined;
}
