// What is said when the server does not do what it was asked. Nothing here imports vscode.
import { isObject, plain, type Translate } from '../text';

/** One sentence for the user. */
export interface Refusal {
  readonly sentence: string;
  /** Of a fault of azmlflow's own the log that says more; undefined when it is none. */
  readonly log: 'client' | 'server' | undefined;
}

const REQUEST_FAILED = -32803;
const CANCELLED: readonly unknown[] = [-32800, -32802];
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;
/** What vscode-jsonrpc rejects with when the server is gone, now or before it answered. */
const GONE: readonly unknown[] = [-32096, -32097, -32098, -32099];
const LONGEST = 400;

/** Returns what to say of an error; undefined when the user cancelled, who knows that. */
export function refusalOf(error: unknown, t: Translate): Refusal | undefined {
  const code = isObject(error) ? error['code'] : undefined;
  if (CANCELLED.includes(code) || (error instanceof Error && error.name === 'Canceled')) {
    return undefined;
  }
  if (GONE.includes(code)) {
    return { sentence: t('The azmlflow server stopped before it answered. Try again.'), log: 'server' };
  }
  const said = error instanceof Error ? sentenceIn(error.message) : undefined;
  if (said !== undefined && (code === REQUEST_FAILED || code === INVALID_PARAMS)) {
    return { sentence: said, log: undefined };
  }
  if (said?.startsWith('azmlflow ') === true && code === INTERNAL_ERROR) {
    return { sentence: said, log: 'server' };
  }
  // Only what the server answers has a code.
  const log = code === undefined ? 'client' : 'server';
  return { sentence: t('azmlflow could not do this. Its log says more.'), log };
}

/** Returns a message that can be shown: one line that is no traceback. */
function sentenceIn(message: string): string | undefined {
  const isOne = !/\n|Traceback/.test(message.trim()) && message.length <= LONGEST;
  return isOne ? plain(message) || undefined : undefined;
}
