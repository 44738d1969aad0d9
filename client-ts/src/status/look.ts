// What the status bar shows. Nothing here imports vscode.
import { asMarkdown, plain, shortened, type Translate } from '../text';
import { ageOf } from './age';
import type { ConnectionState, Status } from './status';

/** What is shown: a state of the connection, or what keeps it from being known. */
export type Kind = ConnectionState | 'untrusted' | 'starting' | 'installing' | 'stopped';

/** All that the look depends on. */
export interface Facts {
  readonly trusted: boolean;
  readonly server: 'idle' | 'starting' | 'installing' | 'running' | 'stopped';
  /** Why the server is stopped, as a sentence. */
  readonly reason?: string;
  readonly status: Status | undefined;
  /** The folder that is meant, where there are several. */
  readonly folder?: string | undefined;
  /** What the sandbox in use plays; undefined when it is the real Azure. */
  readonly sandbox?: string | undefined;
  readonly now: Date;
  /** Writes a moment in the user's manner. */
  readonly moment: (date: Date) => string;
}

/** How one state looks, in the status bar, in the language status and to a screen reader. */
export interface Look {
  readonly kind: Kind;
  /** What happened, in a line. */
  readonly headline: string;
  /** Text with icons, for the status bar. */
  readonly text: string;
  readonly colour: 'warning' | 'error' | undefined;
  /** Markdown, with links that run `commands`. */
  readonly tooltip: string;
  readonly commands: readonly string[];
  readonly spoken: string;
  /** Whether there is something to tell to somebody who did not ask. */
  readonly useful: boolean;
}

const ICONS: Readonly<Record<Kind, string>> = {
  unknown: 'plug',
  checking: 'sync~spin',
  connected: 'pass',
  failed: 'error',
  expired: 'history',
  offline: 'debug-disconnect',
  untrusted: 'shield',
  starting: 'loading~spin',
  installing: 'loading~spin',
  stopped: 'circle-slash',
};
const COLOURS: Partial<Readonly<Record<Kind, 'warning' | 'error'>>> = {
  failed: 'error',
  expired: 'warning',
  offline: 'warning',
  stopped: 'warning',
};
const LONGEST_NAME = 28;

/** Returns how things look. */
export function lookOf(facts: Facts, t: Translate): Look {
  const kind = kindOf(facts);
  const headline = plain(headlineOf(kind, facts, t));
  const commands = commandsOf(kind, facts);
  return {
    kind,
    headline,
    text: textOf(kind, facts, t),
    colour: COLOURS[kind],
    tooltip: tooltipOf(headline, commands, facts, t),
    commands,
    spoken: spokenOf(kind, headline, facts, t),
    useful: isUseful(kind, facts),
  };
}

function kindOf(facts: Facts): Kind {
  if (facts.server === 'stopped' || facts.server === 'installing') {
    return facts.server;
  }
  if (!facts.trusted) {
    return 'untrusted';
  }
  return facts.server === 'starting' ? 'starting' : (facts.status?.state ?? 'unknown');
}

/** Tells whether the project is aimed at a workspace, something was tested, or something is wrong with the server. */
function isUseful(kind: Kind, { status, sandbox }: Facts): boolean {
  const known = status?.workspace !== undefined || status?.checkedAt !== undefined;
  return known || sandbox !== undefined || !['unknown', 'untrusted', 'starting'].includes(kind);
}

/** Returns a state in a word or two. */
export function wordOf(kind: Kind, t: Translate): string {
  const words: Readonly<Record<Kind, string>> = {
    unknown: t('not tested'),
    checking: t('testing'),
    connected: t('connected'),
    failed: t('failed'),
    expired: t('expired'),
    offline: t('offline'),
    untrusted: t('restricted'),
    starting: t('starting'),
    installing: t('installing'),
    stopped: t('stopped'),
  };
  return words[kind];
}

/** Returns the icon of a state, as VS Code writes it in texts. */
export function iconOf(kind: Kind): string {
  return `$(${ICONS[kind]})`;
}

function textOf(kind: Kind, facts: Facts, t: Translate): string {
  const name = shortened(plain(facts.status?.workspace ?? 'azmlflow'), LONGEST_NAME);
  const age = kind === 'connected' && facts.status?.checkedAt;
  const brief = age ? ageOf(age, facts.now, t).brief : undefined;
  const more = kind === 'connected' ? (brief ?? '') : wordOf(kind, t);
  const text = [iconOf(kind), kind === 'connected' || !more ? name : `${name}:`, more]
    .filter(Boolean)
    .join(' ');
  return facts.sandbox === undefined ? text : `$(beaker) ${t('sandbox')} ${text}`;
}

