import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesWorkspace } from '../../src/server/occasion';

test('the config.json of a workspace is told by what it names', () => {
  assert.ok(namesWorkspace('{"subscription_id": "x", "resource_group": "rg", "workspace_name": "ws"}'));
  assert.ok(namesWorkspace('{ "Scope" : "/subscriptions/x" }'));
  assert.ok(namesWorkspace('{"workspace_name": "ws",'), 'a broken one is what there is a finding for');
});

test('the config.json of another program is not one', () => {
  assert.ok(!namesWorkspace('{"port": 8080, "theme": "dark"}'));
  assert.ok(!namesWorkspace('{"description": "sets the workspace_name"}'));
  assert.ok(!namesWorkspace('{"scope": "openid"}'));
  assert.ok(!namesWorkspace(''));
});
