import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OnceFor, oneAtATime, within } from '../../src/server/turns';

/** Returns an action that ends when it is told to, and the record of what it did. */
function gate(): { action: () => Promise<void>; ends: ((error?: Error) => void)[] } {
  const ends: ((error?: Error) => void)[] = [];
  const action = () =>
    new Promise<void>((resolve, reject) => {
      ends.push((error) => {
        if (error) {
          reject(error);
        } else {
          resolve();
        }
      });
    });
  return { action, ends };
}

test('calls that come while it runs share one further run', async () => {
  const { action, ends } = gate();
  const run = oneAtATime(action);
  const first = run();
  const second = run();
  const third = run();
  assert.equal(ends.length, 1);
  ends[0]?.();
  await first;
  await new Promise(setImmediate);
  assert.equal(ends.length, 2);
  ends[1]?.();
  await Promise.all([second, third]);
  assert.equal(ends.length, 2);
});

test('a run that fails is told to its caller and does not hinder the next', async () => {
  const { action, ends } = gate();
  const run = oneAtATime(action);
  const first = run();
  const second = run();
  ends[0]?.(new Error('no server'));
  await assert.rejects(first, /no server/);
  await new Promise(setImmediate);
  ends[1]?.();
  await second;
});

test('a call that comes when all is done runs anew', async () => {
  let runs = 0;
  const run = oneAtATime(() => {
    runs += 1;
    return Promise.resolve();
  });
  await run();
  await run();
  assert.equal(runs, 2);
});

test('what is there in time is what comes, and what takes too long is not waited for', async () => {
  assert.equal(await within(60_000, Promise.resolve('in time')), 'in time');
  assert.equal(await within(1, new Promise(() => undefined)), undefined);
  await assert.rejects(within(60_000, Promise.reject(new Error('broken'))), /broken/);
});

test('what was done for one thing is done again for another, and for one that was made anew', async () => {
  const done: string[] = [];
  const once = new OnceFor();
  for (const [subject, anew] of [
    ['a', true],
    ['a', false],
    ['b', false],
    ['b', true],
  ] as const) {
    once.turnTo(subject, anew);
    await once.do(() => Promise.resolve(void done.push(subject)));
  }
  assert.deepEqual(done, ['a', 'b', 'b']);
});

test('what failed is done again at the next call, and not before it has failed', async () => {
  const { action, ends } = gate();
  const once = new OnceFor();
  once.turnTo('a', true);
  const both = Promise.allSettled([once.do(action), once.do(action)]);
  assert.equal(ends.length, 1);
  ends[0]?.(new Error('no'));
  assert.deepEqual(
    (await both).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  void once.do(action);
  assert.equal(ends.length, 2);
});
