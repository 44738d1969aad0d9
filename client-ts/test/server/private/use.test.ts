import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Layout, layout } from '../../../src/server/private/names';
import { KEPT, markUsed, OLDER_KEPT, prune } from '../../../src/server/private/use';

const NOW = Date.now();
const LONG_AGO = new Date(NOW - KEPT - 60_000);

/** Returns a storage folder with an environment in use now, and one that was made long ago. */
function storage(t: TestContext): { folder: string; current: Layout; old: Layout } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'azmlflow-use-'));
  t.after(() => {
    fs.rmSync(folder, { recursive: true });
  });
  const [current, old] = ['0.2.0-00000000', '0.2.0-11111111'].map((name) => layout(folder, name, 'linux'));
  assert.ok(current && old);
  for (const { users } of [current, old]) {
    fs.mkdirSync(users, { recursive: true });
  }
  return { folder, current, old };
}

/** Marks an environment as used by a process, long ago. */
function usedLongAgo({ folder, users }: Layout, host: string, pid: number, when = LONG_AGO): void {
  const file = path.join(users, `${host}-${String(pid)}`);
  fs.mkdirSync(users, { recursive: true });
  fs.writeFileSync(file, '');
  fs.utimesSync(file, when, when);
  fs.utimesSync(folder, when, when);
}

function ended(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('an environment that was not used for 30 days is removed', async (t) => {
  const { folder, current, old } = storage(t);
  usedLongAgo(old, os.hostname(), ended());
  usedLongAgo(current, os.hostname(), ended());
  assert.deepEqual(await prune(folder, current, 'linux', NOW), ['0.2.0-11111111']);
  assert.deepEqual(fs.readdirSync(folder), ['0.2.0-00000000']);
});

test('one that was used since then is kept', async (t) => {
  const { folder, current, old } = storage(t);
  usedLongAgo(old, os.hostname(), ended());
  await markUsed(old);
  fs.rmSync(path.join(old.users, `${os.hostname()}-${String(process.pid)}`));
  fs.writeFileSync(path.join(old.users, 'elsewhere-1'), '');
  assert.deepEqual(await prune(folder, current, 'linux', NOW), []);
});

test('one that a window has had open for longer than that is kept', async (t) => {
  const { folder, current, old } = storage(t);
  usedLongAgo(old, os.hostname(), process.pid);
  assert.deepEqual(await prune(folder, current, 'linux', NOW), []);
});

test('a window of another computer is not looked for on this one', async (t) => {
  const { folder, current, old } = storage(t);
  usedLongAgo(old, 'elsewhere', process.pid);
  assert.deepEqual(await prune(folder, current, 'linux', NOW), ['0.2.0-11111111']);
});

test('one of an older version is removed after a day, unless a window of another computer may use it', async (t) => {
  const { folder, current } = storage(t);
  const dayAgo = new Date(NOW - OLDER_KEPT - 60_000);
  const older = (name: string) => layout(folder, name, 'linux');
  usedLongAgo(older('0.1.0-22222222'), os.hostname(), ended(), dayAgo);
  usedLongAgo(older('0.1.0-33333333'), os.hostname(), process.pid, dayAgo);
  usedLongAgo(older('0.1.0-44444444'), 'elsewhere', 1, dayAgo);
  usedLongAgo(older('0.3.0-55555555'), os.hostname(), ended(), dayAgo);
  assert.deepEqual(await prune(folder, current, 'linux', NOW), ['0.1.0-22222222']);
});

test('what an installation left that was cut short is removed', async (t) => {
  const { folder, current } = storage(t);
  for (const name of ['0.2.0-00000000.tmp', '0.1.0-66666666.tmp', 'mine.tmp']) {
    fs.mkdirSync(path.join(folder, name));
  }
  assert.deepEqual(await prune(folder, current, 'linux', NOW), ['0.1.0-66666666.tmp', '0.2.0-00000000.tmp']);
  assert.ok(fs.existsSync(path.join(folder, 'mine.tmp')));
});

test('what is no environment is left alone', async (t) => {
  const { folder, current } = storage(t);
  fs.mkdirSync(path.join(folder, 'mine'));
  fs.utimesSync(path.join(folder, 'mine'), LONG_AGO, LONG_AGO);
  await prune(folder, current, 'linux', NOW);
  assert.ok(fs.existsSync(path.join(folder, 'mine')));
});

test('using an environment leaves one mark, and those of windows that are gone are forgotten', async (t) => {
  const { current } = storage(t);
  usedLongAgo(current, os.hostname(), ended());
  await markUsed(current);
  await markUsed(current);
  assert.deepEqual(fs.readdirSync(current.users), [`${os.hostname()}-${String(process.pid)}`]);
});
