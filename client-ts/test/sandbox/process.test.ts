// With the real azmlflow of this checkout, which `dev.py setup` installs.
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { inEnglish } from '../../src/server/sentences';
import { SandboxCancelled, SandboxProblem, type Starter, startProcess } from '../../src/sandbox/process';

const ROOT = path.resolve(__dirname, '../../../..');
const PYTHON = path.join(
  ROOT,
  '.venv',
  ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
);

const STARTER: Starter = { log: () => undefined, t: inEnglish, cancelled: new AbortController().signal };
const AZMLFLOW = { program: PYTHON, args: ['-m', 'azmlflow'] };

test('a sandbox says its variables and ends when it is stopped', async () => {
  const running = await startProcess(AZMLFLOW, ROOT, STARTER);
  const { variables, folders } = running.description;
  assert.match(variables['HTTPS_PROXY'] ?? '', /^http:\/\/.*127\.0\.0\.1:\d+$/);
  assert.ok(variables['REQUESTS_CA_BUNDLE']);
  assert.ok(folders.length > 0);
  running.stop();
  await running.ended;
});

test('a program that cannot be started is a sentence', async () => {
  const missing = { program: path.join(ROOT, 'no-such-program'), args: [] };
  await assert.rejects(startProcess(missing, ROOT, STARTER), /The sandbox cannot be started: .*ENOENT/);
});

test('what azmlflow says of wrong use is told as it is', async () => {
  const wrong = { program: PYTHON, args: ['-m', 'azmlflow', 'no-such-command'] };
  const heard: string[] = [];
  await assert.rejects(
    startProcess(wrong, ROOT, { ...STARTER, log: (line) => heard.push(line) }),
    /no-such-command/,
  );
  assert.ok(heard.length > 0, 'the log has it');
});

/** Says its number and then nothing more; it ends with its standard input unless it is stubborn. */
function silent(stubborn: boolean): string {
  const wait = stubborn ? 'while True: time.sleep(1)' : 'sys.stdin.read()';
  return `import os, sys, time; print(os.getpid(), file=sys.stderr, flush=True); ${stubborn ? '\n' : ''}${wait}`;
}

/** Returns the number of the process that the starter has started, once it says it. */
function started(script: string, options: Partial<Starter>): { pid: Promise<number>; end: Promise<unknown> } {
  let tell: (pid: number) => void = () => undefined;
  const pid = new Promise<number>((resolve) => {
    tell = resolve;
  });
  const log = (line: string) => {
    tell(Number(line));
  };
  const end = startProcess({ program: PYTHON, args: ['-c', script] }, ROOT, { ...STARTER, log, ...options });
  return { pid, end };
}

/** Waits until a process has ended, which tells nobody who has not started it. */
async function isGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await setTimeout(20);
  }
}

test('a sandbox that is not waited for any more is ended, by force when it does not end by itself', async () => {
  for (const stubborn of [false, true]) {
    const source = new AbortController();
    const { pid, end } = started(silent(stubborn), { cancelled: source.signal });
    const known = await pid;
    source.abort();
    await assert.rejects(end, SandboxCancelled);
    await isGone(known);
  }
});

test('a sandbox that does not answer in time is a sentence, and is ended', async () => {
  const { pid, end } = started(silent(false), { patience: 0.2 });
  await assert.rejects(end, (error) => {
    assert.ok(error instanceof SandboxProblem);
    assert.match(error.message, /did not answer within 0\.2 seconds/);
    return true;
  });
  await isGone(await pid);
});
