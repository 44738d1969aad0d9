"""The guide to the connection test names every step and every code of ours that an outcome can have."""

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


def test_every_code_of_ours_is_a_row():
    server = ROOT / "server" / "azmlflow"
    sources = [*(server / "resolution").glob("connection*.py"), *(server / "probes").rglob("*.py")]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    given = r'(?:Problem\(\s*|message, |code=|"code": |NoReply\(|Blocked\(\s*|exceptions\.\w+, |OSError, )'
    used = {
        *re.findall(given + r'"([A-Z][A-Z_0-9]+)"', text),
        *re.findall(r'^([A-Z_]+)(?:: Final)? = "\1"$', text, re.M),
    }
    told = set(re.findall(r"^\| ([A-Z][A-Z_0-9]+) \|", PAGE, re.MULTILINE))
    assert {"NOT_LOGGED_THERE", "SIGNED_OUT", "DNS", "TOO_LONG", "CRASHED"} <= used
    assert used == told
