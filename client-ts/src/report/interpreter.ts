// The Python that a test was made in, for the commands that it proposes. Nothing here imports vscode.
import * as path from 'node:path';
import type { Outcome } from './outcome';

/** What no shell reads anything into; a backslash is none of it, nor a colon, as Windows has them. */
const PLAIN_PATH = /^\/[\w./+-]+$/;
const PLAIN_NAME = /^[\w.-]+$/;

/** Returns the path of the Python in which the code was tested, as the server tells it; undefined when it names none. */
export function interpreterOf(outcomes: readonly Outcome[]): string | undefined {
  const named = outcomes.find(({ step }) => step === 'configuration')?.details['interpreter'];
  return typeof named === 'string' && path.isAbsolute(named) ? named : undefined;
}

/**
 * Returns a command with the interpreter in the place of its first word `python`, where that needs no quotes.
 *
 * A shell's start-up file may put another Python first, as that of conda does, or have none that is called `python`.
 */
export function inInterpreter(text: string, interpreter: string | undefined): string {
  const { base, name } = path.parse(interpreter ?? '');
  if (interpreter === undefined || !text.startsWith('python ')) {
    return text;
  }
  const word = PLAIN_PATH.test(interpreter) ? interpreter : PLAIN_NAME.test(base) ? name : 'python';
  return word + text.slice('python'.length);
}

/** Returns PATH with the folder of the interpreter in front, for the command that could not be written with it. */
export function pathOf(interpreter: string, present: string | undefined): string {
  return [path.dirname(interpreter), ...(present ? [present] : [])].join(path.delimiter);
}
