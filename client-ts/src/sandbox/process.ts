// A sandbox as a child process. Nothing here imports vscode.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import * as readline from 'node:readline';
import type { Command } from '../server/command';
import type { Translate } from '../text';
import { type Description, readDescription } from './variables';

/**
 * In it, whatever workspace the code names exists, and the Azure CLI is signed in.
 *
 * It ends when its standard input does, so that it outlives no editor, however that ends.
 */
const ARGUMENTS = [
  'sandbox',
  '--format',
  'json',
  '--scenario',
  'anything',
  '--credential',
  'az',
  '--until-stdin-closes',
  '--quiet',
];
/** How long a sandbox may take until it answers, in seconds; 2 are usual. */
const PATIENCE = 60;
/** How long it may take to end, in seconds; then it is killed. */
const GRACE = 5;

/** Thrown when a sandbox cannot be used; the message is a sentence. */
export class SandboxProblem extends Error {}

/** Thrown when it is not wanted any more before it can be used. */
export class SandboxCancelled extends Error {
  override readonly name = 'Canceled';
}

/** A sandbox that plays Azure until it is stopped. */
export interface Running {
  readonly description: Description;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Who starts a sandbox: what is told to it, and how it says that it waits no longer. */
export interface Starter {
  readonly log: (line: string) => void;
  readonly t: Translate;
  readonly cancelled: AbortSignal;
  /** In seconds. */
  readonly patience?: number;
}

/** Starts a sandbox and waits until it answers. Raises SandboxProblem when it does not, and SandboxCancelled. */
export async function startProcess(azmlflow: Command, cwd: string, starter: Starter): Promise<Running> {
  const child = spawn(azmlflow.program, [...azmlflow.args, ...ARGUMENTS], {
    cwd,
    stdio: 'pipe',
    windowsHide: true,
  });
  const said: string[] = [];
  readline.createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    starter.log(line);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const stop = () => {
    end(child, ended);
  };
  const answer = firstLine(child, ended, starter.t, () => reason(said, starter.t));
  try {
    return { description: await Promise.race([answer, noLonger(starter)]), ended, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Lets a sandbox end by itself, which takes its folder away; kills it when it does not. */
function end(child: ChildProcessWithoutNullStreams, ended: Promise<void>): void {
  child.stdin.end();
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
  }, GRACE * 1000);
  void ended.then(() => {
    clearTimeout(timer);
  });
}

/** Rejects when a sandbox that does not answer is waited for no longer. */
function noLonger({ t, cancelled, patience = PATIENCE }: Starter): Promise<never> {
  const late = AbortSignal.timeout(patience * 1000);
  const slow = t('The sandbox did not answer within {0} seconds.', patience);
  return new Promise((_resolve, reject) => {
    AbortSignal.any([cancelled, late]).addEventListener('abort', () => {
      reject(late.aborted ? new SandboxProblem(slow) : new SandboxCancelled());
    });
  });
}

function firstLine(
  child: ChildProcessWithoutNullStreams,
  ended: Promise<void>,
  t: Translate,
  why: () => string,
): Promise<Description> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new SandboxProblem(t('The sandbox cannot be started: {0}.', error.message)));
    });
    void ended.then(() => {
      reject(new SandboxProblem(why()));
    });
    readline.createInterface({ input: child.stdout }).once('line', (line) => {
      try {
        resolve(readDescription(line));
      } catch (error) {
        reject(new SandboxProblem(t('The sandbox cannot be used: {0}', String(error))));
      }
    });
  });
}

/** Returns the last sentence of azmlflow among what was written to standard error. */
function reason(said: readonly string[], t: Translate): string {
  const sentence = [...said]
    .reverse()
    .find((line) => line.startsWith('azmlflow: '))
    ?.slice('azmlflow: '.length);
  return sentence ?? t('The sandbox ended before it could be used; the log has what it said.');
}
