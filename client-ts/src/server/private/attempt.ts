// One attempt to install, and how it is stopped. Nothing here imports vscode.
import type { Translate } from '../sentences';
import { cancelled } from './problems';

/** One attempt to install: how it is stopped and to whom it tells how far it is. */
export interface Attempt {
  readonly signal: AbortSignal;
  readonly report: (message: string) => void;
}

/**
 * Returns a signal that is aborted with another, also when that was aborted before, or when the user cancels.
 *
 * `onCancel` is told what to call then.
 */
export function stopping(
  signal: AbortSignal,
  onCancel: (cancel: () => void) => void,
  t: Translate,
): AbortSignal {
  const byUser = new AbortController();
  onCancel(() => {
    byUser.abort(cancelled(t));
  });
  return AbortSignal.any([signal, byUser.signal]);
}
