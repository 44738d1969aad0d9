import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installCommand, ofInterpreter, ofProgram, sameCommand, versionQuestion } from '../src/command';

test('a program is started as a server on standard input and output', () => {
  assert.deepEqual(ofProgram('/opt/azmlflow'), { program: '/opt/azmlflow', args: ['lsp', '--stdio'] });
});

test('an interpreter runs azmlflow as a module', () => {
  const command = ofInterpreter('/venv/bin/python');
  assert.deepEqual(command, { program: '/venv/bin/python', args: ['-m', 'azmlflow', 'lsp', '--stdio'] });
});

test('an interpreter is asked for the version without importing azmlflow', () => {
  assert.doesNotMatch(versionQuestion('python').args.join(' '), /import azmlflow/);
});

test('the command that installs azmlflow names the selected interpreter, quoted where it must be', () => {
  assert.equal(installCommand(undefined), 'python -m pip install azmlflow');
  assert.equal(installCommand('/venv/bin/python'), '/venv/bin/python -m pip install azmlflow');
  assert.equal(installCommand('C:\\My Env\\python.exe'), '"C:\\My Env\\python.exe" -m pip install azmlflow');
});

test('the same program with the same arguments is the same server', () => {
  assert.ok(sameCommand(ofProgram('/a'), ofProgram('/a')));
  assert.ok(!sameCommand(ofProgram('/a'), ofProgram('/b')));
  assert.ok(!sameCommand(ofProgram('/a'), undefined));
});
