// How the server is called. Nothing here imports vscode.

/** A program and its arguments, as they are handed to the operating system: no shell reads them. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

const SERVE = ['lsp', '--stdio'] as const;

/** Returns how an `azmlflow` program is started as the server. */
export function ofProgram(program: string): Command {
  return { program, args: SERVE };
}

/** Returns how the azmlflow that is installed in a Python interpreter is started as the server. */
export function ofInterpreter(python: string): Command {
  return { program: python, args: ['-m', 'azmlflow', ...SERVE] };
}

/** Returns how an interpreter is asked for the version of azmlflow it has; it fails when it has none. */
export function versionQuestion(python: string): Command {
  return {
    program: python,
    args: ['-c', "from importlib.metadata import version; print(version('azmlflow'))"],
  };
}

/** Returns what the user types to install azmlflow, for the interpreter that is selected, if one is. */
export function installCommand(python: string | undefined): string {
  const program = python ?? 'python';
  return `${/\s/.test(program) ? `"${program}"` : program} -m pip install azmlflow`;
}

/** Tells whether two commands start the same server. */
export function sameCommand(one: Command | undefined, other: Command | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
