// The private environment: an azmlflow of the extension's own. Nothing here imports vscode.
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { Command } from '../command';
import { candidatesOnPath, isFile, liesIn } from '../paths';
import type { Translate } from '../sentences';
import type { Attempt } from './attempt';
import {
  type Environment,
  environmentFor,
  existing,
  exists,
  forgetHalfInstalled,
  isWhole,
  readStamp,
  readWares,
  remove,
  type Wares,
  writeStamp,
} from './environment';
import { Installer } from './installer';
import { acquire, type Lock, type Waiting } from './lock';
import { noWheel, toolProblem } from './problems';
import { findPython, type Python } from './pythons';
import { forTools, lockOf, type What } from './tools';
import { markUsed, prune } from './use';

/** What the private environment is made from and with. */
export interface Surroundings {
  /** The folder of the extension that holds the wheel and the locks. */
  readonly packages: string;
  /** The folder that holds the environments; it is made when it is needed. */
  readonly storage: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The interpreter that is selected in the editor, when it may be run. */
  readonly selected: () => Promise<string | undefined>;
  /** Folders of which nothing may be run. */
  readonly forbidden: () => readonly string[];
  readonly log: (line: string) => void;
  readonly t: Translate;
  /** How other windows are waited for. */
  readonly waiting?: Pick<Waiting, 'every' | 'patience' | 'heartbeat'>;
}

const PATIENCE = 15_000;

/** Makes, completes and looks after the private environment. */
export class PrivateServer {
  constructor(private readonly around: Surroundings) {}

  /** Returns the environment when it is there; nothing is run and nothing made. */
  async find(): Promise<Environment | undefined> {
    const wares = await readWares(this.around.packages);
    return wares && existing(wares, this.around.storage, this.around.platform);
  }

  /**
   * Makes the environment with what the language server needs, unless it is there.
   *
   * Raises InstallProblem, and leaves nothing half made, when it cannot be made or the attempt is stopped.
   */
  async make(attempt: Attempt): Promise<Environment> {
    const { around } = this;
    const wares = await readWares(around.packages);
    if (wares === undefined) {
      throw noWheel(around.t);
    }
    await fs.mkdir(around.storage, { recursive: true });
    return this.alone(attempt, async (lock) => {
      const there = await existing(wares, around.storage, around.platform);
      return there ?? this.build(wares, attempt, lock);
    });
  }

  /** Adds what the connection test needs, unless it is there. Raises InstallProblem. */
  async complete(environment: Environment, attempt: Attempt): Promise<void> {
    if (await exists(environment.layout.stamps.complete)) {
      return;
    }
    await this.alone(attempt, async (lock) => {
      if (!(await exists(environment.layout.stamps.complete))) {
        await this.fill(environment, attempt, lock);
      }
    });
  }

  /** Tells whether what the connection test needs is there. */
  isComplete(environment: Environment): Promise<boolean> {
    return exists(environment.layout.stamps.complete);
  }

  /** Removes an environment whose server cannot be started, so that it is made anew. */
  async discard(environment: Environment, attempt: Attempt): Promise<void> {
    await this.alone(attempt, () => remove(environment.layout));
  }

  /** Notes that this window uses the environment. */
  use(environment: Environment): Promise<void> {
    return markUsed(environment.layout);
  }

  /** Removes the environments that nobody has used for long. */
  async tidy(environment: Environment, attempt: Attempt): Promise<void> {
    const { log, platform, storage } = this.around;
    await this.alone(attempt, async () => {
      for (const name of await prune(storage, environment.layout, platform, Date.now())) {
        log(`Removed ${name}, which nobody uses any longer.`);
      }
    });
  }

