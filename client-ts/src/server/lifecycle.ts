import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { type Client, createClient, StartFailure } from './client';
import { asServer, type Command, inWords, sameCommand } from './command';
import { CrashGuard } from './crashes';
import { findServer } from './find';
import type { Logs } from './log';
import { notStarted, stopped, tellNoServer, tellStopped, tooManyCrashes } from './messages';
import { answerSettings } from './middleware';
import { OwnServer } from './own';
import { Interpreters } from './python';
import { Refusals } from './refusals';
import type { Found, Outcome } from './search';
import { type Description, type Hooks, NoServer, orCancelled, type ServerState, States } from './state';
import { oneAtATime } from './turns';
import { remark } from './versions';
import { watch } from './watch';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Finds, starts, restarts and stops the server, one thing at a time.
 *
 * It follows by itself what decides which server it is: the setting, the selected interpreter, the trust.
 */
export class Lifecycle implements vscode.Disposable {
  readonly onDidChangeState: vscode.Event<ServerState>;
  private readonly states = new States();
  private readonly guard = new CrashGuard();
  private readonly refusals = new Refusals();
  private readonly turn = oneAtATime(() => this.follow());
  private readonly interpreters: Interpreters;
  private readonly own: OwnServer;
  private readonly watching: vscode.Disposable;
  /** What is under way for the server as it is now wanted; aborted when it is wanted otherwise. */
  private present = new AbortController();
  /** Work of the window that outlives a restart of the server. */
  private background = new AbortController();
  private wanted = false;
  private forced = false;
  private variables: Variables = {};
  private client: Client | undefined;
  private found: Found | undefined;
  private steps: readonly string[] = [];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly logs: Logs,
    private readonly hooks: Hooks,
  ) {
    this.onDidChangeState = this.states.onDidChange;
    this.interpreters = new Interpreters(logs.client);
    this.own = new OwnServer(context, this.interpreters, logs.client);
    this.watching = watch(this, this.interpreters);
  }

  get state(): ServerState {
    return this.states.current;
  }

  /** How azmlflow is run with other arguments: a subcommand is added to `args`; undefined when none runs. */
  get azmlflow(): Command | undefined {
    return this.client === undefined ? undefined : this.found?.azmlflow;
  }

  /**
   * Looks for the server and starts it anew when it is another than the one that runs.
   *
   * This may take minutes, for the server may have to be installed: activation does not wait for it.
   */
  async refresh(): Promise<void> {
    this.wanted = true;
    this.refusals.clear();
    await this.turn();
  }

  /** Starts the server anew, whichever runs and whatever is under way: the user asks for it. */
  async restart(): Promise<void> {
    this.guard.reset();
    this.forced = true;
    this.refusals.reset();
    this.present.abort();
    await this.refresh();
  }

  /** Stops the server and all that is under way for it; nothing is left running. */
  async stop(): Promise<void> {
    this.wanted = false;
    this.present.abort();
    this.background.abort();
    this.background = new AbortController();
    await this.turn();
  }

  dispose(): void {
    this.watching.dispose();
    this.interpreters.dispose();
    void this.stop().finally(() => {
      this.states.dispose();
    });
  }

  /** Returns the client once the server runs; starts it. Rejects with NoServer when there is none, and on cancel. */
  async running(token?: vscode.CancellationToken): Promise<LanguageClient> {
    if (this.state.kind === 'idle') {
      void this.refresh();
    }
    await orCancelled(this.states.running(), token);
    if (this.client === undefined) {
      throw new NoServer(stopped());
    }
    return this.client;
  }

  /**
   * Resolves once what the connection test needs is installed too, at once when the server is not ours to install.
   *
   * Rejects with NoServer when it could not be installed; the next call tries again.
   */
  async complete(token?: vscode.CancellationToken): Promise<void> {
    await this.running(token);
    if (this.found?.place === 'private') {
      await orCancelled(this.own.complete(this.background.signal), token);
    }
  }

  /** Lays variables over the server's environment, or takes them out of it, and restarts the server. */
  async useVariables(variables: Variables | undefined): Promise<void> {
    this.variables = variables ?? {};
    await this.restart();
  }

  /** Asks the server to read its settings again, for what the editor knows has changed. */
  async settingsChanged(): Promise<void> {
    if (this.client?.isRunning() === true) {
      await this.client.sendNotification('workspace/didChangeConfiguration', { settings: null });
    }
  }

  /** Returns how the server was found. */
  describe(): Description {
    const told = this.client?.initializeResult?.serverInfo?.version;
    return {
      steps: this.steps,
      version: told ?? this.found?.version,
      program: this.azmlflow && inWords(this.azmlflow),
    };
  }

  private async follow(): Promise<void> {
    try {
      await this.replace();
    } catch (error) {
      this.giveUp(notStarted(error instanceof Error ? error.message : String(error)));
    }
  }

  /** One turn: the server that is wanted now takes the place of the one that runs, when it is another. */
  private async replace(): Promise<void> {
    const forced = this.forced || this.client?.isRunning() !== true;
    this.forced = false;
    const { signal } = (this.present = new AbortController());
    if (!this.wanted) {
      await this.end();
      this.states.set({ kind: 'stopped', reason: stopped() });
      return;
    }
    if (forced) {
      this.states.set({ kind: 'starting' });
    }
    let again = true;
    while (again) {
      const outcome = await this.find(signal);
      // When it is wanted otherwise by now, another turn follows.
      again = !signal.aborted && (await this.take(outcome, signal, forced));
    }
  }

  private async find(signal: AbortSignal): Promise<Outcome> {
    const outcome = await findServer({
      interpreters: this.interpreters,
      cwd: this.context.extensionPath,
      log: this.logs.client,
      inPrivate: () =>
        this.own.ready(signal, () => {
          this.states.set({ kind: 'installing' });
        }),
      refused: this.refusals.places,
    });
    this.steps = outcome.steps;
    return outcome;
  }

  /** Starts what was found. Returns whether to look on, because it cannot be used. */
  private async take(outcome: Outcome, signal: AbortSignal, forced: boolean): Promise<boolean> {
    const { found, problem = '', told } = outcome;
    if (!forced && found && sameCommand(found.azmlflow, this.azmlflow)) {
      return false;
    }
    await this.end();
    if (found !== undefined) {
      return this.start(found, signal);
    }
    this.states.set({ kind: 'stopped', reason: problem });
    if (told !== true) {
      tellNoServer(problem, this.logs, () => this.restart());
    }
    return false;
  }

  private async start(found: Found, signal: AbortSignal): Promise<boolean> {
    this.states.set({ kind: 'starting' });
    const client = this.create(found);
    const abandon = client.abandon.bind(client);
    signal.addEventListener('abort', abandon);
    try {
      await client.launch();
    } catch (error) {
      await this.end();
      return !signal.aborted && (await this.goOn(found, error, signal));
    } finally {
      signal.removeEventListener('abort', abandon);
    }
    this.started(found);
    return false;
  }

  private create(found: Found): Client {
    const command = asServer(found.azmlflow);
    this.logs.client.info(`Starting ${inWords(command)}`);
    const client = createClient({
      command,
      cwd: this.context.extensionPath,
      variables: { ...process.env, ...this.variables },
      log: this.logs.server,
      middleware: answerSettings(this.interpreters, () => void this.settingsChanged()),
      onCrash: (how) => {
        if (client === this.client) {
          this.crashed(how);
        }
      },
    });
    [this.client, this.found] = [client, found];
    this.hooks.prepare(client);
    return client;
  }

  private started({ place }: Found): void {
    const { version = '' } = this.describe();
    this.logs.client.info(`The server runs: azmlflow ${version}${remark(version)}`);
    this.states.set({ kind: 'running' });
    if (place === 'private') {
      void this.own.afterwards(this.background.signal);
    }
  }

  /** Does what follows when a server did not come up. Returns whether to look on. */
  private async goOn({ place }: Found, error: unknown, signal: AbortSignal): Promise<boolean> {
    const { reason, unusable } =
      error instanceof StartFailure ? error : new StartFailure(String(error), false);
    const next = this.refusals.note(place, reason, unusable);
    if (next === 'give up') {
      this.giveUp(notStarted(reason));
      return false;
    }
    this.logs.client.warn(`The server could not be started: ${reason}`);
    if (next === 'make anew') {
      await this.own.discard(signal);
    }
    return true;
  }

  private crashed(how: string): void {
    this.logs.client.error(`The server ended without being asked to: ${how}`);
    if (this.guard.mayRestart(Date.now())) {
      this.states.set({ kind: 'starting' });
      this.forced = true;
      void this.turn();
      return;
    }
    void this.end();
    this.giveUp(tooManyCrashes());
  }

  private giveUp(reason: string): void {
    this.states.set({ kind: 'stopped', reason });
    tellStopped(reason, this.logs, () => this.restart());
  }

  private async end(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    if (this.state.kind === 'running') {
      this.states.set({ kind: 'starting' });
    }
    await client?.dispose();
  }
}
