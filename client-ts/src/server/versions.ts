// Versions of azmlflow. Nothing here imports vscode.

/** The oldest server that this extension can talk to. */
export const MINIMUM_SERVER = '0.1.0';

/** Tells whether a version comes before another; one that cannot be read is not called old. */
export function isOlder(version: string, than: string): boolean {
  const [mine, other] = [numbers(version), numbers(than)];
  if (mine === undefined || other === undefined) {
    return false;
  }
  const places = Math.max(mine.length, other.length);
  for (let place = 0; place < places; place += 1) {
    const difference = (mine[place] ?? 0) - (other[place] ?? 0);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return false;
}

/** Returns what the log adds to the version of a server that the user chose: nothing, unless it is too old. */
export function remark(version: string): string {
  return isOlder(version, MINIMUM_SERVER) ? `, older than ${MINIMUM_SERVER}: not everything will work` : '';
}

/** Returns the version in what `azmlflow --version` prints, or undefined when it prints something else. */
export function printedVersion(output: string): string | undefined {
  return /^azmlflow (\S+)$/.exec(output.trim())?.[1];
}

/** Returns the numbers a version begins with: `0.2.0rc1` is read as the release it leads to. */
function numbers(version: string): number[] | undefined {
  return /^\d+(\.\d+)*/.exec(version.trim())?.[0].split('.').map(Number);
}
