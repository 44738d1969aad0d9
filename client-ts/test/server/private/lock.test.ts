import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test, type TestContext } from 'node:test';
import { acquire, isAlive, takeAway, type Waiting } from '../../../src/server/private/lock';

const signal = new AbortController().signal;
const waiting: Waiting = { signal, every: 5 };

function lockFile(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'azmlflow-lock-'));
  t.after(() => {
    fs.rmSync(folder, { recursive: true });
  });
  return path.join(folder, 'install.lock');
}

/** Returns the id of a process that has ended. */
function ended(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

/** Writes the lock of another window. */
function leave(file: string, owner: { pid: number; host?: string; child?: number }): void {
  fs.writeFileSync(file, JSON.stringify({ token: 'another', host: os.hostname(), ...owner }));
}

test('who comes second is told to wait, and gets the lock when it is released', async (t) => {
  const file = lockFile(t);
  const first = await acquire(file, waiting);
  const order: string[] = [];
  let told: () => void = () => undefined;
  const waits = new Promise<void>((resolve) => (told = resolve));
  const second = acquire(file, {
    ...waiting,
    onWait: () => {
      order.push('waits');
      told();
    },
  });
  await waits;
  order.push('released');
  await first.release();
  await (await second).release();
  assert.deepEqual(order, ['waits', 'released']);
  assert.ok(!fs.existsSync(file));
});

test('of many at once, one holds it at a time', async (t) => {
  const file = lockFile(t);
  let [inside, most, turns] = [0, 0, 0];
  const work = async () => {
    const lock = await acquire(file, waiting);
    most = Math.max(most, (inside += 1));
    await lock.note(process.pid);
    await lock.note(undefined);
    turns += 1;
    inside -= 1;
    await lock.release();
  };
  await Promise.all(Array.from({ length: 8 }, work));
  assert.deepEqual([turns, most, fs.existsSync(file)], [8, 1, false]);
});

test('a note that is under way does not bring back a lock that was given up', async (t) => {
  const file = lockFile(t);
  const lock = await acquire(file, waiting);
  const noted = lock.note(process.pid);
  await Promise.all([noted, lock.release()]);
  assert.ok(!fs.existsSync(file));
});

test('the lock of a window that is gone is taken over', async (t) => {
  const file = lockFile(t);
  leave(file, { pid: ended() });
  const lock = await acquire(file, waiting);
  await lock.release();
  assert.deepEqual(fs.readdirSync(path.dirname(file)), []);
});

test('many who find a stale lock at once still take turns', async (t) => {
  const file = lockFile(t);
  leave(file, { pid: ended() });
  let [inside, most] = [0, 0];
  const work = async () => {
    const lock = await acquire(file, waiting);
    most = Math.max(most, (inside += 1));
    await new Promise(setImmediate);
    inside -= 1;
    await lock.release();
  };
  await Promise.all(Array.from({ length: 8 }, work));
  assert.equal(most, 1);
});

test('who finds a lock stale does not take away the one that another has made since', async (t) => {
  const file = lockFile(t);
  leave(file, { pid: ended() });
  const other = await acquire(file, waiting);
  const held = fs.readFileSync(file, 'utf8');
  await takeAway(file, 'another');
  assert.equal(fs.readFileSync(file, 'utf8'), held);
  await other.release();
  assert.deepEqual(fs.readdirSync(path.dirname(file)), []);
});

test('a lock whose installer outlived its window is not taken over at once', async (t) => {
  const file = lockFile(t);
  leave(file, { pid: ended(), child: process.pid });
  const cancel = new AbortController();
  const taken = acquire(file, {
    ...waiting,
    signal: cancel.signal,
    onWait: () => {
      cancel.abort(new Error('still waiting'));
    },
  });
  await assert.rejects(taken, /still waiting/);
  assert.ok(fs.existsSync(file));
});

test('a lock that shows no sign of life while we watch is taken over, from another computer too', async (t) => {
  for (const host of [os.hostname(), 'elsewhere']) {
    const file = lockFile(t);
    leave(file, { pid: process.pid, host });
    const lock = await acquire(file, { ...waiting, patience: 30 });
    await lock.release();
  }
});

test('a lock with a heartbeat is not stale, however long it is held', async (t) => {
  const file = lockFile(t);
  const lock = await acquire(file, { ...waiting, heartbeat: 5 });
  const beat = fs.statSync(file).mtimeMs;
  const held = fs.readFileSync(file, 'utf8');
  const watched = { ...waiting, patience: 2_000 };
  const second = acquire(file, watched);
  await new Promise<void>((resolve) => {
    const watcher = fs.watch(path.dirname(file), () => {
      if (fs.existsSync(file) && fs.statSync(file).mtimeMs > beat) {
        watcher.close();
        resolve();
      }
    });
  });
  assert.equal(fs.readFileSync(file, 'utf8'), held);
  await lock.release();
  await (await second).release();
});

test('waiting ends on cancel with the reason', async (t) => {
  const file = lockFile(t);
  const lock = await acquire(file, waiting);
  const cancel = new AbortController();
  const second = acquire(file, {
    ...waiting,
    every: 60_000,
    signal: cancel.signal,
    onWait: () => {
      setImmediate(() => {
        cancel.abort(new Error('cancelled'));
      });
    },
  });
  await assert.rejects(second, /cancelled/);
  assert.ok(fs.existsSync(file));
  await lock.release();
});

test('a process that is there is alive, one that has ended is not', () => {
  assert.ok(isAlive(process.pid));
  assert.ok(!isAlive(ended()));
  assert.ok(!isAlive(undefined));
  assert.ok(!isAlive(Number.NaN));
  assert.ok(!isAlive(0));
});
