import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Lifecycle } from '../server/lifecycle';
import type { Logs } from '../server/log';
import { type Running, startProcess } from './process';
import { type Description, withPath } from './variables';

/** Azure on this machine, for who has no account: the server and new terminals are led there until it is left. */
export class Sandbox implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<boolean>();
  readonly onDidChange = this.changes.event;
  private running: Running | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly lifecycle: Lifecycle,
    private readonly logs: Logs,
  ) {}

  /** Whether the server is in the sandbox now. */
  get inUse(): boolean {
    return this.running !== undefined;
  }

  /** Starts a sandbox and leads the server there. Raises SandboxProblem when that is not possible, and NoServer. */
  async start(token: vscode.CancellationToken): Promise<void> {
    if (this.running !== undefined) {
      return;
    }
    await this.lifecycle.running(token);
    await this.lifecycle.complete(token);
    const { azmlflow } = this.lifecycle;
    if (azmlflow === undefined || token.isCancellationRequested) {
      return;
    }
    const running = await startProcess(
      azmlflow,
      this.context.extensionPath,
      (line) => {
        this.logs.client.info(`Sandbox: ${line}`);
      },
      vscode.l10n.t,
    );
    this.running = running;
    void running.ended.then(() => this.forget(running));
    this.leadTerminals(running.description);
    this.changes.fire(true);
    await this.lifecycle.useVariables(withPath(running.description, process.env['PATH']));
  }

  /** Leads the server back to the real Azure and ends the sandbox. */
  async leave(): Promise<void> {
    const running = this.running;
    if (running !== undefined) {
      await this.forget(running);
      running.stop();
    }
  }

  dispose(): void {
    this.running?.stop();
    this.running = undefined;
    this.context.environmentVariableCollection.clear();
    this.changes.dispose();
  }

  private async forget(running: Running): Promise<void> {
    if (this.running !== running) {
      return;
    }
    this.running = undefined;
    this.context.environmentVariableCollection.clear();
    this.changes.fire(false);
    await this.lifecycle.useVariables(undefined);
  }

  private leadTerminals(description: Description): void {
    const collection = this.context.environmentVariableCollection;
    collection.persistent = false;
    collection.description = vscode.l10n.t('azmlflow: programs started here reach the sandbox, not Azure.');
    for (const [name, value] of Object.entries(description.variables)) {
      if (value !== undefined) {
        collection.replace(name, value);
      }
    }
    const folders = description.folders.map((folder) => `${folder}${path.delimiter}`).join('');
    if (folders) {
      collection.prepend('PATH', folders);
    }
  }
}
