// In which order the server is looked for. Nothing here imports vscode.
import { type Command, installCommand, ofInterpreter, ofProgram } from './command';

/** What the search may ask; the answers come from VS Code, the disk and the interpreter. */
export interface Questions {
  /** The setting `azmlflow.server.path`, expanded; empty when it is not set. */
  readonly setting: string;
  /** Whether the user trusts the workspace, which may bring an interpreter of its own. */
  readonly trusted: boolean;
  readonly isFile: (path: string) => boolean;
  /** The interpreter that is selected in the Python extension. */
  readonly interpreter: () => Promise<string | undefined>;
  /** The version of azmlflow in an interpreter, or undefined when it has none. */
  readonly versionIn: (python: string) => Promise<string | undefined>;
  /** Where `azmlflow` may be according to PATH, the first place first. */
  readonly onPath: readonly string[];
}

/** How a search ended: the server or the reason why there is none, and each step of the way for the log. */
export interface Outcome {
  readonly command?: Command;
  readonly problem?: string;
  /** What the user types to install azmlflow, when that is what is missing. */
  readonly install?: string;
  readonly steps: readonly string[];
}

/**
 * Looks for the server:
 *
 * 1. the setting `azmlflow.server.path`; when it is set, nothing else is tried,
 * 2. azmlflow in the interpreter that is selected in the Python extension,
 * 3. `azmlflow` on PATH.
 */
export async function search(ask: Questions): Promise<Outcome> {
  const steps: string[] = [];
  const note = (number: number, place: string, result: string) =>
    steps.push(`${String(number)}. ${place}: ${result}`);

  if (ask.setting) {
    const exists = ask.isFile(ask.setting);
    note(1, 'azmlflow.server.path', `${ask.setting}${exists ? '' : ', and there is no such file'}`);
    return exists
      ? { command: ofProgram(ask.setting), steps }
      : {
          problem: `The setting azmlflow.server.path names ${ask.setting}, and there is no such file.`,
          steps,
        };
  }
  note(1, 'azmlflow.server.path', 'not set');

  const interpreter = ask.trusted ? await ask.interpreter() : undefined;
  const version = interpreter === undefined ? undefined : await ask.versionIn(interpreter);
  note(2, 'the selected interpreter', describe(ask.trusted, interpreter, version));
  if (interpreter !== undefined && version !== undefined) {
    return { command: ofInterpreter(interpreter), steps };
  }

  const program = ask.onPath.find(ask.isFile);
  note(3, 'PATH', program ?? 'no azmlflow');
  return program === undefined ? { ...missing(interpreter), steps } : { command: ofProgram(program), steps };
}

function describe(trusted: boolean, interpreter: string | undefined, version: string | undefined): string {
  if (!trusted) {
    return 'not asked, the workspace is not trusted';
  }
  if (interpreter === undefined) {
    return 'none, or no Python extension';
  }
  return version === undefined ? `${interpreter} has no azmlflow` : `${interpreter} has azmlflow ${version}`;
}

function missing(interpreter: string | undefined): { problem: string; install: string } {
  const place = interpreter === undefined ? '' : `in ${interpreter} or `;
  const install = installCommand(interpreter);
  return {
    problem: `azmlflow is not installed ${place}on PATH, so MLflow code is not checked. To install it: ${install}`,
    install,
  };
}
