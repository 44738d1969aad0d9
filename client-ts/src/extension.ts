import * as vscode from 'vscode';
import type { Tools } from './commands/ask';
import { showExample } from './commands/open-example';
import { registerCommands } from './commands/register';
import { Reports } from './report/reports';
import { registerSandbox } from './sandbox/commands';
import { beginOnOccasion } from './server/begin';
import { Lifecycle } from './server/lifecycle';
import { createLogs } from './server/log';
import { Bar } from './status/bar';
import { Board } from './status/board';
import { LanguageStatus } from './status/language';

let lifecycle: Lifecycle | undefined;

/** Puts everything in its place. Nobody waits for the server, which may have to be installed first. */
export function activate(context: vscode.ExtensionContext): void {
  const logs = createLogs();
  const server = (lifecycle = new Lifecycle(context, logs, {
    prepare: (client) => {
      board.forget();
      client.onNotification('azmlflow/status', (message: unknown) => {
        board.take(message);
      });
      reports.trials.listen(client);
    },
  }));
  const board = new Board(server);
  const tools: Tools = { context, lifecycle: server, logs };
  const reports = new Reports(tools, () => board.facts.sandbox !== undefined);
  context.subscriptions.push(
    logs,
    server,
    board,
    new Bar(board),
    new LanguageStatus(board),
    reports,
    registerCommands(tools, board, reports),
    registerSandbox(tools, board, reports),
    beginOnOccasion(server),
  );
  void showExample(context);
}

/** Stops the server. */
export async function deactivate(): Promise<void> {
  await lifecycle?.stop();
}
