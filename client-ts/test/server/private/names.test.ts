import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Contents,
  environmentName,
  layout,
  PYTHONS,
  wheelVersion,
} from '../../../src/server/private/names';

const contents: Contents = {
  version: '0.1.0',
  wheel: Buffer.from('w'),
  locks: [Buffer.from('e'), Buffer.from('c')],
};

test('the name of an environment tells the version, and is short', () => {
  assert.match(environmentName(contents, '3.12', 'linux-x64'), /^0\.1\.0-[0-9a-f]{8}$/);
});

test('all that decides what is in an environment is in its name', () => {
  const others = [
    environmentName({ ...contents, wheel: Buffer.from('x') }, '3.12', 'linux-x64'),
    environmentName({ ...contents, locks: [Buffer.from('ec'), Buffer.from('')] }, '3.12', 'linux-x64'),
    environmentName(contents, '3.13', 'linux-x64'),
    environmentName(contents, '3.12', 'linux-arm64'),
    environmentName(contents, '3.12', 'linux-x64'),
  ];
  assert.equal(new Set(others).size, others.length);
});

test('the version is read from the name of a wheel of azmlflow, and of no other file', () => {
  assert.equal(wheelVersion('azmlflow-0.1.0-py3-none-any.whl'), '0.1.0');
  assert.equal(wheelVersion('azmlflow-0.2.0rc1-py3-none-any.whl'), '0.2.0rc1');
  assert.equal(wheelVersion('pygls-2.1-py3-none-any.whl'), undefined);
  assert.equal(wheelVersion('editor.txt'), undefined);
});

test('an environment of any Python that may have made it is found again', () => {
  assert.ok(['3.10', '3.13', '3.14'].every((version) => PYTHONS.includes(version)));
  assert.ok(!PYTHONS.includes('3.9'));
});

test('the Python of an environment is where the system puts it', () => {
  assert.ok(layout('/s', 'n', 'linux').python.endsWith('/bin/python'));
  assert.match(layout('/s', 'n', 'win32').python, /Scripts.python\.exe$/);
});
