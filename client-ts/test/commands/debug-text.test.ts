import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { debugText, withoutHome } from '../../src/commands/debug-text';

const FACTS = {
  versions: { extension: '0.1.0', remote: undefined },
  search: ['1. azmlflow.server.path: /home/alice/bin/azmlflow'],
  settings: [['azmlflow.interpreter', '/home/alice/venv/bin/python']] as const,
  status: ['failed'],
  doctor: 'One thing is wrong:\n  - x\n',
};

test('everything is told, with the home folder shortened', () => {
  const text = debugText(FACTS, '/home/alice');
  assert.match(text, /extension: 0\.1\.0\n {2}remote: -\n/);
  assert.match(text, /azmlflow\.interpreter = "~\/venv\/bin\/python"/);
  assert.match(text, /One thing is wrong:\n {4}- x\n/);
  assert.doesNotMatch(text, /alice/);
});

test('a home folder on Windows is shortened in settings too, where it is written as JSON', () => {
  const settings = [['azmlflow.server.path', 'C:\\Users\\alice\\azmlflow.exe']] as const;
  const text = debugText({ ...FACTS, settings, search: [] }, 'C:\\Users\\alice');
  assert.match(text, /"~\\\\azmlflow\.exe"/);
  assert.doesNotMatch(text, /alice/);
});

test('a home folder that is the root is left alone, and passwords in addresses are left out', () => {
  assert.equal(withoutHome('/usr/bin', '/'), '/usr/bin');
  assert.equal(withoutHome('http://alice:secret@proxy:8080', '/home/alice'), 'http://***@proxy:8080');
});

test('on Windows the home folder is found with a small drive letter, with slashes and in a URI', () => {
  const home = 'C:\\Users\\alice';
  assert.equal(withoutHome('c:\\Users\\alice\\x.py', home), '~\\x.py');
  assert.equal(withoutHome('C:/Users/alice/x.py', home), '~/x.py');
  assert.equal(withoutHome('file:///c%3A/Users/alice/x.py', home), 'file:///~/x.py');
});

test('a folder whose name only begins like that of the home folder is another', () => {
  assert.equal(withoutHome('/home/alice/x /home/al-old/x', '/home/al'), '/home/alice/x /home/al-old/x');
  assert.equal(withoutHome('in /home/al, and /home/al.', '/home/al'), 'in ~, and ~.');
  assert.equal(withoutHome('/home/a.l/x /home/abl', '/home/a.l'), '~/x /home/abl');
});
