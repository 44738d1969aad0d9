import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEnglish } from '../../src/server/sentences';
import { type Facts, type Look, lookOf } from '../../src/status/look';
import type { Status } from '../../src/status/status';

const NOW = new Date('2026-03-01T12:00:00Z');

function status(changes: Partial<Status> = {}): Status {
  return {
    state: 'connected',
    headline: 'Connected to workspace ws-churn as alice.',
    workspace: 'ws-churn',
    identity: 'alice',
    checkedAt: new Date('2026-03-01T11:55:00Z'),
    uri: undefined,
    ...changes,
  };
}

function look(changes: Partial<Facts> = {}): Look {
  const facts: Facts = {
    trusted: true,
    server: 'running',
    status: status(),
    now: NOW,
    moment: (date) => date.toISOString(),
    ...changes,
  };
  return lookOf(facts, inEnglish);
}

test('connected: the workspace in the text, the age in the tooltip and for a screen reader', () => {
  const { text, tooltip, spoken, colour } = look();
  assert.equal(text, '$(pass) ws-churn');
  assert.match(tooltip, /5 min ago/);
  assert.match(tooltip, /Signed in as: alice/);
  assert.equal(
    spoken,
    'azmlflow, workspace ws-churn, connected, tested 5 minutes ago. Connected to workspace ws-churn as alice.',
  );
  assert.equal(colour, undefined);
});

test('a connection that was tested more than an hour ago says so in the text', () => {
  const checkedAt = new Date('2026-03-01T09:59:00Z');
  assert.equal(look({ status: status({ checkedAt }) }).text, '$(pass) ws-churn 2 h');
});

test('every state has an icon and a word of its own, and none but connected looks connected', () => {
  const states = ['unknown', 'checking', 'failed', 'expired', 'offline'] as const;
  const texts = states.map((state) => look({ status: status({ state }) }).text);
  assert.deepEqual(texts, [
    '$(plug) ws-churn: not tested',
    '$(sync~spin) ws-churn: testing',
    '$(error) ws-churn: failed',
    '$(history) ws-churn: expired',
    '$(debug-disconnect) ws-churn: offline',
  ]);
});

test('colour is for what needs to be seen to', () => {
  const colours = (['unknown', 'failed', 'expired', 'offline'] as const).map(
    (state) => look({ status: status({ state }) }).colour,
  );
  assert.deepEqual(colours, [undefined, 'error', 'warning', 'warning']);
  assert.equal(look({ server: 'stopped' }).colour, 'warning');
  assert.equal(look({ server: 'starting' }).colour, undefined);
});

test('what keeps the connection from being known comes before what was known', () => {
  assert.equal(look({ server: 'stopped', reason: 'It crashed.' }).kind, 'stopped');
  assert.equal(look({ server: 'stopped', reason: 'It crashed.' }).headline, 'It crashed.');
  assert.equal(look({ server: 'installing' }).kind, 'installing');
  assert.equal(look({ trusted: false }).kind, 'untrusted');
  assert.equal(look({ trusted: false, server: 'stopped', reason: 'x' }).kind, 'stopped');
});

test('it is useful when the project is aimed at a workspace, was tested, or the server is in trouble', () => {
  assert.equal(look({ status: undefined }).useful, false);
  assert.equal(look({ status: undefined, trusted: false }).useful, false);
  assert.equal(look({ status: undefined, server: 'starting' }).useful, false);
  const aimed = status({ state: 'unknown', checkedAt: undefined });
  assert.equal(look({ status: aimed }).useful, true);
  assert.equal(look({ status: status({ workspace: undefined }) }).useful, true);
  assert.equal(look({ status: status({ ...aimed, workspace: undefined, state: 'failed' }) }).useful, true);
  assert.equal(look({ status: undefined, server: 'stopped' }).useful, true);
  assert.equal(look({ status: undefined, sandbox: 'dry-run' }).useful, true);
});

test('the sandbox is never to be mistaken for Azure', () => {
  const { text, spoken, tooltip, commands } = look({ sandbox: 'dry-run' });
  assert.equal(text, '$(beaker) sandbox $(pass) ws-churn');
  assert.match(spoken, /^azmlflow, in the sandbox, /);
  assert.match(tooltip, /nothing reaches Azure/);
  assert.ok(commands.includes('azmlflow.leaveSandbox'));
  assert.ok(!commands.includes('azmlflow.openInStudio'));
});

test('with several folders the tooltip says which one is meant', () => {
  assert.match(look({ folder: 'churn' }).tooltip, /Folder: churn/);
  assert.doesNotMatch(look().tooltip, /Folder/);
});

test('the links of the tooltip run the commands that fit, and no others', () => {
  const linksOf = ({ tooltip }: Look) => [...tooltip.matchAll(/\(command:([\w.]+)\)/g)].map(([, id]) => id);
  for (const each of [look(), look({ trusted: false }), look({ server: 'stopped' })]) {
    assert.deepEqual(linksOf(each), each.commands);
  }
  assert.deepEqual(look({ trusted: false }).commands, ['workbench.trust.manage', 'azmlflow.showLogs']);
  assert.equal(look({ status: status({ state: 'failed' }) }).commands[0], 'azmlflow.showReport');
});

test('what the network says is text: no link, no icon, no second line', () => {
  const evil =
    '[click](command:evil.run) ![](https://evil.example/x.png) $(flame) <b>x</b>\n# https://evil.example';
  const { tooltip, text, spoken, headline } = look({
    status: status({ headline: evil, workspace: evil, identity: evil }),
  });
  const own = tooltip.replace(/\[[\w\\ ]+\]\(command:(?:azmlflow\.\w+)\)/g, '');
  assert.doesNotMatch(own, /(?<!\\)[[\]()<>!#$]|https:/);
  assert.doesNotMatch(headline, /\]\(|\$\(|\n/);
  assert.doesNotMatch(spoken, /\n|\]\(/);
  assert.doesNotMatch(text.replace('$(pass)', ''), /\$\(|\]\(/);
  assert.ok(text.length < 50);
});
