import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofInterpreter, ofProgram } from '../src/command';
import { type Questions, search } from '../src/search';

/** Returns questions that find nothing, but for what a test says. */
function questions(said: Partial<Questions> = {}): Questions {
  return {
    setting: '',
    trusted: true,
    isFile: () => true,
    interpreter: () => Promise.resolve(undefined),
    versionIn: () => Promise.resolve(undefined),
    onPath: [],
    ...said,
  };
}

const selected = { interpreter: () => Promise.resolve('/venv/bin/python') };
const installed = { ...selected, versionIn: () => Promise.resolve('0.1.0') };

test('the setting comes first', async () => {
  const outcome = await search(
    questions({ ...installed, setting: '/opt/azmlflow', onPath: ['/usr/bin/azmlflow'] }),
  );
  assert.deepEqual(outcome.command, ofProgram('/opt/azmlflow'));
});

test('a setting that names no file is a problem, not a reason to take another server', async () => {
  const outcome = await search(
    questions({ ...installed, setting: '/gone', isFile: (path) => path !== '/gone' }),
  );
  assert.equal(outcome.command, undefined);
  assert.match(outcome.problem ?? '', /names \/gone, and there is no such file/);
  assert.equal(outcome.install, undefined);
});

test('the selected interpreter comes before PATH', async () => {
  const outcome = await search(questions({ ...installed, onPath: ['/usr/bin/azmlflow'] }));
  assert.deepEqual(outcome.command, ofInterpreter('/venv/bin/python'));
});

test('PATH serves when the selected interpreter has no azmlflow', async () => {
  const isFile = (path: string) => path === '/usr/bin/azmlflow';
  const onPath = ['/usr/local/bin/azmlflow', '/usr/bin/azmlflow'];
  const outcome = await search(questions({ ...selected, isFile, onPath }));
  assert.deepEqual(outcome.command, ofProgram('/usr/bin/azmlflow'));
});

test('an interpreter is neither asked for nor run in a workspace that is not trusted', async () => {
  const refuse = () => Promise.reject(new Error('must not be called'));
  const outcome = await search(
    questions({ trusted: false, interpreter: refuse, versionIn: refuse, onPath: ['/usr/bin/azmlflow'] }),
  );
  assert.deepEqual(outcome.command, ofProgram('/usr/bin/azmlflow'));
  assert.ok(outcome.steps.some((step) => step.includes('not trusted')));
});

test('when it is nowhere, the problem names the interpreter and each step is told in order', async () => {
  const outcome = await search(questions(selected));
  assert.equal(outcome.command, undefined);
  assert.equal(outcome.install, '/venv/bin/python -m pip install azmlflow');
  assert.match(outcome.problem ?? '', /not installed in \/venv\/bin\/python or on PATH/);
  assert.deepEqual(outcome.steps, [
    '1. azmlflow.server.path: not set',
    '2. the selected interpreter: /venv/bin/python has no azmlflow',
    '3. PATH: no azmlflow',
  ]);
});
