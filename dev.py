#!/usr/bin/env python3
"""The one tool of a developer: set up, try, test, lint, document, measure, lock, add a rule, package.

Needs Python 3.10 or newer and nothing else. All that it installs stays in `.venv` and `node_modules` beside it.
"""

import sys

# Before anything that an older Python could stumble over; this file's syntax is old enough to get here.
if sys.version_info < (3, 10):  # noqa: UP036
    sys.exit("azmlflow needs Python 3.10 or newer; this is %d.%d." % sys.version_info[:2])  # noqa: UP031

import argparse
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
EXE = ".exe" if os.name == "nt" else ""
PYTHON = str(BIN / f"python{EXE}")
NPM = shutil.which("npm")
REQUIREMENTS = ROOT / "requirements"
NODE_MODULES = ROOT / "node_modules"
WORKBENCH = ROOT / "tests" / "vscode" / "workbench"

EDITOR_PATH = (
    "pygls lsprotocol watchfiles PyYAML python-dotenv packaging pathspec cryptography "
    "tomli;python_version<'3.11'"
)
"""What the language server itself imports; requirements/editor.txt locks these alone."""


# ---- running commands ----

Command = tuple[str, ...]


def python(arguments: str) -> Command:
    """Return a command of `.venv`'s Python; `arguments` are separated by spaces."""
    return (PYTHON, *arguments.split())


def npm(arguments: str) -> Command:
    """Return a command of npm; empty when npm is not on PATH."""
    return (NPM, *arguments.split()) if NPM else ()


def script(name: str) -> str:
    """Return the path of a console script in `.venv`."""
    return str(BIN / f"{name}{EXE}")


def environment(*without: str) -> dict[str, str]:
    """Return our variables as if `.venv` were active, less Python's own and those that start with one of `without`."""
    dropped = ("PYTHONPATH", "PYTHONHOME", *without)
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(dropped)}
    path = os.pathsep.join((str(BIN), os.environ.get("PATH", "")))
    return {**kept, "VIRTUAL_ENV": str(VENV), "PATH": path}


def say(text: str) -> None:
    """Print a line at once, so that it stands before the output of the command it announces."""
    print(text, flush=True)


def run(command: Command, cwd: Path = ROOT) -> int:
    """Run a command that writes to our terminal; return its exit status."""
    return subprocess.run(command, cwd=cwd, env=environment(), check=False).returncode


def must(command: Command, text: str | None = None, env: dict[str, str] | None = None) -> None:
    """Run a command that everything after it depends on, with `text` as its input; end with a sentence if it fails."""
    done = subprocess.run(command, cwd=ROOT, env=env or environment(), input=text, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"dev.py stopped: `{' '.join(command)}` failed.")


# ---- setup ----


class Part(NamedTuple):
    """A part of the set-up: made again when what it is made from is not what its stamp says."""

    name: str
    stamp: Path
    made_from: Path
    make: Callable[[], None]
    programs: tuple[str, ...] = ()
    """Programs on PATH that it is made with, too: when one comes or goes, it is made again."""


PIP = python("-m pip --disable-pip-version-check install --quiet --no-deps")


def make_packages() -> None:
    """Make `.venv` anew with the locked packages. uv takes seconds for it; where uv cannot, pip takes a minute."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    must((base, "-m", "venv", "--clear", str(VENV)))
    lock = REQUIREMENTS / "dev.txt"
    only_uv = VENV / "uv.txt"
    only_uv.write_text(pinned("uv", lock.read_text(encoding="utf-8")), encoding="utf-8")
    must((*PIP, "--require-hashes", "-r", str(only_uv)))
    uv = python("-m uv pip install --quiet --require-hashes -r")
    if run((*uv, str(lock), "--python", PYTHON)) != 0:
        say("uv could not install the packages; pip does it.")
        must((*PIP, "--require-hashes", "-r", str(lock)))


def pinned(name: str, lock: str) -> str:
    """Return the lines of a lock file's text that belong to one package: the pin and its hashes."""
    _, start, rest = ("\n" + lock).partition(f"\n{name}==")
    hashes = rest.splitlines(keepends=True)
    end = next(
        (index for index, line in enumerate(hashes) if index and not line.startswith(" ")), len(hashes)
    )
    return start.strip() + "".join(hashes[:end])


