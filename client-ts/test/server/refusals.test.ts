import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusals } from '../../src/server/refusals';

const REASON = "ModuleNotFoundError: No module named 'pygls'";

test('a server that lacks modules is passed over from then on', () => {
  const refusals = new Refusals();
  assert.equal(refusals.note('interpreter', REASON, true), 'look on');
  assert.equal(refusals.note('path', REASON, true), 'look on');
  assert.deepEqual(
    [...refusals.places],
    [
      ['interpreter', REASON],
      ['path', REASON],
    ],
  );
});

test('a server that fails otherwise would fail elsewhere too: the user is told', () => {
  const refusals = new Refusals();
  assert.equal(refusals.note('interpreter', 'ValueError', false), 'give up');
  assert.equal(refusals.places.size, 0);
});

test('the server that the user named is never replaced by another', () => {
  assert.equal(new Refusals().note('setting', REASON, true), 'give up');
});

test('the private environment is made anew once, and again when the user asks for the server', () => {
  const refusals = new Refusals();
  const tries = () => refusals.note('private', REASON, true);
  assert.deepEqual([tries(), tries()], ['make anew', 'give up']);
  refusals.clear();
  assert.equal(tries(), 'give up');
  refusals.reset();
  assert.equal(tries(), 'make anew');
  assert.equal(refusals.places.size, 0);
});

test('when something was selected or installed, every place has another chance', () => {
  const refusals = new Refusals();
  refusals.note('interpreter', REASON, true);
  refusals.clear();
  assert.equal(refusals.places.size, 0);
});
