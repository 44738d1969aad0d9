import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEnglish } from '../../src/server/sentences';
import { type Age, ageOf } from '../../src/status/age';

const NOW = new Date('2026-03-01T12:00:00Z');

function ago(seconds: number): Age {
  return ageOf(new Date(NOW.getTime() - seconds * 1000), NOW, inEnglish);
}

test('within a minute it is now, also when the clocks of two machines differ', () => {
  assert.equal(ago(0).short, 'just now');
  assert.equal(ago(59.9).short, 'just now');
  assert.equal(ago(-3600).short, 'just now');
});

test('minutes, hours and days are whole ones', () => {
  assert.equal(ago(60).short, '1 min ago');
  assert.equal(ago(5 * 60 + 59).short, '5 min ago');
  assert.equal(ago(3600).short, '1 h ago');
  assert.equal(ago(26 * 3600).short, 'a day ago');
  assert.equal(ago(9 * 86400).short, '9 days ago');
});

test('what is read aloud has whole words, and one is no plural', () => {
  assert.equal(ago(60).spoken, 'a minute ago');
  assert.equal(ago(300).spoken, '5 minutes ago');
  assert.equal(ago(3600).spoken, 'an hour ago');
  assert.equal(ago(7200).spoken, '2 hours ago');
});

test('only what is older than an hour has a brief form', () => {
  assert.equal(ago(3599).brief, undefined);
  assert.equal(ago(3600).brief, '1 h');
  assert.equal(ago(3 * 86400).brief, '3 d');
});
