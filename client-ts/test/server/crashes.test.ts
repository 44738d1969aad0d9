import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CrashGuard, MOST_CRASHES, WITHIN } from '../../src/server/crashes';

const SECOND = 1_000;

/** Returns whether the server may be started again after each of these crashes. */
function after(guard: CrashGuard, ...times: number[]): boolean[] {
  return times.map((time) => guard.mayRestart(time));
}

test('the fifth crash within three minutes is the last', () => {
  const times = Array.from({ length: MOST_CRASHES + 1 }, (_, index) => index * SECOND);
  assert.deepEqual(after(new CrashGuard(), ...times), [true, true, true, true, false]);
});

test('a server that crashes now and then is always started again', () => {
  const times = Array.from({ length: 20 }, (_, index) => index * (WITHIN / MOST_CRASHES));
  assert.ok(after(new CrashGuard(), ...times).every(Boolean));
});

test('when the user asks for the server again, it starts with a clean slate', () => {
  const guard = new CrashGuard();
  after(guard, 0, 0, 0, 0, 0);
  guard.reset();
  assert.deepEqual(after(guard, 1, 1, 1, 1, 1), [true, true, true, true, false]);
});
