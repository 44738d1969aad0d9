"""The snippets of docs/editors.md, in the real editors: a finding is shown, its repair is taken, the finding is gone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import make

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
PATIENCE = 60

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the editors are driven through a shell script")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which an editor finds `azmlflow` on PATH, the example, and no settings of anybody."""
    shutil.copytree(ROOT / "examples" / "quickstart", tmp_path / "quickstart")
    program = tmp_path / "bin" / "azmlflow"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT / "server"}" exec "{sys.executable}" -m azmlflow "$@"\n'
    )
    program.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    return {
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "AZMLFLOW_FILE": str(tmp_path / "quickstart" / "train.py"),
        "AZMLFLOW_SEEN": str(tmp_path / "seen.json"),
    }


def test_neovim_shows_and_repairs_a_finding(environ: dict[str, str], tmp_path: Path) -> None:
    neovim = installed("nvim")
    heading = "Neovim 0.11 and newer" if version_of(neovim) >= (0, 11) else "Neovim 0.7 to 0.10"
    settings = tmp_path / "init.lua"
    settings.write_text(snippet(heading), encoding="utf-8")
    drive = f"luafile {HERE / 'drive.lua'}"
    judge(run([neovim, "--headless", "-n", "-i", "NONE", "-u", settings, "-c", drive], environ))


def test_neovim_tells_of_a_certificate(environ: dict[str, str], tmp_path: Path) -> None:
    """The finding and the hover on a `.env`, and that the finding goes when the file is replaced."""
    neovim = installed("nvim")
    folder = tmp_path / "quickstart"
    certificate = folder / "client.pem"
    valid = folder / "valid.pem"
    now = datetime.now(timezone.utc)
    certificate.write_bytes(make("pem:expired", now))
    valid.write_bytes(make("pem", now))
    for path in (certificate, valid):
        path.chmod(0o600)
    dotenv = folder / ".env"
    dotenv.write_text(
        "AZURE_TENANT_ID=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\n"
        "AZURE_CLIENT_ID=bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee\n"
        "AZURE_CLIENT_CERTIFICATE_PATH=client.pem\n"
    )
    environ |= {"AZMLFLOW_FILE": str(dotenv), "AZMLFLOW_VALID": str(valid)}
    heading = "Neovim 0.11 and newer" if version_of(neovim) >= (0, 11) else "Neovim 0.7 to 0.10"
    settings = tmp_path / "init.lua"
    settings.write_text(snippet(heading), encoding="utf-8")
    drive = f"luafile {HERE / 'drive_certificate.lua'}"
    seen = run([neovim, "--headless", "-n", "-i", "NONE", "-u", settings, "-c", drive], environ)

    assert "expired" in seen["message"]
    assert "train-bot" in seen["hover"]
    assert "thumbprint" in seen["hover"].lower()
    assert "PRIVATE KEY" not in seen["hover"]
    assert seen["left"] == 0


def test_neovim_tests_a_connection(environ: dict[str, str], tmp_path: Path) -> None:
    """The command, each outcome as it comes, and the states that a status bar shows, against Azure in a box."""
    neovim = installed("nvim")
    box = pytest.importorskip("azmlflow.sandbox.box").AzureBox()
    heading = "Neovim 0.11 and newer" if version_of(neovim) >= (0, 11) else "Neovim 0.7 to 0.10"
    settings = tmp_path / "init.lua"
    settings.write_text(snippet(heading), encoding="utf-8")
    Path(environ["AZMLFLOW_FILE"]).write_text("import mlflow\nmlflow.start_run()\n", encoding="utf-8")
    drive = f"luafile {HERE / 'drive_connection.lua'}"
    with box:
        variables = box.environment("secret", base=environ | {"VIRTUAL_ENV": sys.prefix})
        seen = run([neovim, "--headless", "-n", "-i", "NONE", "-u", settings, "-c", drive], variables)

    assert seen["summary"]["outcome"] == "ok", seen
    assert list(dict.fromkeys(seen["states"])) == ["checking", "connected"]
    assert seen["status"]["workspace"] == box.workspace.workspace_name
    assert seen["outcomes"] >= len(seen["summary"]["details"]["checked"])
    assert "Connected to workspace" in seen["text"]


def test_emacs_shows_and_repairs_a_finding(environ: dict[str, str], tmp_path: Path) -> None:
    emacs = installed("emacs")
    known = subprocess.run(
        [emacs, "--batch", "--eval", "(require 'eglot)"], env=environ, capture_output=True, check=False
    )
    if known.returncode:
        pytest.skip("this Emacs has no eglot: it is part of Emacs 29 and newer, and a package for older ones")
    settings = tmp_path / "init.el"
    settings.write_text(snippet("Emacs with eglot"), encoding="utf-8")
    judge(run([emacs, "--batch", "-l", settings, "-l", HERE / "drive.el"], environ))


def installed(name: str) -> str:
    """Return the path of an editor; without it the test is skipped."""
    return shutil.which(name) or pytest.skip(f"{name} is not on PATH")


def version_of(neovim: str) -> tuple[int, ...]:
    said = subprocess.run([neovim, "--version"], capture_output=True, encoding="utf-8", check=True).stdout
    found = re.match(r"NVIM v(\d+)\.(\d+)", said)
    assert found, said
    return tuple(map(int, found.groups()))


def snippet(heading: str) -> str:
    """Return the code below a heading of the guide, as a reader copies it."""
    guide = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    found = re.search(rf"^### {re.escape(heading)}$.*?^```\w+\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    assert found, f"docs/editors.md has no code below {heading!r}"
    return found[1]


def run(command: list[str | Path], environ: dict[str, str]) -> dict[str, Any]:
    """Run an editor in the example's folder until it ends, and return what it saw."""
    folder = Path(environ["AZMLFLOW_FILE"]).parent
    ended = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
    )
    seen = Path(environ["AZMLFLOW_SEEN"])
    assert seen.is_file(), ended.stdout + ended.stderr
    found: dict[str, Any] = json.loads(seen.read_text(encoding="utf-8"))
    assert "fault" not in found, ended.stdout + ended.stderr + str(found)
    return {**found, "saved": Path(environ["AZMLFLOW_FILE"]).read_text(encoding="utf-8")}


def judge(seen: dict[str, Any]) -> None:
    """Hold an editor to the one finding of the example, at the right words, and to the repair that it names first."""
    (finding,) = seen["before"]
    assert "AZM101" in (finding.get("code") or finding["message"])
    assert finding["text"] == 'mlflow.start_run(run_name="line")'
    assert seen["menu"][0] == "Take the tracking URI from the workspace ws-churn (MLClient)"
    assert seen["after"] == []
    assert "mlflow.set_tracking_uri(ml_client.workspaces.get(" in seen["saved"]
