// What is done with every process that is started. Nothing here imports vscode.
import { type ChildProcess, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import type { Readable } from 'node:stream';

const LONGEST_LINE = 4_000;
const LAST_WORDS = 500;

/** Calls a listener with each line that a stream brings, the last one included. */
export function onLines(stream: Readable, listener: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    lines.forEach((line) => {
      listener(line.slice(0, LONGEST_LINE));
    });
  });
  stream.on('end', () => {
    if (rest !== '') {
      listener(rest);
    }
  });
}

/** Ends a process that leads a group, and all that it started. */
export function killTree(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  if (process.platform === 'win32') {
    const taskkill = path.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    spawnSync(taskkill, ['/PID', String(child.pid), '/T', '/F'], { windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}

/** Resolves once a process has ended and its output was read; rejects when it could not be started. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      resolve();
    });
    // What it left behind may hold its output open for ever.
    child.once('exit', () => setTimeout(resolve, LAST_WORDS).unref());
  });
}
