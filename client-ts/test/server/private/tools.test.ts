import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inWords } from '../../../src/server/command';
import {
  forTools,
  lockOf,
  pipInstall,
  pipOf,
  progressOf,
  pythonVenv,
  uvFind,
  uvInstall,
} from '../../../src/server/private/tools';

test('all is installed by its hash only, and what is on the disk without the index', () => {
  const pip = pipOf('/usr/bin/python3', '/own/bin/python');
  for (const command of [
    pipInstall(pip, { locked: 'editor.txt' }),
    uvInstall('uv', '/own/bin/python', { locked: 'editor.txt' }),
  ]) {
    assert.match(inWords(command), /--no-deps --require-hashes -r editor\.txt$/);
  }
  const onDisk = { locked: 'a.txt', onDisk: true } as const;
  assert.match(inWords(pipInstall(pip, onDisk)), /--no-deps --no-index --require-hashes -r a\.txt$/);
});

test('everything is installed into the environment, never into the Python that makes it', () => {
  assert.match(inWords(pipOf('/usr/bin/python3', '/own/bin/python')), / pip --python \/own\/bin\/python$/);
  assert.equal(inWords(pipOf('/own/bin/python', '/own/bin/python')), '/own/bin/python -I -m pip');
  assert.match(
    inWords(uvInstall('uv', '/own/bin/python', { locked: 'a.txt' })),
    / --python \/own\/bin\/python /,
  );
  assert.match(inWords(pythonVenv('/usr/bin/python3', '/own')), /^\/usr\/bin\/python3 -I -m venv /);
});

test('uv is not allowed to download a Python', () => {
  assert.match(inWords(uvFind('uv')), /--no-python-downloads/);
  assert.equal(forTools({}, undefined)['UV_PYTHON_DOWNLOADS'], 'never');
});

test('what would lead the tools astray is taken out, the proxy and the index are kept', () => {
  const kept = {
    HTTPS_PROXY: 'http://proxy:3128',
    no_proxy: 'localhost',
    PIP_INDEX_URL: 'https://mirror/simple',
    REQUESTS_CA_BUNDLE: '/etc/ca.pem',
    UV_INDEX_URL: 'https://mirror/simple',
  };
  const astray = {
    PYTHONPATH: '/srv/project',
    PythonHome: '/opt',
    VIRTUAL_ENV: '/venv',
    CONDA_PREFIX: '/conda',
    PIP_TARGET: '/srv',
    UV_PYTHON: '3.8',
  };
  const variables = forTools({ ...kept, ...astray, PIP_USER: '1' }, '/own.tmp');
  assert.deepEqual(variables, {
    ...kept,
    PIP_USER: '0',
    UV_PYTHON_DOWNLOADS: 'never',
    TMPDIR: '/own.tmp',
    TEMP: '/own.tmp',
    TMP: '/own.tmp',
  });
});

test('of what pip and uv write, the user is told what is fetched and installed', () => {
  assert.equal(
    progressOf('Collecting pygls==2.1 (from -r editor.txt (line 3))')?.slice(0, 16),
    'Collecting pygls',
  );
  assert.equal(progressOf('Installed 19 packages in 20ms'), 'Installed 19 packages in 20ms');
  assert.equal(progressOf('  Using cached pygls-2.1-py3-none-any.whl'), undefined);
  assert.equal(progressOf(''), undefined);
});

test('a wheel is locked where it lies, whatever the folder is called', () => {
  assert.match(
    lockOf('/srv/my extensions/azmlflow-0.1.0-py3-none-any.whl', Buffer.from('w')),
    /^azmlflow @ file:\/\/\/srv\/my%20extensions\/azmlflow-\S+\.whl --hash=sha256:[0-9a-f]{64}\n$/,
  );
});
