import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Environment, Stamp } from '../../../src/server/private/environment';
import { cancelled, InstallProblem } from '../../../src/server/private/problems';
import { inEnglish } from '../../../src/server/sentences';
import { attempt, names, PYTHON, UV, valueIn, type Variables, type Workshop, workshop } from './workshop';

const TOOLS = [
  { tool: 'uv', skip: UV === undefined && 'there is no uv' },
  { tool: 'pip', skip: false },
] as const;

/** Returns a package index that is asked and never answers, and the first connection that asks it. */
async function silentIndex(t: TestContext): Promise<{ asked: Promise<net.Socket>; variables: Variables }> {
  const server = net.createServer();
  const asked = once(server, 'connection').then(([socket]) => socket as net.Socket);
  server.on('connection', (socket: net.Socket) => socket.on('error', () => undefined).resume());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const address = `http://127.0.0.1:${String((server.address() as net.AddressInfo).port)}/simple`;
  return { asked, variables: onlyIndex(address) };
}

/** Returns the variables with which pip and uv know one index and no wheels. */
function onlyIndex(address: string): Variables {
  return {
    PIP_NO_INDEX: '0',
    PIP_FIND_LINKS: '',
    PIP_INDEX_URL: address,
    PIP_RETRIES: '1',
    UV_NO_INDEX: '0',
    UV_FIND_LINKS: '',
    UV_DEFAULT_INDEX: address,
    UV_HTTP_RETRIES: '0',
    UV_CACHE_DIR: undefined,
    UV_NO_CACHE: '1',
  };
}

/** Returns how often a tool was started, from the log. */
function timesRun(bench: Workshop, words: RegExp): number {
  return bench.log.filter((line) => line.startsWith('Running ') && words.test(line)).length;
}

function versionOf({ layout }: Environment): string {
  return execFileSync(layout.python, ['-I', '-m', 'azmlflow', '--version'], { encoding: 'utf8' }).trim();
}

for (const { tool, skip } of TOOLS) {
  test(
    `${tool}: the server can be started after the first stage; the rest follows in the second`,
    { skip },
    async (t) => {
      const bench = workshop(t, tool);
      const server = bench.server();
      const environment = await server.make(attempt());
      const { python } = environment.layout;
      assert.equal(versionOf(environment), 'azmlflow 0.1.0');
      assert.equal(valueIn(python, 'largedep'), undefined);
      assert.equal(await server.isComplete(environment), false);

      await server.complete(environment, attempt());
      assert.equal(valueIn(python, 'largedep'), '2');
      assert.equal(await server.isComplete(environment), true);
      assert.ok(
        bench.log.some((line) => line.startsWith(`${tool}: `)),
        bench.log.join('\n'),
      );
      assert.deepEqual(names(bench.storage), [path.basename(environment.layout.folder)]);
    },
  );
}

for (const { tool, skip } of TOOLS) {
  test(`${tool}: settings that want hashes, or forbid new packages, hinder nothing`, { skip }, async (t) => {
    const bench = workshop(t, tool);
    const strict = {
      PIP_REQUIRE_HASHES: '1',
      UV_REQUIRE_HASHES: '1',
      UV_EXCLUDE_NEWER: '2020-01-01',
    };
    const server = bench.server({ variables: { ...bench.variables, ...strict } });
    const environment = await server.make(attempt());
    await server.complete(environment, attempt());
    assert.equal(valueIn(environment.layout.python, 'largedep'), '2');
    assert.ok(!bench.log.includes('uv could not do it; pip is tried.'), bench.log.join('\n'));
  });
}

test('what is there is used again, and no program is run for it', async (t) => {
  const bench = workshop(t, 'uv');
  const environment = await bench.server().make(attempt());
  const ran = timesRun(bench, /./);
  const again = await bench.server().find();
  assert.deepEqual(again, environment);
  assert.deepEqual(await bench.server().make(attempt()), environment);
  assert.equal(timesRun(bench, /./), ran);
});

test('another wheel makes another environment', async (t) => {
  const bench = workshop(t, 'uv');
  const environment = await bench.server().make(attempt());
  fs.appendFileSync(path.join(bench.packages, 'editor.txt'), '# another\n');
  assert.equal(await bench.server().find(), undefined);
  const other = await bench.server().make(attempt());
  assert.notEqual(other.layout.folder, environment.layout.folder);
});

test('two windows that install at once make one environment', async (t) => {
  const bench = workshop(t, 'uv');
  const attempts = [attempt(), attempt()];
  const [one, other] = await Promise.all(attempts.map((each) => bench.server().make(each)));
  assert.deepEqual(one, other);
  assert.equal(timesRun(bench, / venv /), 1);
  const waiting = ['Waiting for another window that installs'];
  assert.equal(attempts.filter(({ reports }) => reports.join() === waiting.join()).length, 1);
});

test('an environment that was left half made is made anew', async (t) => {
  const bench = workshop(t, 'uv');
  const environment = await bench.server().make(attempt());
  fs.rmSync(environment.layout.stamps.editor);
  const left = path.join(environment.layout.folder, 'left');
  fs.writeFileSync(left, '');
  assert.equal(await bench.server().find(), undefined);
  await bench.server().make(attempt());
  assert.ok(!fs.existsSync(left));
  assert.equal(versionOf(environment), 'azmlflow 0.1.0');
});

test('an environment whose Python has gone is made anew', async (t) => {
  const bench = workshop(t, 'uv');
  const environment = await bench.server().make(attempt());
  fs.rmSync(environment.layout.python);
  assert.equal(await bench.server().find(), undefined);
  await bench.server().make(attempt());
  assert.equal(versionOf(environment), 'azmlflow 0.1.0');
});

