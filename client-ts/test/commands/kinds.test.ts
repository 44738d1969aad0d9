import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { canConnect, canLog, canRun } from '../../src/commands/kinds';

function of(path: string, language?: string) {
  return { path, language };
}

test('scripts and notebooks can log', () => {
  assert.ok(canLog(of('/a/train.py')));
  assert.ok(canLog(of('/a/explore.ipynb')));
  assert.ok(canLog(of('Untitled-1', 'python')));
  assert.ok(!canLog(of('/a/config.json', 'json')));
  assert.ok(!canLog(of('/a/train.py.md')));
});

test('a notebook is no program', () => {
  assert.ok(canRun(of('/a/train.py')));
  assert.ok(!canRun(of('/a/explore.ipynb')));
  assert.ok(!canRun(of('/a/explore.ipynb', 'python')));
});

test('a connection is that of what can log, or of a config.json', () => {
  assert.ok(canConnect(of('/a/train.py')));
  assert.ok(canConnect(of('/a/.azureml/config.json')));
  assert.ok(canConnect(of('C:\\a\\config.json')));
  assert.ok(!canConnect(of('/a/tsconfig.json')));
  assert.ok(!canConnect(of('/a/README.md')));
});
