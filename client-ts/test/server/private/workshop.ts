// What the tests of the private environment have in common: a real wheel, real locks, a real Python.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { TestContext } from 'node:test';
import { candidatesOnPath, isFile } from '../../../src/server/paths';
import { PrivateServer, type Surroundings } from '../../../src/server/private/server';
import { inEnglish } from '../../../src/server/sentences';

/** Writes wheels, and the locks that name them with their hashes. */
const MAKE = `
import base64, hashlib, os, sys, zipfile
root = sys.argv[1]
def wheel(folder, name, version, files):
    info = f"{name}-{version}.dist-info"
    files = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}
    record = [f"{p},sha256={base64.urlsafe_b64encode(hashlib.sha256(c.encode()).digest()).rstrip(b'=').decode()},{len(c)}"
              for p, c in files.items()] + [f"{info}/RECORD,,"]
    place = os.path.join(root, folder, f"{name}-{version}-py3-none-any.whl")
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with zipfile.ZipFile(place, "w") as archive:
        for p, c in {**files, f"{info}/RECORD": "\\n".join(record) + "\\n"}.items():
            archive.writestr(zipfile.ZipInfo(p, (2024, 1, 1, 0, 0, 0)), c)
    digest = hashlib.sha256(open(place, "rb").read()).hexdigest()
    return f"{name}=={version} --hash=sha256:{digest}\\n"
small = wheel("index", "smalldep", "1.0", {"smalldep.py": "VALUE = 1\\n"})
large = wheel("index", "largedep", "2.0", {"largedep.py": "VALUE = 2\\n"})
main = "import smalldep\\nprint('azmlflow 0.1.0')\\n"
wheel("packages", "azmlflow", "0.1.0", {"azmlflow/__init__.py": "", "azmlflow/__main__.py": main})
open(os.path.join(root, "packages", "editor.txt"), "w").write(small)
open(os.path.join(root, "packages", "complete.txt"), "w").write(small + large)
`;

/** The variables with which pip and uv find the wheels of the test and nothing else. */
export type Variables = Record<string, string | undefined>;

/** One test's own folder, made from scratch. */
export interface Workshop {
  readonly root: string;
  readonly storage: string;
  readonly packages: string;
  readonly variables: Variables;
  /** What was logged, a line each. */
  readonly log: string[];
  server(said?: Partial<Surroundings>): PrivateServer;
}

/** The Python that the tests are made with: any that is new enough. */
export const PYTHON = findPython();

/** The uv of the checkout's own environment, else that on PATH. */
export const UV = [...above(__dirname), ...candidatesOnPath('uv', process.env, process.platform)].find(
  isFile,
);

/** Makes a workshop, which goes when the test has ended. */
export function workshop(test: TestContext, tool: 'uv' | 'pip'): Workshop {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'azmlflow-private-'));
  test.after(() => {
    fs.rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  });
  execFileSync(PYTHON, ['-I', '-c', MAKE, root]);
  const log: string[] = [];
  const variables = variablesFor(root, tool);
  const [storage, packages] = [path.join(root, 'servers'), path.join(root, 'packages')];
  const server = (said: Partial<Surroundings> = {}) =>
    new PrivateServer({
      packages,
      storage,
      variables,
      platform: process.platform,
      selected: () => Promise.resolve(PYTHON),
      forbidden: () => [],
      log: (line) => {
        log.push(line);
      },
      t: inEnglish,
      waiting: { every: 10 },
      ...said,
    });
  return { root, storage, packages, variables, log, server };
}

/** Returns an attempt that nobody stops, and what it reported. */
export function attempt(signal: AbortSignal = new AbortController().signal) {
  const reports: string[] = [];
  const report = (message: string) => {
    reports.push(message);
  };
  return { signal, report, reports };
}

/** Returns the names in a folder, those of its own folders included. */
export function names(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
}

/** Asks the Python of an environment for a module's value; undefined when it has no such module. */
export function valueIn(python: string, module: string): string | undefined {
  try {
    const args = ['-I', '-c', `import ${module}; print(${module}.VALUE)`];
    return execFileSync(python, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

function variablesFor(root: string, tool: 'uv' | 'pip'): Variables {
  const index = path.join(root, 'index');
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(PIP|UV|PYTHON)/i.test(name) && !/^path$/i.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    PATH: tool === 'uv' && UV !== undefined ? path.dirname(UV) : path.join(root, 'empty'),
    PIP_CONFIG_FILE: os.devNull,
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: index,
    PIP_CACHE_DIR: path.join(root, 'pip'),
    UV_NO_CONFIG: '1',
    UV_NO_INDEX: '1',
    UV_FIND_LINKS: index,
    UV_CACHE_DIR: path.join(root, 'uv'),
  };
}

function above(folder: string): string[] {
  const parent = path.dirname(folder);
  const here = ['bin/uv', 'Scripts/uv.exe'].map((name) => path.join(folder, '.venv', name));
  return parent === folder ? here : [...here, ...above(parent)];
}

function findPython(): string {
  const names = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3', 'python'];
  const question =
    'import sys; sys.exit(sys.version_info < (3, 10)) if sys.version_info < (3, 10) else print(sys.executable)';
  for (const program of names.flatMap((name) => candidatesOnPath(name, process.env, process.platform))) {
    try {
      const said = execFileSync(program, ['-I', '-c', question], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return said.trim();
    } catch {
      // Not there, not a Python, or too old.
    }
  }
  throw new Error('These tests need Python 3.10 or newer on PATH.');
}
