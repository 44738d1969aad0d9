"""The snippets of docs/editors/emacs.md, in Emacs with eglot and with lsp-mode."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from azmlflow.sandbox.box import AzureBox

from tests.editor.driven import HERE, installed, judge_pages, judge_repair, missing, run, snippet, told
from tests.lsp import stand_in
from tests.probes.processes import wait_until_gone

pytestmark = pytest.mark.skipif(os.name == "nt", reason="azmlflow is put on PATH as a shell script")

CLIENTS = {"eglot": ("With eglot", "drive_eglot.el"), "lsp-mode": ("With lsp-mode", "drive_lsp_mode.el")}


def drive(client: str, environ: dict[str, str]) -> dict[str, Any]:
    """Run an Emacs without a screen whose settings are the snippets of the guide; return what it saw."""
    emacs = installed("emacs")
    start: list[str | Path] = [emacs, "--batch", "-f", "package-initialize"]
    asked = [*start, "--eval", f"(require '{client})"]
    if subprocess.run(asked, env=environ, capture_output=True, check=False).returncode:
        missing(f"this Emacs has no {client}")
    heading, script = CLIENTS[client]
    settings = Path(environ["HOME"]) / ".emacs.d"
    settings.mkdir(exist_ok=True)  # the look whether it has the client may have made it
    snippets = (heading, "Commands and the mode line")
    text = "\n".join(snippet("emacs.md", heading) for heading in snippets)
    (settings / "azmlflow.el").write_text(text, encoding="utf-8")
    (settings / "init.el").write_text(snippet("emacs.md", "In a file of its own"), encoding="utf-8")
    return run([*start, "-L", HERE, "-l", settings / "init.el", "-l", HERE / script], environ)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_finding_is_shown_explained_and_repaired(client: str, environ: dict[str, str]) -> None:
    judge_repair(drive(client, environ))


@pytest.mark.parametrize(
    ("client", "test", "state"),
    [("eglot", "Connection", "connected"), ("lsp-mode", "Authentication", "unknown")],
)
def test_the_commands_show_their_pages_and_the_mode_line_tells_the_state(
    client: str, test: str, state: str, signed_in: dict[str, str], box: AzureBox
) -> None:
    commands = f"test{test} explain doctor"
    seen = drive(client, signed_in | {"AZMLFLOW_COMMANDS": commands})

    judge_pages(seen, commands, box)
    assert told(seen["lines"]) == [f"ws-sandbox {word}" for word in ("unknown", "checking", state)]


@pytest.mark.parametrize("client", CLIENTS)
def test_cancel_ends_a_test_with_all_its_processes(client: str, environ: dict[str, str]) -> None:
    folder = stand_in.install(Path(environ["AZMLFLOW_FILE"]).parent, "hang()")
    seen = drive(client, environ | {"AZMLFLOW_STARTED": str(folder / "pids")})

    assert "The test was cancelled." in seen["page"]
    wait_until_gone(*stand_in.pids_in(folder))