def make_project() -> None:
    """Install azmlflow itself, editable; hatchling is in `.venv`, so nothing is downloaded."""
    must((*PIP, "--no-build-isolation", "--editable", str(ROOT)))


def make_node_modules() -> None:
    """Install the locked node packages without running their install scripts."""
    must(npm("ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error"))


def make_workbench() -> None:
    """Install the VS Code that the tests in an editor drive."""
    must((sys.executable, str(WORKBENCH / "install.py")))


PYTHON_PARTS = (
    Part("Python packages", VENV / "packages.stamp", REQUIREMENTS / "dev.txt", make_packages),
    Part("azmlflow, editable", VENV / "project.stamp", ROOT / "pyproject.toml", make_project),
)
CLIENT = Part("node packages", NODE_MODULES / ".stamp", ROOT / "package-lock.json", make_node_modules)
EDITORS = Part(
    "VS Code for its tests",
    WORKBENCH / "node_modules" / ".stamp",
    WORKBENCH / "package-lock.json",
    make_workbench,
    ("node", "g++", "make", "rg"),
)


def setup(options: argparse.Namespace | None = None) -> int:
    """Bring .venv and node_modules up to date; with --editors also what the tests in editors need."""
    bring_up_to_date((*PYTHON_PARTS, CLIENT))
    if options and options.editors:
        setup_editors()
    return 0


def setup_editors() -> None:
    """Install the system packages and the VS Code of the tests in editors, where that can be done."""
    if sys.platform.startswith("linux"):
        must((sys.executable, str(WORKBENCH / "system.py")))
        bring_up_to_date((EDITORS,))


def bring_up_to_date(parts: Sequence[Part]) -> None:
    """Make the parts that are not up to date."""
    for part in parts:
        wanted = fingerprint(part)
        if part.make in {make_node_modules, make_workbench} and not NPM:
            say(f"setup: {part.name}: left out, npm is not on PATH")
        elif part.stamp.is_file() and part.stamp.read_text(encoding="utf-8") == wanted:
            say(f"setup: {part.name}: up to date")
        else:
            say(f"setup: {part.name} ...")
            part.stamp.unlink(missing_ok=True)
            part.make()
            part.stamp.write_text(wanted, encoding="utf-8")


def fingerprint(part: Part) -> str:
    """Return a hash of what a part is made from: a file, the place, which scripts carry in them, this Python, programs."""
    python_of_venv = sys.version if part.stamp.parent == VENV else ""
    parts: tuple[object, ...] = (python_of_venv, str(ROOT), part.made_from.read_bytes())
    parts += tuple(map(shutil.which, part.programs))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


# ---- lint and test ----


class Step(NamedTuple):
    """One check: its name in the summary and its command, empty when it needs npm and there is none."""

    name: str
    command: Command


class Result(NamedTuple):
    """How a step ended: `ok`, `FAILED` or `skipped`, and the seconds it took."""

    name: str
    outcome: str
    seconds: float


FIXES = (
    Step("ruff check --fix", python("-m ruff check --fix .")),
    Step("ruff format", python("-m ruff format .")),
    Step("client format", npm("run format")),
)
PYTHON_LINT = (
    Step("ruff check", python("-m ruff check .")),
    Step("ruff format", python("-m ruff format --check .")),
    Step("mypy", python("-m mypy")),
    Step("import contracts", (script("lint-imports"), "--no-logo")),
    Step("generated docs", python("docs/generate.py --check")),
)
PYTHON_TESTS = (Step("pytest", python("-m pytest -q -n 2 --ignore=tests/vscode")),)
CLIENT_LINT = (
    Step("client lint", npm("run lint")),
    Step("client types", npm("run typecheck")),
)
CLIENT_TESTS = (
    Step("client tests", npm("test")),
    Step("client build", npm("run build")),
)
EDITOR_TESTS = (Step("editor tests", python("-m pytest -q -n 2 tests/vscode") if NPM else ()),)


