import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, inWords } from '../../../src/server/command';
import {
  commands,
  findPython,
  inspect,
  type Python,
  type Sources,
} from '../../../src/server/private/pythons';
import { inEnglish } from '../../../src/server/sentences';
import { PYTHON } from './workshop';

type Answers = Readonly<Record<string, Partial<Python>>>;

/** Returns a computer with these Pythons, by the paths they are called by, and what was run on it. */
function computer(pythons: Answers, said: Partial<Sources> = {}) {
  const ran: string[] = [];
  const ask = (command: Command) => {
    ran.push(command.program);
    if (inWords(command).includes(' python find ')) {
      return Promise.resolve(said.uv === undefined ? undefined : '/managed/python\n');
    }
    const python = pythons[command.program];
    const {
      version = '3.12',
      prefix = '/usr',
      hasVenv = true,
      hasEnsurePip = true,
      pip = '24.0',
    } = python ?? {};
    const answer = JSON.stringify([command.program, version, prefix, hasVenv, hasEnsurePip, pip]);
    return Promise.resolve(python === undefined ? undefined : answer);
  };
  const sources: Sources = {
    variables: { PATH: '/usr/local/bin:/usr/bin', Path: 'C:\\Tools' },
    platform: 'linux',
    selected: undefined,
    forbidden: [],
    uv: undefined,
    isFile: (file) => file in pythons,
    ask,
    t: inEnglish,
    ...said,
  };
  return { sources, ran };
}

const bare = { hasEnsurePip: false, pip: '20.0' };

test('the selected interpreter comes first', async () => {
  const { sources } = computer(
    { '/venv/python': {}, '/usr/bin/python3.13': {} },
    { selected: '/venv/python' },
  );
  assert.equal((await findPython(sources)).program, '/venv/python');
});

test('one that is too old is passed over', async () => {
  const { sources } = computer(
    { '/venv/python': { version: '3.9' }, '/usr/bin/python3': { version: '3.8' }, '/usr/bin/python': {} },
    { selected: '/venv/python' },
  );
  assert.equal((await findPython(sources)).program, '/usr/bin/python');
});

test('newer ones come before older ones, wherever they are on PATH', async () => {
  const { sources } = computer({ '/usr/local/bin/python3.10': {}, '/usr/bin/python3.12': {} });
  assert.equal((await findPython(sources)).program, '/usr/bin/python3.12');
});

test('what does not answer like a Python is passed over', async () => {
  const { sources } = computer({ '/usr/bin/python3': {} });
  const stubborn = {
    ...sources,
    ask: () => Promise.resolve('Python was not found; run without arguments to install'),
  };
  await assert.rejects(findPython(stubborn), /found no Python 3\.10/);
});

test('a Python that cannot make an environment is used with uv, and is the problem without it', async () => {
  const pythons = { '/usr/bin/python3': bare };
  assert.equal((await findPython(computer(pythons, { uv: '/bin/uv' }).sources)).program, '/usr/bin/python3');
  await assert.rejects(
    findPython(computer(pythons).sources),
    /\/usr\/bin\/python3 has neither pip nor ensurepip/,
  );
});

test('a Python with a pip that is new enough needs no ensurepip', async () => {
  const { sources } = computer({ '/usr/bin/python3': { hasEnsurePip: false, pip: '23.0.1' } });
  assert.equal((await findPython(sources)).program, '/usr/bin/python3');
});

test('where there is none, uv may know one; otherwise there is none', async () => {
  const known = computer({ '/managed/python': {} }, { uv: '/bin/uv' });
  assert.equal((await findPython(known.sources)).program, '/managed/python');
  await assert.rejects(findPython(computer({}, { uv: '/bin/uv' }).sources), /found no Python 3\.10/);
});

test('nothing of a workspace that is not trusted is run', async () => {
  const { sources, ran } = computer(
    { '/srv/project/.venv/bin/python3': {}, '/usr/bin/python3': {} },
    { forbidden: ['/srv/project'], variables: { PATH: '/srv/project/.venv/bin:/usr/bin' } },
  );
  assert.equal((await findPython(sources)).program, '/usr/bin/python3');
  assert.deepEqual(ran, ['/usr/bin/python3']);
});

test('on Windows the launcher is asked last', () => {
  const { sources } = computer(
    {},
    { platform: 'win32', variables: { Path: 'C:\\Tools' }, isFile: () => true },
  );
  const found = commands(sources).map(inWords);
  assert.equal(found[0], 'C:\\Tools\\python3.13.exe');
  assert.equal(found.at(-1), 'C:\\Tools\\py.exe -3');
});

test('on macOS what only asks to install the developer tools is not run', () => {
  const { sources } = computer(
    {},
    { platform: 'darwin', variables: { PATH: '/usr/bin' }, isFile: () => true },
  );
  assert.ok(!commands(sources).map(inWords).includes('/usr/bin/python3'));
});

test('a real Python answers with what is needed of it', async () => {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const ask = async ({ program, args }: Command) => (await promisify(execFile)(program, args)).stdout;
  const python = await inspect({ program: PYTHON, args: [] }, ask);
  assert.equal(python?.program, PYTHON);
  assert.match(python.version, /^3\.\d\d$/);
  assert.equal(python.hasVenv, true);
});
