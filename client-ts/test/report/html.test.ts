import * as assert from 'node:assert/strict';
import { test } from 'node:test';
import { htmlOf } from '../../src/report/html';

const PARTS = {
  script: 'https://file.example/report.js',
  style: 'https://file.example/report.css',
  title: 'Connection of train.py',
  language: 'en',
  source: 'https://file.example',
  nonce: 'abc123',
};

test('the page may run its own script, use its own style, and reach nothing else', () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(htmlOf(PARTS))?.[1] ?? '';
  const read = policy.replaceAll('&#39;', "'");
  assert.equal(read, "default-src 'none'; style-src https://file.example; script-src 'nonce-abc123'");
});

test('nothing is written into the page that could end where it stands', () => {
  const html = htmlOf({ ...PARTS, title: '</title><script>alert(1)</script>', language: '"><script>' });
  assert.equal(html.match(/<script/g)?.length, 1);
  assert.doesNotMatch(html, /alert\(1\)<\/script>/);
});
