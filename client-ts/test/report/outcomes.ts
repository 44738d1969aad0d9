import type { Outcome } from '../../src/report/outcome';

/** Returns an outcome as the server sends it, with what a test is about. */
export function sent(step: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    step,
    title: `the step ${step}`,
    word: 'ok',
    outcome: 'ok',
    message: `${step} is well.`,
    link: null,
    host: null,
    hard: false,
    seconds: 0.5,
    code: null,
    advice: null,
    command: null,
    url: null,
    details: {},
    ...changes,
  };
}

/** Returns an outcome, read. */
export function outcome(step: string, changes: Partial<Outcome> = {}): Outcome {
  return {
    step,
    title: `the step ${step}`,
    outcome: 'ok',
    message: `${step} is well.`,
    link: undefined,
    host: undefined,
    hard: false,
    seconds: 0,
    code: undefined,
    advice: undefined,
    command: undefined,
    url: undefined,
    details: {},
    ...changes,
  };
}
