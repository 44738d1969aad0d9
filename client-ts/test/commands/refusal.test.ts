import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf } from '../../src/commands/refusal';
import { inEnglish } from '../../src/server/sentences';

function failure(code: number | undefined, message: string): Error {
  return Object.assign(new Error(message), { code });
}

test("the server's own sentence is told when it refuses", () => {
  const refusal = refusalOf(failure(-32803, 'train.py is not on the disk yet: save it first.'), inEnglish);
  assert.deepEqual(refusal, { sentence: 'train.py is not on the disk yet: save it first.', log: undefined });
});

test('who has cancelled is told nothing', () => {
  const canceled = Object.assign(new Error('Canceled'), { name: 'Canceled' });
  for (const error of [failure(-32800, 'Request Cancelled'), failure(-32802, 'x'), canceled]) {
    assert.equal(refusalOf(error, inEnglish), undefined);
  }
});

test('a traceback, or anything of many lines, is never shown', () => {
  const traceback = 'azmlflow failed\nTraceback (most recent call last):\n  File "x.py", line 1';
  for (const code of [-32803, -32603, undefined]) {
    const refusal = refusalOf(failure(code, traceback), inEnglish);
    assert.equal(refusal?.sentence, 'azmlflow could not do this. Its log says more.');
  }
});

test('a server that ended meanwhile is named as the reason', () => {
  const refusal = refusalOf(
    failure(-32097, 'Pending response rejected since connection got disposed'),
    inEnglish,
  );
  assert.equal(refusal?.sentence, 'The azmlflow server stopped before it answered. Try again.');
});

test("an internal error is told in the server's words when they are meant for people", () => {
  const own = 'azmlflow failed to answer azmlflow.explain; its log says where.';
  assert.equal(refusalOf(failure(-32603, own), inEnglish)?.sentence, own);
  assert.equal(
    refusalOf(failure(-32603, "KeyError: 'x'"), inEnglish)?.sentence,
    'azmlflow could not do this. Its log says more.',
  );
});

test('a sentence with a hostile name in it is no link', () => {
  const refusal = refusalOf(failure(-32803, 'There is no [x](command:evil.run).'), inEnglish);
  assert.doesNotMatch(refusal?.sentence ?? '', /\]\(/);
});

test('the log that is named is that of whoever failed', () => {
  const own = 'azmlflow failed to answer azmlflow.explain; its log says where.';
  for (const error of [failure(-32603, own), failure(-32603, 'x'), failure(-32097, 'closed')]) {
    assert.equal(refusalOf(error, inEnglish)?.log, 'server');
  }
  assert.equal(refusalOf(new TypeError('x is not a function'), inEnglish)?.log, 'client');
});
