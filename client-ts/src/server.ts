import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { versionQuestion } from './command';
import { candidatesOnPath, expand } from './paths';
import { selectedInterpreter } from './python';
import { type Outcome, search } from './search';

const INTERPRETER_PATIENCE = 15_000;

/** Looks for the server and logs each step of the way; `cwd` is where an interpreter may be started. */
export async function findServer(cwd: string, log: vscode.LogOutputChannel): Promise<Outcome> {
  const outcome = await search({
    setting: expand(vscode.workspace.getConfiguration('azmlflow').get('server.path', ''), {
      home: os.homedir(),
      folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    }),
    trusted: vscode.workspace.isTrusted,
    isFile,
    interpreter: selectedInterpreter,
    versionIn: (python) => versionIn(python, cwd),
    onPath: candidatesOnPath('azmlflow', process.env, process.platform),
  });
  for (const step of outcome.steps) {
    log.info(`Looking for the server: ${step}`);
  }
  return outcome;
}

/** Tells the user why there is no server, and offers what helps. */
export async function tellMissing(outcome: Outcome, log: vscode.LogOutputChannel): Promise<void> {
  const [copy, settings, logs] = ['Copy Install Command', 'Open Settings', 'Show Logs'] as const;
  const { problem = 'There is no azmlflow server.', install } = outcome;
  log.warn(problem);
  const choices = install === undefined ? [settings, logs] : [copy, settings, logs];
  const answer = await vscode.window.showWarningMessage(problem, ...choices);
  if (answer === copy && install !== undefined) {
    await vscode.env.clipboard.writeText(install);
  } else if (answer === settings) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'azmlflow.server.path');
  } else if (answer === logs) {
    log.show();
  }
}

function isFile(path: string): boolean {
  try {
    return fs.statSync(path).isFile();
  } catch {
    return false;
  }
}

async function versionIn(python: string, cwd: string): Promise<string | undefined> {
  const { program, args } = versionQuestion(python);
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, timeout: INTERPRETER_PATIENCE });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
