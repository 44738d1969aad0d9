import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Choice, OUTSIDE, placeShown } from '../../src/status/place';

function shown(changes: Partial<Choice>): string {
  const known = new Set<string>();
  return placeShown({ active: undefined, before: undefined, folders: ['a', 'b'], known, ...changes });
}

test('the folder of the file that is worked on is shown', () => {
  assert.equal(shown({ active: 'b', before: 'a', known: new Set(['a']) }), 'b');
});

test('a file outside all folders is not taken for one of a folder', () => {
  assert.equal(shown({ active: OUTSIDE, before: 'a', known: new Set(['a']) }), OUTSIDE);
});

test('where no file is worked on, as in a report, it stays with what it was about', () => {
  assert.equal(shown({ before: 'b' }), 'b');
  assert.equal(shown({ before: OUTSIDE, known: new Set(['a']) }), OUTSIDE);
});

test('a folder that was closed is not kept', () => {
  assert.equal(shown({ before: 'gone', known: new Set(['b']) }), 'b');
});

test('at first it is a folder of which something is known, else the first, else none', () => {
  assert.equal(shown({ known: new Set(['b']) }), 'b');
  assert.equal(shown({}), 'a');
  assert.equal(shown({ folders: [] }), OUTSIDE);
});
