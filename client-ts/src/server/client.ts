import * as vscode from 'vscode';
import {
  CloseAction,
  type CloseHandlerResult,
  type DocumentSelector,
  type DynamicFeature,
  ErrorAction,
  type ErrorHandler,
  LanguageClient,
  type LanguageClientOptions,
  type MessageTransports,
  type Middleware,
  RevealOutputChannelOn,
  type StaticFeature,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageclient/node';
import type { Command } from './command';
import { DOCUMENTS } from './documents';
import { ServerProcess } from './process';

/** What a client is made from. */
export interface Parts {
  readonly command: Command;
  /**
   * Where the server is started, never the workspace: `python -m` imports what lies where it is started, and a
   * `yaml.py` of the user's would be run in place of the real one.
   */
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly log: vscode.LogOutputChannel;
  readonly middleware: Middleware;
  /** Called when a server that ran has ended without being asked to; with how it ended, for the log. */
  readonly onCrash: (how: string) => void;
}

/** Thrown when a server does not come up. */
export class StartFailure extends Error {
  constructor(
    /** What it said last, or what the operating system said. */
    readonly reason: string,
    /** Whether another server may do better: this one cannot be run at all, or lacks modules. */
    readonly unusable: boolean,
  ) {
    super(reason);
  }
}

const START_LIMIT = 60_000;

/**
 * A client that shows no messages of its own and starts no server by itself: the lifecycle tells and decides.
 *
 * The server's commands are not registered as the editor's: those of the palette have the same ids and ask more.
 */
export class Client extends LanguageClient {
  private starting: Promise<void> | undefined;

  constructor(private readonly held: Held) {
    super('azmlflow', 'azmlflow', () => held.start(), optionsFor(held));
    held.client = this;
  }

  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const method = (feature as Partial<DynamicFeature<unknown>>).registrationType?.method;
    if (method !== 'workspace/executeCommand') {
      super.registerFeature(feature);
    }
  }

  override debug(message: string, data?: unknown): void {
    this.held.parts.log.debug(message, ...given(data));
  }

  override info(message: string, data?: unknown): void {
    this.held.parts.log.info(message, ...given(data));
  }

  override warn(message: string, data?: unknown): void {
    this.held.parts.log.warn(message, ...given(data));
  }

  override error(message: string, data?: unknown): void {
    this.held.parts.log.error(message, ...given(data));
  }

  /** Starts the server and returns once it has answered. Raises StartFailure. */
  async launch(): Promise<void> {
    const timer = setTimeout(() => {
      this.abandon();
    }, START_LIMIT);
    try {
      await (this.starting = this.start());
    } catch (error) {
      throw await this.held.failure(error);
    } finally {
      clearTimeout(timer);
    }
    if (!this.isRunning()) {
      throw await this.held.failure(undefined);
    }
  }

  /** Ends a server that is starting; the launch then fails. */
  abandon(): void {
    this.held.server?.kill();
  }

  /** Resolves once the launch has succeeded or failed. */
  async settled(): Promise<void> {
    await this.starting?.catch(() => undefined);
  }

  /** Stops the server, whatever it is doing; nothing of it is left running. */
  override async stop(timeout?: number): Promise<void> {
    if (this.isRunning()) {
      await super.stop(timeout).catch((error: unknown) => {
        this.error('The server did not stop as it should.', error);
      });
    } else {
      this.diagnostics?.dispose();
    }
    await this.held.server?.end();
  }
}

/** Returns a client for a server, not yet started. */
export function createClient(parts: Parts): Client {
  return new Client(new Held(parts));
}

/** What a client holds on to; it is made before the client, whose base class asks for it while it is made. */
class Held implements ErrorHandler {
  server: ServerProcess | undefined;
  client: Client | undefined;

  constructor(readonly parts: Parts) {}

  async start(): Promise<MessageTransports> {
    const { command, cwd, log, variables } = this.parts;
    const server = await ServerProcess.start(command, cwd, variables, (line) => {
      write(log, line);
    });
    this.server = server;
    return { reader: new StreamMessageReader(server.output), writer: new StreamMessageWriter(server.input) };
  }

  error(): { action: ErrorAction; handled: boolean } {
    // When it is more than a passing trouble, the connection is closed next.
    return { action: ErrorAction.Continue, handled: true };
  }

  async closed(): Promise<CloseHandlerResult> {
    if (this.client?.isRunning() === true) {
      const how = this.server?.ended ?? Promise.resolve('');
      // The client is then done with its own clearing up.
      void how.then((words) =>
        setImmediate(() => {
          this.parts.onCrash(words);
        }),
      );
    } else {
      // The client forgets its start when this returns, and who waits for it would never hear that it failed.
      await this.client?.settled();
    }
    return {
      action: CloseAction.DoNotRestart,
      handled: true,
      message: 'The connection to the server is closed.',
    };
  }

  /** Returns why the server did not come up. */
  async failure(error: unknown): Promise<StartFailure> {
    if (this.server === undefined) {
      return new StartFailure(error instanceof Error ? error.message : String(error), true);
    }
    await this.server.end();
    const how = await this.server.ended;
    return new StartFailure(this.server.lastWords || how, this.server.lacksModules);
  }
}

/**
 * The server itself asks for the settings and to be told of their changes, so they are not sent from here.
 */
function optionsFor(held: Held): LanguageClientOptions {
  return {
    documentSelector: [...DOCUMENTS] as DocumentSelector,
    initializationOptions: { trusted: vscode.workspace.isTrusted },
    outputChannel: held.parts.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationFailedHandler: () => false,
    errorHandler: held,
    middleware: held.parts.middleware,
  };
}

function given(data: unknown): unknown[] {
  return data === undefined || data === null ? [] : [data];
}

/** Writes a line of the server's log, which begins with its level. */
function write(log: vscode.LogOutputChannel, line: string): void {
  const [level = '', rest = ''] = line.split(/ (.*)/s, 2);
  if (level === 'ERROR' || level === 'CRITICAL') {
    log.error(rest);
  } else if (level === 'WARNING') {
    log.warn(rest);
  } else if (line !== '') {
    log.info(level === 'INFO' || level === 'DEBUG' ? rest : line);
  }
}
