import * as os from 'node:os';
import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { expandWholly } from './paths';
import type { Interpreters } from './python';
import { fillIn, type Known } from './settings';
import { within } from './turns';

/** The server waits three seconds for its settings. */
const PATIENCE = 2_000;

/**
 * Returns the middleware that answers the server's questions for its settings.
 *
 * What the user left empty is filled with what the editor knows. `onLate` is called when the selected interpreter
 * becomes known only after the answer.
 */
export function answerSettings(interpreters: Interpreters, onLate: () => void): Middleware {
  return {
    workspace: {
      async configuration(params, token, next) {
        const answers: unknown = await next(params, token);
        if (!Array.isArray(answers) || !vscode.workspace.isTrusted) {
          return answers as unknown[];
        }
        const filled = params.items.map(async ({ section, scopeUri }, index) => {
          const answer: unknown = answers[index];
          return section === 'azmlflow'
            ? fillIn(answer, await known(folderOf(scopeUri), interpreters, onLate))
            : answer;
        });
        return Promise.all(filled);
      },
    },
  };
}

function folderOf(scope: string | undefined): vscode.Uri | undefined {
  return scope === undefined ? vscode.workspace.workspaceFolders?.[0]?.uri : vscode.Uri.parse(scope);
}

async function known(
  folder: vscode.Uri | undefined,
  interpreters: Interpreters,
  onLate: () => void,
): Promise<Known> {
  let answered = false;
  const asked = interpreters.selected(folder).then((interpreter) => {
    if (answered && interpreter !== undefined) {
      onLate();
    }
    return interpreter;
  });
  const interpreter = await within(PATIENCE, asked);
  answered = true;
  return { interpreter, envFile: envFile(folder) };
}

function envFile(folder: vscode.Uri | undefined): string | undefined {
  const written = vscode.workspace.getConfiguration('python', folder).get('envFile', '');
  return expandWholly(written, { home: os.homedir(), folder: folder?.fsPath }) || undefined;
}
