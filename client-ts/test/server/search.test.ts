import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofEnvironment, ofInterpreter, ofProgram } from '../../src/server/command';
import { type Place, type Questions, search } from '../../src/server/search';
import { inEnglish } from '../../src/server/sentences';

const refuse = () => Promise.reject(new Error('must not be called'));

/** Returns questions that find nothing, but for what a test says. */
function questions(said: Partial<Questions> = {}): Questions {
  return {
    setting: '',
    trusted: true,
    isFile: () => true,
    interpreter: () => Promise.resolve(undefined),
    versionIn: () => Promise.resolve(undefined),
    versionOf: () => Promise.resolve('0.1.0'),
    onPath: [],
    inPrivate: () => Promise.resolve({ problem: 'There is no Python.' }),
    refused: new Map(),
    t: inEnglish,
    ...said,
  };
}

const selected = { interpreter: () => Promise.resolve('/venv/bin/python') };
const installed = { ...selected, versionIn: () => Promise.resolve('0.1.0') };
const own = {
  inPrivate: () => Promise.resolve({ python: '/own/bin/python', version: '0.1.0', note: '/own' }),
};

test('the setting comes first, and nothing else is asked', async () => {
  const outcome = await search(
    questions({ setting: '/opt/azmlflow', interpreter: refuse, versionOf: refuse, inPrivate: refuse }),
  );
  assert.deepEqual(outcome.found?.azmlflow, ofProgram('/opt/azmlflow'));
});

test('a setting that names no file is a problem, not a reason to take another server', async () => {
  const outcome = await search(
    questions({ ...installed, setting: '/gone', isFile: (path) => path !== '/gone', inPrivate: refuse }),
  );
  assert.equal(outcome.found, undefined);
  assert.match(outcome.problem ?? '', /names \/gone, and there is no such file/);
});

test('the selected interpreter comes before PATH', async () => {
  const outcome = await search(questions({ ...installed, onPath: ['/usr/bin/azmlflow'], versionOf: refuse }));
  assert.deepEqual(outcome.found?.azmlflow, ofInterpreter('/venv/bin/python'));
  assert.equal(outcome.found.version, '0.1.0');
});

test('PATH serves when the selected interpreter has no azmlflow', async () => {
  const isFile = (path: string) => path === '/usr/bin/azmlflow';
  const onPath = ['/usr/local/bin/azmlflow', '/usr/bin/azmlflow'];
  const outcome = await search(questions({ ...selected, isFile, onPath, inPrivate: refuse }));
  assert.deepEqual(outcome.found?.azmlflow, ofProgram('/usr/bin/azmlflow'));
});

test('the private environment serves when azmlflow is nowhere else', async () => {
  const outcome = await search(questions({ ...selected, ...own }));
  assert.deepEqual(outcome.found?.azmlflow, ofEnvironment('/own/bin/python'));
});

test('a server that is too old is passed over, and the log says so', async () => {
  const old = { versionIn: () => Promise.resolve('0.0.9'), versionOf: () => Promise.resolve('0.0.1') };
  const outcome = await search(questions({ ...selected, ...old, ...own, onPath: ['/usr/bin/azmlflow'] }));
  assert.equal(outcome.found?.place, 'private');
  assert.deepEqual(outcome.steps, [
    '1. azmlflow.server.path: not set',
    '2. the selected interpreter: /venv/bin/python has azmlflow 0.0.9, older than 0.1.0, so it is passed over',
    '3. PATH: /usr/bin/azmlflow is azmlflow 0.0.1, older than 0.1.0, so it is passed over',
    '4. the private environment: /own',
  ]);
});

test('a program on PATH that does not say its version is passed over', async () => {
  const versionOf = () => Promise.resolve(undefined);
  const outcome = await search(questions({ ...own, versionOf, onPath: ['/usr/bin/azmlflow'] }));
  assert.equal(outcome.found?.place, 'private');
  assert.match(outcome.steps[2] ?? '', /\/usr\/bin\/azmlflow does not say its version/);
});

test('a place whose server could not be started is passed over with the reason', async () => {
  const refused = new Map<Place, string>([['interpreter', "No module named 'pygls'"]]);
  const outcome = await search(questions({ ...installed, ...own, refused }));
  assert.equal(outcome.found?.place, 'private');
  assert.equal(outcome.steps[1], "2. the selected interpreter: passed over: No module named 'pygls'");
});

test('an interpreter is neither asked for nor run in a workspace that is not trusted', async () => {
  const outcome = await search(
    questions({ trusted: false, interpreter: refuse, versionIn: refuse, onPath: ['/usr/bin/azmlflow'] }),
  );
  assert.deepEqual(outcome.found?.azmlflow, ofProgram('/usr/bin/azmlflow'));
  assert.match(outcome.steps[1] ?? '', /not trusted/);
});

test('when it is nowhere, the problem is that of the last place and each step is told in order', async () => {
  const outcome = await search(questions(selected));
  assert.equal(outcome.found, undefined);
  assert.equal(outcome.problem, 'There is no Python.');
  assert.deepEqual(outcome.steps, [
    '1. azmlflow.server.path: not set',
    '2. the selected interpreter: /venv/bin/python has no azmlflow',
    '3. PATH: no azmlflow',
    '4. the private environment: There is no Python.',
  ]);
});
