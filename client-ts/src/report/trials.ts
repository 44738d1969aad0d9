import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { refusalIn, type Tools } from '../commands/ask';
import { askLong, underway } from '../commands/long';
import { nameOf } from '../commands/subject';
import { isObject } from '../text';
import { titleOf } from './shown';
import {
  abandoned,
  answered,
  begun,
  cancelled,
  preparing,
  refused,
  told,
  type Trial,
  type What,
} from './trial';

const COMMANDS: Readonly<Record<What, string>> = {
  connection: 'azmlflow.testConnection',
  authentication: 'azmlflow.testAuthentication',
};

/** What a server tells of its tests, those included that it makes again by itself because a file has changed. */
const MESSAGES = ['testStarted', 'stepStarted', 'outcome', 'testEnded'] as const;

type Change = (trial: Trial) => Trial;

/** The connection tests of this window: the last of each document or folder. */
export class Trials implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<Trial>();
  /** Fires with a test whenever more is known of it. */
  readonly onDidChange = this.changes.event;
  private readonly known = new Map<string, Trial>();
  private readonly asked = new Map<string, vscode.CancellationTokenSource>();
  private readonly listener: vscode.Disposable;

  constructor(
    private readonly tools: Tools,
    private readonly sandboxed: () => boolean,
  ) {
    this.listener = tools.lifecycle.onDidChangeState(({ kind }) => {
      if (kind !== 'running') {
        this.abandon();
      }
    });
  }

  dispose(): void {
    this.listener.dispose();
    this.asked.forEach((source) => {
      source.cancel();
    });
    this.changes.dispose();
  }

  /** The tests, the one that was changed last comes last. */
  get all(): readonly Trial[] {
    return [...this.known.values()];
  }

  /** Returns the last test of a document or folder. */
  of(uri: string): Trial | undefined {
    return this.known.get(uri);
  }

  /** Listens to what a server tells of its tests. */
  listen(client: LanguageClient): void {
    for (const name of MESSAGES) {
      const method = `azmlflow/${name}`;
      client.onNotification(method, (message: unknown) => {
        this.hear(method, message);
      });
    }
  }

  /** Begins a test of a document or folder, which resolves when it has ended; `interactive` lets it open a browser. */
  async begin(uri: vscode.Uri, what: What, interactive: boolean): Promise<void> {
    const key = uri.toString();
    this.cancel(key);
    const source = new vscode.CancellationTokenSource();
    this.asked.set(key, source);
    const update = (change: Change) => {
      // Not when another test has taken its place meanwhile.
      if (this.asked.get(key) === source) {
        this.update(key, change);
      }
    };
    this.start(key, what, true);
    try {
      const answer = await this.ask(key, what, interactive, source.token, update);
      update((trial) => answered(trial, answer, new Date()));
    } catch (error) {
      const refusal = refusalIn(error);
      this.tools.logs.client.info(refusal?.sentence ?? 'The test was cancelled.');
      update((trial) => {
        return refusal ? refused(trial, refusal.sentence, new Date()) : cancelled(trial, new Date());
      });
    } finally {
      if (this.asked.get(key) === source) {
        this.asked.delete(key);
      }
      source.dispose();
    }
  }

  /** Cancels the test of a document or folder that was asked for here. */
  cancel(uri: string): void {
    this.asked.get(uri)?.cancel();
  }

  private ask(
    key: string,
    what: What,
    interactive: boolean,
    cancel: vscode.CancellationToken,
    update: (change: Change) => void,
  ): Promise<unknown> {
    const title = titleOf({ what }, nameOf(vscode.Uri.parse(key)), vscode.l10n.t);
    const options = interactive ? { allowInteractive: true } : {};
    return underway(title, cancel, (work) => {
      const say = (message: string) => {
        work.say(message);
        update((trial) => preparing(trial, message, new Date()));
      };
      return askLong(this.tools, COMMANDS[what], [key, options], { ...work, say });
    });
  }

  private hear(method: string, message: unknown): void {
    const { id, uri } = isObject(message) ? message : {};
    if (typeof id !== 'string' || typeof uri !== 'string') {
      return;
    }
    const key = vscode.Uri.parse(uri).toString();
    const last = this.known.get(key);
    const isKnown = last !== undefined && (last.phase === 'running' || last.id === id || last.before === id);
    if (!isKnown) {
      this.start(key, last?.what ?? 'connection', false);
    }
    this.update(key, (trial) => told(trial, method, message, new Date()));
  }

  /** Ends what the server that is gone had begun by itself; what was asked for ends with its request. */
  private abandon(): void {
    for (const trial of this.all) {
      const left = abandoned(trial, new Date());
      if (left !== trial) {
        this.put(left);
      }
    }
  }

  private start(uri: string, what: What, asked: boolean): void {
    this.put(begun({ uri, what, asked, sandboxed: this.sandboxed() }, new Date(), this.known.get(uri)));
  }

  private update(key: string, change: Change): void {
    const trial = this.known.get(key);
    if (trial !== undefined) {
      this.put(change(trial));
    }
  }

  private put(trial: Trial): void {
    // Deleted first, so that it comes last.
    this.known.delete(trial.uri);
    this.known.set(trial.uri, trial);
    this.changes.fire(trial);
  }
}
