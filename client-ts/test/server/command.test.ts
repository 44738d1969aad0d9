import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asServer,
  inWords,
  ofEnvironment,
  ofInterpreter,
  ofProgram,
  sameCommand,
  versionQuestion,
  withArguments,
} from '../../src/server/command';

test('azmlflow is started as a server on standard input and output', () => {
  assert.deepEqual(asServer(ofProgram('/opt/azmlflow')), {
    program: '/opt/azmlflow',
    args: ['lsp', '--stdio'],
  });
});

test('an interpreter runs azmlflow as a module', () => {
  assert.equal(
    inWords(asServer(ofInterpreter('/venv/bin/python'))),
    '/venv/bin/python -m azmlflow lsp --stdio',
  );
});

test('nothing of the user reaches into an environment of our own', () => {
  assert.equal(inWords(ofEnvironment('/own/bin/python')), '/own/bin/python -I -m azmlflow');
});

test('a subcommand is added to how azmlflow is called', () => {
  const azmlflow = ofInterpreter('python');
  assert.deepEqual(withArguments(azmlflow, 'doctor', '.').args, ['-m', 'azmlflow', 'doctor', '.']);
  assert.deepEqual(azmlflow.args, ['-m', 'azmlflow']);
});

test('an interpreter is asked for the version without importing azmlflow', () => {
  assert.doesNotMatch(versionQuestion('python').args.join(' '), /import azmlflow/);
});

test('the same program with the same arguments is the same server', () => {
  assert.ok(sameCommand(ofProgram('/a'), ofProgram('/a')));
  assert.ok(!sameCommand(ofProgram('/a'), ofProgram('/b')));
  assert.ok(!sameCommand(ofProgram('/a'), undefined));
});
