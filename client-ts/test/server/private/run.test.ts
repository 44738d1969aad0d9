import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { test } from 'node:test';
import { run } from '../../../src/server/private/run';
import { PYTHON } from './workshop';

const around = { cwd: process.cwd(), variables: process.env, signal: new AbortController().signal };

/** Returns how a Python script is run. */
function script(text: string) {
  return { program: PYTHON, args: ['-I', '-u', '-c', text] };
}

test('each line of output and errors is told, and the exit status is returned', async () => {
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  const code = await run(script("import sys; print('one\\ntwo'); sys.stderr.write('three'); sys.exit(3)"), {
    ...around,
    onLine,
  });
  assert.equal(code, 3);
  assert.deepEqual([...lines].sort(), ['one', 'three', 'two']);
});

test('a program that is not there is an error', async () => {
  await assert.rejects(run({ program: '/gone/program', args: [] }, around), /ENOENT/);
});

test('on cancel the process ends, and so does what it started', async (t) => {
  const server = net.createServer();
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const port = String((server.address() as net.AddressInfo).port);
  const connect = `import socket, time; s = socket.create_connection(('127.0.0.1', ${port})); time.sleep(600)`;
  const parent = `import subprocess, sys; subprocess.Popen([sys.executable, '-c', "${connect}"]); ${connect}`;
  const sockets: net.Socket[] = [];
  const both = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      sockets.push(socket.on('error', () => undefined).resume());
      if (sockets.length === 2) {
        resolve();
      }
    });
  });
  const cancel = new AbortController();
  const ran = run(script(parent), { ...around, signal: cancel.signal });
  await both;
  const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
  cancel.abort(new Error('cancelled'));
  await assert.rejects(ran, /cancelled/);
  await closed;
});

test('nothing is started when it is cancelled already', async () => {
  const started: number[] = [];
  const onStart = (pid: number) => started.push(pid);
  const signal = AbortSignal.abort(new Error('cancelled'));
  await assert.rejects(run(script('pass'), { ...around, signal, onStart }), /cancelled/);
  assert.deepEqual(started, []);
});
