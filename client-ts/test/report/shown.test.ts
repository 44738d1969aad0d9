import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf } from '../../src/report/as-text';
import { lineIn } from '../../src/report/find';
import { viewOf } from '../../src/report/shown';
import { answered, begun, cancelled, preparing, refused, told, type Trial } from '../../src/report/trial';
import type { View } from '../../src/report/view';
import { inEnglish } from '../../src/server/sentences';
import { sent } from './outcomes';

const AT = new Date('2026-03-01T12:00:00Z');
const RUNNING = begun({ uri: 'file:///a/train.py', what: 'connection', asked: true, sandboxed: false }, AT);
const FAILED = { outcome: 'failed', hard: true, link: 'AzureCliCredential', code: 'AADSTS700082' };

function ended(...outcomes: readonly Record<string, unknown>[]): Trial {
  return answered(RUNNING, { outcomes, text: 'the page' }, AT);
}

function view(trial: Trial, ran?: string): View {
  return viewOf(trial, { name: 'train.py', moment: (date) => date.toISOString(), ran }, inEnglish);
}

function actions(trial: Trial): string[] {
  return view(trial).actions.map(({ id }) => id);
}

test('while it runs it can be cancelled, and it says what is being done', () => {
  const trial = told(
    told(RUNNING, 'azmlflow/testStarted', { id: '1', steps: [{ step: 'chain' }, { step: 'token' }] }, AT),
    'azmlflow/stepStarted',
    { id: '1', step: 'token', title: 'the token', link: null },
    AT,
  );
  const { state, now, title } = view(trial);
  assert.equal(state, 'running');
  assert.equal(title, 'Connection of train.py');
  assert.deepEqual(now, { message: 'The token', place: 'step 2 of 2', since: AT.getTime() });
  assert.deepEqual(actions(trial), ['cancel', 'showLogs']);
});

test('what the server tests again by itself cannot be cancelled here', () => {
  assert.deepEqual(actions({ ...RUNNING, asked: false }), ['showLogs']);
});

test('before the server takes it up, it says what it waits for', () => {
  assert.equal(view(preparing(RUNNING, 'installing', AT)).now?.message, 'Installing');
});

test('success says where one is connected, and nothing twice', () => {
  const details = { workspace: 'ws-churn', identity: 'alice', checked: [] };
  const trial = ended(
    sent('experiments'),
    sent('summary', { message: 'Connected to workspace ws-churn as alice.', details, seconds: 4.2 }),
  );
  const { state, word, headline, facts } = view(trial);
  assert.deepEqual([state, word, headline], ['ok', 'Passed', 'Connected to workspace ws-churn as alice.']);
  assert.deepEqual(facts, ['Tested 2026-03-01T12:00:00.000Z', 'Took 4.2 s']);
  assert.deepEqual(actions(trial), ['testAgain', 'openInStudio', 'copyReport', 'showLogs']);
});

test('a failure marks what it stopped at, and offers to allow a sign-in', () => {
  const message = 'The refresh token has expired.';
  const trial = ended(
    sent('chain'),
    sent('credential', { ...FAILED, message, hard: false, link: 'EnvironmentCredential', code: null }),
    sent('credential', { ...FAILED, message }),
    sent('summary', { ...FAILED, message: `Stopped at the sign-in: ${message}` }),
  );
  const shown = view(trial);
  assert.equal(shown.state, 'failed');
  assert.equal(lineIn(shown, 'credential/AzureCliCredential')?.cause, true);
  assert.equal(lineIn(shown, 'credential/EnvironmentCredential')?.cause, false);
  assert.ok(actions(trial).includes('allowSignIn'));
});

test('what was cancelled or refused has not finished, and says why', () => {
  assert.deepEqual(
    [view(cancelled(RUNNING, AT)).state, view(cancelled(RUNNING, AT)).headline],
    ['stopped', 'The test was cancelled.'],
  );
  const no = refused(RUNNING, 'There is no server.', AT);
  assert.deepEqual([view(no).word, view(no).headline], ['Not finished', 'There is no server.']);
  assert.deepEqual(actions(no), ['testAgain', 'showLogs']);
});

test('a report from the sandbox says so, and offers no studio', () => {
  const trial = { ...ended(sent('experiments'), sent('summary')), sandboxed: true };
  assert.match(view(trial).sandbox ?? '', /sandbox/);
  assert.ok(!actions(trial).includes('openInStudio'));
  assert.equal(view(ended(sent('summary'))).sandbox, undefined);
});

test('after a command has ended well it is proposed to test again', () => {
  assert.match(view(ended(sent('summary')), 'az login').hint ?? '', /^az login has ended well/);
});

test('a key from the page finds a line, and nothing else is taken from there', () => {
  const shown = view(ended(sent('credential', { ...FAILED, command: 'az login' }), sent('summary')));
  assert.equal(lineIn(shown, 'credential/AzureCliCredential')?.command?.text, 'az login');
  for (const key of ['', 'credential/', '__proto__', 7, undefined, { key: 'credential' }]) {
    assert.equal(lineIn(shown, key), undefined);
  }
});

test('the report can be had as text', () => {
  const trial = ended(
    sent('packages'),
    sent('credential', { ...FAILED, message: 'Expired.', advice: 'Sign in again.', command: 'az login' }),
    sent('summary', { ...FAILED, message: 'Stopped.' }),
  );
  const text = textOf(view(trial));
  assert.match(text, /^Connection of train\.py\n\nStopped\.\n/);
  assert.match(text, /\nok {9}The step packages: packages is well\.\n/);
  assert.match(text, /\n {11}Sign in again\. \(AADSTS700082\)\n {11}\$ az login\n/);
});

test('hostile texts are only ever texts of the view', () => {
  const evil = '<img src=x onerror=alert(1)> [x](command:evil) </script>\u0000\n';
  const trial = ended(
    sent(evil, {
      title: evil,
      message: evil,
      advice: evil,
      code: evil,
      url: evil,
      command: evil,
      link: evil,
    }),
    sent(evil, { outcome: 'failed', host: evil, details: { warnings: [evil], __proto__: { x: 1 } } }),
    sent('summary', { message: evil, details: { workspace: { evil }, identity: [evil] } }),
  );
  const shown = view(trial);
  assert.equal(shown.headline, evil);
  const told = shown.items.flatMap((item) => (item.kind === 'step' ? item.parts : []));
  assert.ok(told.every((part) => part.kind === 'fold' || part.more === undefined));
  assert.ok(told.every((part) => part.kind === 'fold' || part.command?.terminal === undefined));
});