test(
  'computers that share a home folder, with their Pythons in different places, have an environment each',
  { skip: process.platform === 'win32' && 'there it is not shared' },
  async (t) => {
    const bench = workshop(t, 'uv');
    const one = await bench.server().make(attempt());
    // On the other computer nothing lies where the first environment's Python is a link to.
    fs.renameSync(one.layout.python, `${one.layout.python}.there`);
    const elsewhere = path.join(bench.root, 'python');
    const script = `#!/bin/sh\nPATH=/usr/bin:/bin\n'${PYTHON}' "$@" | sed 's#\\(, "3[^,]*", "\\)#\\1/elsewhere#'\n`;
    fs.writeFileSync(elsewhere, script, { mode: 0o755 });
    const other = await bench.server({ selected: () => Promise.resolve(elsewhere) }).make(attempt());
    assert.notEqual(other.layout.folder, one.layout.folder);
    assert.equal(versionOf(other), 'azmlflow 0.1.0');
    fs.renameSync(`${one.layout.python}.there`, one.layout.python);
    assert.equal(versionOf(one), 'azmlflow 0.1.0');
  },
);

test('a package that was cut off is installed again when the second stage is repeated', async (t) => {
  const bench = workshop(t, 'uv');
  const server = bench.server();
  const environment = await server.make(attempt());
  await server.complete(environment, attempt());
  const { folder, python, stamps } = environment.layout;
  const record = find(folder, 'largedep-2.0.dist-info');
  assert.ok(record !== undefined);
  fs.rmSync(path.join(record, 'RECORD'));
  fs.rmSync(path.join(record, '..', 'largedep.py'));
  fs.rmSync(stamps.complete);
  await server.complete(environment, attempt());
  assert.equal(valueIn(python, 'largedep'), '2');
});

test('where the Python has no pip that can be used, the environment gets its own', async (t) => {
  const bench = workshop(t, 'uv');
  const environment = await bench.server().make(attempt());
  const { stamps, python } = environment.layout;
  const stamp = JSON.parse(fs.readFileSync(stamps.editor, 'utf8')) as Stamp;
  fs.writeFileSync(stamps.editor, JSON.stringify({ ...stamp, base: { ...stamp.base, pip: '20.0' } }));
  const variables = { ...bench.variables, PATH: '' };
  await bench.server({ variables }).complete(environment, attempt());
  assert.equal(timesRun(bench, / ensurepip /), 1);
  assert.equal(valueIn(python, 'largedep'), '2');
});

/** Returns the first file or folder of this name. */
function find(folder: string, name: string): string | undefined {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    const found = entry.name === name ? place : entry.isDirectory() ? find(place, name) : undefined;
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

for (const { tool, skip } of TOOLS) {
  test(`${tool}: without the index there is one sentence, and nothing is left`, { skip }, async (t) => {
    const bench = workshop(t, tool);
    // Nothing listens there: port 9 of this computer.
    const closed = 'http://ana:s3cr3t@127.0.0.1:9/simple';
    const variables = { ...bench.variables, ...onlyIndex(closed) };
    await assert.rejects(bench.server({ variables }).make(attempt()), (error) => {
      assert.ok(error instanceof InstallProblem);
      assert.equal(error.reason, 'offline');
      assert.match(
        error.message,
        /^azmlflow could not reach the package index to install its server \(pip said: .+\)\. Check/,
      );
      return true;
    });
    assert.deepEqual(names(bench.storage), []);
    assert.doesNotMatch(bench.log.join('\n'), /s3cr3t/);
    assert.equal(bench.log.includes('uv could not do it; pip is tried.'), tool === 'uv');
  });
}

for (const { tool, skip } of TOOLS) {
  test(`${tool}: a cancelled installation ends what it started and leaves nothing`, { skip }, async (t) => {
    const bench = workshop(t, tool);
    const index = await silentIndex(t);
    const variables = { ...bench.variables, ...index.variables };
    const cancel = new AbortController();
    const made = bench.server({ variables }).make(attempt(cancel.signal));
    const connection = await index.asked;
    const closed = once(connection, 'close');
    cancel.abort(cancelled(inEnglish));
    await assert.rejects(made, (error) => (error as InstallProblem).reason === 'cancelled');
    await closed;
    assert.deepEqual(names(bench.storage), []);
  });
}

test('a second stage that was cancelled leaves the server as it was, and can be repeated', async (t) => {
  const bench = workshop(t, 'uv');
  const environment = await bench.server().make(attempt());
  const index = await silentIndex(t);
  const cancel = new AbortController();
  const variables = { ...bench.variables, ...index.variables };
  const filling = bench.server({ variables }).complete(environment, attempt(cancel.signal));
  await index.asked;
  cancel.abort(cancelled(inEnglish));
  await assert.rejects(filling, /was cancelled/);
  assert.equal(versionOf(environment), 'azmlflow 0.1.0');
  assert.deepEqual(names(bench.storage), [path.basename(environment.layout.folder)]);
  await bench.server().complete(environment, attempt());
  assert.equal(valueIn(environment.layout.python, 'largedep'), '2');
});

test('an extension that brings no server says so', async (t) => {
  const bench = workshop(t, 'uv');
  const server = bench.server({ packages: path.join(bench.root, 'gone') });
  assert.equal(await server.find(), undefined);
  await assert.rejects(server.make(attempt()), (error) => (error as InstallProblem).reason === 'no-wheel');
});

test('without a Python there is one sentence with the remedy', async (t) => {
  const bench = workshop(t, 'pip');
  const server = bench.server({ selected: () => Promise.resolve(undefined) });
  await assert.rejects(server.make(attempt()), /found no Python 3\.10 or newer .* azmlflow\.server\.path\.$/);
  assert.deepEqual(names(bench.storage), []);
});