def lint(options: argparse.Namespace) -> int:
    """Check the code without running it."""
    setup()
    return perform_all((*(FIXES if options.fix else ()), *PYTHON_LINT, *CLIENT_LINT))


def test(options: argparse.Namespace) -> int:
    """Run every check and every test, and say at the end which failed."""
    steps = (*PYTHON_LINT, *PYTHON_TESTS, *CLIENT_LINT, *CLIENT_TESTS, *EDITOR_TESTS)
    chosen = [step for step in steps if options.only in step.name]
    if not chosen:
        sys.exit(f"No step is named like {options.only!r}: {', '.join(step.name for step in steps)}.")
    setup()
    if {*PYTHON_TESTS, *EDITOR_TESTS}.intersection(chosen):
        setup_editors()
    return perform_all(chosen)


def perform_all(steps: Sequence[Step]) -> int:
    """Run all steps whatever fails and print the summary; return 1 when one failed."""
    results = [perform(step) for step in steps]
    say("\n" + "\n".join(f"{name:<18} {outcome:<8} {seconds:6.1f} s" for name, outcome, seconds in results))
    failed = [result.name for result in results if result.outcome == "FAILED"]
    say(f"\nFAILED: {', '.join(failed)}" if failed else "\nNothing failed.")
    return 1 if failed else 0


def perform(step: Step) -> Result:
    """Run one step. Without npm a step of the client is skipped, except in CI, where that is a failure."""
    if not step.command:
        return Result(step.name, "FAILED" if os.environ.get("CI") else "skipped", 0.0)
    say(f"\n--- {step.name}")
    start = time.monotonic()
    status = run(step.command)
    return Result(step.name, "ok" if status == 0 else "FAILED", time.monotonic() - start)


# ---- demo ----

NEXT = """
That was a copy, and no Azure was asked: examples/quickstart is as it was. What to do next:
  {tool} check PATH             the same for your own project
  {tool} explain PATH           where a script would log, and why
  {tool} test-connection PATH   whether it reaches its workspace, step by step
  {tool} sandbox                an Azure on this machine, to try that with no account
  {tool} rule AZM101            what a rule is about; docs/rules/ has a page for each"""


def demo(_: argparse.Namespace) -> int:
    """Check the example that is broken on purpose, repair a copy of it, check the copy, and run it in the sandbox."""
    bring_up_to_date(PYTHON_PARTS)
    with tempfile.TemporaryDirectory(prefix="azmlflow-demo-") as temporary:
        folder = Path(temporary)
        shutil.copytree(ROOT / "examples" / "quickstart", folder / "quickstart")
        azmlflow("check quickstart", folder)
        azmlflow("explain quickstart/train.py", folder)
        azmlflow("check --diff --unsafe-fixes quickstart", folder)
        azmlflow("check --fix --unsafe-fixes quickstart", folder)
        found = azmlflow("check quickstart", folder)
        lost = azmlflow("dry-run -- python train.py", folder / "quickstart")
    say(NEXT.format(tool=os.path.relpath(BIN / "azmlflow", ROOT)))
    return found or lost


def azmlflow(arguments: str, folder: Path) -> int:
    """Show an azmlflow command and run it in a folder; return its exit status."""
    say(f"\n$ azmlflow {arguments}")
    return run((script("azmlflow"), *arguments.split()), cwd=folder)


# ---- the rest ----


def docs(_: argparse.Namespace) -> int:
    """Write the generated documentation anew."""
    setup()
    return run(python("docs/generate.py"))


