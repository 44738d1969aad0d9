import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noPython, noVenv, toolProblem } from '../../../src/server/private/problems';
import { inEnglish } from '../../../src/server/sentences';

/** What pip and uv wrote in each case. */
const UNREACHABLE = {
  'no connection': [
    "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError(...)': /simple/pygls/",
    'ERROR: Could not find a version that satisfies the requirement pygls==2.1 (from versions: none)',
    'ERROR: No matching distribution found for pygls==2.1',
  ],
  'a certificate of a proxy': [
    'Could not fetch URL https://pypi.org/simple/pygls/: There was a problem confirming the ssl certificate: ... - skipping',
    'ERROR: No matching distribution found for pygls==2.1',
  ],
  'an index that has nothing': [
    'ERROR: Could not find a version that satisfies the requirement pygls==2.1 (from versions: none)',
  ],
  'uv without a connection': ['error: Failed to fetch: https://pypi.org/simple/pygls/', '  cause: dns error'],
};

for (const [name, lines] of Object.entries(UNREACHABLE)) {
  test(`${name}: the index could not be reached, with what the tool said and what helps`, () => {
    const problem = toolProblem('pip', lines, inEnglish);
    assert.equal(problem.reason, 'offline');
    assert.ok(problem.message.includes('could not reach the package index'));
    assert.match(problem.message, /\(pip said: .{10,}\)\. Check/);
    assert.ok(problem.message.endsWith('or pip install azmlflow in your own environment.'));
  });
}

test('of a connection that pip tries again, the reason is quoted and not the trying', () => {
  const line =
    "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/pygls/";
  const reason = "NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused')";
  assert.ok(toolProblem('pip', [line], inEnglish).message.includes(`(pip said: ${reason}).`));
});

test('another failure is told in the words of the tool, the fault and not what came after it', () => {
  const lines = [
    'Collecting x',
    'ERROR: Could not install packages: No space left on device',
    '',
    'notice: bye',
  ];
  const problem = toolProblem('pip', lines, inEnglish);
  assert.equal(problem.reason, 'failed');
  assert.equal(
    problem.message,
    'azmlflow could not install its server (pip said: ERROR: Could not install packages: No space left on device).',
  );
});

test('a tool that said nothing is no reason to say nothing', () => {
  assert.equal(
    toolProblem('uv', [], inEnglish).message,
    'azmlflow could not install its server (uv said: ).',
  );
});

test('a Python without ensurepip leads to the package that has it', () => {
  const said = 'The virtual environment was not created successfully because ensurepip is not available.';
  const problem = toolProblem('python', [said], inEnglish);
  assert.equal(problem.reason, 'no-venv');
  assert.match(problem.message, /apt install python3-venv/);
});

test('what is quoted is short and holds no credentials', () => {
  const line = `error: Failed to fetch: https://ana:s3cr3t@example.org/${'x'.repeat(2_000)}`;
  const { message } = toolProblem('uv', [line], inEnglish);
  assert.doesNotMatch(message, /s3cr3t/);
  assert.ok(message.length < 500);
});

test('a problem of the computer is one sentence with its remedy', () => {
  assert.match(noPython(inEnglish).message, /no Python 3\.10 or newer .* Retry/);
  assert.match(
    noVenv('/usr/bin/python3', inEnglish).message,
    /\/usr\/bin\/python3 has neither pip nor ensurepip/,
  );
});
