import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEnglish, withoutCredentials } from '../../src/server/sentences';

test('arguments take their places', () => {
  assert.equal(inEnglish('{0} has no {1}; {0} needs it.', 'a', 2), 'a has no 2; a needs it.');
});

test('credentials are taken out of every address', () => {
  const line =
    'Looking in https://ana:s3cr3t@example.org/simple, https://t0ken@example.org and https://example.org';
  const safe = withoutCredentials(line);
  assert.doesNotMatch(safe, /s3cr3t|t0ken/);
  assert.match(safe, /https:\/\/\*\*\*@example\.org\/simple/);
  assert.ok(safe.endsWith('https://example.org'));
});

test('an @ in the path of an address is no credential', () => {
  const line = 'https://example.org/a@b';
  assert.equal(withoutCredentials(line), line);
});
