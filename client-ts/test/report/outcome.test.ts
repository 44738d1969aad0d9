import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { readOutcome, spelled, wordOf } from '../../src/report/outcome';
import { inEnglish } from '../../src/server/sentences';
import { outcome, sent } from './outcomes';

test('an outcome is read, and what is null is not there', () => {
  assert.deepEqual(readOutcome(sent('token')), outcome('token', { seconds: 0.5 }));
});

test('what is no outcome is none', () => {
  assert.equal(readOutcome({ ...sent('token'), outcome: 'splendid' }), undefined);
  assert.equal(readOutcome({ ...sent('token'), step: 3 }), undefined);
  assert.equal(readOutcome(null), undefined);
});

test('parts of a wrong type are left out, whatever they are', () => {
  const read = readOutcome(
    sent('token', { message: {}, seconds: 'long', details: [], hard: 'yes', command: ['rm'] }),
  );
  assert.deepEqual(read, outcome('token', { message: '' }));
});

test('only some failures end the script, and a credential that fails softly is no fault', () => {
  const wordFor = (changes: Parameters<typeof outcome>[1]) => wordOf(outcome('credential', changes));
  assert.equal(wordFor({ outcome: 'failed', hard: true, link: 'X' }), 'failed');
  assert.equal(wordFor({ outcome: 'failed', link: 'X' }), 'passed-on');
  assert.equal(wordFor({ outcome: 'failed' }), 'warning');
  assert.equal(wordFor({ outcome: 'skipped' }), 'left-out');
  assert.equal(wordFor({ outcome: 'not-reached' }), 'not-tried');
});

test("the words are the terminal's", () => {
  const source = path.resolve(__dirname, '../../../../server/azmlflow/probes/outcome.py');
  const python = fs.readFileSync(source, 'utf8');
  for (const word of ['ok', 'passed-on', 'failed', 'warning', 'left-out', 'not-tried'] as const) {
    assert.ok(python.includes(`"${spelled(word, inEnglish)}"`), word);
  }
});
