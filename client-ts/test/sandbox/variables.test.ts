import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { forTerminals, readDescription, withPath } from '../../src/sandbox/variables';

const LINE = JSON.stringify({
  version: 1,
  environment: {
    HTTPS_PROXY: 'http://127.0.0.1:1',
    AZURE_TENANT_ID: 't',
    MLFLOW_TRACKING_URI: 'azureml://x',
  },
  path: ['/box/az', '/box/azd'],
  unset: ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID'],
});

test('what the sandbox sets is set, and what would lead past it is taken away', () => {
  const { variables } = readDescription(LINE);
  assert.equal(variables['HTTPS_PROXY'], 'http://127.0.0.1:1');
  assert.ok('AZURE_CLIENT_ID' in variables);
  assert.equal(variables['AZURE_CLIENT_ID'], undefined);
  assert.equal(variables['AZURE_TENANT_ID'], 't', 'set comes after unset');
});

test('the tracking URI stays that of the project', () => {
  assert.ok(!('MLFLOW_TRACKING_URI' in readDescription(LINE).variables));
});

test('the stand-ins come before what is on PATH', () => {
  const description = readDescription(LINE);
  assert.equal(
    withPath(description, '/usr/bin')['PATH'],
    ['/box/az', '/box/azd', '/usr/bin'].join(path.delimiter),
  );
  assert.equal(withPath(description, undefined)['PATH'], ['/box/az', '/box/azd'].join(path.delimiter));
});

test('a request that the sandbox has answered is no description', () => {
  for (const line of ['{"method": "GET", "host": "x"}', 'Traceback', '[]', 'null', '{"environment": []}']) {
    assert.throws(() => readDescription(line), SyntaxError);
  }
});

test('a terminal, from which nothing can be taken away, passes over who would sign in otherwise', () => {
  const description = readDescription(LINE);
  const led = { HTTPS_PROXY: 'http://127.0.0.1:1', AZURE_TENANT_ID: 't' };
  assert.deepEqual(forTerminals(description, { PATH: '/usr/bin', AZURE_TENANT_ID: 'mine' }), led);
  assert.deepEqual(forTerminals(description, { AZURE_CLIENT_ID: 'mine' }), {
    ...led,
    AZURE_TOKEN_CREDENTIALS: 'dev',
  });
});

test('what MLflow reads says nothing of who signs in', () => {
  const line = JSON.stringify({ environment: {}, path: [], unset: ['MLFLOW_REGISTRY_URI'] });
  assert.deepEqual(forTerminals(readDescription(line), { MLFLOW_REGISTRY_URI: 'databricks' }), {});
});
