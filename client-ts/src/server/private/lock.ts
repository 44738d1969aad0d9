// One window at a time. Nothing here imports vscode.
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** A lock that is held. */
export interface Lock {
  /** Notes the process that works under the lock, which may outlive this one; undefined when it has ended. */
  note(child: number | undefined): Promise<void>;
  release(): Promise<void>;
}

/** How a lock is waited for; times are in milliseconds. */
export interface Waiting {
  readonly signal: AbortSignal;
  /** Called once when somebody else holds it. */
  readonly onWait?: () => void;
  readonly every?: number;
  /** How long a lock may show no sign of life. */
  readonly patience?: number;
  readonly heartbeat?: number;
}

/** Who holds a lock. */
interface Owner {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  readonly child?: number;
}

const EVERY = 250;
const PATIENCE = 60_000;
const HEARTBEAT = 5_000;
/** A process that outlived its window is given this much more time. */
const ORPHAN = 10;

/**
 * Waits until the lock file is ours.
 *
 * A lock is taken over when the process that holds it is gone, or when it has shown no sign of life while we
 * watched: clocks of two computers, and of one that slept, are not compared. Rejects on abort.
 */
export async function acquire(file: string, waiting: Waiting): Promise<Lock> {
  const token = randomUUID();
  const watch = new Watch(file, waiting.patience ?? PATIENCE);
  let waited = false;
  while (!(await create(file, { token, host: os.hostname(), pid: process.pid }))) {
    waiting.signal.throwIfAborted();
    if (await watch.isStale()) {
      await takeAway(file, watch.token);
      continue;
    }
    if (!waited) {
      waited = true;
      waiting.onWait?.();
    }
    await pause(waiting.every ?? EVERY, undefined, { signal: waiting.signal }).catch(() => {
      waiting.signal.throwIfAborted();
    });
  }
  return held(file, token, waiting.heartbeat ?? HEARTBEAT);
}

/** Tells whether somebody holds a lock that shows signs of life; for those who would not wait. */
export async function isHeld(file: string): Promise<boolean> {
  const owner = await read(file);
  return owner !== undefined && (owner.host !== os.hostname() || isAlive(owner.pid) || isAlive(owner.child));
}

/** Tells whether a process of this computer exists; true also when we may not know. */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined || !Number.isInteger(pid) || pid <= 0) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Watches another's lock for signs of life. */
class Watch {
  token: string | undefined;
  private beat = -1;
  private since = 0;

  constructor(
    private readonly file: string,
    private readonly patience: number,
  ) {}

  async isStale(): Promise<boolean> {
    const [owner, beat] = [await read(this.file), await modified(this.file)];
    if (beat === undefined) {
      return false;
    }
    if (beat !== this.beat || owner?.token !== this.token) {
      [this.beat, this.since, this.token] = [beat, performance.now(), owner?.token];
    }
    const silence = performance.now() - this.since;
    if (owner?.host === os.hostname() && !isAlive(owner.pid)) {
      return !isAlive(owner.child) || silence >= this.patience * ORPHAN;
    }
    return silence >= this.patience;
  }
}

async function create(file: string, owner: Owner): Promise<boolean> {
  try {
    await fs.writeFile(file, JSON.stringify(owner), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/**
 * Takes a stale lock away; one with another token than it had when it was found stale is left.
 *
 * Two may find it stale at once, and the second must not take away the lock that the first then makes.
 */
export async function takeAway(file: string, token: string | undefined): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await fs.rename(file, aside);
  } catch {
    return;
  }
  if ((await read(aside))?.token !== token) {
    await fs.link(aside, file).catch(() => undefined);
  }
  await fs.rm(aside, { force: true });
}

function held(file: string, token: string, heartbeat: number): Lock {
  const isOurs = async () => (await read(file))?.token === token;
  const live = async () => {
    const now = new Date();
    if (await isOurs()) {
      await fs.utimes(file, now, now).catch(() => undefined);
    }
  };
  const beat = setInterval(() => void live(), heartbeat).unref();
  // One after the other: a note that comes late must not bring back a lock that was given up.
  let last = Promise.resolve();
  const afterwards = (task: () => Promise<void>): Promise<void> => {
    last = last.then(async () => {
      if (await isOurs()) {
        // What cannot be noted or removed becomes stale by itself.
        await task().catch(() => undefined);
      }
    });
    return last;
  };
  return {
    note: (child) => {
      const owner: Owner = { token, host: os.hostname(), pid: process.pid, ...(child && { child }) };
      return afterwards(() => fs.writeFile(file, JSON.stringify(owner)));
    },
    release: () => {
      clearInterval(beat);
      return afterwards(() => fs.rm(file, { force: true }));
    },
  };
}

async function read(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await fs.readFile(file, 'utf8')) as Owner;
  } catch {
    // It is gone, or just being written.
    return undefined;
  }
}

async function modified(file: string): Promise<number | undefined> {
  try {
    return (await fs.stat(file)).mtimeMs;
  } catch {
    return undefined;
  }
}
