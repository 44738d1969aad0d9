import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Layout, layout } from '../../../src/server/private/names';
import { KEPT, markUsed, prune } from '../../../src/server/private/use';

const NOW = Date.now();
const LONG_AGO = new Date(NOW - KEPT - 60_000);

/** Returns a storage folder with an environment in use now, and one that was made long ago. */
function storage(t: TestContext): { folder: string; current: Layout; old: Layout } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'azmlflow-use-'));
  t.after(() => {
    fs.rmSync(folder, { recursive: true });
  });
  const [current, old] = ['0.2.0-00000000', '0.1.0-11111111'].map((name) => layout(folder, name, 'linux'));
  assert.ok(current && old);
  for (const { users } of [current, old]) {
    fs.mkdirSync(users, { recursive: true });
  }
  return { folder, current, old };
}

/** Marks an environment as used by a process, long ago. */
function usedLongAgo({ folder, users }: Layout, host: string, pid: number): void {
  const file = path.join(users, `${host}-${String(pid)}`);
  fs.writeFileSync(file, '');
  fs.utimesSync(file, LONG_AGO, LONG_AGO);
  fs.utimesSync(folder, LONG_AGO, LONG_AGO);
}

function ended(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('an environment that was not used for 30 days is removed', async (t) => {
  const { folder, current, old } = storage(t);
  usedLongAgo(old, os.hostname(), ended());
  usedLongAgo(current, os.hostname(), ended());
  assert.deepEqual(await prune(folder, current, 'linux', NOW), ['0.1.0-11111111']);
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
  assert.deepEqual(await prune(folder, current, 'linux', NOW), ['0.1.0-11111111']);
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
