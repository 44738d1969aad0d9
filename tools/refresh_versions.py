"""Holds the table of releases (server/azmlflow/azure/releases.py) against the index that pip is set up with.

Prints what differs and exits with 1 when anything does; `--write` writes the table anew. Only metadata is read: pip
downloads no wheel where the index offers its metadata by itself. Needs the network, and so is part of no test.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from difflib import unified_diff
from pathlib import Path
from textwrap import wrap

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

TABLE = Path(__file__).resolve().parents[1] / "server" / "azmlflow" / "azure" / "releases.py"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
LISTED = re.compile(r"Available versions: (.*)")
UPPER = frozenset({"<", "<=", "==", "===", "~="})
WIDTH = 100

COUNTED = {"mlflow-skinny": "2.0.0", "marshmallow": "3.5.0", "protobuf": "3.20.0"}
"""Packages whose releases are listed, and the first that is."""
CAPPED = {"azureml-mlflow": "1.43.0", "azure-ai-ml": "1.0.0"}
"""Packages whose requirements are listed too. azureml-mlflow 1.42 and older stand on the SDK v1 (azureml-core)."""

WATCHED = frozenset(
    {
        "azure-storage-blob",
        "cryptography",
        "jsonpickle",
        "marshmallow",
        "mlflow-skinny",
        "protobuf",
        "pydash",
        "pytz",
    }
)
"""Packages that people pin for reasons of their own, such as a security fix, and so run into an upper bound."""

HEADER = '''"""The releases of the packages that matter here, and the upper bounds that they set on others.

Written by `python3 dev.py refresh-versions --write` from the metadata of the wheels; nothing in it is edited by hand.
"""

from __future__ import annotations

from typing import Final

CHECKED: Final = "{today}"
"""The day on which the index was asked."""

# fmt: off
'''


def main() -> int:
    """Compare, and write when asked to; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--write", action="store_true", help="write the table anew")
    options = parser.parse_args()
    old = TABLE.read_text(encoding="utf-8") if TABLE.is_file() else ""
    new = table()
    differences = list(unified_diff(body(old), body(new), "the table", "the index", lineterm="", n=0))
    print("\n".join(differences) if differences else f"{TABLE.name} agrees with the index.")
    if options.write:
        TABLE.write_text(new, encoding="utf-8", newline="\n")
        print(f"{TABLE.name} is written. Look at the clashes in versions.py: do they hold for what is new?")
        return 0
    return 1 if differences else 0


def body(text: str) -> list[str]:
    """Return the table's lines less the day, which is always another."""
    return [line for line in text.splitlines() if not line.startswith("CHECKED")]


def table() -> str:
    """Return the text of the module as the index has it today."""
    lines = ["RELEASES: Final = {"]
    for package, first in COUNTED.items():
        lines += entry(4, json.dumps(package), releases(package, first))
    lines += ["}", '"""Releases, the newest first."""', "", "REQUIRES: Final = {"]
    for package, first in CAPPED.items():
        lines.append(f"    {json.dumps(package)}: {{")
        for versions, needs in grouped(package, releases(package, first)):
            lines += entry(8, json.dumps(" ".join(versions)), needs)
        lines.append("    },")
    lines += [
        "}",
        '"""By package and releases, the newest first: what they require with an upper bound."""',
        "",
    ]
    return HEADER.replace("{today}", date.today().isoformat()) + "\n".join(lines)


def entry(indent: int, key: str, words: Iterable[str]) -> list[str]:
    """Return the lines of an entry whose value is a string of words."""
    space = " " * indent
    lines = wrap(" ".join(words), WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    if len(lines) == 1:
        return [f"{space}{key}: {json.dumps(lines[0])},"]
    texts = [json.dumps(f"{line} ") for line in lines[:-1]] + [json.dumps(lines[-1])]
    return [f"{space}{key}: (", *(f"{space}    {text}" for text in texts), f"{space}),"]


def releases(package: str, first: str) -> list[str]:
    """Return the releases that the index offers, the newest first; raises CalledProcessError when it cannot be asked."""
    said = pip("index", "versions", "--ignore-requires-python", package)
    match = LISTED.search(said)
    if match is None:
        sys.exit(f"The index told no versions of {package}.")
    versions = [version.strip() for version in match.group(1).split(",")]
    return sorted((v for v in versions if Version(v) >= Version(first)), key=Version, reverse=True)


def grouped(package: str, versions: list[str]) -> list[tuple[list[str], tuple[str, ...]]]:
    """Return releases in a row that require the same, with what they require."""
    with ThreadPoolExecutor(4) as pool:
        needs = list(pool.map(lambda version: requirements(package, version), versions))
    groups: list[tuple[list[str], tuple[str, ...]]] = []
    for version, needed in zip(versions, needs, strict=True):
        if groups and groups[-1][1] == needed:
            groups[-1][0].append(version)
        else:
            groups.append(([version], needed))
    return groups


def requirements(package: str, version: str) -> tuple[str, ...]:
    """Return what a release requires with an upper bound, as `name<1,>=0` in the order of the names."""
    options = ("--dry-run", "--ignore-installed", "--no-deps", "--ignore-requires-python", "--quiet")
    report = json.loads(pip("install", *options, "--report", "-", f"{package}=={version}"))
    metadata: Mapping[str, list[str]] = report["install"][0]["metadata"]
    found = map(Requirement, metadata.get("requires_dist", []))
    return tuple(sorted(filter(None, map(bounded, found))))


def bounded(requirement: Requirement) -> str:
    """Return a requirement without its spaces; empty where nobody minds it, it is an extra's, or has no upper bound."""
    name = canonicalize_name(requirement.name)
    if name not in WATCHED or (requirement.marker and "extra" in str(requirement.marker)):
        return ""
    upper = any(clause.operator in UPPER for clause in requirement.specifier)
    return f"{name}{requirement.specifier}" if upper else ""


def pip(*arguments: str) -> str:
    """Return what a pip command prints."""
    return subprocess.run((*PIP, *arguments), check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
