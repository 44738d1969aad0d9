// One connection test, from the moment it is asked for. Nothing here imports vscode.
import { isObject } from '../text';
import { type Outcome, readOutcome, SUMMARY } from './outcome';

/** What is tested: the whole connection, or who signs in. */
export type What = 'connection' | 'authentication';

/** A test as it stands. */
export interface Trial {
  /** The document or folder that is tested, as it was named to the server. */
  readonly uri: string;
  readonly what: What;
  /** Whether a sandbox stood for Azure. */
  readonly sandboxed: boolean;
  /** Whether it was asked for here, and can be cancelled here; the server makes some again by itself. */
  readonly asked: boolean;
  readonly phase: 'running' | 'ended' | 'cancelled' | 'refused';
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
  /** The name that the server has given it. */
  readonly id: string | undefined;
  /** The name of the test before it, whose last words may still come. */
  readonly before: string | undefined;
  /** The names of the steps that it is going to take. */
  readonly steps: readonly string[];
  readonly now: Doing | undefined;
  /** What came of each step, without the summary. */
  readonly outcomes: readonly Outcome[];
  readonly summary: Outcome | undefined;
  /** Why there was no test. */
  readonly refusal: string | undefined;
  /** The server's page of it. */
  readonly text: string | undefined;
}

/** What is being done, and since when; `step` is its name when it is a step of the test. */
export interface Doing {
  readonly message: string;
  readonly step: string | undefined;
  readonly since: Date;
}

/** Returns a test that begins; `before` is the one whose place it takes. */
export function begun(
  test: Pick<Trial, 'uri' | 'what' | 'sandboxed' | 'asked'>,
  at: Date,
  before?: Trial,
): Trial {
  return {
    ...test,
    phase: 'running',
    startedAt: at,
    endedAt: undefined,
    id: undefined,
    before: before?.id,
    steps: [],
    now: undefined,
    outcomes: [],
    summary: undefined,
    refusal: undefined,
    text: undefined,
  };
}

/** Returns the test with what is being done before the server takes it up. */
export function preparing(trial: Trial, message: string, at: Date): Trial {
  const isAhead = trial.phase === 'running' && trial.id === undefined;
  return isAhead ? { ...trial, now: { message, step: undefined, since: at } } : trial;
}

/** Returns the test with what a message of the server says of it; messages that are none of its own change nothing. */
export function told(trial: Trial, method: string, message: unknown, at: Date): Trial {
  if (!isObject(message) || typeof message['id'] !== 'string' || message['id'] === trial.before) {
    return trial;
  }
  const { id } = message;
  // A new name while it runs is that of a test that took its place, which begins anew.
  const same =
    trial.id === undefined || trial.id === id ? trial : { ...trial, outcomes: [], summary: undefined };
  const named = { ...same, id };
  switch (method) {
    case 'azmlflow/testStarted':
      return { ...named, steps: stepsIn(message['steps']) };
    case 'azmlflow/stepStarted':
      return trial.phase === 'running' ? { ...named, now: doingIn(message, at) } : trial;
    case 'azmlflow/outcome':
      return heard(named, readOutcome(message['outcome']), at);
    case 'azmlflow/testEnded':
      return trial.phase === 'running' && message['cancelled'] === true ? cancelled(named, at) : named;
    default:
      return trial;
  }
}

function heard(trial: Trial, outcome: Outcome | undefined, at: Date): Trial {
  if (outcome === undefined) {
    return trial;
  }
  if (outcome.step !== SUMMARY) {
    return { ...trial, outcomes: [...trial.outcomes, outcome] };
  }
  const ended = trial.phase === 'running' ? ({ phase: 'ended', endedAt: at } as const) : {};
  return { ...trial, ...ended, summary: outcome, now: undefined };
}

/** Returns the test with the server's answer, which is the last word on it. */
export function answered(trial: Trial, answer: unknown, at: Date): Trial {
  const said = isObject(answer) ? answer : {};
  const read = Array.isArray(said['outcomes']) ? said['outcomes'].map(readOutcome) : [];
  const outcomes = read.filter((outcome) => outcome !== undefined);
  return {
    ...trial,
    phase: 'ended',
    endedAt: trial.endedAt ?? at,
    now: undefined,
    outcomes: outcomes.length ? outcomes.filter(({ step }) => step !== SUMMARY) : trial.outcomes,
    summary: outcomes.find(({ step }) => step === SUMMARY) ?? trial.summary,
    text: typeof said['text'] === 'string' ? said['text'] : undefined,
  };
}

/** Returns the test that was cancelled; what it had found stays. */
export function cancelled(trial: Trial, at: Date): Trial {
  return { ...trial, phase: 'cancelled', endedAt: at, now: undefined };
}

/** Returns the test as it is left when its server is gone: one that the server made by itself is heard of no more. */
export function abandoned(trial: Trial, at: Date): Trial {
  return trial.phase === 'running' && !trial.asked ? cancelled(trial, at) : trial;
}

/** Returns the test that was not made, with the reason as a sentence. */
export function refused(trial: Trial, sentence: string, at: Date): Trial {
  return { ...trial, phase: 'refused', endedAt: at, now: undefined, refusal: sentence };
}

function stepsIn(value: unknown): string[] {
  const steps: readonly unknown[] = Array.isArray(value) ? value : [];
  return steps.flatMap((step) => (isObject(step) && typeof step['step'] === 'string' ? [step['step']] : []));
}

function doingIn({ step, title, link }: Readonly<Record<string, unknown>>, at: Date): Doing {
  const parts = [typeof title === 'string' ? title : step, link].filter((part) => typeof part === 'string');
  return { message: parts.join(': '), step: typeof step === 'string' ? step : undefined, since: at };
}
