import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { inInterpreter, interpreterOf, pathOf } from '../../src/report/interpreter';
import { outcome } from './outcomes';

const PIP = 'python -m pip install azureml-mlflow';

test('the interpreter is the one that the server says it tests in', () => {
  const told = (interpreter: unknown) => [
    outcome('configuration', { details: { interpreter } }),
    outcome('packages', { details: { interpreter: '/other/python' } }),
  ];
  const python = path.resolve('project', '.venv', 'bin', 'python');
  assert.equal(interpreterOf(told(python)), python);
  for (const none of [null, 7, '', 'python']) {
    assert.equal(interpreterOf(told(none)), undefined);
  }
  assert.equal(interpreterOf([]), undefined);
});

test(
  'python is that interpreter, whatever the shell would find by the name',
  { skip: path.sep === '\\' },
  () => {
    assert.equal(
      inInterpreter(PIP, '/home/me/.venv/bin/python3'),
      '/home/me/.venv/bin/python3 -m pip install azureml-mlflow',
    );
  },
);

test('a path that a shell would read something into stays out of the command', () => {
  for (const folder of [
    '/home/a b/bin',
    '/home/$(reboot)/bin',
    "/home/it's/bin",
    '/home/a;b/bin',
    '/home/~/bin',
  ]) {
    assert.equal(inInterpreter(PIP, `${folder}/python3`), 'python3 -m pip install azureml-mlflow');
    assert.equal(inInterpreter(PIP, `${folder}/py;thon`), PIP);
  }
});

test('only python is another one in another interpreter', () => {
  assert.equal(inInterpreter('az login', '/usr/bin/python3'), 'az login');
  assert.equal(inInterpreter('pythonic x', '/usr/bin/python3'), 'pythonic x');
  assert.equal(inInterpreter(PIP, undefined), PIP);
});

test('its folder comes first on PATH', () => {
  const python = path.join(path.sep, 'project', '.venv', 'bin', 'python');
  assert.equal(pathOf(python, 'a'), [path.dirname(python), 'a'].join(path.delimiter));
  assert.equal(pathOf(python, undefined), path.dirname(python));
});
