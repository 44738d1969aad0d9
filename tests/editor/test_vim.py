"""The snippets of docs/editors/vim.md, in Vim with ALE."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from azmlflow.sandbox.box import AzureBox

from tests.editor.driven import HERE, installed, judge_pages, judge_repair, missing, run, snippet

pytestmark = pytest.mark.skipif(os.name == "nt", reason="azmlflow is put on PATH as a shell script")

ALE = Path("/usr/share/vim-ale")
"""Where Debian's package puts it; a person's plugin manager adds its place to 'runtimepath' likewise."""


def drive(environ: dict[str, str], tmp_path: Path) -> dict[str, Any]:
    """Run a Vim without a screen whose `.vimrc` is the snippets of the guide; return what it saw."""
    vim = installed("vim")
    if not ALE.is_dir():
        missing(f"ALE is not in {ALE}")
    settings = tmp_path / "vimrc"
    snippets = (snippet("vim.md", heading) for heading in ("With ALE", "Commands in ALE"))
    text = "\n".join((f"set nocompatible runtimepath+={ALE}", "filetype plugin on", *snippets))
    settings.write_text(text, encoding="utf-8")
    return run([vim, "-es", "-n", "-i", "NONE", "-u", settings, "-S", HERE / "drive_ale.vim"], environ)


def test_a_finding_is_shown_explained_and_repaired(environ: dict[str, str], tmp_path: Path) -> None:
    judge_repair(drive(environ, tmp_path))


def test_the_commands_show_their_pages(signed_in: dict[str, str], box: AzureBox, tmp_path: Path) -> None:
    commands = "testAuthentication explain doctor"
    judge_pages(drive(signed_in | {"AZMLFLOW_COMMANDS": commands}, tmp_path), commands, box)
