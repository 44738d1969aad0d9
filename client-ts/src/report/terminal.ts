import * as vscode from 'vscode';
import type { CommandLine } from './command-line';

const NAME = 'azmlflow';
/** How long a new terminal's shell may take until it says that it is ready, in milliseconds; many never do. */
const PATIENCE = 2500;

/** What shells tell since VS Code 1.93, which the typings here do not know. */
interface Newer {
  readonly onDidEndTerminalShellExecution?: vscode.Event<Ended>;
  readonly onDidChangeTerminalShellIntegration?: vscode.Event<{ readonly terminal: vscode.Terminal }>;
}

/** A command that has ended in a terminal. */
interface Ended {
  readonly terminal: vscode.Terminal;
  readonly exitCode: number | undefined;
  readonly execution: { readonly commandLine: { readonly value: string } };
}

/** The terminal in which commands are run or typed for the user. */
export class Terminal implements vscode.Disposable {
  private readonly newer = vscode.window as Newer;
  private readonly listeners: vscode.Disposable;
  private terminal: vscode.Terminal | undefined;
  private typed: string | undefined;

  /** `endedWell` is called with a command from here once it has ended well, where the shell tells that. */
  constructor(endedWell: (command: string) => void) {
    const ended = this.newer.onDidEndTerminalShellExecution?.(({ terminal, exitCode, execution }) => {
      const isOurs = terminal === this.terminal && execution.commandLine.value.trim() === this.typed;
      if (isOurs && exitCode === 0) {
        endedWell(this.typed ?? '');
      }
    });
    const closed = vscode.window.onDidCloseTerminal((terminal) => {
      if (terminal === this.terminal) {
        this.terminal = undefined;
      }
    });
    this.listeners = vscode.Disposable.from(closed, ...(ended ? [ended] : []));
  }

  dispose(): void {
    this.listeners.dispose();
  }

  /** Runs a command in the folder, or types it for the user to complete; one that must only be copied is left alone. */
  async use({ text, use }: CommandLine, folder: vscode.Uri | undefined): Promise<void> {
    if (use === 'copy') {
      return;
    }
    const isNew = this.terminal === undefined;
    const terminal = (this.terminal ??= vscode.window.createTerminal({
      name: NAME,
      ...(folder ? { cwd: folder } : {}),
    }));
    terminal.show(use === 'run');
    if (isNew) {
      await this.ready(terminal);
    }
    this.typed = text.trim();
    terminal.sendText(this.typed, use === 'run');
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
