import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStatus } from '../../src/status/status';

test('a status is read with what it tells', () => {
  const status = readStatus({
    state: 'connected',
    headline: 'Connected to workspace ws-churn.',
    workspace: 'ws-churn',
    identity: 'alice',
    checkedAt: '2026-03-01T11:55:00Z',
    uri: 'file:///home/alice/churn',
  });
  assert.deepEqual(status, {
    state: 'connected',
    headline: 'Connected to workspace ws-churn.',
    workspace: 'ws-churn',
    identity: 'alice',
    checkedAt: new Date('2026-03-01T11:55:00Z'),
    uri: 'file:///home/alice/churn',
  });
});

test('what is not told, or not as it should be, is left out', () => {
  const status = readStatus({ state: 'unknown', headline: 7, workspace: null, checkedAt: 'yesterday' });
  assert.equal(status?.headline, '');
  assert.equal(status.workspace, undefined);
  assert.equal(status.checkedAt, undefined);
  assert.equal(status.uri, undefined);
});

test('a state of a server that is newer than the extension is none', () => {
  assert.equal(readStatus({ state: 'dreaming', headline: '' }), undefined);
  assert.equal(readStatus('connected'), undefined);
  assert.equal(readStatus(null), undefined);
});
