// Runs a program to its end, or ends it with all that it started. Nothing here imports vscode.
import { spawn } from 'node:child_process';
import { ended, killTree, onLines } from '../child';
import type { Command } from '../command';

/** With what a program is run. */
export interface Circumstances {
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Called with each line of its output and its errors. */
  readonly onLine?: (line: string) => void;
  /** Called with its process id once it runs. */
  readonly onStart?: (pid: number) => void;
}

/**
 * Runs a program without a shell and returns its exit status, -1 when a signal ended it.
 *
 * On abort it and all that it started are killed, and the promise rejects with the signal's reason once it is gone.
 * Rejects, too, when it cannot be started.
 */
export async function run(command: Command, around: Circumstances): Promise<number> {
  around.signal.throwIfAborted();
  const child = spawn(command.program, command.args, {
    cwd: around.cwd,
    env: around.variables,
    // A group of its own, so that what it starts can be ended with it. Windows ends the tree instead.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const kill = () => {
    killTree(child);
  };
  around.signal.addEventListener('abort', kill, { once: true });
  try {
    onLines(child.stdout, around.onLine ?? ignore);
    onLines(child.stderr, around.onLine ?? ignore);
    if (child.pid !== undefined) {
      around.onStart?.(child.pid);
    }
    await ended(child);
    around.signal.throwIfAborted();
    return child.exitCode ?? -1;
  } finally {
    around.signal.removeEventListener('abort', kill);
  }
}

function ignore(): void {
  // Nobody listens.
}
