import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpsOf, itemsOf } from '../../src/report/lines';
import type { Outcome } from '../../src/report/outcome';
import type { Fold, Item, Line } from '../../src/report/view';
import { inEnglish } from '../../src/server/sentences';
import { outcome } from './outcomes';

function items(outcomes: readonly Outcome[], cause?: Outcome, running?: string): Item[] {
  return itemsOf(outcomes, { cause, running }, inEnglish);
}

/** Returns items, or parts, as (kind, title, outcome). */
function brief(all: readonly (Item | Line | Fold)[]): [string, string, string][] {
  return all.map(({ kind, title, outcome: word }) => [kind, title, word]);
}

function link(name: string, changes: Partial<Outcome> = {}): Outcome {
  return outcome('credential', {
    link: name,
    message: `${name} is not set up.`,
    outcome: 'failed',
    ...changes,
  });
}

test('a step is a line with its title, its word and how long it took', () => {
  const [step] = items([outcome('packages', { seconds: 1.25 })]);
  assert.ok(step?.kind === 'step');
  assert.deepEqual([step.title, step.word, step.message], ['The step packages', 'ok', 'packages is well.']);
  assert.match(step.took ?? '', /^1\.[23] s$/);
  assert.deepEqual(step.parts, []);
  const [quick] = items([outcome('packages', { seconds: 0.04 })]);
  assert.ok(quick?.kind === 'step' && quick.took === undefined);
});

test('credentials are parts of their step, and those that pass on are told together', () => {
  const all = [link('A'), link('B'), link('C', { outcome: 'ok' }), link('D', { outcome: 'not-reached' })];
  const [step] = items(all);
  assert.ok(step?.kind === 'step');
  assert.equal(step.outcome, 'ok');
  assert.deepEqual(brief(step.parts), [
    ['fold', '2 credentials', 'passed-on'],
    ['line', 'C', 'ok'],
    ['line', 'D', 'not-tried'],
  ]);
  const [fold] = step.parts;
  assert.ok(fold?.kind === 'fold');
  assert.equal(fold.message, 'A, B');
  assert.deepEqual(brief(fold.lines), [
    ['line', 'A', 'passed-on'],
    ['line', 'B', 'passed-on'],
  ]);
});

test('of many that are told together some are named, and a reason that is common to all is given instead', () => {
  const many = ['A', 'B', 'C', 'D', 'E'];
  const partOf = ([step]: Item[]) => (step?.kind === 'step' ? step.parts[0] : undefined);
  assert.equal(partOf(items(many.map((name) => link(name))))?.message, 'A, B, C and 2 more');
  const never = { outcome: 'not-reached', message: 'Never tried.' } as const;
  assert.equal(partOf(items(many.map((name) => link(name, never))))?.message, 'Never tried.');
});

test('what a step says of itself comes before what its parts come to', () => {
  const none = outcome('credential', {
    outcome: 'failed',
    hard: true,
    message: 'No credential gives a token.',
  });
  const [step] = items([link('A'), link('B', { outcome: 'skipped' }), none]);
  assert.ok(step?.kind === 'step');
  assert.deepEqual([step.outcome, step.message], ['failed', 'No credential gives a token.']);
});

test('a step says what it comes to, and the Python that goes on is a part of it', () => {
  for (const [hard, word] of [
    [true, 'failed'],
    [false, 'warning'],
  ] as const) {
    const lacks = outcome('packages', {
      outcome: 'failed',
      hard,
      message: 'Python 3.9 lacks azureml-mlflow.',
    });
    const [step] = items([lacks, outcome('packages')], lacks);
    assert.ok(step?.kind === 'step');
    assert.deepEqual([step.outcome, step.message], [word, 'Python 3.9 lacks azureml-mlflow.']);
    assert.ok(step.cause);
    assert.deepEqual(
      step.parts.map((part) => [part.outcome, part.message]),
      [['ok', 'packages is well.']],
    );
  }
});

test('one host that fails is seen among those that are told together', () => {
  const host = (name: string, changes: Partial<Outcome> = {}) =>
    outcome('network', { host: name, ...changes });
  const [step] = items([host('a'), host('b'), host('c', { outcome: 'failed' }), host('d')]);
  assert.ok(step?.kind === 'step');
  assert.equal(step.outcome, 'warning');
  assert.deepEqual(brief(step.parts), [
    ['fold', '2 hosts', 'ok'],
    ['line', 'c', 'warning'],
    ['line', 'd', 'ok'],
  ]);
});

test('steps that were not tried are told together, a single one is not', () => {
  const left = ['a', 'b', 'c'].map((step) =>
    outcome(step, { outcome: 'not-reached', message: 'Not tried, because x failed.' }),
  );
  assert.deepEqual(brief(items([outcome('packages'), ...left])), [
    ['step', 'The step packages', 'ok'],
    ['fold', '3 steps', 'not-tried'],
  ]);
  assert.deepEqual(brief(items(left.slice(0, 1))), [['step', 'The step a', 'not-tried']]);
});

