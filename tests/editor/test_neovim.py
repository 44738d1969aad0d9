"""The snippets of docs/editors/neovim.md, in every Neovim that is on PATH."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from azmlflow.sandbox.box import AzureBox

from tests.certificates import make
from tests.editor.driven import HERE, judge_pages, judge_repair, missing, run, snippet, told
from tests.lsp import stand_in
from tests.probes.processes import wait_until_gone

pytestmark = pytest.mark.skipif(os.name == "nt", reason="azmlflow is put on PATH as a shell script")


def neovims() -> dict[str, Path]:
    """Return the Neovims on PATH by their version, the first of each."""
    found: dict[str, Path] = {}
    for folder in map(Path, os.get_exec_path()):
        neovim = folder / "nvim"
        if os.access(neovim, os.X_OK):
            said = subprocess.run([neovim, "--version"], capture_output=True, encoding="utf-8", check=True)
            version = re.match(r"NVIM v(\S+)", said.stdout)
            assert version, said.stdout
            found.setdefault(version[1], neovim)
    return found


NEOVIMS = neovims()


@pytest.fixture(params=NEOVIMS or ["none"])
def neovim(request: pytest.FixtureRequest, tmp_path: Path) -> list[str | Path]:
    """Return the command that starts a Neovim without a screen, whose `init.lua` is the snippets of the guide."""
    if not NEOVIMS:
        missing("nvim is not on PATH")
    major, minor = map(int, request.param.split(".")[:2])
    server = "Neovim 0.11 and newer" if (major, minor) >= (0, 11) else "Neovim 0.7 to 0.10"
    settings = tmp_path / "init.lua"
    snippets = (server, "Commands and the status line")
    settings.write_text("\n".join(snippet("neovim.md", heading) for heading in snippets), encoding="utf-8")
    return [NEOVIMS[request.param], "--headless", "-n", "-i", "NONE", "-u", settings]


def drive(neovim: list[str | Path], script: str, environ: dict[str, str]) -> dict[str, Any]:
    lua = f"lua package.path = '{HERE}/?.lua;' .. package.path"
    return run([*neovim, "-c", lua, "-c", f"luafile {HERE / script}"], environ)


def test_a_finding_is_shown_explained_and_repaired(neovim: list[str | Path], environ: dict[str, str]) -> None:
    judge_repair(drive(neovim, "drive_repair.lua", environ))


def test_a_certificate_is_told_of(neovim: list[str | Path], environ: dict[str, str]) -> None:
    """The finding and the hover on a `.env`, and that the finding goes when the file is replaced."""
    folder = Path(environ["AZMLFLOW_FILE"]).parent
    certificate, valid, dotenv = folder / "client.pem", folder / "valid.pem", folder / ".env"
    now = datetime.now(timezone.utc)
    certificate.write_bytes(make("pem:expired", now))
    valid.write_bytes(make("pem", now))
    for path in (certificate, valid):
        path.chmod(0o600)
    dotenv.write_text(
        "AZURE_TENANT_ID=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\n"
        "AZURE_CLIENT_ID=bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee\n"
        "AZURE_CLIENT_CERTIFICATE_PATH=client.pem\n"
    )
    environ |= {"AZMLFLOW_FILE": str(dotenv), "AZMLFLOW_VALID": str(valid)}
    seen = drive(neovim, "drive_certificate.lua", environ)

    assert "expired" in seen["message"]
    assert "train-bot" in seen["hover"]
    assert "thumbprint" in seen["hover"].lower()
    assert "PRIVATE KEY" not in seen["hover"]
    assert seen["left"] == 0


def test_the_commands_show_their_pages_and_the_status_line_tells_the_state(
    neovim: list[str | Path], signed_in: dict[str, str], box: AzureBox
) -> None:
    commands = "testConnection explain doctor"
    seen = drive(neovim, "drive_commands.lua", signed_in | {"AZMLFLOW_COMMANDS": commands})

    judge_pages(seen, commands, box)
    states = ("unknown", "checking", "connected")
    assert told(seen["lines"]) == [f"ws-sandbox {state}" for state in states]


def test_cancel_ends_a_test_with_all_its_processes(neovim: list[str | Path], environ: dict[str, str]) -> None:
    folder = stand_in.install(Path(environ["AZMLFLOW_FILE"]).parent, "hang()")
    seen = drive(neovim, "drive_cancel.lua", environ | {"AZMLFLOW_STARTED": str(folder / "pids")})

    assert seen["state"] == "unknown"
    assert seen["headline"] == "The test was cancelled."
    assert seen["said"] == ["azmlflow: TestConnection ... (:AzmlflowCancel ends it)", "azmlflow: cancelled."]
    wait_until_gone(*stand_in.pids_in(folder))


def test_a_command_without_a_server_says_so(neovim: list[str | Path], environ: dict[str, str]) -> None:
    notes = Path(environ["AZMLFLOW_FILE"]).with_name("notes.txt")
    notes.write_text("Nothing of ours.\n")
    seen = drive(neovim, "drive_nothing.lua", environ | {"AZMLFLOW_FILE": str(notes)})

    assert seen["said"] == ["azmlflow: the server has not started for this file."]
    assert "azmlflow" not in seen["line"]
