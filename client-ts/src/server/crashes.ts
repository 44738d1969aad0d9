// When a server that keeps dying is left alone. Nothing here imports vscode.

/** How often a server may die, and within which time in milliseconds, before it is no longer started. */
export const MOST_CRASHES = 4;
export const WITHIN = 3 * 60_000;

/** Counts the crashes of the server. */
export class CrashGuard {
  private crashes: number[] = [];

  /** Notes a crash; `now` is in milliseconds. Returns whether the server may be started again. */
  mayRestart(now: number): boolean {
    this.crashes = [...this.crashes.filter((crash) => now - crash < WITHIN), now];
    return this.crashes.length <= MOST_CRASHES;
  }

  /** Forgets the crashes: the user asked for the server again. */
  reset(): void {
    this.crashes = [];
  }
}
