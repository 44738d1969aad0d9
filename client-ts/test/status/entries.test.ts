import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEnglish } from '../../src/server/sentences';
import { entriesOf } from '../../src/status/entries';
import type { Kind } from '../../src/status/look';

function commands(kind: Kind, sandbox?: string): string[] {
  return entriesOf(kind, { status: undefined, sandbox }, inEnglish).flatMap((entry) =>
    'command' in entry ? [entry.command] : [],
  );
}

test('what fits the state comes first', () => {
  assert.equal(commands('unknown')[0], 'azmlflow.testConnection');
  assert.equal(commands('untrusted')[0], 'workbench.trust.manage');
  assert.equal(commands('stopped')[0], 'azmlflow.restart');
  assert.equal(commands('checking')[0], 'azmlflow.showReport');
});

test('nothing is offered twice', () => {
  for (const kind of ['unknown', 'checking', 'failed', 'stopped', 'untrusted'] as const) {
    const offered = commands(kind);
    assert.equal(new Set(offered).size, offered.length, kind);
  }
});

test('without trust or a server nothing is offered that needs them', () => {
  for (const kind of ['untrusted', 'stopped'] as const) {
    assert.ok(!commands(kind).includes('azmlflow.testConnection'));
    assert.ok(!commands(kind).includes('azmlflow.dryRun'));
    assert.ok(commands(kind).includes('azmlflow.copyDebugInformation'));
  }
  assert.ok(commands('untrusted').includes('azmlflow.explain'));
  assert.ok(!commands('stopped').includes('azmlflow.explain'));
});

test('one enters the sandbox from outside, and leaves it from inside', () => {
  assert.ok(commands('unknown').includes('azmlflow.startSandbox'));
  assert.ok(!commands('unknown').includes('azmlflow.leaveSandbox'));
  assert.ok(commands('unknown', 'dry-run').includes('azmlflow.leaveSandbox'));
  assert.ok(!commands('unknown', 'dry-run').includes('azmlflow.startSandbox'));
});
