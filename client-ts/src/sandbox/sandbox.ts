import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Command } from '../server/command';
import type { Lifecycle } from '../server/lifecycle';
import type { Logs } from '../server/log';
import { type Running, startProcess } from './process';
import { type Description, forTerminals, withPath } from './variables';

/** Azure on this machine, for who has no account: the server and new terminals are led there until it is left. */
export class Sandbox implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<boolean>();
  readonly onDidChange = this.changes.event;
  private readonly deaths = new vscode.EventEmitter<void>();
  /** Fires when it has ended although nobody has left it. */
  readonly onDidDie = this.deaths.event;
  private running: Running | undefined;
  /** Gives up what is being started. */
  private present = new AbortController();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly lifecycle: Lifecycle,
    private readonly logs: Logs,
  ) {}

  /** Whether the server is in the sandbox now. */
  get inUse(): boolean {
    return this.running !== undefined;
  }

  /**
   * Starts a sandbox and leads the server there; called when none is in use or being started.
   *
   * Raises SandboxProblem when that is not possible, and NoServer.
   */
  async start(token: vscode.CancellationToken): Promise<void> {
    const present = (this.present = new AbortController());
    const listening = token.onCancellationRequested(() => {
      present.abort();
    });
    try {
      await this.lifecycle.running(token);
      await this.lifecycle.complete(token);
      const { azmlflow } = this.lifecycle;
      if (azmlflow !== undefined && !present.signal.aborted) {
        await this.enter(await this.startProcess(azmlflow, present.signal), present.signal);
      }
    } finally {
      listening.dispose();
    }
  }

  /** Leads the server back to the real Azure and ends the sandbox. */
  async leave(): Promise<void> {
    this.present.abort();
    const { running } = this;
    if (running !== undefined) {
      await this.forget();
      running.stop();
    }
  }

  dispose(): void {
    this.present.abort();
    this.running?.stop();
    this.running = undefined;
    this.context.environmentVariableCollection.clear();
    this.changes.dispose();
    this.deaths.dispose();
  }

  private startProcess(azmlflow: Command, cancelled: AbortSignal): Promise<Running> {
    const log = (line: string) => {
      this.logs.client.info(`Sandbox: ${line}`);
    };
    return startProcess(azmlflow, this.context.extensionPath, { log, t: vscode.l10n.t, cancelled });
  }

  private async enter(running: Running, cancelled: AbortSignal): Promise<void> {
    this.running = running;
    void running.ended.then(() => this.ended(running));
    this.leadTerminals(running.description);
    this.changes.fire(true);
    await this.lifecycle.useVariables(withPath(running.description, process.env['PATH']));
    if (cancelled.aborted) {
      await this.leave();
    }
  }

  private async ended(running: Running): Promise<void> {
    if (this.running === running) {
      this.logs.client.warn('The sandbox ended without being asked to.');
      this.deaths.fire();
      await this.forget();
    }
  }

  private async forget(): Promise<void> {
    this.running = undefined;
    this.context.environmentVariableCollection.clear();
    this.changes.fire(false);
    await this.lifecycle.useVariables(undefined);
  }

  private leadTerminals(description: Description): void {
    const collection = this.context.environmentVariableCollection;
    collection.persistent = false;
    collection.description = vscode.l10n.t('azmlflow: programs started here reach the sandbox, not Azure.');
    for (const [name, value] of Object.entries(forTerminals(description, process.env))) {
      collection.replace(name, value);
    }
    const folders = description.folders.map((folder) => `${folder}${path.delimiter}`).join('');
    if (folders) {
      collection.prepend('PATH', folders);
    }
  }
}
