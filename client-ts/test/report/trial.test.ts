import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  abandoned,
  answered,
  begun,
  cancelled,
  preparing,
  refused,
  told,
  type Trial,
} from '../../src/report/trial';
import { sent } from './outcomes';

const AT = new Date('2026-03-01T12:00:00Z');
const LATER = new Date('2026-03-01T12:00:05Z');
const URI = 'file:///a/train.py';

function start(before?: Trial): Trial {
  return begun({ uri: URI, what: 'connection', asked: true, sandboxed: false }, AT, before);
}

/** Tells a test what the server says, message after message. */
function after(
  trial: Trial,
  ...messages: readonly [method: string, rest: Record<string, unknown>, id?: string][]
): Trial {
  return messages.reduce(
    (one, [method, rest, id = '1']) => told(one, `azmlflow/${method}`, { id, uri: URI, ...rest }, LATER),
    trial,
  );
}

const OK = { outcome: sent('packages') };
const SUMMARY = { outcome: sent('summary', { message: 'Connected.' }) };

test('a test takes in what the server tells of it, step by step', () => {
  const trial = after(
    start(),
    [
      'testStarted',
      {
        title: 'x',
        byItself: false,
        steps: [{ step: 'packages', title: 'the packages' }, { step: 'chain' }],
      },
    ],
    ['stepStarted', { step: 'chain', title: 'the chain', link: 'AzureCliCredential', seconds: 4 }],
    ['outcome', OK],
  );
  assert.equal(trial.id, '1');
  assert.deepEqual(trial.steps, ['packages', 'chain']);
  assert.deepEqual(trial.now, { message: 'the chain: AzureCliCredential', step: 'chain', since: LATER });
  assert.equal(trial.outcomes.length, 1);
  assert.equal(trial.phase, 'running');
});

test('the summary ends it', () => {
  const trial = after(start(), ['outcome', OK], ['outcome', SUMMARY]);
  assert.equal(trial.phase, 'ended');
  assert.equal(trial.summary?.message, 'Connected.');
  assert.equal(trial.outcomes.length, 1);
  assert.equal(trial.now, undefined);
});

test('the answer has the last word, and the page', () => {
  const answer = { id: '1', outcomes: [sent('packages'), sent('chain'), SUMMARY.outcome], text: 'the page' };
  const trial = answered(after(start(), ['outcome', OK]), answer, LATER);
  assert.deepEqual(
    trial.outcomes.map(({ step }) => step),
    ['packages', 'chain'],
  );
  assert.equal(trial.text, 'the page');
  assert.equal(trial.phase, 'ended');
});

test('an answer that is none takes nothing away', () => {
  const trial = answered(after(start(), ['outcome', OK], ['outcome', SUMMARY]), 'nonsense', LATER);
  assert.equal(trial.outcomes.length, 1);
  assert.equal(trial.summary?.message, 'Connected.');
});

test('the last words of the test before are not taken for its own', () => {
  const before = after(start(), ['outcome', OK]);
  const trial = after(start(before), ['outcome', SUMMARY, '1'], ['outcome', { outcome: sent('chain') }, '2']);
  assert.equal(trial.phase, 'running');
  assert.equal(trial.id, '2');
  assert.deepEqual(
    trial.outcomes.map(({ step }) => step),
    ['chain'],
  );
});

test('a test that takes its place begins anew', () => {
  const trial = after(start(), ['outcome', OK, '1'], ['outcome', { outcome: sent('chain') }, '2']);
  assert.deepEqual(
    trial.outcomes.map(({ step }) => step),
    ['chain'],
  );
});

test('what was found before a cancel stays, and what comes after it does not bring it back to life', () => {
  const trial = cancelled(after(start(), ['outcome', OK]), LATER);
  const late = after(
    trial,
    ['stepStarted', { step: 'chain' }],
    ['outcome', SUMMARY],
    ['testEnded', { cancelled: true }],
  );
  assert.equal(late.phase, 'cancelled');
  assert.equal(late.outcomes.length, 1);
  assert.equal(late.now, undefined);
});

test('a test of the server that came to nothing has ended', () => {
  assert.equal(after(start(), ['outcome', OK], ['testEnded', { cancelled: true }]).phase, 'cancelled');
});

test('what is prepared is shown until the server takes it up', () => {
  const trial = preparing(start(), 'installing', AT);
  assert.equal(trial.now?.message, 'installing');
  const begins = after(trial, ['stepStarted', { step: 'chain', title: 'the chain', link: null }]);
  assert.equal(preparing(begins, 'the chain', AT).now?.since, LATER);
});

test('a refusal is kept as its sentence', () => {
  const trial = refused(start(), 'Trust the workspace first.', LATER);
  assert.deepEqual([trial.phase, trial.refusal], ['refused', 'Trust the workspace first.']);
});

test('messages that are none change nothing', () => {
  const trial = start();
  for (const message of [undefined, 'x', { id: 3 }, { uri: URI }]) {
    assert.equal(told(trial, 'azmlflow/outcome', message, LATER), trial);
  }
  assert.equal(after(trial, ['outcome', { outcome: { step: 'x' } }]).outcomes.length, 0);
  assert.deepEqual(after(trial, ['testStarted', { steps: [7, { step: 8 }, 'x'] }]).steps, []);
});

test('with its server only a test is over that nobody has asked for', () => {
  const asked = after(start(), ['outcome', OK]);
  const byItself = { ...asked, asked: false };
  assert.equal(abandoned(asked, LATER), asked);
  assert.deepEqual(abandoned(byItself, LATER), cancelled(byItself, LATER));
  const ended = after(byItself, ['outcome', SUMMARY]);
  assert.equal(abandoned(ended, LATER), ended);
});
