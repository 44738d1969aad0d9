import type { Tools } from './ask';

/** Shows the log that is likely to tell: the server's while it runs, else that of its being looked for. */
export function showLogs({ lifecycle, logs }: Tools): void {
  (lifecycle.state.kind === 'running' ? logs.server : logs.client).show();
}
