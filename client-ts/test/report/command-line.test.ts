import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLineOf } from '../../src/report/command-line';

function use(text: string): string | undefined {
  return commandLineOf(text)?.use;
}

test('a whole command is run', () => {
  assert.equal(use('az login --tenant 72f988bf-86f1-41af-91ab-2d7cd011db47'), 'run');
  assert.equal(use('python -m pip install azureml-mlflow'), 'run');
});

test('one with a placeholder, or with a variable that a terminal may not have, is left to be completed', () => {
  assert.equal(use('az login --tenant <tenant-id>'), 'type');
  assert.equal(use('az ad app credential reset --id $AZURE_CLIENT_ID'), 'type');
  assert.equal(use('echo ${HOME}'), 'type');
  assert.equal(use('echo %USERPROFILE%'), 'type');
});

test('a variable that is set in a terminal is set for nobody else, so that it is only copied', () => {
  assert.equal(use('export AZURE_TENANT_ID=<tenant-id>'), 'copy');
  assert.equal(use('$env:AZURE_TENANT_ID = "x"'), 'copy');
});

test('nothing that would run in part is ever typed', () => {
  for (const end of ['\n', '\r', '\u2028', '\u0003', '\u001b[201~', '\u202e']) {
    assert.equal(use(`az login${end}rm -rf x`), 'copy');
  }
});

test('no command is none', () => {
  assert.equal(commandLineOf(undefined), undefined);
  assert.equal(commandLineOf('  '), undefined);
});
