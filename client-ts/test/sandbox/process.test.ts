// With the real azmlflow of this checkout, which `dev.py setup` installs.
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { inEnglish } from '../../src/server/sentences';
import { startProcess } from '../../src/sandbox/process';

const ROOT = path.resolve(__dirname, '../../../..');
const PYTHON = path.join(
  ROOT,
  '.venv',
  ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
);

test('a sandbox says its variables and ends when it is stopped', async () => {
  const running = await startProcess(
    { program: PYTHON, args: ['-m', 'azmlflow'] },
    ROOT,
    () => undefined,
    inEnglish,
  );
  const { variables, folders } = running.description;
  assert.match(variables['HTTPS_PROXY'] ?? '', /^http:\/\/.*127\.0\.0\.1:\d+$/);
  assert.ok(variables['REQUESTS_CA_BUNDLE']);
  assert.ok(folders.length > 0);
  running.stop();
  await running.ended;
});

test('a program that cannot be started is a sentence', async () => {
  const missing = { program: path.join(ROOT, 'no-such-program'), args: [] };
  await assert.rejects(
    startProcess(missing, ROOT, () => undefined, inEnglish),
    /The sandbox cannot be started: .*ENOENT/,
  );
});

test('what azmlflow says of wrong use is told as it is', async () => {
  const wrong = { program: PYTHON, args: ['-m', 'azmlflow', 'no-such-command'] };
  const heard: string[] = [];
  await assert.rejects(
    startProcess(wrong, ROOT, (line) => heard.push(line), inEnglish),
    /no-such-command/,
  );
  assert.ok(heard.length > 0, 'the log has it');
});
