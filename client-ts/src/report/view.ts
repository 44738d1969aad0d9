// What the report shows, as plain data that the page draws and that needs no thought there. Nothing here imports vscode.
import type { CommandLine } from './command-line';
import type { Word } from './outcome';

/** What came of a test, or that it is under way. */
export type State = 'running' | 'ok' | 'failed' | 'stopped';

/** What can be clicked at the top. */
export type ActionId = 'testAgain' | 'allowSignIn' | 'cancel' | 'copyReport' | 'showLogs' | 'openInStudio';

/** The whole report. */
export interface View {
  readonly title: string;
  readonly state: State;
  readonly word: string;
  readonly headline: string;
  readonly facts: readonly string[];
  /** Said when a sandbox stood for Azure. */
  readonly sandbox: string | undefined;
  readonly actions: readonly Action[];
  /** Said when a command that was run from here has ended well. */
  readonly hint: string | undefined;
  readonly items: readonly Item[];
  readonly now: Now | undefined;
  readonly labels: Labels;
}

/** What is being done now; `since` is in milliseconds of Unix time. */
export interface Now {
  readonly message: string;
  readonly place: string | undefined;
  readonly since: number;
}

/** Words of the page itself. */
export interface Labels {
  readonly steps: string;
  readonly actions: string;
  /** With `{0}` for a number of seconds. */
  readonly seconds: string;
}

/** A button at the top. */
export interface Action {
  readonly id: ActionId;
  readonly label: string;
  /** Said where the label is too short. */
  readonly description?: string;
  readonly primary: boolean;
}

/** A step with what came of it, and of each credential or host in it; or steps that are told together. */
export type Item = Step | Fold;

/** What an outcome tells. */
export interface Told {
  /** Tells it apart from the others; what is clicked is named by it. */
  readonly key: string;
  readonly step: string;
  readonly outcome: Word;
  readonly word: string;
  readonly title: string;
  readonly message: string;
  readonly took: string | undefined;
  readonly notes: readonly string[];
  readonly advice: string | undefined;
  readonly command: Command | undefined;
  readonly more: Link | undefined;
  /** A command of the extension that does what is advised. */
  readonly deed: { readonly command: string; readonly label: string } | undefined;
  readonly signIn: { readonly code: string; readonly address: string; readonly label: string } | undefined;
  /** Whether it is what the whole test stopped at. */
  readonly cause: boolean;
}

/** One outcome. */
export interface Line extends Told {
  readonly kind: 'line';
}

/** A step. */
export interface Step extends Told {
  readonly kind: 'step';
  readonly parts: readonly (Line | Fold)[];
}

/** Outcomes of one kind, told together; they can be unfolded. */
export interface Fold {
  readonly kind: 'fold';
  readonly key: string;
  readonly step: string;
  readonly outcome: Word;
  readonly word: string;
  readonly title: string;
  readonly message: string;
  readonly lines: readonly Line[];
}

/** A command with the labels of its buttons; without a first one it can only be copied. */
export interface Command extends CommandLine {
  readonly terminal: string | undefined;
  readonly copy: string;
}

/** An address at which one can read on. */
export interface Link {
  readonly url: string;
  readonly label: string;
}

/** What the page says to the extension; commands and addresses are never taken from it, only the keys of lines. */
export type FromPage =
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly id: string }
  | { readonly type: 'terminal' | 'copy' | 'signIn' | 'deed'; readonly key: string };
