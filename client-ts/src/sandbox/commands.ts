import * as vscode from 'vscode';
import { isTrusted, refusalIn, tellRefusal, type Tools } from '../commands/ask';
import { underway } from '../commands/long';
import type { Reports } from '../report/reports';
import type { Board } from '../status/board';
import { plain } from '../text';
import { SandboxProblem } from './process';
import { Sandbox } from './sandbox';

/** What the sandbox in use plays, as the status names it. */
const SCENARIO = 'anything';

/** Registers the commands that lead into the sandbox and out of it. */
export function registerSandbox(tools: Tools, board: Board, reports: Reports): vscode.Disposable {
  const sandbox = new Sandbox(tools.context, tools.lifecycle, tools.logs);
  let starting: Promise<void> | undefined;
  const startOnce = () =>
    (starting ??= start(tools, sandbox).finally(() => {
      starting = undefined;
    }));
  return vscode.Disposable.from(
    sandbox,
    sandbox.onDidChange((inUse) => {
      board.setSandbox(inUse ? SCENARIO : undefined);
      reports.forgetTerminal();
    }),
    sandbox.onDidDie(() => void tellDeath()),
    vscode.commands.registerCommand('azmlflow.startSandbox', startOnce),
    vscode.commands.registerCommand('azmlflow.leaveSandbox', () => sandbox.leave()),
  );
}

/** Starts it, and offers what one wants of it: a connection test. */
async function start(tools: Tools, sandbox: Sandbox): Promise<void> {
  if (!(await isTrusted(vscode.l10n.t('in the sandbox your own code is tested and run.')))) {
    return;
  }
  try {
    if (!sandbox.inUse) {
      await underway(vscode.l10n.t('azmlflow: starting the sandbox'), undefined, ({ token }) =>
        sandbox.start(token),
      );
    }
  } catch (error) {
    const refusal =
      error instanceof SandboxProblem
        ? { sentence: plain(error.message), log: 'client' as const }
        : refusalIn(error);
    tellRefusal(tools.logs, refusal, error);
  }
  if (sandbox.inUse) {
    void offerTest();
  }
}

/** Tells that the window is not in the sandbox any more, although nobody has left it. */
async function tellDeath(): Promise<void> {
  const again = vscode.l10n.t('Start Again');
  const message = vscode.l10n.t(
    'The sandbox has ended by itself. This window uses the real Azure again; terminals that were opened in the sandbox reach nothing.',
  );
  if ((await vscode.window.showWarningMessage(message, again)) === again) {
    await vscode.commands.executeCommand('azmlflow.startSandbox');
  }
}

async function offerTest(): Promise<void> {
  const [test, leave] = [vscode.l10n.t('Test Connection'), vscode.l10n.t('Leave the Sandbox')];
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'This window now uses an Azure on this machine: tests, and programs in new terminals. Nothing leaves the machine.',
    ),
    test,
    leave,
  );
  if (answer === test) {
    await vscode.commands.executeCommand('azmlflow.testConnection');
  } else if (answer === leave) {
    await vscode.commands.executeCommand('azmlflow.leaveSandbox');
  }
}
