// How long ago something was. Nothing here imports vscode.
import type { Translate } from '../text';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago a moment was, for where there is room for a few letters, for reading and for reading aloud. */
export interface Age {
  /** "3 h"; undefined within the first hour, which needs no mention. */
  readonly brief: string | undefined;
  /** "5 min ago" */
  readonly short: string;
  /** "5 minutes ago" */
  readonly spoken: string;
}

/** Returns how long ago a moment was; one that lies ahead, as clocks differ, is now. */
export function ageOf(moment: Date, now: Date, t: Translate): Age {
  const seconds = (now.getTime() - moment.getTime()) / 1000;
  if (!(seconds >= MINUTE)) {
    return { brief: undefined, short: t('just now'), spoken: t('just now') };
  }
  if (seconds < HOUR) {
    return { brief: undefined, ...minutes(Math.floor(seconds / MINUTE), t) };
  }
  return seconds < DAY ? hours(Math.floor(seconds / HOUR), t) : days(Math.floor(seconds / DAY), t);
}

function minutes(count: number, t: Translate): Omit<Age, 'brief'> {
  return {
    short: t('{0} min ago', count),
    spoken: count === 1 ? t('a minute ago') : t('{0} minutes ago', count),
  };
}

function hours(count: number, t: Translate): Age {
  return {
    brief: t('{0} h', count),
    short: t('{0} h ago', count),
    spoken: count === 1 ? t('an hour ago') : t('{0} hours ago', count),
  };
}

function days(count: number, t: Translate): Age {
  const ago = count === 1 ? t('a day ago') : t('{0} days ago', count);
  return { brief: t('{0} d', count), short: ago, spoken: ago };
}
