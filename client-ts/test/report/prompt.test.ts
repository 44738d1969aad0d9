import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prompt } from '../../src/report/prompt';

const HERE = { folder: 'file:///here', interpreter: '/here/.venv/bin/python' };

test('what was typed and not run keeps the prompt, and so does what runs', () => {
  const prompt = new Prompt(HERE);
  prompt.taken();
  assert.ok(!prompt.serves(HERE), 'typed');
  prompt.taken();
  assert.ok(!prompt.serves(HERE), 'runs');
  prompt.left();
  assert.ok(prompt.serves(HERE), 'has ended');
  prompt.taken();
  assert.ok(!prompt.serves(HERE), 'the user has started something');
});

test('where the shell tells nothing, nothing is taken for an empty prompt', () => {
  assert.ok(!new Prompt(HERE).serves(HERE));
});

test('a terminal serves the folder and the interpreter for which it was opened', () => {
  const prompt = new Prompt(HERE);
  prompt.left();
  assert.ok(!prompt.serves({ ...HERE, folder: 'file:///there' }));
  assert.ok(!prompt.serves({ ...HERE, interpreter: undefined }));
});
