// In which order the server is looked for. Nothing here imports vscode.
import { type Command, ofEnvironment, ofInterpreter, ofProgram } from './command';
import type { Translate } from './sentences';
import { isOlder, MINIMUM_SERVER } from './versions';

/** Where a server can be, in the order in which it is looked for. */
export const PLACES = ['setting', 'interpreter', 'path', 'private'] as const;
export type Place = (typeof PLACES)[number];

/** How the private environment came out: its interpreter, or the sentence that says why there is none. */
export type Private =
  | { readonly python: string; readonly version: string; readonly note: string }
  | { readonly problem: string; readonly told?: boolean };

/** What the search may ask; the answers come from VS Code, the disk and the interpreters. */
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
  /** The version that an `azmlflow` program says it has, or undefined when it does not say. */
  readonly versionOf: (program: string) => Promise<string | undefined>;
  /** Where `azmlflow` may be according to PATH, the first place first. */
  readonly onPath: readonly string[];
  /** The private environment, made when there is none yet. */
  readonly inPrivate: () => Promise<Private>;
  /** Places whose server could not be started, and why; they are passed over. */
  readonly refused: ReadonlyMap<Place, string>;
  readonly t: Translate;
}

/** A server that was found: `azmlflow` is how it is called, without a subcommand. */
export interface Found {
  readonly place: Place;
  readonly azmlflow: Command;
  readonly version: string | undefined;
}

/** How a search ended: the server or the reason why there is none, and each step of the way for the log. */
export interface Outcome {
  readonly found?: Found;
  readonly problem?: string;
  /** Whether the user has been told the problem, or chose it. */
  readonly told?: boolean;
  readonly steps: readonly string[];
}

type Answer = Found | { readonly problem: string; readonly told?: boolean } | undefined;
type Note = (result: string) => void;

const NAMES: Readonly<Record<Place, string>> = {
  setting: 'azmlflow.server.path',
  interpreter: 'the selected interpreter',
  path: 'PATH',
  private: 'the private environment',
};

/**
 * Looks for the server:
 *
 * 1. the setting `azmlflow.server.path`; when it is set, nothing else is tried,
 * 2. azmlflow in the interpreter that is selected in the Python extension,
 * 3. `azmlflow` on PATH,
 * 4. the private environment, which is made when there is none.
 *
 * A server that is too old for this extension, or could not be started, is passed over.
 */
export async function search(ask: Questions): Promise<Outcome> {
  const steps: string[] = [];
  for (const [index, place] of PLACES.entries()) {
    const note: Note = (result) => steps.push(`${String(index + 1)}. ${NAMES[place]}: ${result}`);
    const refusal = ask.refused.get(place);
    if (refusal !== undefined) {
      note(`passed over: ${refusal}`);
      continue;
    }
    const answer = await LOOK[place](ask, note);
    if (answer !== undefined) {
      return 'problem' in answer ? { ...answer, steps } : { found: answer, steps };
    }
  }
  return { problem: ask.t('There is no azmlflow server that can be started.'), steps };
}

const LOOK: Readonly<Record<Place, (ask: Questions, note: Note) => Promise<Answer>>> = {
  setting: (ask, note) => Promise.resolve(inSetting(ask, note)),
  interpreter: inInterpreter,
  path: onPath,
  private: inPrivate,
};

function inSetting({ setting, isFile, t }: Questions, note: Note): Answer {
  if (!setting) {
    note('not set');
    return undefined;
  }
  if (isFile(setting)) {
    note(setting);
    return { place: 'setting', azmlflow: ofProgram(setting), version: undefined };
  }
  note(`${setting}, and there is no such file`);
  return { problem: t('The setting azmlflow.server.path names {0}, and there is no such file.', setting) };
}

async function inInterpreter(ask: Questions, note: Note): Promise<Answer> {
  if (!ask.trusted) {
    note('not asked, the workspace is not trusted');
    return undefined;
  }
  const python = await ask.interpreter();
  if (python === undefined) {
    note('none, or no Python extension');
    return undefined;
  }
  const version = await ask.versionIn(python);
  if (version === undefined) {
    note(`${python} has no azmlflow`);
    return undefined;
  }
  const usable = isUsable(version, `${python} has azmlflow ${version}`, note);
  return usable ? { place: 'interpreter', azmlflow: ofInterpreter(python), version } : undefined;
}

async function onPath(ask: Questions, note: Note): Promise<Answer> {
  const program = ask.onPath.find(ask.isFile);
  if (program === undefined) {
    note('no azmlflow');
    return undefined;
  }
  const version = await ask.versionOf(program);
  if (version === undefined) {
    note(`${program} does not say its version, so it is passed over`);
    return undefined;
  }
  const usable = isUsable(version, `${program} is azmlflow ${version}`, note);
  return usable ? { place: 'path', azmlflow: ofProgram(program), version } : undefined;
}

async function inPrivate(ask: Questions, note: Note): Promise<Answer> {
  const answer = await ask.inPrivate();
  if ('problem' in answer) {
    note(answer.problem);
    return answer;
  }
  note(answer.note);
  return { place: 'private', azmlflow: ofEnvironment(answer.python), version: answer.version };
}

function isUsable(version: string, what: string, note: Note): boolean {
  const old = isOlder(version, MINIMUM_SERVER);
  note(old ? `${what}, older than ${MINIMUM_SERVER}, so it is passed over` : what);
  return !old;
}
