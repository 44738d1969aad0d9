// Keeps what can be translated in one place: l10n/bundle.l10n.json holds each sentence of client-ts/src once, and
// package.nls.json each text of package.json. `node tools/l10n.mjs` says what is wrong; with `--write` it writes the bundle.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const BUNDLE = path.join(ROOT, 'l10n', 'bundle.l10n.json');

/** Returns the sentences that the sources hand to `vscode.l10n.t`, or to the `t` that stands for it, and what is wrong with some. */
function sentences() {
  const found = new Set();
  const faults = [];
  const sources = path.join(ROOT, 'client-ts', 'src');
  for (const name of fs.readdirSync(sources, { recursive: true }).filter((one) => one.endsWith('.ts'))) {
    const file = path.join(sources, name);
    const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
    const visit = (node) => {
      if (ts.isCallExpression(node) && translates(node.expression)) {
        const [sentence] = node.arguments;
        if (sentence && ts.isStringLiteralLike(sentence)) {
          found.add(sentence.text);
        } else {
          const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
          faults.push(`${path.relative(ROOT, file)}:${line + 1} translates what is not written there.`);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { found: [...found].sort(), faults };
}

function translates(called) {
  const name = ts.isPropertyAccessExpression(called) ? called.name : called;
  return ts.isIdentifier(name) && name.text === 't';
}

/** Returns what is wrong between package.json and package.nls.json. */
function manifestFaults() {
  const manifest = fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8');
  const used = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
  const known = new Set(Object.keys(JSON.parse(fs.readFileSync(path.join(ROOT, 'package.nls.json'), 'utf8'))));
  return [
    ...[...used].filter((key) => !known.has(key)).map((key) => `package.nls.json lacks ${key}.`),
    ...[...known].filter((key) => !used.has(key)).map((key) => `package.json does not use ${key}.`),
  ];
}

const { found, faults } = sentences();
const bundle = `${JSON.stringify(Object.fromEntries(found.map((sentence) => [sentence, sentence])), null, 2)}\n`;
if (process.argv.includes('--write')) {
  fs.mkdirSync(path.dirname(BUNDLE), { recursive: true });
  fs.writeFileSync(BUNDLE, bundle);
} else if (!fs.existsSync(BUNDLE) || fs.readFileSync(BUNDLE, 'utf8') !== bundle) {
  faults.push('l10n/bundle.l10n.json is stale: run node tools/l10n.mjs --write');
}
faults.push(...manifestFaults());
for (const fault of faults) {
  console.error(fault);
}
process.exitCode = faults.length ? 1 : 0;
