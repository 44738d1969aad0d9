import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { test } from 'node:test';
import { candidatesOnPath, expand, expandWholly, fileTest, isFile, liesIn } from '../../src/server/paths';

const around = { home: '/home/ana', folder: '/srv/project' };

test('a leading ~ is the home folder, and only a leading one', () => {
  assert.equal(expand('~/bin/azmlflow', around), '/home/ana/bin/azmlflow');
  assert.equal(expand('/opt/~/azmlflow', around), '/opt/~/azmlflow');
  assert.equal(expand('~ana/azmlflow', around), '~ana/azmlflow');
});

test('${workspaceFolder} is the first folder', () => {
  assert.equal(expand('${workspaceFolder}/.venv/bin/azmlflow', around), '/srv/project/.venv/bin/azmlflow');
});

test('a home folder with a dollar sign is taken as it is', () => {
  assert.equal(expand('~/azmlflow', { ...around, home: '/home/$&' }), '/home/$&/azmlflow');
});

test('white space alone is no path', () => {
  assert.equal(expand('  ', around), '');
});

test('PATH is searched in its order', () => {
  const found = candidatesOnPath('azmlflow', { PATH: '/usr/local/bin:/usr/bin' }, 'linux');
  assert.deepEqual(found, ['/usr/local/bin/azmlflow', '/usr/bin/azmlflow']);
});

test('relative and empty entries of PATH are left out: they would start what lies in the open folder', () => {
  assert.deepEqual(candidatesOnPath('azmlflow', { PATH: '.::bin:/usr/bin' }, 'linux'), ['/usr/bin/azmlflow']);
});

test('on Windows the variable may be written Path, and the program ends in .exe', () => {
  const found = candidatesOnPath('azmlflow', { Path: 'C:\\Tools;.' }, 'win32');
  assert.deepEqual(found, ['C:\\Tools\\azmlflow.exe']);
});

test('without PATH there is nowhere to look', () => {
  assert.deepEqual(candidatesOnPath('azmlflow', {}, 'linux'), []);
});

test('a path with a variable that is not ours to know is left empty', () => {
  assert.equal(expandWholly('${workspaceFolder}/dev.env', around), '/srv/project/dev.env');
  assert.equal(expandWholly('${env:HOME}/dev.env', around), '');
  assert.equal(expandWholly('${workspaceFolder}/.env', { home: '/home/ana', folder: undefined }), '');
});

test('what lies in a folder is told from what only begins like it', () => {
  assert.ok(liesIn('/srv/project/.venv/bin/python', ['/tmp', '/srv/project']));
  assert.ok(!liesIn('/srv/project-2/bin/python', ['/srv/project']));
  assert.ok(!liesIn('/srv/python', ['/srv/project']));
  assert.ok(liesIn('/srv/project/..hidden/python', ['/srv/project']));
});

test('a folder is no file, nor is what is not there', () => {
  assert.ok(isFile(__filename));
  assert.ok(!isFile(__dirname));
  assert.ok(!isFile(`${__filename}.gone`));
});

test('a program of the Store of Windows is one, although nobody may follow its name', () => {
  const refuse = (code: string) => (): never => {
    throw Object.assign(new Error(code), { code });
  };
  const disk = (code: string, there = __filename) =>
    ({ statSync: refuse(code), lstatSync: () => fs.lstatSync(there) }) as unknown as typeof fs;
  for (const code of ['EACCES', 'EPERM', 'UNKNOWN']) {
    assert.ok(fileTest(disk(code), 'win32')('python.exe'));
    assert.ok(!fileTest(disk(code), 'linux')('python'));
  }
  assert.ok(!fileTest(disk('ENOENT'), 'win32')('python.exe'));
  assert.ok(!fileTest(disk('EACCES', __dirname), 'win32')('python.exe'));
  assert.ok(!fileTest(disk('EACCES', `${__filename}.gone`), 'win32')('python.exe'));
});
