import * as vscode from 'vscode';
import type { Interpreters } from './python';
import type { ServerState } from './state';

/** Who is told of what has changed. */
interface Told {
  readonly state: ServerState;
  refresh(): Promise<void>;
  restart(): Promise<void>;
  settingsChanged(): Promise<void>;
}

/** Follows what decides which server runs, and what the editor knows that the server asks for. */
export function watch(told: Told, interpreters: Interpreters): vscode.Disposable {
  const settingsChanged = () => {
    // A server that is just being stopped need not know.
    void told.settingsChanged().catch(() => undefined);
  };
  return vscode.Disposable.from(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      // The server is told of the trust when it starts.
      if (told.state.kind !== 'idle') {
        void told.restart();
      }
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('azmlflow.server.path')) {
        void told.refresh();
      }
      if (event.affectsConfiguration('python.envFile')) {
        settingsChanged();
      }
    }),
    interpreters.onDidChange(() => void told.refresh().then(settingsChanged)),
  );
}
