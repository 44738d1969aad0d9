import * as vscode from 'vscode';
import { within } from './turns';

/** What is used of the extension that manages Python's environments. */
interface Source {
  readonly onDidChange: vscode.Event<unknown>;
  selected(folder: vscode.Uri | undefined): Promise<string | undefined>;
}

/** The part of the interface of `ms-python.python` that is used here. */
interface PythonExtension {
  readonly environments: {
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(path: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

/** The part of the interface of `ms-python.vscode-python-envs` that is used here. */
interface EnvironmentsExtension {
  readonly onDidChangeEnvironment: vscode.Event<unknown>;
  getEnvironment(scope: vscode.Uri | undefined): Promise<ManagedEnvironment | undefined>;
  resolveEnvironment(context: vscode.Uri): Promise<ManagedEnvironment | undefined>;
}

interface ManagedEnvironment {
  readonly environmentPath: vscode.Uri;
  readonly execInfo?: { readonly run: { readonly executable: string } };
}

/** Starting the Python extension may take long; a server can be found without it meanwhile. */
const PATIENCE = 15_000;

/** The interpreters that are selected in the Python extension, or in Python Environments. */
export class Interpreters implements vscode.Disposable {
  /** Fires when another interpreter is selected somewhere, or when the extension that knows has come. */
  readonly onDidChange: vscode.Event<void>;
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly installed: vscode.Disposable;
  private listening: vscode.Disposable | undefined;
  private source: Promise<Source | undefined> | undefined;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.onDidChange = this.changes.event;
    this.installed = vscode.extensions.onDidChange(() => void this.lookAgain());
  }

  /** Returns the interpreter that is selected for a folder; undefined when none is, or nobody says in time. */
  async selected(folder: vscode.Uri | undefined): Promise<string | undefined> {
    try {
      return await within(PATIENCE, this.ask(folder));
    } catch (error) {
      this.log.info('The selected interpreter could not be asked for.', error);
      return undefined;
    }
  }

  dispose(): void {
    vscode.Disposable.from(
      this.changes,
      this.installed,
      ...(this.listening ? [this.listening] : []),
    ).dispose();
  }

  private async ask(folder: vscode.Uri | undefined): Promise<string | undefined> {
    this.source ??= this.connect();
    return (await this.source)?.selected(folder);
  }

  private async connect(): Promise<Source | undefined> {
    const source = (await environmentsExtension()) ?? (await pythonExtension());
    this.listening?.dispose();
    this.listening = source?.onDidChange(() => {
      this.changes.fire();
    });
    return source;
  }

  /** An extension was installed, enabled or disabled. */
  private async lookAgain(): Promise<void> {
    if (this.source !== undefined && (await this.source) === undefined) {
      this.source = undefined;
      this.changes.fire();
    }
  }
}

/**
 * Returns Python Environments, unless the user, or what Microsoft rolls out, leaves the choice to the Python
 * extension: it may then be started all the same and know nothing of what is selected.
 */
async function environmentsExtension(): Promise<Source | undefined> {
  const use = vscode.workspace.getConfiguration('python').get<boolean>('useEnvironmentsExtension');
  const api = use === false ? undefined : await start<EnvironmentsExtension>('ms-python.vscode-python-envs');
  return (
    api && {
      onDidChange: api.onDidChangeEnvironment,
      async selected(folder) {
        const environment = await api.getEnvironment(folder);
        const known =
          environment?.execInfo ??
          (environment && (await api.resolveEnvironment(environment.environmentPath)))?.execInfo;
        return known?.run.executable;
      },
    }
  );
}

async function pythonExtension(): Promise<Source | undefined> {
  const environments = (await start<PythonExtension>('ms-python.python'))?.environments;
  return (
    environments && {
      onDidChange: environments.onDidChangeActiveEnvironmentPath,
      async selected(folder) {
        const selected = environments.getActiveEnvironmentPath(folder);
        return (await environments.resolveEnvironment(selected))?.executable.uri?.fsPath;
      },
    }
  );
}

/** Starts an extension and returns its interface, or undefined when it is absent or does not start. */
async function start<T>(id: string): Promise<T | undefined> {
  try {
    return await vscode.extensions.getExtension<T | undefined>(id)?.activate();
  } catch {
    // It has told the user itself; the server may still be elsewhere.
    return undefined;
  }
}
