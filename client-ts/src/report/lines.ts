// Outcomes as the lines of the report. Nothing here imports vscode.
import { capitalised, type Translate } from '../text';
import { commandLineOf } from './command-line';
import { deedFor } from './deeds';
import { type Outcome, SIGN_IN, spelled, wordOf, type Word } from './outcome';
import type { Command, Fold, Item, Line, Link, Step, Told } from './view';

/** Seconds from which on a line says how long it took. */
const WORTH_TELLING = 0.1;
/** Of these, several in a row are told together. */
const QUIET: readonly Word[] = ['ok', 'passed-on', 'left-out', 'not-tried'];
/** Of so many the names are given. */
const MOST_NAMES = 3;

/** One or more. */
type Some<T> = [T, ...T[]];

/** What is known of a test beside its outcomes. */
export interface Course {
  /** What it stopped at. */
  readonly cause: Outcome | undefined;
  /** The step that is under way. */
  readonly running: string | undefined;
}

/** Returns the steps of a test in order; those that were not tried are told together. */
export function itemsOf(outcomes: readonly Outcome[], course: Course, t: Translate): Item[] {
  const current = outcomes.filter((outcome, index) => !isOver(outcome, outcomes.slice(index + 1), course));
  const steps = [...groups(current)].map(([step, group]) => stepOf(step, group, course, t));
  const isLeft = (item: Step) => item.outcome === 'not-tried' && item.parts.length === 0;
  return runs(steps, isLeft).flatMap(([first, ...others]): Item[] =>
    others.length && isLeft(first)
      ? [foldOf([asLine(first), ...others.map(asLine)], 'step', t)]
      : [first, ...others],
  );
}

/** Tells whether an outcome is that of a sign-in which is not waited for any more. */
function isOver({ code, step, link }: Outcome, later: readonly Outcome[], { running }: Course): boolean {
  return (
    code === SIGN_IN && (running !== step || later.some((one) => one.step === step && one.link === link))
  );
}

/** Returns the line of one outcome with what to do about it. */
export function lineOf(outcome: Outcome, cause: Outcome | undefined, t: Translate): Line {
  const word = wordOf(outcome);
  return {
    kind: 'line',
    key: [outcome.step, outcome.link ?? outcome.host ?? ''].join('/'),
    step: outcome.step,
    outcome: word,
    word: spelled(word, t),
    title: outcome.link ?? outcome.host ?? stepTitle(outcome),
    message: outcome.message,
    took: outcome.seconds >= WORTH_TELLING ? t('{0} s', outcome.seconds.toFixed(1)) : undefined,
    notes: notesOf(outcome),
    advice: outcome.advice && outcome.code ? `${outcome.advice} (${outcome.code})` : outcome.advice,
    deed: deedFor(outcome, t),
    command: commandOf(outcome.command, t),
    more: linkOf(outcome.url, t),
    signIn: signInOf(outcome, t),
    cause: outcome === cause,
  };
}

function stepTitle({ title, step }: Outcome): string {
  return capitalised(title ?? step);
}

function groups(outcomes: readonly Outcome[]): Map<string, Some<Outcome>> {
  const found = new Map<string, Some<Outcome>>();
  for (const outcome of outcomes) {
    const group = found.get(outcome.step);
    found.set(outcome.step, group === undefined ? [outcome] : [...group, outcome]);
  }
  return found;
}

function stepOf(step: string, group: Some<Outcome>, { cause, running }: Course, t: Translate): Step {
  const title = stepTitle(group.find((outcome) => outcome.title !== undefined) ?? group[0]);
  const isPart = ({ link, host }: Outcome) => link !== undefined || (host !== undefined && group.length > 1);
  const owns = group.filter((outcome) => !isPart(outcome));
  const own = telling(owns);
  const parts = [...group.filter(isPart), ...owns.filter((outcome) => outcome !== own)];
  const word = step === running && !own ? 'running' : together(group.map(wordOf));
  const head = own ? lineOf(own, cause, t) : emptyLine(step);
  const lines = numbered(parts.map((part) => lineOf(part, cause, t)));
  return {
    ...head,
    kind: 'step',
    key: step,
    outcome: word,
    word: spelled(word, t),
    title,
    parts: folded(lines, parts.some(({ link }) => link !== undefined) ? 'credential' : 'host', t),
  };
}

/** Gives lines keys of their own where one host or credential has several. */
function numbered(lines: readonly Line[]): Line[] {
  return lines.map((line, index) => {
    const before = lines.slice(0, index).filter(({ key }) => key === line.key).length;
    return before ? { ...line, key: `${line.key}#${String(before + 1)}` } : line;
  });
}

