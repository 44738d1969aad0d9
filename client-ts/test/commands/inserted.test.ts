import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastInserted } from '../../src/commands/inserted';

const BEFORE = 'import mlflow\n\nwith mlflow.start_run():\n    pass\n';

test('the last insertion is found after what was inserted before it, without the space around', () => {
  const changes = [
    { rangeOffset: 15, rangeLength: 0, text: 'mlflow.set_tracking_uri(uri)\n' },
    { rangeOffset: 14, rangeLength: 0, text: 'from x import uri\n' },
  ];
  const after = `${BEFORE.slice(0, 14)}from x import uri\n${BEFORE.slice(14, 15)}mlflow.set_tracking_uri(uri)\n${BEFORE.slice(15)}`;
  const { start, end } = lastInserted(changes);
  assert.equal(after.slice(start, end), 'mlflow.set_tracking_uri(uri)');
});

test('what was only taken away leaves a place', () => {
  assert.deepEqual(lastInserted([{ rangeOffset: 4, rangeLength: 2, text: '' }]), { start: 4, end: 4 });
  assert.deepEqual(lastInserted([{ rangeOffset: 4, rangeLength: 0, text: '\n' }]), { start: 4, end: 4 });
});
