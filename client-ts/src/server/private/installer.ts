// Makes and fills an environment with uv, or with venv and pip. Nothing here imports vscode.
import * as fs from 'node:fs/promises';
import { type Command, inWords } from '../command';
import { type Translate, withoutCredentials } from '../sentences';
import type { Attempt } from './attempt';
import type { Layout } from './names';
import { InstallProblem, toolProblem } from './problems';
import { canInstall, hasGoodPip, type Python } from './pythons';
import { run } from './run';
import {
  ensurePip,
  forTools,
  pipInstall,
  pipOf,
  progressOf,
  pythonVenv,
  uvInstall,
  uvVenv,
  type What,
} from './tools';

/** What an installer works with. */
export interface Workshop {
  readonly layout: Layout;
  /** The Python that the environment is made with. */
  readonly base: Python;
  readonly uv: string | undefined;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly attempt: Attempt;
  readonly log: (line: string) => void;
  /** Called with the process that works, and with undefined when it has ended. */
  readonly onChild: (pid: number | undefined) => void;
  readonly t: Translate;
}

/** Makes and fills one environment. Every method raises InstallProblem when it fails, and the signal's reason. */
export class Installer {
  private readonly variables: Readonly<Record<string, string | undefined>>;
  private uv: string | undefined;
  private hasOwnPip = false;

  constructor(private readonly shop: Workshop) {
    this.variables = forTools(shop.variables, shop.layout.temporary);
    this.uv = shop.uv;
  }

  /** The tool that is used: uv, as long as it has not failed. */
  get tool(): string {
    return this.uv === undefined ? 'pip' : 'uv';
  }

  /** Makes the environment, empty. */
  async makeEnvironment(): Promise<void> {
    const { base, layout } = this.shop;
    await this.withUv(
      (uv) => this.step('uv', uvVenv(uv, base.program, layout.folder)),
      async () => {
        await fs.rm(layout.folder, { recursive: true, force: true });
        await this.step('python', pythonVenv(base.program, layout.folder));
      },
    );
  }

  /** Installs into the environment. */
  async install(what: What): Promise<void> {
    await this.withUv(
      (uv) => this.step('uv', uvInstall(uv, this.shop.layout.python, what)),
      async () => {
        await this.step('pip', pipInstall(await this.pip(), what));
      },
    );
  }

  /** Asks the installed azmlflow for its version: what does not answer is not installed. */
  async verify(): Promise<void> {
    const args = ['-I', '-m', 'azmlflow', '--version'];
    await this.step('azmlflow', { program: this.shop.layout.python, args });
  }

  /** Does something with uv, or without it when uv is absent or fails: it may not know pip's index or proxy. */
  private async withUv(first: (uv: string) => Promise<void>, second: () => Promise<void>): Promise<void> {
    if (this.uv !== undefined) {
      try {
        await first(this.uv);
        return;
      } catch (error) {
        if (
          !(error instanceof InstallProblem) ||
          error.reason === 'cancelled' ||
          !canInstall(this.shop.base)
        ) {
          throw error;
        }
        this.shop.log('uv could not do it; pip is tried.');
        this.uv = undefined;
      }
    }
    await second();
  }

  private async pip(): Promise<Command> {
    const { base, layout } = this.shop;
    if (hasGoodPip(base)) {
      return pipOf(base.program, layout.python);
    }
    if (!this.hasOwnPip) {
      await this.step('python', ensurePip(layout.python));
      this.hasOwnPip = true;
    }
    return pipOf(layout.python, layout.python);
  }

  private async step(tool: string, command: Command): Promise<void> {
    const { attempt, cwd, log, onChild, t } = this.shop;
    const lines: string[] = [];
    const onLine = (line: string) => {
      log(`${tool}: ${withoutCredentials(line)}`);
      lines.push(line);
      const progress = progressOf(line);
      if (progress !== undefined) {
        attempt.report(withoutCredentials(progress));
      }
    };
    log(`Running ${inWords(command)}`);
    const code = await run(command, {
      cwd,
      variables: this.variables,
      signal: attempt.signal,
      onLine,
      onStart: onChild,
    }).catch((error: unknown) => {
      attempt.signal.throwIfAborted();
      lines.push(String(error));
      return -1;
    });
    onChild(undefined);
    if (code !== 0) {
      throw toolProblem(tool, lines, t);
    }
  }
}
