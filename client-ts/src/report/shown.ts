// A test as the report shows it. Nothing here imports vscode.
import { capitalised, type Translate } from '../text';
import { itemsOf } from './lines';
import type { Outcome } from './outcome';
import type { Trial } from './trial';
import type { Action, ActionId, State, View } from './view';

/** What is shown beside the test itself. */
export interface Around {
  /** The document's or folder's name. */
  readonly name: string;
  /** Writes a moment in the user's manner. */
  readonly moment: (date: Date) => string;
  /** A command that was run from the report and has ended well. */
  readonly ran: string | undefined;
}

/** Returns what the report shows of a test. */
export function viewOf(trial: Trial, around: Around, t: Translate): View {
  const state = stateOf(trial);
  return {
    title: titleOf(trial, around.name, t),
    state,
    word: wordOfState(state, t),
    headline: headlineOf(trial, around.name, t),
    facts: factsOf(trial, around, t),
    sandbox: trial.sandboxed ? t('This was the sandbox: no part of Azure was asked.') : undefined,
    actions: actionsOf(trial, state, t),
    hint:
      around.ran === undefined
        ? undefined
        : t('{0} has ended well: test again to see whether it helped.', around.ran),
    items: itemsOf(trial.outcomes, { cause: causeOf(trial), running: trial.now?.step }, t),
    now: nowOf(trial, t),
    labels: { steps: t('Steps of the test'), actions: t('What to do'), seconds: t('{0} s', '{0}') },
  };
}

/** Returns the name of a report. */
export function titleOf({ what }: Pick<Trial, 'what'>, name: string, t: Translate): string {
  return what === 'connection' ? t('Connection of {0}', name) : t('Sign-in of {0}', name);
}

function nowOf({ now, steps }: Trial, t: Translate): View['now'] {
  if (now === undefined) {
    return undefined;
  }
  const index = now.step === undefined ? -1 : steps.indexOf(now.step);
  const place = index < 0 ? undefined : t('step {0} of {1}', index + 1, steps.length);
  return { message: capitalised(now.message), place, since: now.since.getTime() };
}

function stateOf({ phase, summary }: Trial): State {
  if (phase !== 'ended') {
    return phase === 'running' ? 'running' : 'stopped';
  }
  return summary?.outcome === 'ok' ? 'ok' : summary?.outcome === 'failed' ? 'failed' : 'stopped';
}

function wordOfState(state: State, t: Translate): string {
  const words: Readonly<Record<State, string>> = {
    running: t('Testing'),
    ok: t('Passed'),
    failed: t('Failed'),
    stopped: t('Not finished'),
  };
  return words[state];
}

function headlineOf(trial: Trial, name: string, t: Translate): string {
  switch (trial.phase) {
    case 'running':
      return trial.what === 'connection'
        ? t('Testing whether {0} reaches its workspace', name)
        : t('Testing which credential gives {0} a token', name);
    case 'cancelled':
      return t('The test was cancelled.');
    case 'refused':
      return trial.refusal ?? '';
    case 'ended':
      return trial.summary?.message ?? '';
  }
}

function factsOf(trial: Trial, around: Around, t: Translate): string[] {
  const { details = {}, message = '' } = trial.summary ?? {};
  // What the headline says is not said again.
  const named = (label: (value: string) => string, value: unknown) =>
    typeof value === 'string' && value !== '' && !message.includes(value) ? [label(value)] : [];
  const took = trial.summary?.seconds;
  return [
    ...named((value) => t('Workspace {0}', value), details['workspace']),
    ...named((value) => t('Signed in as {0}', value), details['identity']),
    trial.endedAt === undefined
      ? t('Begun {0}', around.moment(trial.startedAt))
      : t('Tested {0}', around.moment(trial.endedAt)),
    ...(took === undefined ? [] : [t('Took {0} s', took.toFixed(1))]),
  ];
}

function actionsOf(trial: Trial, state: State, t: Translate): Action[] {
  const action = (id: ActionId, label: string, primary = false): Action => ({ id, label, primary });
  const logs = action('showLogs', t('Show Logs'));
  if (state === 'running') {
    return trial.asked ? [action('cancel', t('Cancel'), true), logs] : [logs];
  }
  const again = action('testAgain', t('Test Again'), true);
  const allow = t('Test again, and let it open a browser or show a code to type in');
  const signIn =
    state === 'failed' ? [{ ...action('allowSignIn', t('Allow Sign-in')), description: allow }] : [];
  const studio = state === 'ok' && !trial.sandboxed ? [action('openInStudio', t('Open in Studio'))] : [];
  const copy = trial.outcomes.length ? [action('copyReport', t('Copy Report'))] : [];
  return [again, ...signIn, ...studio, ...copy, logs];
}

/** Returns the outcome that a failed test stopped at: the summary repeats it. */
function causeOf({ summary, outcomes }: Trial): Outcome | undefined {
  if (summary?.outcome !== 'failed') {
    return undefined;
  }
  const failures = outcomes.filter(({ outcome }) => outcome === 'failed');
  const repeated = ({ link, host, code, message }: Outcome) =>
    link === summary.link &&
    host === summary.host &&
    code === summary.code &&
    summary.message.includes(message);
  return failures.find(repeated) ?? failures.find(({ hard }) => hard);
}
