"""The setting testInterval: the last test of each folder is made again by itself, and nothing else is."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from azmlflow.lsp.connection_setup import Asked, Setup
from azmlflow.lsp.connection_status import status_of
from azmlflow.lsp.connection_test import Result
from azmlflow.lsp.kept_tests import Kept
from azmlflow.probes.outcome import TEST_CONNECTION, failed, ok
from azmlflow.probes.request import Request
from azmlflow.probes.summary import summarise
from lsprotocol import types

from tests.lsp import stand_in
from tests.lsp.conftest import DOTENV, Start
from tests.lsp.editor import Editor
from tests.lsp.test_status import SCRIPT, of_tests, runs, save, sent

OFTEN = {"testInterval": 0.01}
COUNTS = "open(HERE / 'runs', 'a').write('run\\n'); healthy()"
NOW = datetime(2026, 6, 15, 12, tzinfo=timezone.utc)

needs_stand_in = pytest.mark.skipif(
    sys.platform == "win32", reason="the interpreter is a script with a first line"
)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Return a second folder that can be tested."""
    return made(tmp_path / "other")


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text(SCRIPT)
    stand_in.install(folder, COUNTS)
    return folder


def configure(editor: Editor, settings: dict[str, Any]) -> None:
    editor.set_configuration({"azmlflow": settings})
    editor.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))


@needs_stand_in
async def test_what_was_tested_is_tested_again_without_a_word(
    start: Start, workspace: Path, other: Path
) -> None:
    made(workspace)
    editor = await start(folders=[workspace, other], settings=OFTEN)
    await editor.run("azmlflow.testConnection", (workspace / "train.py").as_uri(), {"allowInteractive": True})
    await editor.until(lambda: runs(workspace) > 3)
    assert runs(other) == 0, "what nobody has tested is not tested"
    first, *again = sent(editor, "azmlflow/testStarted")
    assert first["byItself"] is False
    assert all(each["byItself"] for each in again)
    begun = [each for each in sent(editor, "$/progress") if each["value"]["kind"] == "begin"]
    assert len([each for each in begun if each["value"]["title"].startswith("Testing")]) == 1
    assert {status["state"] for status in of_tests(editor)} == {"checking", "connected"}


@needs_stand_in
async def test_it_begins_and_ends_with_the_setting(start: Start, workspace: Path, other: Path) -> None:
    made(workspace)
    editor = await start(folders=[workspace, other])
    await editor.run("azmlflow.testConnection", (workspace / "train.py").as_uri())
    assert runs(workspace) == 1
    configure(editor, OFTEN)
    await editor.until(lambda: runs(workspace) > 2)
    configure(editor, {})
    await editor.run("azmlflow.testConnection", (other / "train.py").as_uri())
    await editor.until(
        lambda: len(sent(editor, "azmlflow/testStarted")) == len(sent(editor, "azmlflow/testEnded"))
    )
    made_so_far = runs(workspace)
    await editor.run("azmlflow.testConnection", (other / "train.py").as_uri())
    assert runs(workspace) == made_so_far


@needs_stand_in
async def test_a_test_that_waits_for_the_user_waits_on(start: Start, workspace: Path, other: Path) -> None:
    made(workspace)
    editor = await start(folders=[workspace, other])
    for folder in (workspace, other):
        await editor.run("azmlflow.testConnection", (folder / "train.py").as_uri())
    save(editor, workspace / ".env", f"{DOTENV}HTTPS_PROXY=http://127.0.0.1:9\n")
    await editor.until(lambda: "test again if you trust that" in of_tests(editor)[-1]["headline"])
    configure(editor, OFTEN)
    await editor.until(lambda: runs(other) > 3)
    assert runs(workspace) == 1


def test_a_wrong_password_is_not_tried_until_the_account_is_locked():
    interval = timedelta(minutes=5)
    for outcome, at in (
        (ok("experiments", "-"), NOW + interval),
        (failed("credential", "-", link="AzureCliCredential", code="AADSTS700082"), NOW + interval),
        (failed("credential", "-", link="EnvironmentCredential", code="AADSTS50126"), None),
        (failed("credential", "-", link="EnvironmentCredential", code="AADSTS50053"), None),
    ):
        warned = failed("network", "-", host="a", code="TCP", details={"role": "login"})
        outcomes = (warned, outcome, summarise([warned, outcome], 1.0))
        setup = Setup(Request(), (), {}, Path(), outcome, frozenset(), "", "target")
        asked = Asked(Path(), "file:///", "connection of it", TEST_CONNECTION)
        kept = Kept.of(Result("id", asked, setup, outcomes, NOW, False), status_of(outcomes, "ws", NOW))
        assert kept.due(interval) == at
