import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { asMarkdown, capitalised, plain, shortened } from '../src/text';

test('a text from elsewhere is one line without icons, links or marks that turn it around', () => {
  assert.equal(plain(' a\n\tb\u202e\u0007 '), 'a b');
  assert.equal(plain('$(flame) [x](command:y)'), '$ (flame) [x] (command:y)');
  assert.equal(plain('Grüße, 東京 🙂'), 'Grüße, 東京 🙂');
});

test('as Markdown it shows every sign as it is', () => {
  assert.equal(asMarkdown('*a* _b_'), '\\*a\\* \\_b\\_');
  assert.doesNotMatch(asMarkdown('<b> & https://x.example a@b.c `c`'), /(?<!\\)[<&:@`]/);
});

test('letters are not cut in half', () => {
  assert.equal(shortened('abcdef', 4), 'abc…');
  assert.equal(shortened('abcd', 4), 'abcd');
  assert.equal(shortened('🙂🙂🙂', 2), '🙂…');
  assert.equal(capitalised('the step'), 'The step');
  assert.equal(capitalised(''), '');
});
