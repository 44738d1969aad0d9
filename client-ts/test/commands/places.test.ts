import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { placesIn } from '../../src/commands/places';

test('a place in brackets is found where it stands', () => {
  const text = 'because the URI is set (src/train.py:12) and (.env:3)';
  const places = placesIn(text);
  assert.deepEqual(
    places.map(({ path, line }) => [path, line]),
    [
      ['src/train.py', 12],
      ['.env', 3],
    ],
  );
  assert.deepEqual(
    places.map(({ offset, length }) => text.slice(offset, offset + length)),
    ['src/train.py:12', '.env:3'],
  );
});

test('other brackets are no places', () => {
  assert.deepEqual(placesIn('(0.4 s) (a: b) (x:12a) (\n:3)'), []);
});

test('a long line of brackets is read in a moment', () => {
  const started = performance.now();
  assert.deepEqual(placesIn('(x:'.repeat(50_000)), []);
  assert.ok(performance.now() - started < 2000);
});
