// A sandbox as a child process. Nothing here imports vscode.
import { type ChildProcess, spawn } from 'node:child_process';
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

/** Thrown when a sandbox cannot be used; the message is a sentence. */
export class SandboxProblem extends Error {}

/** A sandbox that plays Azure until it is stopped. */
export interface Running {
  readonly description: Description;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Starts a sandbox and waits until it answers. Raises SandboxProblem when it does not. */
export async function startProcess(
  azmlflow: Command,
  cwd: string,
  log: (line: string) => void,
  t: Translate,
): Promise<Running> {
  const child = spawn(azmlflow.program, [...azmlflow.args, ...ARGUMENTS], {
    cwd,
    stdio: 'pipe',
    windowsHide: true,
  });
  const said: string[] = [];
  readline.createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    log(line);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const description = await firstLine(child, ended, t, () => reason(said, t));
  return {
    description,
    ended,
    stop: () => {
      child.stdin.end();
    },
  };
}

function firstLine(
  child: ChildProcess,
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
    readline.createInterface({ input: child.stdout ?? process.stdin }).once('line', (line) => {
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
