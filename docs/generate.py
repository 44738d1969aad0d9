"""Writes the pages of the rules from their records, the page of advice and the extension's settings from the server's tables.

`--check` only says which file is stale.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "server"))

from azmlflow.azure.advice import advise, table  # noqa: E402 - found only on the path set above
from azmlflow.lsp.settings import SECTION, SETTINGS, Setting  # noqa: E402
from azmlflow.rules import all_rules  # noqa: E402
from azmlflow.rules.base import Rule, RuleModule  # noqa: E402
from azmlflow.workspace.snapshot import FileKind  # noqa: E402

FAMILIES = {
    "1": "Tracking",
    "2": "Experiments and runs",
    "3": "Credentials",
    "4": "Certificates",
    "5": "Clouds, TLS and proxies",
    "6": "Packages and versions",
    "7": "Workspace configuration",
    "9": "azmlflow itself",
}
FIXABLE = {"always": "yes", "sometimes": "sometimes", "never": "no"}
ADVICE_NOTICE = "<!-- Written by docs/generate.py from server/azmlflow/azure: change it there. -->"
ADVICE_OPENING = """\
# What an error means

What `azmlflow test-connection` says to the errors of Microsoft Entra ID (`AADSTS...`), of Azure Resource Manager, of the Azure
packages, of MLflow and of a workspace. An error that is not here gets no guess: it is given as it came, with Microsoft's page
on its code where it has one. How a test goes is in [connection.md](connection.md)."""
TEXTS = "settings."
"""What the keys of our texts in package.nls.json begin with; nobody else's do."""
NOTICE = "<!-- Written by docs/generate.py from the rule's own file: change it there. -->"


def rule_page(module: RuleModule) -> str:
    """Return the page of one rule: a fixed table, then its docstring."""
    rule = module.rule
    rows = (
        ("Code", f"`{rule.code}`"),
        ("Severity", rule.severity),
        ("Confidence", rule.confidence),
        ("Persona", rule.persona),
        ("Fixable", FIXABLE[rule.fixable]),
        ("Since", rule.since),
        ("Works offline", "yes"),
        (
            "Looks at",
            ", ".join(sorted(kind.value for kind in rule.kinds))
            if len(rule.kinds) < len(FileKind)
            else "every file",
        ),
    )
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    silence = f'Silence it with `# azmlflow: ignore[{rule.code}]` on the line, or `ignore = ["{rule.code}"]` in the settings.'
    opening, _, rest = module.documentation.strip().partition("\n\n")
    return (
        f"{NOTICE}\n\n# {rule.name}\n\n"
        f"{opening}\n\n| | |\n|---|---|\n{table}\n\n{rest.strip()}\n\nSource of the claim: <{rule.source_url}>\n\n{silence}\n"
    )


def index_page(rules: Iterable[Rule]) -> str:
    """Return the list of all rules, family by family."""
    parts = [f"{NOTICE}\n\n# Rules\n\nEvery rule works offline and executes nothing of the workspace.\n"]
    family = ""
    for rule in rules:
        if rule.code[3] != family:
            family = rule.code[3]
            parts.append(
                f"\n## {FAMILIES[family]}\n\n| code | name | says | severity | fix | persona |\n|---|---|---|---|---|---|\n"
            )
        parts.append(
            f"| `{rule.code}` | [{rule.name}]({rule.name}.md) | {rule.summary} | {rule.severity} "
            f"| {FIXABLE[rule.fixable]} | {rule.persona} |\n"
        )
    return "".join(parts)


def advice_page() -> str:
    """Return the table of advice: what is said, what it means, what to type; one row for what gets the same answer."""
    answers: dict[str, list[str]] = {}
    for said, row in table():
        command = advise(said, row.step, row.link).command
        shown = f"`{command}`" if command else ""
        key = f"[`{said}`]({row.url})" if row.url else f"`{said}`"
        where = f" (at `{row.link or row.step}`)" if row.link or row.step else ""
        answer = f"{row.sentence} | {shown}".replace("|", "\\|").replace(" \\| ", " | ", 1)
        answers.setdefault(answer, []).append(key + where)
    rows = [f"| {', '.join(keys)} | {answer} |\n" for answer, keys in answers.items()]
    return f"{ADVICE_NOTICE}\n\n{ADVICE_OPENING}\n\n| what is said | what it means, and what to do | command |\n|---|---|---|\n{''.join(rows)}"


def manifest() -> str:
    """Return package.json with the settings that the server reads; those of the extension itself are left alone."""
    data = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    properties = data["contributes"]["configuration"]["properties"]
    made = {f"{SECTION}.{setting.name}": property_of(setting) for setting in SETTINGS}
    others = {name: value for name, value in properties.items() if name not in made and not _is_made(value)}
    data["contributes"]["configuration"]["properties"] = others | made
    return _as_json(data)


def messages() -> str:
    """Return package.nls.json, which has the texts of package.json, with those of our settings."""
    path = ROOT / "package.nls.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    others = {key: text for key, text in known.items() if not key.startswith(TEXTS)}
    return _as_json(others | {key: text for setting in SETTINGS for key, text in texts_of(setting).items()})


def property_of(setting: Setting) -> dict[str, object]:
    """Return a setting as VS Code's manifest describes it; its texts are in package.nls.json."""
    described: dict[str, object] = {"type": setting.type}
    if setting.type == "array":
        described["items"] = {"type": "string"}
    described["default"] = list(setting.default) if isinstance(setting.default, tuple) else setting.default
    if setting.range:
        described["minimum"], described["maximum"] = setting.range
    description, *meanings = (f"%{key}%" for key in texts_of(setting))
    if setting.enum:
        described["enum"] = list(setting.enum)
        described["markdownEnumDescriptions"] = meanings
    return described | {"markdownDescription": description, "scope": setting.scope}


def texts_of(setting: Setting) -> dict[str, str]:
    """Return the texts of a setting by their keys in package.nls.json, its description first."""
    start = f"{TEXTS}{setting.name}"
    meanings = {f"{start}.enum.{value}": meaning for value, meaning in setting.enum.items()}
    return {f"{start}.description": setting.description, **meanings}


def _is_made(value: dict[str, object]) -> bool:
    """Tell whether a property of package.json is one of ours, perhaps of a setting that is no more."""
    return str(value.get("markdownDescription")).startswith(f"%{TEXTS}")


def _as_json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def pages() -> dict[Path, str]:
    """Return the text of every generated file."""
    modules = all_rules()
    folder = ROOT / "docs" / "rules"
    texts = {folder / f"{module.rule.name}.md": rule_page(module) for module in modules}
    index = {folder / "index.md": index_page(module.rule for module in modules)}
    advice = {ROOT / "docs" / "advice.md": advice_page()}
    extension = {ROOT / "package.json": manifest(), ROOT / "package.nls.json": messages()}
    return texts | index | advice | extension


def stale(texts: dict[Path, str]) -> list[Path]:
    """Return the files that are missing, differ, or belong to no rule any more."""
    differing = [
        path for path, text in texts.items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    return differing + sorted(set((ROOT / "docs" / "rules").glob("*.md")) - set(texts))


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` name those that are stale and return 1."""
    texts = pages()
    old = stale(texts)
    for path in old:
        name = path.relative_to(ROOT).as_posix()
        if arguments == ["--check"]:
            print(f"{name} is stale: run python docs/generate.py", file=sys.stderr)
        elif path in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], encoding="utf-8", newline="\n")
            print(f"wrote {name}")
        else:
            path.unlink()
            print(f"removed {name}")
    return 1 if old and arguments == ["--check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
