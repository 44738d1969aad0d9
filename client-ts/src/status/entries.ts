// What the menu of the status offers. Nothing here imports vscode.
import type { Translate } from '../text';
import { commandsOf, type Facts, type Kind, titleOf } from './look';

/** A line of the menu, or a heading between lines. */
export type Entry =
  | { readonly command: string; readonly icon: string; readonly label: string; readonly detail?: string }
  | { readonly heading: string };

const ICONS: Readonly<Record<string, string>> = {
  'azmlflow.testConnection': 'play',
  'azmlflow.testAuthentication': 'key',
  'azmlflow.testConnectionInteractive': 'account',
  'azmlflow.showReport': 'output',
  'azmlflow.openInStudio': 'link-external',
  'azmlflow.explain': 'compass',
  'azmlflow.dryRun': 'beaker',
  'azmlflow.doctor': 'pulse',
  'azmlflow.startSandbox': 'beaker',
  'azmlflow.leaveSandbox': 'sign-out',
  'azmlflow.showLogs': 'list-flat',
  'azmlflow.restart': 'refresh',
  'azmlflow.copyDebugInformation': 'copy',
  'workbench.trust.manage': 'shield',
};

/** Returns the lines of the menu: what fits the state first, then everything else that can be done in it. */
export function entriesOf(kind: Kind, facts: Pick<Facts, 'status' | 'sandbox'>, t: Translate): Entry[] {
  const fitting = commandsOf(kind, facts);
  const first = fitting.map((command) => entryOf({ command, label: titleOf(command, t) }));
  const more = [
    ...(kind === 'untrusted' || kind === 'stopped' ? [] : testing(facts, t)),
    ...(kind === 'stopped' ? [] : reading(t)),
    ...always(t),
  ];
  const others = more.filter(({ command }) => !fitting.includes(command)).map(entryOf);
  return [...first, { heading: t('More') }, ...others];
}

interface Choice {
  readonly command: string;
  readonly label: string;
  readonly detail?: string;
}

function entryOf(choice: Choice): Entry {
  return { icon: ICONS[choice.command] ?? 'circle-small', ...choice };
}

/** Returns what starts a program of the workspace, which must be trusted for it. */
function testing({ sandbox }: Pick<Facts, 'sandbox'>, t: Translate): Choice[] {
  const sandboxed = {
    command: 'azmlflow.startSandbox',
    label: t('Try It in the Sandbox'),
    detail: t('An Azure on this machine: needs no account, and nothing leaves it'),
  };
  return [
    {
      command: 'azmlflow.testAuthentication',
      label: t('Test Authentication'),
      detail: t('Which credential gives a token, and no more'),
    },
    {
      command: 'azmlflow.testConnectionInteractive',
      label: t('Test Connection, Allowing Sign-in'),
      detail: t('May open a browser, or show a code to type in'),
    },
    {
      command: 'azmlflow.dryRun',
      label: t('Dry Run'),
      detail: t('Runs the open script against a sandbox, and tells where its runs would land'),
    },
    ...(sandbox === undefined ? [sandboxed] : []),
  ];
}

/** Returns what only reads files. */
function reading(t: Translate): Choice[] {
  return [
    {
      command: 'azmlflow.explain',
      label: t('Explain Where This Logs'),
      detail: t('Which lines decide it; only reads files'),
    },
    {
      command: 'azmlflow.doctor',
      label: t('Doctor'),
      detail: t('Interpreter, packages, variables and credentials on one page'),
    },
  ];
}

/** Returns what can be done whatever the state. */
function always(t: Translate): Choice[] {
  return [
    { command: 'azmlflow.restart', label: t('Restart Server') },
    { command: 'azmlflow.copyDebugInformation', label: t('Copy Debug Information') },
  ];
}
