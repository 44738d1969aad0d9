import * as os from 'node:os';
import * as vscode from 'vscode';
import { wordOf } from '../report/outcome';
import type { Trials } from '../report/trials';
import { within } from '../server/turns';
import type { Board } from '../status/board';
import { isObject } from '../text';
import { ask, doing, refusalIn, type Tools } from './ask';
import { debugText } from './debug-text';

/** Who copies this may have a server that hangs. */
const PATIENCE = 10_000;

/** Copies what one needs to understand a fault, to be pasted into an issue: no secret is in it. */
export async function copyDebugInformation(tools: Tools, board: Board, trials: Trials): Promise<void> {
  const doctor = await doctorPage(tools);
  const { steps, version, program } = tools.lifecycle.describe();
  const text = debugText(
    {
      versions: { ...versions(tools.context), azmlflow: version, 'started as': program },
      search: steps,
      settings: changedSettings(tools.context),
      status: statusOf(board, trials),
      doctor,
    },
    os.homedir(),
  );
  await vscode.env.clipboard.writeText(text);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('The debug information was copied. It holds no secrets; read it before you paste it.'),
  );
}

/** Returns the page of the doctor, or why there is none: that belongs to the information too. */
async function doctorPage(tools: Tools): Promise<string> {
  const { state } = tools.lifecycle;
  if (state.kind !== 'running') {
    return state.kind === 'stopped' ? state.reason : `not asked, for the server is ${state.kind}`;
  }
  const title = vscode.l10n.t('azmlflow: gathering debug information');
  const page = await doing(tools, title, (token) => within(PATIENCE, askDoctor(tools, token)));
  return page ?? 'no answer, or it was cancelled';
}

async function askDoctor(tools: Tools, token: vscode.CancellationToken): Promise<string> {
  try {
    const answer = await ask(tools, 'azmlflow.doctor', [], token);
    return isObject(answer) && typeof answer['text'] === 'string' ? answer['text'] : '';
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === undefined) {
      throw error;
    }
    return refusal.sentence;
  }
}

function versions({ extension }: vscode.ExtensionContext): Record<string, string | undefined> {
  const { version } = extension.packageJSON as { readonly version?: string };
  return {
    extension: version,
    'VS Code': `${vscode.version} (${vscode.env.appName}, ${vscode.env.appHost})`,
    remote: vscode.env.remoteName,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    'Python extension': (
      vscode.extensions.getExtension('ms-python.python')?.packageJSON as
        { readonly version?: string } | undefined
    )?.version,
    trusted: String(vscode.workspace.isTrusted),
    folders: String(vscode.workspace.workspaceFolders?.length ?? 0),
  };
}

function changedSettings({ extension }: vscode.ExtensionContext): [string, unknown][] {
  const { contributes } = extension.packageJSON as {
    readonly contributes?: {
      readonly configuration?: { readonly properties?: Readonly<Record<string, unknown>> };
    };
  };
  const settings = vscode.workspace.getConfiguration();
  return Object.keys(contributes?.configuration?.properties ?? {}).flatMap((name) => {
    const found = settings.inspect(name);
    const value: unknown = settings.get(name);
    return JSON.stringify(value) === JSON.stringify(found?.defaultValue) ? [] : [[name, value]];
  });
}

/** Returns the state and what the last test came to, without the texts, which name people and workspaces. */
function statusOf({ facts, look }: Board, trials: Trials): string[] {
  const { checkedAt } = facts.status ?? {};
  const last = trials.all[trials.all.length - 1];
  const steps = last?.outcomes.map((outcome) => `${outcome.step}: ${wordOf(outcome)} ${outcome.code ?? ''}`);
  return [
    look.kind,
    ...(checkedAt ? [`tested ${checkedAt.toISOString()}`] : []),
    ...(facts.sandbox === undefined ? [] : [`in the sandbox (${facts.sandbox})`]),
    ...(last === undefined ? [] : [`last test: ${last.phase}, ${last.what}`]),
    ...(steps ?? []).map((line) => line.trimEnd()),
  ];
}
