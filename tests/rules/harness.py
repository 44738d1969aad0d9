"""Reads cases of rules, writes their files, checks them with the real loader and applies their fixes."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml
from azmlflow.parsing.base import decode
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.wanted import wanted
from azmlflow.rules.apply import apply_fixes
from azmlflow.rules.base import Finding, Fix
from azmlflow.rules.engine import check_file
from azmlflow.rules.selection import Selection
from azmlflow.rules.source import slice_at
from azmlflow.workspace.snapshot import Snapshot
from azmlflow.workspace.surroundings import Terms, look
from dotenv import dotenv_values

CASES = Path(__file__).parent / "cases"
CANARY = "canary-secret"
NOW = datetime(2026, 6, 15, 12, tzinfo=timezone.utc)
"""The moment at which cases are checked."""
KEYS = {
    "name", "tags", "files", "open", "environ", "present", "persona", "select", "ignore", "expect", "fix", "introduces", "all", "why",
    "certificates", "installed", "modes", "git", "trusted",
}  # fmt: skip
EXPECTED_KEYS = {"code", "at", "line", "cell", "message", "severity", "confidence", "fixes", "related"}


@dataclass(frozen=True)
class Case:
    """One case of a rule, as written in `cases/<code>.yaml`; the docs of each key are in `cases/README.md`."""

    code: str
    name: str
    files: dict[str, Any]
    open: str
    expect: list[dict[str, Any]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    present: list[str] = field(default_factory=list)
    persona: str = "regular"
    select: list[str] | None = None
    ignore: list[str] = field(default_factory=list)
    fix: dict[str, Any] | None = None
    introduces: list[str] = field(default_factory=list)
    all: bool = False
    certificates: dict[str, Any] = field(default_factory=dict)
    installed: dict[str, str] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    git: list[str] = field(default_factory=list)
    trusted: bool = True

    def __str__(self) -> str:
        return f"{self.code}: {self.name}"


def read_cases(path: Path) -> list[Case]:
    """Return the cases of one file; an unknown key is an error, for a misspelled expectation expects nothing."""
    cases = []
    for data in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
        unknown = set(data) - KEYS | {
            key for item in data.get("expect") or [] for key in set(item) - EXPECTED_KEYS
        }
        assert not unknown, f"{path.name}, {data.get('name')}: unknown keys {sorted(unknown)}"
        assert "expect" in data, f"{path.name}, {data['name']}: say what to expect, if only []"
        known = {key: value for key, value in data.items() if key != "why" and value is not None}
        cases.append(Case(code=path.stem, **{"open": next(iter(data["files"])), **known}))
    return cases


def all_cases() -> list[Case]:
    return [case for path in sorted(CASES.glob("AZM*.yaml")) for case in read_cases(path)]


class World:
    """A case's files in a folder of their own, checked the way the terminal does."""

    def __init__(self, case: Case, root: Path) -> None:
        self.case = case
        self.root = root
        for name in case.present:
            self._make_empty(name)
        for name, content in case.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_text(name, content).encode())
        for name, kind in case.certificates.items():
            self._make_certificate(name, **({"kind": kind} if isinstance(kind, str) else kind))
        for name, mode in case.modes.items():
            (root / name).chmod(int(mode, 8))
        self.environ = {name: value.replace("{root}", str(root)) for name, value in case.environ.items()}
        if case.installed:
            self._install(case.installed)
        if case.git:
            self._track(case.git)

    def _make_certificate(self, name: str, kind: str, password: str | None = None) -> None:
        from tests.certificates import make

        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make(kind, NOW, password))
        path.chmod(0o600)

    def _install(self, packages: dict[str, str]) -> None:
        """Make `.venv` look as if it held these packages."""
        library = self.root / ".venv" / "lib" / "python3.11" / "site-packages"
        library.mkdir(parents=True)
        (self.root / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
        (self.root / ".venv" / "bin").mkdir()
        (self.root / ".venv" / "bin" / "python").touch(0o755)
        for name, version in packages.items():
            folder = library / f"{name.replace('-', '_')}-{version}.dist-info"
            folder.mkdir()
            (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")

    def _track(self, names: list[str]) -> None:
        """Have git track these files; `[.]` makes a repository that tracks nothing."""
        git = ["git", "-C", str(self.root), "-c", "core.excludesFile="]
        subprocess.run([*git, "init", "-q"], check=True)
        tracked = [name for name in names if name != "."]
        if tracked:
            subprocess.run([*git, "add", "--force", "--", *tracked], check=True)

    def _make_empty(self, name: str) -> None:
        path = self.root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def snapshot(self) -> Snapshot:
        from azmlflow.workspace.load import load

        snapshot = load([self.root], self.environ).snapshot
        chosen = {self.root: str(self.root / ".venv/bin/python")} if self.case.installed else {}
        terms = Terms(NOW, self.case.trusted, snapshot.roots, {}, chosen)
        return replace(snapshot, surroundings=look(wanted(snapshot), terms))

    def check(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """Return the findings that the case judges; a file that nothing in it makes worth reading has none."""
        findings = self.check_all(snapshot)
        crashed = [f.message for f in findings if f.code == "AZM903" and f.message.startswith(self.case.code)]
        assert not crashed, f"{crashed[0]}: the log below says where"
        return tuple(finding for finding in findings if self.case.all or finding.code == self.case.code)

    def check_all(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """Return what every rule finds in the file that is checked."""
        file = snapshot.files.get(self.root / self.case.open)
        if file is None:
            return ()
        resolution = Resolution(snapshot, file)
        selection = Selection.of(
            resolution.settings,
            select=self.case.select,
            ignore=self.case.ignore,
            persona=self.case.persona,  # type: ignore[arg-type]
        )
        return check_file(resolution, selection)

    def errors(self, snapshot: Snapshot) -> set[str]:
        """Return the codes of all findings that are errors."""
        return {f.code for f in self.check_all(snapshot) if (f.severity or f.rule.severity) == "error"}

    def apply(self, snapshot: Snapshot, fix: Fix) -> dict[str, str]:
        """Apply one fix on disk and return the files it changed, with their new text."""
        outcome = apply_fixes(snapshot, [fix])
        assert outcome.applied == (fix,), f"'{fix.title}' does not fit the files it edits"
        for path, text in outcome.texts.items():
            encoding = snapshot.files[path].text.encoding if path in snapshot.files else "utf-8"
            path.write_bytes(text.encode(encoding))
        return {path.relative_to(self.root).as_posix(): text for path, text in outcome.texts.items()}


def as_text(name: str, content: Any) -> str:
    """Return a file's text; a notebook may be written as the list of its cells."""
    if not name.endswith(".ipynb") or isinstance(content, str):
        return content if isinstance(content, str) else json.dumps(content, indent=2)
    cells = [_cell(cell) for cell in content]
    notebook = {
        "cells": cells,
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1) + "\n"


def _cell(cell: str | dict[str, str]) -> dict[str, Any]:
    if isinstance(cell, dict):
        ((kind, source),) = cell.items()
        return {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
    lines = cell.removesuffix("\n").splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}


def sources_of(name: str, text: str) -> Any:
    """Return what two versions of a file are compared by: a notebook's cells, any other file's text."""
    if not name.endswith(".ipynb"):
        return text
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


def covered(snapshot: Snapshot, finding: Finding) -> str:
    return slice_at(snapshot, finding.location)


def parses(name: str, text: str) -> bool:
    """Tell whether a file's text is valid in its language; what has no strict language always is."""
    try:
        if name.endswith(".py"):
            ast.parse(text)
        elif name.endswith(".ipynb"):
            for source in sources_of(name, text):
                _parse_cell(source)
        elif name.endswith(".json"):
            json.loads(text)
        elif name.endswith((".yml", ".yaml")):
            list(yaml.safe_load_all(text))
        elif name.endswith(".toml"):
            _toml(text)
        elif ".env" in name:
            return all(value is not None for value in dotenv_values(stream=io.StringIO(text)).values())
    except (SyntaxError, ValueError, yaml.YAMLError):
        return False
    return True


def _parse_cell(source: str) -> None:
    if not source.lstrip().startswith(("%", "!", "#")):
        ast.parse(
            textwrap.dedent("\n".join(line for line in source.split("\n") if line[:1] not in {"%", "!"}))
        )


def _toml(text: str) -> None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    tomllib.loads(text)


def original(path: Path) -> str:
    return decode(path.read_bytes())[0].value
