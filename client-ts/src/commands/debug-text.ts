// What one pastes into an issue. Nothing here imports vscode.

/** What is told, without secrets: the server has shortened names and ids in `doctor` itself. */
export interface DebugFacts {
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly search: readonly string[];
  /** The settings that are not as they come, with the name of each. */
  readonly settings: readonly (readonly [name: string, value: unknown])[];
  readonly status: readonly string[];
  readonly doctor: string;
}

/** Returns the text, in which the home folder is `~`. */
export function debugText(facts: DebugFacts, home: string): string {
  const versions = Object.entries(facts.versions).map(([name, value]) => `${name}: ${value ?? '-'}`);
  const settings = facts.settings.map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const parts: [string, readonly string[]][] = [
    ['azmlflow for VS Code', versions],
    ['How the server was found', facts.search],
    ['Settings that are not as they come', settings.length ? settings : ['none']],
    ['Status', facts.status],
    ['azmlflow doctor', facts.doctor.trimEnd().split('\n')],
  ];
  const text = parts
    .map(([title, lines]) => [title, ...lines.map((line) => `  ${line}`), ''].join('\n'))
    .join('\n');
  return withoutHome(text, home);
}

/** Returns a text in which the home folder is written `~`, and the passwords of addresses are left out. */
export function withoutHome(text: string, home: string): string {
  const plain = text.replace(/:\/\/[^\s/@]{1,2000}@/g, '://***@');
  return home.length > 1 ? plain.replace(asPattern(home), '~') : plain;
}

/**
 * Returns what finds a folder however it is written: in JSON, as a URI, and on Windows in any case, for VS Code
 * writes the drive small and Node does not. A longer name that only begins like the folder's is another one.
 */
function asPattern(folder: string): RegExp {
  const names = folder.split(/[\\/]/).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const written = names.join('[\\\\/]{1,2}').replace(/^([a-z]):/i, '$1(?::|%3A)');
  return new RegExp(`${written}(?![\\p{L}\\p{N}_-])`, /^[a-z]:/i.test(folder) ? 'giu' : 'gu');
}
