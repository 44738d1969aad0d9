import * as vscode from 'vscode';

/** The two output channels: what the client did, and what the server wrote. */
export interface Logs {
  /** "azmlflow": what was looked for, installed and started. */
  readonly client: vscode.LogOutputChannel;
  /** "azmlflow Server": what the server writes to its standard error, and the trace of its messages. */
  readonly server: vscode.LogOutputChannel;
  dispose(): void;
}

/** Opens the two output channels. */
export function createLogs(): Logs {
  const client = vscode.window.createOutputChannel('azmlflow', { log: true });
  const server = vscode.window.createOutputChannel('azmlflow Server', { log: true });
  const dispose = () => {
    client.dispose();
    server.dispose();
  };
  return { client, server, dispose };
}
