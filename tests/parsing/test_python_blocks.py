"""Cutting Python into blocks: the cut is right, and an edit gives what a fresh cut gives."""

from __future__ import annotations

import ast
import re
import sysconfig
from pathlib import Path

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.python.document import ChangedLines, PythonFacts, parse_python
from hypothesis import given, settings
from hypothesis import strategies as st

PIECES = [
    "import mlflow\n",
    "def f(x):\n    '''doc\nat column 0\n'''\n    return x\n",
    "x = [\n1,\n2,\n]\n",
    "@decorator\n# comment\n@other\nclass A:\n    pass\n",
    "if a:\n    pass\nelif b:\n    pass\nelse:\n    pass\n",
    "try:\n    x()\nexcept E:\n    y()\nfinally:\n    z()\n",
    's = """\nimport hidden\n"""\n',
    "y = 'it''s' + \"a # b\"\n",
    "z = 1 + \\\n2\n",
    "# azmlflow: ignore[AZM101]\n",
    "\n",
    "mlflow.set_tracking_uri(\n",
    '"""\n',
    ")\n",
    "'unclosed\n",
    "with open(f'{x}') as f: pass\n",
    "é = 'ünï' # 🎉\n",
]


def texts(facts: PythonFacts) -> list[str]:
    return [block.text for block in facts.blocks]


def starts(facts: PythonFacts) -> list[int]:
    return [line for line, _ in facts.placed()]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = 1\nb = 2\n", ["a = 1\n", "b = 2\n"]),
        ("if a:\n  b\nelse:\n  c\nd\n", ["if a:\n  b\nelse:\n  c\n", "d\n"]),
        ("@x\n\n# why\n@y\ndef f():\n  pass\ng\n", ["@x\n\n# why\n@y\ndef f():\n  pass\n", "g\n"]),
        ('s = """\nimport x\n"""\nt\n', ['s = """\nimport x\n"""\n', "t\n"]),
        ("x = f(\n1,\n)\ny\n", ["x = f(\n1,\n)\n", "y\n"]),
        ("x = 1 + \\\n2\ny\n", ["x = 1 + \\\n2\n", "y\n"]),
        ("x = f(\nimport os\ny\n", ["x = f(\n", "import os\n", "y\n"]),
        ("a\r\nb\r\n", ["a\r\n", "b\r\n"]),
        ("a\rb\r", ["a\n", "b\n"]),
        ("", [""]),
        ("'it # not\n'\nb # '\nc\n", ["'it # not\n", "'\n", "b # '\n", "c\n"]),
    ],
)
def test_cuts(source: str, expected: list[str]) -> None:
    """Ensure that each shape of statement is one block."""
    assert texts(parse_python(Text(source))) == expected


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_blocks_are_the_text(source: str) -> None:
    """Ensure that nothing is lost: the blocks together are the file."""
    facts = parse_python(Text(source))
    assert "".join(texts(facts)) == re.sub(r"\r(?!\n)", "\n", source)
    assert sum(block.line_count for block in facts.blocks) == "".join(texts(facts)).count("\n")


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(PIECES), max_size=12),
    st.integers(0, 40),
    st.integers(0, 4),
    st.lists(st.sampled_from([*PIECES, "x", "    y\n", '"', "(", "]", "\\\n", ""]), max_size=3).map("".join),
)
def test_an_edit_gives_what_a_fresh_cut_gives(
    pieces: list[str], first: int, removed: int, inserted: str
) -> None:
    """Ensure that incremental and full reading never differ, whatever lines an edit replaces."""
    lines = "".join(pieces).split("\n")
    first = min(first, len(lines) - 1)
    last = min(first + removed, len(lines) - 1)
    fresh = [*lines[:first], *(lines[first][:1] + inserted + lines[last][1:]).split("\n"), *lines[last + 1 :]]
    changed = ChangedLines(first, last + 1, first + 1 + inserted.count("\n"))
    old = parse_python(Text("\n".join(lines)))
    new = Text("\n".join(fresh))
    edited, whole = parse_python(new, old, changed), parse_python(new)
    assert texts(edited) == texts(whole)
    assert starts(edited) == starts(whole)


def test_only_the_touched_statement_is_read_again() -> None:
    """Ensure that blocks away from an edit are the very same objects."""
    source = "".join(f"def f{i}():\n    return {i}\n" for i in range(50))
    old = parse_python(Text(source))
    new = parse_python(Text(source.replace("return 25", "return 2500")), old, ChangedLines(51, 52, 52))
    assert sum(block not in old.blocks for block in new.blocks) <= 2


def test_the_cut_agrees_with_python_on_the_standard_library() -> None:
    """Ensure that on real files each block is one or more whole statements, and no statement is torn."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    checked = 0
    for path in sorted(folder.glob("*.py")):
        source = path.read_text(encoding="utf-8", errors="surrogateescape")
        try:
            expected = {_first_line(node) for node in ast.parse(source).body}
        except (SyntaxError, ValueError):
            continue
        cut = set(starts(parse_python(Text(source))))
        assert {line for line in cut if line} <= expected, path
        checked += 1
    assert checked > 100


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)]) - 1
