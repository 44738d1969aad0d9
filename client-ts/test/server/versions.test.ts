import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOlder, MINIMUM_SERVER, printedVersion, remark } from '../../src/server/versions';

test('versions are compared by their numbers, not as text', () => {
  assert.ok(isOlder('0.9.0', '0.10.0'));
  assert.ok(isOlder('0.1', '0.1.1'));
  assert.ok(!isOlder('0.1', '0.1.0'));
  assert.ok(!isOlder('1.0.0', '0.10.0'));
});

test('a release candidate counts as the release it leads to', () => {
  assert.ok(!isOlder('0.2.0rc1', '0.2.0'));
  assert.ok(!isOlder('0.2.0.dev3+local', '0.2.0'));
});

test('a version that cannot be read is not called old', () => {
  assert.ok(!isOlder('unknown', '0.1.0'));
});

test('only what azmlflow prints is its version', () => {
  assert.equal(printedVersion('azmlflow 0.1.0\n'), '0.1.0');
  assert.equal(printedVersion('azmlflow 0.1.0\r\n'), '0.1.0');
  assert.equal(printedVersion('Python 3.11.7\n'), undefined);
  assert.equal(printedVersion(''), undefined);
});

test('of a server that is too old the log says so', () => {
  assert.equal(remark(MINIMUM_SERVER), '');
  assert.match(remark('0.0.1'), /older than/);
});
