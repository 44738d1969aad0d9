import * as path from 'node:path';
import * as vscode from 'vscode';
import { foldersNotTrusted } from './find';
import { type Attempt, stopping } from './private/attempt';
import type { Environment } from './private/environment';
import { InstallProblem } from './private/problems';
import { PrivateServer } from './private/server';
import type { Interpreters } from './python';
import type { Private } from './search';
import { NoServer } from './state';
import { OnceFor } from './turns';

/** The private environment in this window: made, filled and tidied with the user told how far it is. */
export class OwnServer {
  private readonly server: PrivateServer;
  private environment: Environment | undefined;
  private readonly completing = new OnceFor();
  private tidied = false;

  constructor(
    context: vscode.ExtensionContext,
    interpreters: Interpreters,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.server = new PrivateServer({
      packages: path.join(context.extensionPath, 'server-packages'),
      storage: path.join(context.globalStorageUri.fsPath, 'servers'),
      variables: process.env,
      platform: process.platform,
      selected: async () =>
        vscode.workspace.isTrusted
          ? interpreters.selected(vscode.workspace.workspaceFolders?.[0]?.uri)
          : undefined,
      forbidden: foldersNotTrusted,
      log: (line) => {
        log.info(line);
      },
      t: vscode.l10n.t,
    });
  }

  /**
   * Returns the environment, made when it is not there; `onInstall` is called before it is made.
   *
   * The user may cancel that; so does the signal.
   */
  async ready(signal: AbortSignal, onInstall: () => void): Promise<Private> {
    try {
      const there = await this.server.find();
      const environment = there ?? (await this.install(signal, onInstall));
      this.environment = environment;
      this.completing.turnTo(environment.layout.folder, there === undefined);
      await this.server.use(environment);
      const { folder, python } = environment.layout;
      return { python, version: environment.version, note: there ? folder : `${folder}, installed now` };
    } catch (error) {
      return problemOf(error);
    }
  }

  /**
   * Resolves once what the connection test needs is installed too; a failed attempt is made again at the next call.
   *
   * Rejects with NoServer.
   */
  complete(signal: AbortSignal): Promise<void> {
    return this.completing.do(() =>
      this.fill(signal).catch((error: unknown) => {
        throw error instanceof InstallProblem ? new NoServer(error.message) : error;
      }),
    );
  }

  /** Does what can wait until the server runs: the rest is installed, and what nobody uses any longer removed. */
  async afterwards(signal: AbortSignal): Promise<void> {
    for (const task of [() => this.complete(signal), () => this.tidy(signal)]) {
      await task().catch((error: unknown) => {
        if (!signal.aborted) {
          this.log.warn(error instanceof Error ? error.message : String(error));
        }
      });
    }
  }

  /** Removes the environment, because its server cannot be started. */
  async discard(signal: AbortSignal): Promise<void> {
    if (this.environment !== undefined) {
      await this.server.discard(this.environment, { signal, report: () => undefined });
      this.environment = undefined;
    }
  }

  /** Once in a window is enough. */
  private async tidy(signal: AbortSignal): Promise<void> {
    if (this.environment !== undefined && !this.tidied) {
      this.tidied = true;
      await this.server.tidy(this.environment, { signal, report: () => undefined });
    }
  }

  private async install(signal: AbortSignal, onInstall: () => void): Promise<Environment> {
    onInstall();
    const options: vscode.ProgressOptions = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Installing the azmlflow server'),
      cancellable: true,
    };
    return vscode.window.withProgress(options, (progress, token) =>
      this.server.make(attempt(signal, progress, token)),
    );
  }

  private async fill(signal: AbortSignal): Promise<void> {
    const { environment } = this;
    if (environment === undefined || (await this.server.isComplete(environment))) {
      return;
    }
    const options: vscode.ProgressOptions = {
      location: vscode.ProgressLocation.Window,
      title: vscode.l10n.t('azmlflow: installing what connection tests need'),
    };
    await vscode.window.withProgress(options, () =>
      this.server.complete(environment, { signal, report: () => undefined }),
    );
  }
}

function attempt(
  signal: AbortSignal,
  progress: vscode.Progress<{ message: string }>,
  token: vscode.CancellationToken,
): Attempt {
  return {
    signal: stopping(signal, token.onCancellationRequested, vscode.l10n.t),
    report: (message) => {
      progress.report({ message });
    },
  };
}

function problemOf(error: unknown): Private {
  if (error instanceof InstallProblem) {
    return { problem: error.message, told: error.reason === 'cancelled' };
  }
  const said = error instanceof Error ? error.message : String(error);
  return { problem: vscode.l10n.t('azmlflow could not install its server: {0}', said) };
}
