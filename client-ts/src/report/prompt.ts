// Whether a terminal can take a command. Nothing here imports vscode.

/** Where a command is run. */
export interface Place {
  /** The folder, as a URI. */
  readonly folder: string | undefined;
  /** The path of the Python that `python` is to mean. */
  readonly interpreter: string | undefined;
}

/**
 * What is known of the prompt of a terminal.
 *
 * What is typed goes to whatever reads there: to a line that somebody has not finished, or to a program that asks for
 * something. A prompt is therefore taken for empty only when the shell has said that a command has ended.
 */
export class Prompt {
  private empty = false;

  constructor(private readonly place: Place) {}

  /** Notes that something was typed, or that a command has begun. */
  taken(): void {
    this.empty = false;
  }

  /** Notes that a command has ended. */
  left(): void {
    this.empty = true;
  }

  /** Tells whether a command can be typed here that belongs to a place. */
  serves({ folder, interpreter }: Place): boolean {
    return this.empty && this.place.folder === folder && this.place.interpreter === interpreter;
  }
}
