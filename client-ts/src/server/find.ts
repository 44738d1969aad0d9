import { execFile } from 'node:child_process';
import * as os from 'node:os';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { type Command, versionQuestion } from './command';
import { candidatesOnPath, expand, isFile, liesIn } from './paths';
import type { Interpreters } from './python';
import { type Outcome, type Place, type Private, search } from './search';
import { printedVersion } from './versions';

const PATIENCE = 15_000;

/** What the search is made with. */
export interface Means {
  readonly interpreters: Interpreters;
  /** Where programs are started; never the workspace. */
  readonly cwd: string;
  readonly log: vscode.LogOutputChannel;
  readonly inPrivate: () => Promise<Private>;
  readonly refused: ReadonlyMap<Place, string>;
}

/** Looks for the server and logs each step of the way. */
export async function findServer({ interpreters, cwd, log, inPrivate, refused }: Means): Promise<Outcome> {
  const forbidden = foldersNotTrusted();
  const outcome = await search({
    setting: expand(vscode.workspace.getConfiguration('azmlflow').get('server.path', ''), {
      home: os.homedir(),
      folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    }),
    trusted: vscode.workspace.isTrusted,
    isFile,
    interpreter: () => interpreters.selected(vscode.workspace.workspaceFolders?.[0]?.uri),
    versionIn: (python) => version(versionQuestion(python), cwd),
    versionOf: (program) => version({ program, args: ['--version'] }, cwd),
    onPath: candidatesOnPath('azmlflow', process.env, process.platform).filter(
      (program) => !liesIn(program, forbidden),
    ),
    inPrivate,
    refused,
    t: vscode.l10n.t,
  });
  for (const step of outcome.steps) {
    log.info(`Looking for the server: ${step}`);
  }
  return outcome;
}

/** Returns the folders of which nothing may be run: all of the workspace, as long as it is not trusted. */
export function foldersNotTrusted(): string[] {
  const folders = vscode.workspace.isTrusted ? [] : (vscode.workspace.workspaceFolders ?? []);
  return folders.map((folder) => folder.uri.fsPath);
}

async function version({ program, args }: Command, cwd: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd,
      timeout: PATIENCE,
      windowsHide: true,
    });
    return printedVersion(stdout);
  } catch {
    return undefined;
  }
}
