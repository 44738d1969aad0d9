"""The guide to the connection test names every step and every code that reading the project can end with."""

from __future__ import annotations

import re
from pathlib import Path

from azmlflow.probes.outcome import STEPS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "connection.md").read_text(encoding="utf-8")


def test_every_step_is_a_row():
    rows = re.findall(r"^\| (\w+) \| [^|]+ \| \[what to do\]\(#([\w-]+)\) \|$", PAGE, re.MULTILINE)
    assert [name for name, _ in rows] == [step.name for step in STEPS]
    headings = {
        heading.lower().replace(",", "").replace(" ", "-")
        for heading in re.findall(r"^### (.+)$", PAGE, re.MULTILINE)
    }
    assert {anchor for _, anchor in rows} == headings


def test_every_problem_of_a_configuration_is_a_row():
    sources = (ROOT / "server" / "azmlflow" / "resolution").glob("connection*.py")
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    used = set(re.findall(r'(?:Problem\(\s*|message, )"([A-Z_]+)"', text))
    told = set(re.findall(r"^\| ([A-Z_]+) \|", PAGE, re.MULTILINE))
    assert "NOT_LOGGED_THERE" in used
    assert used == told
