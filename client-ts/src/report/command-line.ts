// What may be done with a command that azmlflow proposes. Nothing here imports vscode.

/** A command to copy, and how far a terminal may go with it. */
export interface CommandLine {
  readonly text: string;
  /** "run": at once; "type": left to be completed; "copy": a terminal is of no use. */
  readonly use: 'run' | 'type' | 'copy';
}

/** What a person must fill in or look at first: `<tenant-id>`, or a variable that a new terminal may not have. */
const INCOMPLETE = /<[^<>\n]{1,200}>|\$\w|\$\{|%\w/;
/** Sets a variable: in a terminal that helps nobody but that terminal. */
const SETS_VARIABLE = /^\s*(?:export|set|setx|unset)\s|^\s*\$env:/i;

/** Returns what may be done with a command; undefined for what is none. */
export function commandLineOf(text: string | undefined): CommandLine | undefined {
  if (text === undefined || text.trim() === '') {
    return undefined;
  }
  if (SETS_VARIABLE.test(text) || !isOneLine(text)) {
    return { text, use: 'copy' };
  }
  return { text, use: INCOMPLETE.test(text) ? 'type' : 'run' };
}

/** Tells whether typing a text cannot run anything: a line's end and control characters would. */
function isOneLine(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
}
