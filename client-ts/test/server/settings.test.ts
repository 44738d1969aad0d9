import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillIn } from '../../src/server/settings';

const known = { interpreter: '/venv/bin/python', envFile: '/srv/project/dev.env' };

test('what the user left empty is filled with what the editor knows', () => {
  assert.deepEqual(fillIn({ interpreter: '', persona: 'project' }, known), { ...known, persona: 'project' });
});

test('what the user wrote holds', () => {
  const written = { interpreter: '/opt/python', envFile: '/etc/env' };
  assert.deepEqual(fillIn(written, known), written);
});

test('what the editor does not know is left as it is', () => {
  assert.deepEqual(fillIn({ interpreter: '' }, { interpreter: undefined, envFile: undefined }), {
    interpreter: '',
  });
});

test('an answer that is no section is passed on', () => {
  assert.equal(fillIn(null, known), null);
});
