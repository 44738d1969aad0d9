"""What the tests of all editors share: the snippets of the guides, an editor that is run, and what it must have seen."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
from azmlflow.sandbox.box import AzureBox

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
GUIDES = ROOT / "docs" / "editors"
PATIENCE = 150


def installed(name: str) -> str:
    """Return the path of an editor."""
    return shutil.which(name) or missing(f"{name} is not on PATH")


def missing(reason: str) -> NoReturn:
    """Skip the test, except in CI on Linux, where `dev.py` installs every editor: there it fails."""
    if os.environ.get("CI") and sys.platform.startswith("linux"):
        pytest.fail(f"{reason}: in CI no editor may be missing")
    pytest.skip(reason)


def snippet(guide: str, heading: str) -> str:
    """Return the first code below a heading of a guide, as a reader copies it."""
    text = (GUIDES / guide).read_text(encoding="utf-8")
    _, found, below = text.partition(f"\n## {heading}\n")
    code = re.search(r"^```\w+\n(.*?)^```$", below.partition("\n## ")[0], re.DOTALL | re.MULTILINE)
    assert found, f"docs/editors/{guide} has no heading {heading!r}"
    assert code, f"docs/editors/{guide} has no code below {heading!r}"
    return code[1]


def run(command: list[str | Path], environ: dict[str, str]) -> dict[str, Any]:
    """Run an editor in the folder of its file until it ends, and return what it saw, with the file as it then is."""
    file, seen = Path(environ["AZMLFLOW_FILE"]), Path(environ["AZMLFLOW_SEEN"])
    ended = subprocess.run(
        command,
        cwd=file.parent,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert seen.is_file(), ended.stdout + ended.stderr
    found: dict[str, Any] = json.loads(seen.read_text(encoding="utf-8"))
    assert not found.get("fault"), ended.stdout + ended.stderr + str(found)
    return {**found, "saved": file.read_text(encoding="utf-8")}


def judge_repair(seen: dict[str, Any]) -> None:
    """Hold an editor to the one finding of the example, at the right words, and to the repair that it names first."""
    (finding,) = seen["before"]
    assert "AZM101" in (finding.get("code") or finding["message"])
    assert finding["text"] == 'mlflow.start_run(run_name="line")'
    assert "tracking-uri-missing" in seen["hover"]
    assert seen["menu"][0] == "Take the tracking URI from the workspace ws-churn (MLClient)"
    assert seen["after"] == []
    assert "mlflow.set_tracking_uri(ml_client.workspaces.get(" in seen["saved"]


def judge_pages(seen: dict[str, Any], commands: str, box: AzureBox) -> None:
    """Hold the pages of the commands to what they must say of a script that logs to the workspace of the box."""
    for command in commands.split():
        page = seen["pages"][command]
        for said in PAGES[command]:
            assert said.format(workspace=box.workspace.workspace_name) in page, f"{command}: {page}"
    assert seen["stayed"] is True, "the cursor left the script"


def told(lines: list[str]) -> list[str]:
    """Return what those of the status lines that speak of the connection say: the workspace and the state."""
    return [" ".join(line.partition("azmlflow: ")[2].split()[:2]) for line in lines if "azmlflow: " in line]


PAGES = {
    "testConnection": (
        "The connection of train.py, tested ",
        "Connected to workspace {workspace} as application ",
        "MLClient reads the workspace",
    ),
    "testAuthentication": (
        "The sign-in of train.py, tested ",
        "EnvironmentCredential",
        "The token is for application ",
    ),
    "explain": ("{workspace}",),
    "doctor": ("Credentials, as azureml-mlflow",),
}
"""What the page of each command must say."""
