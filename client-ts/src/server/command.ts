// How azmlflow is called. Nothing here imports vscode.

/** A program and its arguments, as they are handed to the operating system: no shell reads them. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** Returns how an `azmlflow` program is called. */
export function ofProgram(program: string): Command {
  return { program, args: [] };
}

/** Returns how the azmlflow that is installed in a Python interpreter is called. */
export function ofInterpreter(python: string): Command {
  return { program: python, args: ['-m', 'azmlflow'] };
}

/** Returns how the azmlflow of an environment of our own is called: nothing of the user's may reach into it. */
export function ofEnvironment(python: string): Command {
  return { program: python, args: ['-I', '-m', 'azmlflow'] };
}

/** Returns how azmlflow is started as a server that speaks on standard input and output. */
export function asServer(azmlflow: Command): Command {
  return withArguments(azmlflow, 'lsp', '--stdio');
}

/** Returns the command with further arguments. */
export function withArguments(command: Command, ...args: readonly string[]): Command {
  return { program: command.program, args: [...command.args, ...args] };
}

/** Returns how an interpreter is asked for the version of azmlflow it has; it fails when it has none. */
export function versionQuestion(python: string): Command {
  return {
    program: python,
    args: ['-c', "from importlib.metadata import version; print('azmlflow', version('azmlflow'))"],
  };
}

/** Returns what the user types to install azmlflow, for the interpreter that is selected, if one is. */
export function installCommand(python: string | undefined): string {
  const program = python ?? 'python';
  return `${/\s/.test(program) ? `"${program}"` : program} -m pip install azmlflow`;
}

/** Returns a command as a line of a log. */
export function inWords({ program, args }: Command): string {
  return [program, ...args].join(' ');
}

/** Tells whether two commands start the same server. */
export function sameCommand(one: Command | undefined, other: Command | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