  private async build(wares: Wares, attempt: Attempt, lock: Lock): Promise<Environment> {
    const { around } = this;
    const uv = this.uv();
    const base = await this.python(uv, attempt.signal);
    const environment = environmentFor(wares, around.storage, base, around.platform);
    around.log(`Making ${environment.layout.folder} with ${base.program} (Python ${base.version})`);
    await remove(environment.layout);
    const { stamps } = environment.layout;
    try {
      await this.work(environment, base, attempt, lock, async (installer) => {
        attempt.report(around.t('Making an environment with Python {0}', base.version));
        await installer.makeEnvironment();
        attempt.report(around.t('Installing the language server'));
        await installer.install({ locked: wares.locks.editor });
        await installer.install(await lockedWheel(wares, environment));
        await installer.verify();
        await writeStamp(stamps.editor, { base, tool: installer.tool });
      });
    } catch (error) {
      await remove(environment.layout);
      throw error;
    }
    return environment;
  }

  private async fill(environment: Environment, attempt: Attempt, lock: Lock): Promise<void> {
    const { layout } = environment;
    const [wares, stamp] = [await readWares(this.around.packages), await readStamp(layout.stamps.editor)];
    if (wares === undefined || stamp === undefined || !(await isWhole(environment))) {
      throw toolProblem('azmlflow', [`${layout.folder} is not whole`], this.around.t);
    }
    await forgetHalfInstalled(layout);
    await this.work(environment, stamp.base, attempt, lock, async (installer) => {
      attempt.report(this.around.t('Installing what connection tests need'));
      await installer.install({ locked: wares.locks.complete });
      await writeStamp(layout.stamps.complete, { base: stamp.base, tool: installer.tool });
    });
  }

  private async work(
    { layout }: Environment,
    base: Python,
    attempt: Attempt,
    lock: Lock,
    task: (installer: Installer) => Promise<void>,
  ): Promise<void> {
    const { log, storage, t, variables } = this.around;
    const began = performance.now();
    const onChild = (pid: number | undefined) => void lock.note(pid);
    await fs.mkdir(layout.temporary, { recursive: true });
    try {
      const shop = { layout, base, uv: this.uv(), variables, cwd: storage, attempt, log, onChild, t };
      await task(new Installer(shop));
      log(`Done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    } finally {
      await fs.rm(layout.temporary, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  /** Does something while no other window does; a window that comes later waits, and then finds it done. */
  private async alone<T>(attempt: Attempt, task: (lock: Lock) => Promise<T>): Promise<T> {
    const { log, storage, t, waiting } = this.around;
    const lock = await acquire(path.join(storage, 'install.lock'), {
      ...waiting,
      signal: attempt.signal,
      onWait: () => {
        log('Another window installs; waiting for it.');
        attempt.report(t('Waiting for another window that installs'));
      },
    });
    try {
      return await task(lock);
    } finally {
      await lock.release();
    }
  }

  private uv(): string | undefined {
    const { forbidden, platform, variables } = this.around;
    return candidatesOnPath('uv', variables, platform).find(
      (program) => isFile(program) && !liesIn(program, forbidden()),
    );
  }

  private async python(uv: string | undefined, signal: AbortSignal): Promise<Python> {
    const { forbidden, platform, selected, storage, t, variables } = this.around;
    const ask = async (command: Command) => {
      signal.throwIfAborted();
      const env = forTools(variables, undefined);
      return promisify(execFile)(command.program, command.args, {
        cwd: storage,
        env,
        timeout: PATIENCE,
        signal,
        windowsHide: true,
      }).then(
        ({ stdout }) => stdout,
        () => undefined,
      );
    };
    const sources = { variables, platform, forbidden: forbidden(), uv, isFile, ask, t };
    return findPython({ ...sources, selected: await selected() });
  }
}

/** Writes what locks the wheel beside the environment, and returns it. */
async function lockedWheel({ wheel, contents }: Wares, { layout }: Environment): Promise<What> {
  const locked = path.join(layout.temporary, 'azmlflow.txt');
  await fs.writeFile(locked, lockOf(wheel, contents.wheel));
  return { locked, onDisk: true };
}
