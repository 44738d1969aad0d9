// Looks for a Python to make the private environment with. Nothing here imports vscode.
import { candidatesOnPath, liesIn } from '../paths';
import type { Command } from '../command';
import { isOlder } from '../versions';
import { noPython, noVenv } from './problems';
import type { Translate } from '../sentences';
import { uvFind } from './tools';

/** A Python that was asked about itself. */
export interface Python {
  readonly program: string;
  /** Major and minor version, such as 3.12. */
  readonly version: string;
  /** Where it is installed; that of a virtual environment is that of the Python beneath. */
  readonly prefix: string;
  readonly hasVenv: boolean;
  readonly hasEnsurePip: boolean;
  /** Its pip, when it has one. */
  readonly pip: string | undefined;
}

/** What the search for a Python may use. */
export interface Sources {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The interpreter that is selected in the editor, when it may be run. */
  readonly selected: string | undefined;
  /** Folders of which nothing may be run. */
  readonly forbidden: readonly string[];
  readonly uv: string | undefined;
  readonly isFile: (path: string) => boolean;
  /** Runs a program and returns its output, or undefined when it fails. */
  readonly ask: (command: Command) => Promise<string | undefined>;
  readonly t: Translate;
}

const OLDEST = '3.10';
/** The first pip that can be trusted to install into another environment than its own. */
const PIP_FOR_OTHERS = '23';
const NAMES = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3', 'python'] as const;
/** On macOS these may ask to install the developer tools; the Python of those is too old in any case. */
const STAND_INS = new Set(['/usr/bin/python3', '/usr/bin/python']);
const QUESTION = [
  'import json, sys',
  'from importlib.metadata import version',
  'from importlib.util import find_spec',
  "pip = version('pip') if find_spec('pip') else None",
  "print(json.dumps([sys.executable, '%d.%d' % sys.version_info[:2], sys.base_prefix, bool(find_spec('venv')), bool(find_spec('ensurepip')), pip]))",
].join('\n');

/**
 * Returns the first Python that can make the environment: the selected interpreter, those on PATH, the Windows
 * launcher's, uv's own.
 *
 * Raises InstallProblem when there is none.
 */
export async function findPython(sources: Sources): Promise<Python> {
  let unable: Python | undefined;
  for (const command of commands(sources)) {
    const python = await inspect(command, sources.ask);
    if (python === undefined || isOlder(python.version, OLDEST)) {
      continue;
    }
    if (sources.uv !== undefined || canInstall(python)) {
      return python;
    }
    unable ??= python;
  }
  const managed = sources.uv === undefined ? undefined : await ofUv(sources.uv, sources.ask);
  if (managed !== undefined) {
    return managed;
  }
  throw unable === undefined ? noPython(sources.t) : noVenv(unable.program, sources.t);
}

/** Tells whether a Python can make an environment and fill it without uv. */
export function canInstall(python: Python): boolean {
  return python.hasVenv && (python.hasEnsurePip || hasGoodPip(python));
}

/** Tells whether the Python's own pip can install into an environment. */
export function hasGoodPip(python: Python): boolean {
  return python.pip !== undefined && !isOlder(python.pip, PIP_FOR_OTHERS);
}

/** Asks a Python about itself; undefined when it does not answer. */
export async function inspect(command: Command, ask: Sources['ask']): Promise<Python | undefined> {
  const answer = await ask({ program: command.program, args: [...command.args, '-I', '-c', QUESTION] });
  try {
    const [program, version, prefix, hasVenv, hasEnsurePip, pip] = JSON.parse(answer ?? '') as [
      string,
      string,
      string,
      boolean,
      boolean,
      string | null,
    ];
    return { program, version, prefix, hasVenv, hasEnsurePip, pip: pip ?? undefined };
  } catch {
    // Not a Python, or one of the stand-ins that only say where to get one.
    return undefined;
  }
}

/** Returns how the Pythons that may be there are called, the best first. */
export function commands(sources: Omit<Sources, 'ask' | 't'>): Command[] {
  const { variables, platform, selected, forbidden, isFile } = sources;
  const onPath = NAMES.flatMap((name) => candidatesOnPath(name, variables, platform));
  const programs = [...(selected === undefined ? [] : [selected]), ...onPath].filter(
    (program) => isFile(program) && !(platform === 'darwin' && STAND_INS.has(program)),
  );
  const launcher =
    platform === 'win32' ? candidatesOnPath('py', variables, platform).find(isFile) : undefined;
  return [...new Set(programs.filter((program) => program === selected || !liesIn(program, forbidden)))]
    .map((program): Command => ({ program, args: [] }))
    .concat(launcher === undefined ? [] : [{ program: launcher, args: ['-3'] }]);
}

async function ofUv(uv: string, ask: Sources['ask']): Promise<Python | undefined> {
  const found = await ask(uvFind(uv));
  return found === undefined ? undefined : inspect({ program: found.trim(), args: [] }, ask);
}
