import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

/** What the server is doing, idle until it is wanted; the reason is one sentence, which the user was told. */
export type ServerState =
  | { readonly kind: 'idle' | 'starting' | 'installing' | 'running' }
  | { readonly kind: 'stopped'; readonly reason: string };

/** What the rest of the extension does with each client. */
export interface Hooks {
  /** Called with every new client before it starts, to put handlers on it. */
  prepare(client: LanguageClient): void;
}

/** How the server was found, for the debug information. */
export interface Description {
  readonly steps: readonly string[];
  readonly version: string | undefined;
  readonly program: string | undefined;
}

/** Thrown when there is no server; the message is a sentence for the user. */
export class NoServer extends Error {}

/** Holds what the server is doing, for those who look and those who wait. */
export class States {
  readonly onDidChange: vscode.Event<ServerState>;
  private readonly changes = new vscode.EventEmitter<ServerState>();
  private state: ServerState = { kind: 'idle' };

  constructor() {
    this.onDidChange = this.changes.event;
  }

  get current(): ServerState {
    return this.state;
  }

  set(state: ServerState): void {
    this.state = state;
    this.changes.fire(state);
  }

  dispose(): void {
    this.changes.dispose();
  }

  /** Resolves once the server runs; rejects with NoServer once it is certain that it does not. */
  running(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (state: ServerState): boolean => {
        if (state.kind === 'stopped') {
          reject(new NoServer(state.reason));
        } else if (state.kind === 'running') {
          resolve();
        }
        return state.kind === 'stopped' || state.kind === 'running';
      };
      if (!look(this.state)) {
        const listening = this.onDidChange((state) => {
          if (look(state)) {
            listening.dispose();
          }
        });
      }
    });
  }
}

/** Returns what a promise brings, unless the user cancels the waiting for it. */
export async function orCancelled<T>(
  promise: Promise<T>,
  token: vscode.CancellationToken | undefined,
): Promise<T> {
  if (token === undefined) {
    return promise;
  }
  let listening: vscode.Disposable | undefined;
  const cancel = new Promise<never>((_resolve, reject) => {
    listening = token.onCancellationRequested(() => {
      reject(new vscode.CancellationError());
    });
  });
  try {
    return await Promise.race([promise, cancel]);
  } finally {
    listening?.dispose();
  }
}