function emptyLine(step: string): Line {
  return {
    kind: 'line',
    key: step,
    step,
    outcome: 'ok',
    word: '',
    title: '',
    message: '',
    took: undefined,
    notes: [],
    advice: undefined,
    deed: undefined,
    command: undefined,
    more: undefined,
    signIn: undefined,
    cause: false,
  };
}

/** Returns the outcome that says what several come to: of a Python that lacks the packages, not of the one that goes on. */
function telling(owns: readonly Outcome[]): Outcome | undefined {
  const word = together(owns.map(wordOf));
  return owns.find((outcome) => wordOf(outcome) === word) ?? owns[0];
}

/** Returns what a step comes to whose outcomes are these: a host that fails, say, is not made good by others. */
function together(words: readonly Word[]): Word {
  const order: readonly Word[] = ['failed', 'warning', 'waiting', 'ok', 'passed-on', 'left-out', 'not-tried'];
  return order.find((word) => words.includes(word)) ?? 'not-tried';
}

/** Returns lines with the quiet ones of one kind, where several follow each other, told together. */
function folded(lines: readonly Line[], what: 'credential' | 'host', t: Translate): (Line | Fold)[] {
  return runs(lines, (line) => isQuiet(line) && line.outcome).flatMap((run): (Line | Fold)[] =>
    run.length > 1 && isQuiet(run[0]) ? [foldOf(run, what, t)] : run,
  );
}

function isQuiet(line: Line): boolean {
  return QUIET.includes(line.outcome) && line.notes.length === 0 && line.signIn === undefined && !line.cause;
}

/** Cuts a list where the key of its parts changes. */
function runs<T>(list: readonly T[], keyOf: (part: T) => unknown): Some<T>[] {
  const cut: Some<T>[] = [];
  for (const part of list) {
    const last = cut[cut.length - 1];
    if (last !== undefined && keyOf(last[0]) === keyOf(part)) {
      last.push(part);
    } else {
      cut.push([part]);
    }
  }
  return cut;
}

function foldOf(lines: Some<Line>, what: 'credential' | 'host' | 'step', t: Translate): Fold {
  const [{ step, outcome, word, key, message }] = lines;
  const names = lines.slice(0, MOST_NAMES).map(({ title }) => title);
  const more = lines.length - names.length;
  const list = more > 0 ? t('{0} and {1} more', names.join(', '), more) : names.join(', ');
  const isSame = lines.every((line) => line.message === message);
  return {
    kind: 'fold',
    key: `${key}+`,
    step,
    outcome,
    word,
    title: counted(lines.length, what, t),
    message: isSame ? message : list,
    lines,
  };
}

function counted(count: number, what: 'credential' | 'host' | 'step', t: Translate): string {
  return what === 'credential'
    ? t('{0} credentials', count)
    : what === 'host'
      ? t('{0} hosts', count)
      : t('{0} steps', count);
}

function asLine(step: Step): Line {
  return { ...step, kind: 'line' };
}

function notesOf({ details }: Outcome): string[] {
  const warnings = details['warnings'];
  return Array.isArray(warnings) ? warnings.filter((note): note is string => typeof note === 'string') : [];
}

function commandOf(text: string | undefined, t: Translate): Command | undefined {
  const line = commandLineOf(text);
  const labels = { run: t('Run in Terminal'), type: t('Type in Terminal'), copy: undefined };
  return line && { ...line, terminal: labels[line.use], copy: t('Copy') };
}

/** Returns the link of an address that may be opened: https alone. */
function linkOf(url: string | undefined, t: Translate): Link | undefined {
  const read = httpsOf(url);
  return read && { url: read.href, label: t('Read more at {0}', read.host) };
}

/** Returns an address that may be opened, read; undefined for anything but https without a name or password in it. */
export function httpsOf(url: unknown): URL | undefined {
  const read = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  return read?.protocol === 'https:' && !read.username && !read.password ? read : undefined;
}

/** Returns what a credential waits for that shows a code to type in at an address. */
function signInOf(outcome: Outcome, t: Translate): Told['signIn'] {
  const { user_code: code, address } = outcome.details;
  const page = outcome.code === SIGN_IN ? httpsOf(address) : undefined;
  return typeof code === 'string' && page !== undefined
    ? { code, address: page.href, label: t('Copy Code and Open {0}', page.host) }
    : undefined;
}
