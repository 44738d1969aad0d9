"""Writes the three things a new rule is made of: its file, its cases and its line in the registry.

What is left empty in them is demanded by a test: `python3 dev.py test --only pytest` says what is still to be written.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "server" / "azmlflow" / "rules"
CASES = ROOT / "tests" / "rules" / "cases"
REGISTRY = RULES / "__init__.py"
REGISTERED = re.compile(r'^    \("(AZM\d{3})", "(\w+)"\),\n', re.MULTILINE)

RULE = '''"""

## What it does

## Why it is bad

## Example

```python
```

## Use instead

```python
```

## References

"""

from __future__ import annotations

from collections.abc import Iterator

from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="{code}",
    name="{name}",
    summary="",
    severity="warning",
    confidence="high",
    since="{version}",
    source_url="",
    kinds=SCRIPT_KINDS,
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each"""
    yield from ()
'''

CASE = """\
- name: what is wrong here, as a sentence
  files:
    train.py: |
      import mlflow
  expect:
    - at: the exact text that the finding covers
      line: 1
      message: a part of the message

- name: what looks as bad and is right, as a sentence
  tags: [looks-bad-but-fine]
  why: |
    Why it is right.
  files:
    train.py: |
      import mlflow
  expect: []
"""


def fault(code: str, name: str, registered: list[tuple[str, str]]) -> str | None:
    """Return what is wrong with a new rule's code or name, or None."""
    if not re.fullmatch(r"AZM\d{3}", code):
        return f"{code} is no code: write it like AZM115."
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name):
        return f"{name} is no name: write it like tracking-uri-missing."
    for taken, module in registered:
        if code == taken or name.replace("-", "_") == module:
            return f"{taken} {module.replace('_', '-')} is there already."
    return None


def with_line(registry: str, code: str, module: str) -> str:
    """Return the registry's source with one more line, in the order of the codes."""
    line = f'    ("{code}", "{module}"),\n'
    lines = list(REGISTERED.finditer(registry))
    place = next((match.start() for match in lines if match[1] > code), lines[-1].end())
    return registry[:place] + line + registry[place:]


def version() -> str:
    """Return the version of azmlflow that is being worked on."""
    source = (RULES.parent / "__init__.py").read_text(encoding="utf-8")
    return source.partition('__version__ = "')[2].partition('"')[0]


def write(path: Path, text: str) -> None:
    """Write a file and say so."""
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {path.relative_to(ROOT).as_posix()}")


def main(code: str, name: str) -> int:
    """Write the three; return 2 and touch nothing when the code or the name will not do."""
    registry = REGISTRY.read_text(encoding="utf-8")
    wrong = fault(code, name, REGISTERED.findall(registry))
    if wrong:
        print(wrong, file=sys.stderr)
        return 2
    module = name.replace("-", "_")
    write(
        RULES / f"{module}.py",
        RULE.replace("{code}", code).replace("{name}", name).replace("{version}", version()),
    )
    write(CASES / f"{code}.yaml", CASE)
    write(REGISTRY, with_line(registry, code, module))
    print("Next: the cases, then the rule, then python3 dev.py docs. The tests say what is missing.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
