import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { onLines } from '../../src/server/child';

test('lines are put together from pieces, whichever way they end', async () => {
  const lines: string[] = [];
  const stream = Readable.from([Buffer.from('a\nb\r'), Buffer.from('\nc\rd'), Buffer.from('e')]);
  onLines(stream, (line) => lines.push(line));
  await once(stream, 'end');
  assert.deepEqual(lines.filter(Boolean), ['a', 'b', 'c', 'de']);
});