function headlineOf(kind: Kind, facts: Facts, t: Translate): string {
  switch (kind) {
    case 'untrusted':
      return t('The workspace is not trusted: files are checked, and nothing is run or tested.');
    case 'starting':
      return t('The azmlflow server is starting.');
    case 'installing':
      return t('azmlflow is being installed.');
    case 'stopped':
      return facts.reason ?? t('The azmlflow server does not run.');
    default:
      return facts.status?.headline ?? t('The connection was not tested yet.');
  }
}

/** Returns what is known beside the headline, as pairs of a name and a value. */
function detailsOf(facts: Facts, t: Translate): [string, string][] {
  const { status, folder, sandbox } = facts;
  const details: [string, string | undefined][] = [
    [t('Workspace'), status?.workspace],
    [t('Signed in as'), status?.identity],
    [t('Tested'), status?.checkedAt && tested(status.checkedAt, facts, t)],
    [t('Folder'), folder],
    [t('Sandbox'), sandbox === undefined ? undefined : t('in use, nothing reaches Azure ({0})', sandbox)],
  ];
  return details.filter((pair): pair is [string, string] => pair[1] !== undefined);
}

function tested(moment: Date, facts: Facts, t: Translate): string {
  return `${ageOf(moment, facts.now, t).short} (${facts.moment(moment)})`;
}

/** Returns the commands that fit a state, the most fitting first. */
export function commandsOf(kind: Kind, facts: Pick<Facts, 'status' | 'sandbox'>): string[] {
  const { status, sandbox } = facts;
  const test = ['azmlflow.testConnection'];
  const report = status?.checkedAt !== undefined || kind === 'checking' ? ['azmlflow.showReport'] : [];
  const studio = status?.workspace !== undefined && sandbox === undefined ? ['azmlflow.openInStudio'] : [];
  const leave = sandbox === undefined ? [] : ['azmlflow.leaveSandbox'];
  switch (kind) {
    case 'untrusted':
      return ['workbench.trust.manage', 'azmlflow.showLogs'];
    case 'stopped':
      return ['azmlflow.restart', 'azmlflow.showLogs'];
    case 'starting':
    case 'installing':
      return ['azmlflow.showLogs'];
    case 'checking':
    case 'failed':
      return [...report, ...test, ...leave, ...studio, 'azmlflow.showLogs'];
    default:
      return [...test, ...report, ...leave, ...studio, 'azmlflow.showLogs'];
  }
}

/** Returns the name of a command as it stands in menus. */
export function titleOf(command: string, t: Translate): string {
  const titles: Readonly<Record<string, string>> = {
    'azmlflow.testConnection': t('Test Connection'),
    'azmlflow.showReport': t('Show Last Report'),
    'azmlflow.openInStudio': t('Open in Studio'),
    'azmlflow.leaveSandbox': t('Leave the Sandbox'),
    'azmlflow.showLogs': t('Show Logs'),
    'azmlflow.restart': t('Restart Server'),
    'workbench.trust.manage': t('Manage Workspace Trust'),
  };
  return titles[command] ?? command;
}

function tooltipOf(headline: string, commands: readonly string[], facts: Facts, t: Translate): string {
  const details = detailsOf(facts, t).map(([name, value]) => `${asMarkdown(name)}: ${asMarkdown(value)}`);
  const links = commands.map((command) => `[${asMarkdown(titleOf(command, t))}](command:${command})`);
  return [`**${asMarkdown(headline)}**`, details.join('  \n'), '---', links.join(' \u00a0 ')]
    .filter(Boolean)
    .join('\n\n');
}

function spokenOf(kind: Kind, headline: string, facts: Facts, t: Translate): string {
  const { status, sandbox } = facts;
  const when = status?.checkedAt && t('tested {0}', ageOf(status.checkedAt, facts.now, t).spoken);
  const parts = [
    sandbox === undefined ? 'azmlflow' : t('azmlflow, in the sandbox'),
    status?.workspace === undefined ? undefined : t('workspace {0}', plain(status.workspace)),
    wordOf(kind, t),
    when,
  ];
  return `${parts.filter(Boolean).join(', ')}. ${headline}`;
}