test('what the test stopped at is marked and never folded away', () => {
  const cause = link('B', { hard: true });
  const [step] = items([link('A'), cause, link('C', { outcome: 'not-reached' })], cause);
  assert.ok(step?.kind === 'step');
  assert.deepEqual(
    step.parts.map((part) => part.kind === 'line' && part.cause),
    [false, true, false],
  );
});

test('every line has a key of its own', () => {
  const twice = [
    link('A'),
    link('A', { outcome: 'ok' }),
    outcome('tenant', { host: 'a' }),
    outcome('tenant'),
  ];
  const keys = items(twice).flatMap((item) => [
    item.key,
    ...(item.kind === 'step' ? item.parts.map(({ key }) => key) : []),
  ]);
  assert.equal(new Set(keys).size, keys.length);
});

test('warnings of a step are notes', () => {
  const [step] = items([outcome('configuration', { details: { warnings: ['.env sets HTTPS_PROXY', 7] } })]);
  assert.ok(step?.kind === 'step');
  assert.deepEqual(step.notes, ['.env sets HTTPS_PROXY']);
});

test('advice comes with its code, a command with what a terminal may do with it', () => {
  const failure = { outcome: 'failed', hard: true, advice: 'Sign in again.', code: 'AADSTS700082' } as const;
  const [run] = items([outcome('a', { ...failure, command: 'az login' })]);
  const [type] = items([outcome('a', { ...failure, command: 'az login --tenant <tenant-id>' })]);
  const [copy] = items([outcome('a', { ...failure, command: 'export A=b' })]);
  assert.ok(run?.kind === 'step' && type?.kind === 'step' && copy?.kind === 'step');
  assert.equal(run.advice, 'Sign in again. (AADSTS700082)');
  assert.equal(run.command?.terminal, 'Run in Terminal');
  assert.equal(type.command?.terminal, 'Type in Terminal');
  assert.equal(copy.command?.terminal, undefined);
});

test('a failure that a command of the extension ends offers it', () => {
  const [step] = items([outcome('configuration', { outcome: 'failed', code: 'NOT_LOGGED_THERE' })]);
  assert.ok(step?.kind === 'step');
  assert.equal(step.deed?.command, 'azmlflow.insertTracking');
});

test('a code to type in is offered with the address, if that is safe to open', () => {
  const signIn = (address: string) => {
    const details = { address, user_code: 'ABCD1234' };
    const waits = link('DeviceCodeCredential', { outcome: 'skipped', code: 'SIGN_IN', details });
    const [step] = items([waits], undefined, 'credential');
    return step?.kind === 'step' && step.parts[0]?.kind === 'line' ? step.parts[0].signIn : undefined;
  };
  assert.deepEqual(signIn('https://microsoft.com/devicelogin'), {
    code: 'ABCD1234',
    address: 'https://microsoft.com/devicelogin',
    label: 'Copy Code and Open microsoft.com',
  });
  assert.equal(signIn('http://microsoft.com/devicelogin'), undefined);
  assert.equal(signIn('command:workbench.action.quit'), undefined);
});

test('a sign-in that is not waited for any more is not told of', () => {
  const waits = link('DeviceCodeCredential', { outcome: 'skipped', code: 'SIGN_IN' });
  const given = link('DeviceCodeCredential', { outcome: 'ok' });
  const wordsOf = ([step]: Item[]) =>
    step?.kind === 'step' ? step.parts.map(({ outcome: word }) => word) : [];
  assert.deepEqual(wordsOf(items([waits], undefined, 'credential')), ['waiting']);
  assert.deepEqual(wordsOf(items([waits, given], undefined, 'credential')), ['ok']);
  assert.deepEqual(items([waits]), []);
});

test('a step that is under way has not come to anything yet', () => {
  const [step] = items([link('A'), link('B')], undefined, 'credential');
  assert.equal(step?.outcome, 'running');
  assert.equal(items([link('A'), link('B')])[0]?.outcome, 'passed-on');
});

test('only https addresses without a name or a password are links', () => {
  for (const bad of [
    'http://example.com',
    'javascript:alert(1)',
    'command:evil',
    'file:///etc/passwd',
    'https://user:word@example.com',
    'vscode://x',
    'https://',
    '',
    undefined,
    7,
  ]) {
    assert.equal(httpsOf(bad), undefined, String(bad));
  }
  assert.equal(httpsOf('https://learn.microsoft.com/x')?.host, 'learn.microsoft.com');
  const [step] = items([outcome('a', { outcome: 'failed', url: 'javascript:alert(1)' })]);
  assert.ok(step?.kind === 'step' && step.more === undefined);
});
