// One thing at a time. Nothing here imports vscode.

/**
 * Returns `action` so that it never runs twice at once: calls that come while it runs share one further run.
 *
 * A run that fails does not hinder the next.
 */
export function oneAtATime(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const begin = async (): Promise<void> => {
    running = action();
    try {
      await running;
    } finally {
      running = undefined;
    }
  };

  const afterwards = async (earlier: Promise<void>): Promise<void> => {
    await earlier.catch(() => undefined);
    next = undefined;
    await begin();
  };

  return () => {
    if (running === undefined) {
      return begin();
    }
    next ??= afterwards(running);
    return next;
  };
}

/** Returns what a promise brings, or undefined when it takes longer than so many milliseconds. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Does something once for each thing it is done for; who asks meanwhile waits for the same, and a failure is forgotten. */
export class OnceFor {
  private subject: string | undefined;
  private done: Promise<void> | undefined;

  /** Names what it is done for from now on; `anew` says that it is not done there, whatever was done before. */
  turnTo(subject: string, anew: boolean): void {
    if (anew || subject !== this.subject) {
      this.done = undefined;
    }
    this.subject = subject;
  }

  do(task: () => Promise<void>): Promise<void> {
    if (this.done !== undefined) {
      return this.done;
    }
    const doing: Promise<void> = task().catch((error: unknown) => {
      if (this.done === doing) {
        this.done = undefined;
      }
      throw error;
    });
    this.done = doing;
    return doing;
  }
}
