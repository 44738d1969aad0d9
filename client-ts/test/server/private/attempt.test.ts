import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stopping } from '../../../src/server/private/attempt';
import { InstallProblem } from '../../../src/server/private/problems';
import { inEnglish } from '../../../src/server/sentences';

const nobody = () => undefined;

test('an attempt that begins when its window has ended is stopped at once', () => {
  const signal = stopping(AbortSignal.abort('ended'), nobody, inEnglish);
  assert.ok(signal.aborted);
  assert.equal(signal.reason, 'ended');
});

test('it is stopped when the window ends later, or when the user cancels', () => {
  const window = new AbortController();
  const stopped = stopping(window.signal, nobody, inEnglish);
  assert.ok(!stopped.aborted);
  window.abort();
  assert.ok(stopped.aborted);

  let cancel: () => void = nobody;
  const other = stopping(new AbortController().signal, (given) => (cancel = given), inEnglish);
  cancel();
  assert.ok(other.reason instanceof InstallProblem);
  assert.equal(other.reason.reason, 'cancelled');
});
