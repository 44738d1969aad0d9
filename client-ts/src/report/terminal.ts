import * as vscode from 'vscode';
import type { CommandLine } from './command-line';
import { inInterpreter, pathOf } from './interpreter';
import { type Place, Prompt } from './prompt';

const NAME = 'azmlflow';
/** How long a new terminal's shell may take until it says that it is ready, in milliseconds; many never do. */
const PATIENCE = 2500;

/** What shells tell since VS Code 1.93, which the typings here do not know. */
interface Newer {
  readonly onDidStartTerminalShellExecution?: vscode.Event<{ readonly terminal: vscode.Terminal }>;
  readonly onDidEndTerminalShellExecution?: vscode.Event<Ended>;
  readonly onDidChangeTerminalShellIntegration?: vscode.Event<{ readonly terminal: vscode.Terminal }>;
}

/** A command that has ended in a terminal. */
interface Ended {
  readonly terminal: vscode.Terminal;
  readonly exitCode: number | undefined;
  readonly execution: { readonly commandLine: { readonly value: string } };
}

/** The terminal that commands go to. */
interface Opened {
  readonly terminal: vscode.Terminal;
  readonly prompt: Prompt;
  /** What was typed there last, and the command that it stands for. */
  typed?: string;
  command?: string;
}

/** The terminal in which commands are run or typed for the user. */
export class Terminal implements vscode.Disposable {
  private readonly newer = vscode.window as Newer;
  private readonly listeners: vscode.Disposable;
  private last: Opened | undefined;

  /** `endedWell` is called with a command from here once it has ended well, where the shell tells that. */
  constructor(private readonly endedWell: (command: string) => void) {
    const listeners = [
      this.newer.onDidStartTerminalShellExecution?.(({ terminal }) => {
        this.opened(terminal)?.prompt.taken();
      }),
      this.newer.onDidEndTerminalShellExecution?.((ended) => {
        this.ended(ended);
      }),
      vscode.window.onDidCloseTerminal((terminal) => {
        if (this.opened(terminal)) {
          this.forget();
        }
      }),
    ];
    this.listeners = vscode.Disposable.from(...listeners.filter((one) => one !== undefined));
  }

  dispose(): void {
    this.listeners.dispose();
  }

  /** Leaves the terminal to the user: what comes next goes to a new one, as it must when its variables are outdated. */
  forget(): void {
    this.last = undefined;
  }

  /** Runs a command at its place, or types it for the user to complete; one that must only be copied is left alone. */
  async use({ text, use }: CommandLine, place: Place): Promise<void> {
    if (use === 'copy') {
      return;
    }
    const { last } = this;
    const opened = last?.prompt.serves(place) === true ? last : (this.last = open(place));
    opened.prompt.taken();
    opened.terminal.show(use === 'run');
    if (opened !== last) {
      await this.ready(opened.terminal);
    }
    opened.command = text.trim();
    opened.typed = inInterpreter(opened.command, place.interpreter);
    opened.terminal.sendText(opened.typed, use === 'run');
  }

  private opened(terminal: vscode.Terminal): Opened | undefined {
    return this.last?.terminal === terminal ? this.last : undefined;
  }

  private ended({ terminal, exitCode, execution }: Ended): void {
    const opened = this.opened(terminal);
    opened?.prompt.left();
    if (
      opened?.command !== undefined &&
      execution.commandLine.value.trim() === opened.typed &&
      exitCode === 0
    ) {
      this.endedWell(opened.command);
    }
  }

  /** Resolves when the shell says that it is ready: what is typed before is shown twice. */
  private ready(terminal: vscode.Terminal): Promise<void> {
    return new Promise((resolve) => {
      const listening = this.newer.onDidChangeTerminalShellIntegration?.((changed) => {
        if (changed.terminal === terminal) {
          done();
        }
      });
      const timer = setTimeout(done, PATIENCE);
      function done(): void {
        clearTimeout(timer);
        listening?.dispose();
        resolve();
      }
    });
  }
}

function open(place: Place): Opened {
  const { folder, interpreter } = place;
  const terminal = vscode.window.createTerminal({
    name: NAME,
    ...(folder === undefined ? {} : { cwd: vscode.Uri.parse(folder) }),
    ...(interpreter === undefined ? {} : { env: { PATH: pathOf(interpreter, process.env['PATH']) } }),
  });
  return { terminal, prompt: new Prompt(place) };
}
