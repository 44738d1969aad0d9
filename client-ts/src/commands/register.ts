import * as vscode from 'vscode';
import type { Reports } from '../report/reports';
import type { Board } from '../status/board';
import { showMenu } from '../status/menu';
import type { Tools } from './ask';
import { copyDebugInformation } from './copy-debug-information';
import { createWorkspaceConfig } from './create-workspace-config';
import { doctor } from './doctor';
import { dryRun } from './dry-run';
import { explain } from './explain';
import { insertTracking } from './insert-tracking';
import { openExample } from './open-example';
import { openInStudio } from './open-in-studio';
import { Pages } from './pages';
import { showLogs } from './show-logs';
import { test } from './tests';

/** Registers the commands; each takes the URI of a document or folder, which menus give, or nothing. */
export function registerCommands(tools: Tools, board: Board, reports: Reports): vscode.Disposable {
  const pages = new Pages();
  const commands: Readonly<Record<string, (given?: unknown) => unknown>> = {
    testConnection: (given) => test(reports, 'connection', given),
    testConnectionInteractive: (given) => test(reports, 'connection', given, true),
    testAuthentication: (given) => test(reports, 'authentication', given),
    explain: (given) => explain(tools, pages, given),
    insertTracking: (given) => insertTracking(tools, given),
    createWorkspaceConfig: (given) => createWorkspaceConfig(tools, given),
    doctor: (given) => doctor(tools, pages, given),
    dryRun: (given) => dryRun(tools, pages, given),
    openInStudio: (given) => openInStudio(tools, given),
    showLogs: () => {
      showLogs(tools);
    },
    restart: () => tools.lifecycle.restart(),
    copyDebugInformation: () => copyDebugInformation(tools, board, reports.trials),
    showMenu: () => showMenu(board),
    showReport: () => reports.showLast(board.shown),
    openExample: () => openExample(tools.context),
  };
  const registered = Object.entries(commands).map(([name, command]) =>
    vscode.commands.registerCommand(`azmlflow.${name}`, command),
  );
  return vscode.Disposable.from(pages.register(), ...registered);
}
