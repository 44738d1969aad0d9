// What follows when a server that was found does not come up. Nothing here imports vscode.
import type { Place } from './search';

/** What to do next: look in the next place, make the private environment anew, or tell the user. */
export type Next = 'look on' | 'make anew' | 'give up';

/** Remembers the servers that did not come up, so that none is tried for ever. */
export class Refusals {
  private readonly reasons = new Map<Place, string>();
  private madeAnew = false;

  /** The places that are passed over, and why. */
  get places(): ReadonlyMap<Place, string> {
    return this.reasons;
  }

  /**
   * Notes that a server did not come up; `unusable` tells whether another may do better. Returns what to do next.
   *
   * The user who names a server in the settings wants that one. The private environment is made anew once.
   */
  note(place: Place, reason: string, unusable: boolean): Next {
    if (!unusable || place === 'setting' || (place === 'private' && this.madeAnew)) {
      return 'give up';
    }
    if (place === 'private') {
      this.madeAnew = true;
      return 'make anew';
    }
    this.reasons.set(place, reason);
    return 'look on';
  }

  /** Gives every place another chance: what is selected or installed may have changed. */
  clear(): void {
    this.reasons.clear();
  }

  /** Forgets everything: the user asks for the server again. */
  reset(): void {
    this.clear();
    this.madeAnew = false;
  }
}
