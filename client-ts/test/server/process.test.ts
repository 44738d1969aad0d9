import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { ServerProcess } from '../../src/server/process';

/** Starts node with a script in place of the server, and returns it with the lines it wrote to its errors. */
async function start(script: string): Promise<{ server: ServerProcess; lines: string[] }> {
  const lines: string[] = [];
  const command = { program: process.execPath, args: ['-e', script] };
  const server = await ServerProcess.start(command, process.cwd(), process.env, (line) => {
    lines.push(line);
  });
  return { server, lines };
}

const TRACEBACK = ['Traceback (most recent call last):', "ModuleNotFoundError: No module named 'pygls'"];

test('what it wrote last tells why it ended, and how is told too', async () => {
  const { server, lines } = await start(
    `console.error(${JSON.stringify(TRACEBACK.join('\n'))}); process.exit(1)`,
  );
  assert.equal(await server.ended, 'exit status 1');
  assert.equal(server.lastWords, TRACEBACK[1]);
  assert.deepEqual(lines, TRACEBACK);
  assert.equal(server.lacksModules, true);
});

test('an interpreter without azmlflow is told from a server that failed otherwise', async () => {
  const lacking = await start(`console.error('/venv/bin/python: No module named azmlflow'); process.exit(1)`);
  const failing = await start(`console.error('ValueError: no module of that kind'); process.exit(1)`);
  await Promise.all([lacking.server.ended, failing.server.ended]);
  assert.deepEqual([lacking.server.lacksModules, failing.server.lacksModules], [true, false]);
});

test('a program that is not there is an error at once', async () => {
  const command = { program: '/gone/azmlflow', args: [] };
  await assert.rejects(
    ServerProcess.start(command, process.cwd(), process.env, () => undefined),
    /ENOENT/,
  );
});

test('it ends by itself when nobody speaks to it any longer', async () => {
  const { server } = await start(
    `process.stdin.resume().on('end', () => process.exit(7)); console.log('ready')`,
  );
  await once(server.output, 'data');
  await server.end();
  assert.equal(await server.ended, 'exit status 7');
});

test(
  'one that does not end by itself is ended',
  { skip: process.platform === 'win32' && 'no signals' },
  async () => {
    const { server } = await start(`setInterval(() => {}, 60_000); console.log('ready')`);
    await once(server.output, 'data');
    await server.end();
    assert.equal(await server.ended, 'signal SIGKILL');
  },
);
