// How uv and pip are called. Nothing here imports vscode or runs anything.
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { type Command, withArguments } from '../command';

/** The file of requirements that is installed, each with its hash; without the index when they are all on the disk. */
export interface What {
  readonly locked: string;
  readonly onDisk?: true;
}

/** Returns the line that locks a wheel on the disk: an organisation may have settings that refuse what has no hash. */
export function lockOf(wheel: string, bytes: Uint8Array): string {
  const digest = createHash('sha256').update(bytes).digest('hex');
  return `azmlflow @ ${pathToFileURL(wheel).href} --hash=sha256:${digest}\n`;
}

/** Returns how uv makes an environment. */
export function uvVenv(uv: string, python: string, folder: string): Command {
  return { program: uv, args: ['venv', ...UV_QUIET, '--no-project', '--python', python, folder] };
}

/** Returns how uv installs into an environment. */
export function uvInstall(uv: string, python: string, what: What): Command {
  return { program: uv, args: ['pip', 'install', ...UV_QUIET, '--python', python, ...operands(what)] };
}

/** Returns how uv is asked for a Python that it knows; it downloads none. */
export function uvFind(uv: string): Command {
  return { program: uv, args: ['python', 'find', '--no-project', '--no-python-downloads', '>=3.10'] };
}

/** Returns how Python makes an environment. pip is not put into it: that takes longer than all the rest. */
export function pythonVenv(python: string, folder: string): Command {
  return { program: python, args: ['-I', '-m', 'venv', '--without-pip', folder] };
}

/** Returns how an environment gets a pip of its own. */
export function ensurePip(python: string): Command {
  return { program: python, args: ['-I', '-m', 'ensurepip', '--default-pip'] };
}

/** Returns the pip of one Python, installing into the environment of another. */
export function pipOf(python: string, environment: string): Command {
  const pip: Command = { program: python, args: ['-I', '-m', 'pip'] };
  return python === environment ? pip : withArguments(pip, '--python', environment);
}

/** Returns how pip installs. The lock names every package, so that there is nothing to resolve. */
export function pipInstall(pip: Command, what: What): Command {
  return withArguments(pip, 'install', ...PIP_QUIET, ...operands(what));
}

const UV_QUIET = ['--color', 'never', '--no-progress'] as const;
const PIP_QUIET = [
  '--disable-pip-version-check',
  '--no-input',
  '--no-color',
  '--no-compile',
  '--progress-bar',
  'off',
] as const;

function operands({ locked, onDisk }: What): string[] {
  return ['--no-deps', ...(onDisk ? ['--no-index'] : []), '--require-hashes', '-r', locked];
}

/** Variables that would lead Python, pip or uv to another place, or to other packages, than they are told. */
const MISLEADING = new Set([
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'CONDA_DEFAULT_ENV',
  '__PYVENV_LAUNCHER__',
  'PIP_CONSTRAINT',
  'PIP_DRY_RUN',
  'PIP_EDITABLE',
  'PIP_PREFIX',
  'PIP_PYTHON',
  'PIP_REQUIREMENT',
  'PIP_ROOT',
  'PIP_TARGET',
  'PIP_UPLOADED_PRIOR_TO',
  'UV_CONSTRAINT',
  'UV_EXCLUDE_NEWER',
  'UV_EXCLUDE_NEWER_PACKAGE',
  'UV_OVERRIDE',
  'UV_PROJECT',
  'UV_PYTHON',
  'UV_SYSTEM_PYTHON',
  'UV_WORKING_DIRECTORY',
]);

/**
 * Returns a process's variables as the tools get them: the proxy and the index are kept, detours are not.
 *
 * What they write on the way goes to `temporary`, when it is given: who kills them can then clean up after them.
 */
export function forTools(
  variables: Readonly<Record<string, string | undefined>>,
  temporary: string | undefined,
): Record<string, string | undefined> {
  const kept = Object.entries(variables).filter(([name]) => {
    const upper = name.toUpperCase();
    return !MISLEADING.has(upper) && !upper.startsWith('PYTHON');
  });
  return {
    ...Object.fromEntries(kept),
    // pip's configuration files may ask for the user's own site-packages.
    PIP_USER: '0',
    UV_PYTHON_DOWNLOADS: 'never',
    ...(temporary === undefined ? {} : { TMPDIR: temporary, TEMP: temporary, TMP: temporary }),
  };
}

/** Returns what a line of pip or uv tells of its progress, or undefined when it is for the log alone. */
export function progressOf(line: string): string | undefined {
  return /^(Collecting|Downloading|Installing|Prepared|Installed) .{1,80}/.exec(line.trim())?.[0];
}
