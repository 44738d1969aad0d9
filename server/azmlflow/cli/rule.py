"""`azmlflow rule`: prints what a rule is about.

It reads the rule's file without importing it. An import would bring in the parsers behind every rule, and an answer
that needs two constants and a docstring would take four times as long.
"""

from __future__ import annotations

import os

from azmlflow import rules
from azmlflow.cli.errors import WrongUse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

USAGE = """usage: azmlflow rule [CODE ...] [--all] [--format text|json]

Prints the documentation of rules, by code (AZM101) or by name; without a code, the list of all rules.

  --all                  the documentation of every rule
  --format text|json     how to print it (text)"""

FIELDS = ("code", "name", "summary", "severity", "confidence", "persona", "fixable", "since", "source_url")


def run(arguments: list[str]) -> int:
    """Print the documentation of the rules that are asked for."""
    wanted, form, everything = _parse(arguments)
    if wanted is None:
        print(USAGE)
        return 0
    pairs = [_entry(name) for name in wanted] if wanted else list(rules.RULES)
    records = [record(module) for _, module in pairs]
    if form == "json":
        import json

        print(json.dumps(records, indent=2))
    elif wanted or everything:
        print("\n\n".join(_page(found) for found in records))
    else:
        print("\n".join(f"{found['code']}  {found['name']:<30} {found['summary']}" for found in records))
    return 0


def _parse(arguments: list[str]) -> tuple[list[str] | None, str, bool]:
    """Return (codes or None for help, format, all)."""
    wanted: list[str] = []
    form, everything, rest = "text", False, list(arguments)
    while rest:
        word = rest.pop(0)
        if word in {"-h", "--help"}:
            return None, form, False
        if word == "--all":
            everything = True
        elif word.partition("=")[0] == "--format":
            form = word.partition("=")[2] or (rest.pop(0) if rest else "")
        elif word.startswith("-"):
            raise WrongUse(f"rule has no option '{word}'\n{USAGE}")
        else:
            wanted.append(word)
    if form not in {"text", "json"}:
        raise WrongUse(f"--format is '{form}': rule can print text or json")
    return ([] if everything else wanted), form, everything


def _entry(name: str) -> tuple[str, str]:
    pair = rules.entry(name)
    if pair is None:
        raise WrongUse(f"there is no rule '{name}': `azmlflow rule --all` lists the codes and names")
    return pair


def record(module: str) -> dict[str, Any]:
    """Return a rule's record and documentation, read from its file."""
    path = os.path.join(os.path.dirname(rules.__file__), f"{module}.py")  # noqa: PTH118, PTH120 - see above
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        tree: Any = compile(file.read(), path, "exec", flags=0x400)  # ast.PyCF_ONLY_AST
    documentation = tree.body[0].value.value
    call = next(
        node.value for node in tree.body if type(node).__name__ == "Assign" and node.targets[0].id == "RULE"
    )
    given = {keyword.arg: getattr(keyword.value, "value", None) for keyword in call.keywords}
    found = {name: given.get(name) for name in FIELDS}
    found["persona"] = found["persona"] or "regular"
    found["fixable"] = found["fixable"] or "never"
    return found | {
        "url": f"https://azmlflow.github.io/rules/{found['name']}",
        "documentation": documentation.strip(),
    }


def _page(found: dict[str, Any]) -> str:
    title = f"{found['code']} {found['name']}"
    facts = (
        f"{found['severity']}, confidence {found['confidence']}, {found['persona']}, "
        f"fixable: {found['fixable']}, since {found['since']}"
    )
    return f"{title}\n{'=' * len(title)}\n{facts}\n{found['url']}\n\n{found['documentation']}"
