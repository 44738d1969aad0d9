// The process of the server. Nothing here imports vscode.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { ended, killTree, onLines } from './child';
import type { Command } from './command';
import { withoutCredentials } from './sentences';
import { within } from './turns';

const REMEMBERED = 40;
const FAREWELL = 1_500;

/** A server that runs, or ran. */
export class ServerProcess {
  /** Resolves with how it ended, in words for the log. */
  readonly ended: Promise<string>;
  private readonly lines: string[] = [];

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    onLine: (line: string) => void,
  ) {
    onLines(child.stderr, (line) => {
      this.lines.push(line);
      this.lines.splice(0, this.lines.length - REMEMBERED);
      onLine(line);
    });
    this.ended = ended(child).then(
      () =>
        child.signalCode === null ? `exit status ${String(child.exitCode)}` : `signal ${child.signalCode}`,
      String,
    );
  }

  /** Starts a server; rejects when the program cannot be started. `onLine` gets what it writes to its errors. */
  static start(
    command: Command,
    cwd: string,
    variables: Readonly<Record<string, string | undefined>>,
    onLine: (line: string) => void,
  ): Promise<ServerProcess> {
    const child = spawn(command.program, command.args, { cwd, env: variables, windowsHide: true });
    const server = new ServerProcess(child, onLine);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => {
        resolve(server);
      });
    });
  }

  get input(): NodeJS.WritableStream {
    return this.child.stdin;
  }

  get output(): NodeJS.ReadableStream {
    return this.child.stdout;
  }

  /** The last thing that it wrote to its errors; of a traceback that is the exception. */
  get lastWords(): string {
    return withoutCredentials([...this.lines].reverse().find((line) => line.trim() !== '') ?? '').trim();
  }

  /** Whether it could not import azmlflow or what azmlflow needs. */
  get lacksModules(): boolean {
    return this.lines.some((line) => /^(ModuleNotFoundError|ImportError)\b|: No module named /.test(line));
  }

  kill(): void {
    if (process.platform === 'win32') {
      // A program that pip has installed is a launcher, which starts Python as its child.
      killTree(this.child);
    } else {
      this.child.kill('SIGKILL');
    }
  }

  /** Waits for a moment until it has ended by itself, and ends it otherwise. */
  async end(): Promise<void> {
    this.child.stdin.destroy();
    if ((await within(FAREWELL, this.ended)) === undefined) {
      this.kill();
    }
  }
}
