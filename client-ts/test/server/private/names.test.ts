import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Contents,
  environmentName,
  isEnvironment,
  layout,
  wheelVersion,
} from '../../../src/server/private/names';

const contents: Contents = {
  version: '0.1.0',
  wheel: Buffer.from('w'),
  locks: [Buffer.from('e'), Buffer.from('c')],
};

const PYTHON = { version: '3.12', prefix: '/usr' };

test('the name of an environment tells the version, and is short', () => {
  assert.match(environmentName(contents, PYTHON, 'linux-x64'), /^0\.1\.0-[0-9a-f]{8}$/);
});

test('all that decides what is in an environment is in its name', () => {
  const others = [
    environmentName({ ...contents, wheel: Buffer.from('x') }, PYTHON, 'linux-x64'),
    environmentName({ ...contents, locks: [Buffer.from('ec'), Buffer.from('')] }, PYTHON, 'linux-x64'),
    environmentName(contents, { ...PYTHON, version: '3.13' }, 'linux-x64'),
    environmentName(contents, { ...PYTHON, prefix: '/opt/python' }, 'linux-x64'),
    environmentName(contents, PYTHON, 'linux-arm64'),
    environmentName(contents, PYTHON, 'linux-x64'),
  ];
  assert.equal(new Set(others).size, others.length);
});

test('the version is read from the name of a wheel of azmlflow, and of no other file', () => {
  assert.equal(wheelVersion('azmlflow-0.1.0-py3-none-any.whl'), '0.1.0');
  assert.equal(wheelVersion('azmlflow-0.2.0rc1-py3-none-any.whl'), '0.2.0rc1');
  assert.equal(wheelVersion('pygls-2.1-py3-none-any.whl'), undefined);
  assert.equal(wheelVersion('editor.txt'), undefined);
});

test('an environment is told by its name, and of which version it is', () => {
  assert.ok(isEnvironment('0.2.0rc1-0123abcd') && isEnvironment('0.1.0-0123abcd', '0.1.0'));
  assert.ok(!isEnvironment('0.1.0-0123abcd', '0.1') && !isEnvironment('0.1.0-0123abcd.tmp'));
  assert.ok(!isEnvironment('mine') && !isEnvironment('install.lock'));
});

test('the Python of an environment is where the system puts it', () => {
  assert.ok(layout('/s', 'n', 'linux').python.endsWith('/bin/python'));
  assert.match(layout('/s', 'n', 'win32').python, /Scripts.python\.exe$/);
});
