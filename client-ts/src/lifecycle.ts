import type * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { createClient } from './client';
import { type Command, sameCommand } from './command';
import { tell } from './log';
import { findServer, tellMissing } from './server';
import { oneAtATime } from './turns';

/** Starts, restarts and stops the server, one thing at a time. */
export class Lifecycle {
  /** Looks for the server and starts it anew when it is another than the one that runs. */
  readonly refresh: () => Promise<void>;
  private client: LanguageClient | undefined;
  private running: Command | undefined;
  private forced = false;

  constructor(
    private readonly cwd: string,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.refresh = oneAtATime(() => this.replace());
  }

  /** Starts the server anew, whichever runs. */
  async restart(): Promise<void> {
    this.forced = true;
    await this.refresh();
  }

  /** Stops the server. */
  async stop(): Promise<void> {
    const client = this.client;
    this.client = this.running = undefined;
    // A server that died cannot be asked to stop, and there is nothing left to do about it.
    await client?.dispose().catch((error: unknown) => {
      this.log.info('The server had already stopped.', error);
    });
  }

  private async replace(): Promise<void> {
    const forced = this.forced;
    this.forced = false;
    const outcome = await findServer(this.cwd, this.log);
    if (!forced && this.client && sameCommand(outcome.command, this.running)) {
      return;
    }
    await this.stop();
    if (outcome.command === undefined) {
      // Not awaited: the message stays until it is answered.
      void tellMissing(outcome, this.log);
      return;
    }
    await this.start(outcome.command);
  }

  private async start(command: Command): Promise<void> {
    this.log.info(`Starting ${[command.program, ...command.args].join(' ')}`);
    this.client = createClient(command, this.cwd, this.log);
    this.running = command;
    try {
      await this.client.start();
    } catch (error) {
      this.running = undefined;
      void tell(this.log, 'The azmlflow server could not be started.', error);
    }
  }
}