def bench(options: argparse.Namespace) -> int:
    """Measure side by side with the peers; what follows is for the benchmark."""
    setup()
    return run((*python("-m benchmarks"), *options.arguments))


def lock(options: argparse.Namespace) -> int:
    """Write the lock files anew; what is pinned stays so, unless --upgrade is given."""
    setup()
    upgrade = " --upgrade" if options.upgrade else ""
    everything = "pyproject.toml --extra sandbox --group dev --constraint requirements/constraints.in"
    write_lock("dev.txt", everything + upgrade)
    write_lock("lock.txt", "pyproject.toml --constraint requirements/dev.txt --no-annotate")
    write_lock(
        "complete.txt", "pyproject.toml --extra sandbox --constraint requirements/dev.txt --no-annotate"
    )
    write_lock(
        "editor.txt", "- --constraint requirements/dev.txt --no-annotate", "\n".join(EDITOR_PATH.split())
    )
    if NPM:
        must(npm(f"{'update' if upgrade else 'install'} --package-lock-only --ignore-scripts --no-audit"))
    return 0


def write_lock(name: str, arguments: str, requirements: str = "") -> None:
    """Lock for every system and Python that we support, from the public index, whatever this machine is set to."""
    say(f"lock: requirements/{name} ...")
    command = python(
        "-m uv pip compile --no-config --quiet --universal --python-version 3.10 --generate-hashes "
        f"--output-file requirements/{name} {arguments} --custom-compile-command"
    )
    must((*command, "python dev.py lock"), text=requirements, env=environment("UV_", "PIP_"))
    if "://" in (REQUIREMENTS / name).read_text(encoding="utf-8"):
        sys.exit(f"dev.py stopped: requirements/{name} names an address and would not install elsewhere.")


def new_rule(options: argparse.Namespace) -> int:
    """Write a rule, its cases and its line in the registry."""
    return run((sys.executable, "tools/new_rule.py", options.code, options.name))


def refresh_versions(options: argparse.Namespace) -> int:
    """Hold the table of package versions against the index; needs the network."""
    setup()
    return run(python("tools/refresh_versions.py" + (" --write" if options.write else "")))


def package(_: object = None) -> int:
    """Build the wheel and the extension for VS Code into dist/."""
    setup()
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    must(python("-m hatchling build --target wheel --directory dist"))
    if not NPM:
        sys.exit(
            "dev.py stopped: the extension needs Node.js 20.19 or newer with npm on PATH. The wheel is in dist/."
        )
    must(npm("run build"))
    return run(python("tools/package_extension.py"))


def command_line() -> argparse.ArgumentParser:
    """Return the command line: one subcommand for each thing that a developer does."""
    top = argparse.ArgumentParser(prog="dev.py", description=__doc__, allow_abbrev=False)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, function: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=function.__doc__, description=function.__doc__)
        command.set_defaults(function=function)
        return command

    add("setup", setup).add_argument(
        "--editors", action="store_true", help="also what the tests in editors need"
    )
    add("demo", demo)
    add("test", test).add_argument("--only", default="", metavar="NAME", help="the steps named like this")
    add("lint", lint).add_argument("--fix", action="store_true", help="first repair what can be repaired")
    add("docs", docs)
    add("bench", bench).add_argument("arguments", nargs=argparse.REMAINDER)
    add("lock", lock).add_argument("--upgrade", action="store_true", help="take the newest versions")
    rule = add("new-rule", new_rule)
    rule.add_argument("code", metavar="CODE", help="like AZM115")
    rule.add_argument("name", metavar="NAME", help="the bad thing, like tracking-uri-missing")
    refresh = add("refresh-versions", refresh_versions)
    refresh.add_argument("--write", action="store_true", help="write the table anew")
    add("package", package)
    return top


def main() -> int:
    """Do what the command line says; return the exit status."""
    options = command_line().parse_args()
    try:
        return int(options.function(options))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
