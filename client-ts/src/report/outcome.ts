// What came of a step of a connection test, as the server tells it. Nothing here imports vscode.
import { isObject, type Translate } from '../text';

const VERDICTS = ['ok', 'failed', 'skipped', 'not-reached'] as const;

/** The outcome of a step, or of one credential or host within it; docs/connection.md says what the parts mean. */
export interface Outcome {
  readonly step: string;
  readonly title: string | undefined;
  readonly outcome: (typeof VERDICTS)[number];
  readonly message: string;
  readonly link: string | undefined;
  readonly host: string | undefined;
  readonly hard: boolean;
  readonly seconds: number;
  readonly code: string | undefined;
  readonly advice: string | undefined;
  readonly command: string | undefined;
  readonly url: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The step whose outcome is that of the whole test. */
export const SUMMARY = 'summary';

/** What people are told of an outcome. */
export type Word =
  'ok' | 'passed-on' | 'failed' | 'warning' | 'left-out' | 'not-tried' | 'waiting' | 'running';

/** Code of a credential that waits until somebody types in a code; another outcome of it follows. */
export const SIGN_IN = 'SIGN_IN';

/** Returns the outcome that a message holds; undefined when it holds none. */
export function readOutcome(message: unknown): Outcome | undefined {
  if (!isObject(message) || typeof message['step'] !== 'string') {
    return undefined;
  }
  const verdict = VERDICTS.find((name) => name === message['outcome']);
  if (verdict === undefined) {
    return undefined;
  }
  const seconds = message['seconds'];
  return {
    step: message['step'],
    title: text(message['title']),
    outcome: verdict,
    message: text(message['message']) ?? '',
    link: text(message['link']),
    host: text(message['host']),
    hard: message['hard'] === true,
    seconds: typeof seconds === 'number' && seconds > 0 ? seconds : 0,
    code: text(message['code']),
    advice: text(message['advice']),
    command: text(message['command']),
    url: text(message['url']),
    details: isObject(message['details']) ? message['details'] : {},
  };
}

/** Returns what an outcome means: only some failures end the script, and a credential that fails softly is no fault. */
export function wordOf({ outcome, hard, link, code }: Outcome): Word {
  if (code === SIGN_IN && outcome === 'skipped') {
    return 'waiting';
  }
  if (outcome === 'failed') {
    return hard ? 'failed' : link === undefined ? 'warning' : 'passed-on';
  }
  return outcome === 'ok' ? 'ok' : outcome === 'skipped' ? 'left-out' : 'not-tried';
}

/** Returns a word as people read it; the same that the terminal uses. */
export function spelled(word: Word, t: Translate): string {
  const words: Readonly<Record<Word, string>> = {
    ok: t('ok'),
    'passed-on': t('passed on'),
    failed: t('failed'),
    warning: t('warning'),
    'left-out': t('left out'),
    'not-tried': t('not tried'),
    waiting: t('waits for you'),
    running: t('under way'),
  };
  return words[word];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
