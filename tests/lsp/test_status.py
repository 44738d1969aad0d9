"""The notification azmlflow/status: what a test found, how long that holds, and when it is found out again."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from azmlflow.lsp import connection_test
from azmlflow.lsp.capabilities import Capabilities
from azmlflow.lsp.connection_setup import Asked, Setup
from azmlflow.lsp.connection_status import Status, status_of
from azmlflow.lsp.connections import Connections
from azmlflow.lsp.session import Session
from azmlflow.probes.outcome import TEST_AUTHENTICATION, Outcome, failed, ok, skipped
from azmlflow.probes.request import Request
from azmlflow.probes.summary import summarise
from lsprotocol import types

from tests.lsp import stand_in
from tests.lsp.conftest import CANARY, DOTENV, Start
from tests.lsp.editor import Editor

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the interpreter is a script with a first line"
)

URI = (
    "azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
    "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws-contoso"
)
NAMES = {
    "subscription_id": "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c",
    "resource_group": "rg",
    "workspace_name": "ws-contoso",
}
SCRIPT = (
    "import mlflow\nfrom dotenv import load_dotenv\n\nload_dotenv()\n"
    f'mlflow.set_tracking_uri("{URI}")\nwith mlflow.start_run():\n    pass\n'
)
JUDGES_SECRET = """
with open(HERE / "runs", "a") as runs:
    runs.write("run\\n")
if os.environ["AZURE_CLIENT_SECRET"] == "right-secret":
    healthy()
else:
    print("the secret is", os.environ["AZURE_CLIENT_SECRET"], file=sys.stderr)
    outcome("packages")
    outcome("credential", "failed", "Not " + os.environ["AZURE_CLIENT_SECRET"], link="EnvironmentCredential",
            hard=True, code="AADSTS7000215")
    end()
"""
NOW = datetime(2026, 6, 15, 12, tzinfo=timezone.utc)
REACHED = [ok("token", "-", details={"identity": "application 8c2e4f70…"}), ok("experiments", "-")]


def sent(editor: Editor, method: str) -> list[dict[str, Any]]:
    """Return the parameters of the notifications of a method, in order."""
    messages = [json.loads(line) for line in editor.wire if f'"{method}"' in line]
    return [message["params"] for message in messages if message.get("method") == method]


def of_tests(editor: Editor) -> list[dict[str, Any]]:
    """Return what the client was told of tests, leaving out what a folder that is not tested is aimed at."""
    told = sent(editor, "azmlflow/status")
    return [status for status in told if not status["headline"].startswith("Not tested yet: ")]


def states(editor: Editor) -> list[str]:
    """Return the states that the client was told of tests, one after another."""
    told = [status["state"] for status in of_tests(editor)]
    return [state for number, state in enumerate(told) if told[number - 1 : number] != [state]]


def status(editor: Editor) -> dict[str, Any]:
    return of_tests(editor)[-1]


def runs(project: Path) -> int:
    path = project / ".venv" / "bin" / "runs"
    return len(path.read_text().splitlines()) if path.exists() else 0


def save(editor: Editor, path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    editor.watched(path, types.FileChangeType.Changed)


@pytest.fixture
def project(workspace: Path) -> Path:
    (workspace / "train.py").write_text(SCRIPT)
    return workspace


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (REACHED, ("connected", "ws", "application 8c2e4f70…")),
        (REACHED[:1], ("unknown", "ws", "application 8c2e4f70…")),
        ([ok("workspace", "-", details={"workspace": "true-name"})], ("unknown", "true-name", None)),
        ([failed("credential", "-", link="EnvironmentCredential")], ("failed", "ws", None)),
        ([*REACHED[:1], failed("experiments", "-")], ("failed", "ws", "application 8c2e4f70…")),
        ([*REACHED, failed("models", "-", hard=False)], ("connected", "ws", "application 8c2e4f70…")),
        ([failed("network", "-", host="a", code="DNS"), failed("network", "-", host="b", code="TCP")], ("offline", "ws", None)),
        ([failed("network", "-", host="a", code="PROXY"), failed("network", "-", host="b", code="PROXY")], ("offline", "ws", None)),
        ([failed("network", "-", host="a", code="DNS"), ok("network", "-", host="b")], ("failed", "ws", None)),
        ([failed("network", "-", host="a", code="TLS"), failed("network", "-", host="b", code="TLS")], ("failed", "ws", None)),
        ([skipped("network", "-", host="a", code="PROXY"), failed("credential", "-", code="AADSTS7000215")], ("failed", "ws", None)),
        ([failed("packages", "-", code="PLUGIN_MISSING"), failed("network", "-", host="a", code="DNS")], ("failed", "ws", None)),
        ([skipped("network", "-")], ("unknown", "ws", None)),
    ],
)  # fmt: skip
def test_the_state_says_no_more_than_was_tried(
    outcomes: list[Outcome], expected: tuple[str, str, str | None]
) -> None:
    summary = summarise(outcomes, 1.0)
    found = status_of([*outcomes, summary], "ws", NOW)
    assert found == Status(expected[0], summary.message, expected[1], expected[2], NOW)  # type: ignore[arg-type]
    assert found.as_json()["checkedAt"] == "2026-06-15T12:00:00Z"


async def test_a_test_is_told_from_its_start_to_its_end(start: Start, project: Path) -> None:
    stand_in.install(project, "healthy()")
    editor = await start()
    answer = await editor.run("azmlflow.testConnection", (project / "train.py").as_uri())
    assert states(editor) == ["checking", "connected"]
    last = status(editor)
    assert last.pop("checkedAt").endswith("Z")
    assert last == {
        "state": "connected",
        "workspace": "ws-contoso",
        "identity": "application 8c2e4f70…",
        "headline": "Connected to workspace ws-contoso as application 8c2e4f70….",
        "uri": (project / "train.py").as_uri(),
    }
    told = sent(editor, "azmlflow/outcome")
    assert {(each["id"], each["uri"]) for each in told} == {(answer["id"], (project / "train.py").as_uri())}
    assert [each["outcome"] for each in told] == answer["outcomes"]
    steps = [outcome["step"] for outcome in answer["outcomes"]]
    assert steps == ["configuration", "packages", "token", "workspace", "experiments", "summary"]
    assert answer["summary"] == answer["outcomes"][-1]


async def test_fixing_the_file_that_a_failed_test_rests_on_tests_again(start: Start, project: Path) -> None:
    stand_in.install(project, JUDGES_SECRET)
    editor = await start()
    answer = await editor.run("azmlflow.testConnection", (project / "train.py").as_uri())
    assert answer["summary"]["code"] == "AADSTS7000215"
    assert "Not ***" in answer["text"]
    save(editor, project / ".env", DOTENV.replace(CANARY, "right-secret"))
    await editor.until(lambda: states(editor)[-1:] == ["connected"])
    assert states(editor) == ["checking", "failed", "unknown", "checking", "connected"]
    headlines = [told["headline"] for told in of_tests(editor)]
    assert ".env has changed since the test." in headlines

    save(editor, project / ".env", DOTENV)
    await editor.until(lambda: states(editor)[-1:] == ["failed"])
    assert runs(project) == 3


async def test_only_what_decides_the_test_and_is_saved_tests_again(start: Start, project: Path) -> None:
    stand_in.install(project, JUDGES_SECRET)
    (project / "other.py").write_text("import mlflow\n")
    editor = await start()
    script, dotenv = project / "train.py", project / ".env"
    editor.open(dotenv.as_uri(), DOTENV, "dotenv")
    await editor.diagnostics_of(dotenv.as_uri())
    save(editor, dotenv, f"{DOTENV}A=1\n")  # before anybody has asked
    await editor.run("azmlflow.testConnection", script.as_uri())
    editor.type(dotenv.as_uri(), 1, len("AZURE_CLIENT_SECRET="), "typing")
    save(editor, script, f"# the same to MLflow\n{SCRIPT}")
    save(editor, project / "other.py", "import mlflow\n\n")
    editor.replace(dotenv.as_uri(), f"{DOTENV}A=1\n")
    editor.replace(dotenv.as_uri(), DOTENV)
    save(editor, dotenv, DOTENV)
    save(editor, script, SCRIPT.replace("ws-contoso", "ws-other"))
    await editor.until(lambda: status(editor)["workspace"] == "ws-other" and len(states(editor)) >= 5)
    await editor.until(lambda: states(editor)[-1:] == ["failed"])
    assert states(editor) == ["checking", "failed", "unknown", "checking", "failed"]
    assert runs(project) == 2
    assert of_tests(editor)[-3]["headline"] != status(editor)["headline"]


async def test_what_is_not_saved_yet_counts_when_the_user_asks(start: Start, project: Path) -> None:
    stand_in.install(project, JUDGES_SECRET)
    editor = await start()
    dotenv = (project / ".env").as_uri()
    editor.open(dotenv, DOTENV, "dotenv")
    editor.replace(dotenv, DOTENV.replace(CANARY, "right-secret"))
    answer = await editor.run("azmlflow.testConnection", (project / "train.py").as_uri())
    assert answer["summary"]["outcome"] == "ok"


async def test_a_project_that_names_no_workspace_is_tested_once_it_does(start: Start, project: Path) -> None:
    stand_in.install(project, "open(HERE / 'runs', 'a').write('run\\n'); healthy()")
    (project / "train.py").write_text("import mlflow\n\nwith mlflow.start_run():\n    pass\n")
    editor = await start()
    answer = await editor.run("azmlflow.testConnection")
    assert answer["summary"]["code"] == "NO_WORKSPACE"
    assert status(editor)["state"] == "failed"
    assert runs(project) == 0
    save(editor, project / "config.json", json.dumps(NAMES))
    await editor.until(lambda: status(editor)["workspace"] == "ws-contoso" and runs(project) == 1)
    assert "config.json has changed since the test." in [s["headline"] for s in of_tests(editor)]


async def test_another_interpreter_in_the_settings_tests_again(start: Start, project: Path) -> None:
    stand_in.install(project, "outcome('packages', 'failed', 'No plugin.', hard=True); end()")
    elsewhere = project / "better"
    elsewhere.mkdir()
    stand_in.install(elsewhere, "healthy()")
    editor = await start()
    await editor.run("azmlflow.testConnection", (project / "train.py").as_uri())
    assert status(editor)["state"] == "failed"
    editor.set_configuration({"azmlflow": {"interpreter": str(elsewhere / ".venv" / "bin" / "python")}})
    editor.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
    await editor.until(lambda: states(editor)[-1:] == ["connected"])
    assert "The interpreter has changed since the test." in [told["headline"] for told in of_tests(editor)]


async def test_a_certificate_that_is_replaced_tests_again(start: Start, project: Path) -> None:
    stand_in.install(project, "open(HERE / 'runs', 'a').write('run\\n'); healthy()")
    certificate = project / "keys" / "client.pem"
    certificate.parent.mkdir()
    certificate.write_text("the old one")
    (project / ".env").write_text(f"{DOTENV}AZURE_CLIENT_CERTIFICATE_PATH={certificate}\n")
    editor = await start()
    await editor.run("azmlflow.testConnection", (project / "train.py").as_uri())
    save(editor, certificate, "the new one")
    await editor.until(
        lambda: states(editor) == ["checking", "connected", "unknown", "checking", "connected"]
    )
    assert runs(project) == 2
    assert "client.pem has changed since the test." in [s["headline"] for s in of_tests(editor)]


async def test_a_token_that_expires_is_told_and_not_renewed_unasked(start: Start, project: Path) -> None:
    stand_in.install(project, JUDGES_SECRET.replace("healthy()", "healthy(expires_in=1)"))
    (project / ".env").write_text(DOTENV.replace(CANARY, "right-secret"))
    editor = await start()
    await editor.run("azmlflow.testConnection", (project / "train.py").as_uri())
    await editor.until(lambda: states(editor) == ["checking", "connected", "expired"])
    last = status(editor)
    assert last["identity"] == "application 8c2e4f70…"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", last["checkedAt"])
    await editor.run("azmlflow.testConnection", (project / "train.py").as_uri())
    await editor.until(lambda: states(editor)[3:] == ["checking", "connected", "expired"])
    assert runs(project) == 2


async def test_a_test_of_the_credentials_does_not_say_connected(start: Start, project: Path) -> None:
    stand_in.install(
        project,
        "print(*request['steps'], file=open(HERE / 'steps', 'w')); outcome('packages'); outcome('token', details={'identity': 'me'}); end()",
    )
    editor = await start()
    answer = await editor.run("azmlflow.testAuthentication", project.as_uri())
    assert (status(editor)["state"], status(editor)["headline"]) == ("unknown", "Signed in as me.")
    assert answer["text"].startswith("The sign-in of work space, tested ")
    asked = (project / ".venv" / "bin" / "steps").read_text().split()
    assert asked == list(TEST_AUTHENTICATION)


async def test_a_smaller_test_that_succeeds_takes_nothing_away(start: Start, project: Path) -> None:
    stand_in.install(
        project,
        "healthy() if 'experiments' in request['steps'] else [outcome('packages'), outcome('token'), end()]",
    )
    editor = await start()
    await editor.run("azmlflow.testConnection", (project / "train.py").as_uri())
    connected = status(editor)
    await editor.run("azmlflow.testAuthentication", (project / "train.py").as_uri())
    assert states(editor) == ["checking", "connected", "checking", "connected"]
    assert status(editor) == connected


async def test_what_the_workspace_tells_of_itself_makes_the_repair_exact(start: Start, project: Path) -> None:
    stand_in.install(project, f"request['uri'] = {URI!r}; healthy()")
    (project / "config.json").write_text(json.dumps(NAMES))
    script = project / "train.py"
    script.write_text("import mlflow\n\nwith mlflow.start_run():\n    mlflow.log_metric('loss', 0.1)\n")
    editor = await start()
    editor.open(script.as_uri(), script.read_text())
    await editor.until_codes(script.as_uri(), ["AZM101"])
    line = types.Range(types.Position(2, 5), types.Position(2, 5))

    async def literals() -> list[str]:
        found = await editor.actions(script.as_uri(), line, ["quickfix"])
        return [action.title for action in found if action.title.startswith("Write out")]

    assert await literals() == []
    answer = await editor.run("azmlflow.testConnection", script.as_uri())
    assert answer["summary"]["details"]["uri"] == URI
    (title,) = await literals()
    assert re.fullmatch(
        r"Write out the tracking URI that the connection test of \S+ \d\d:\d\d UTC found", title
    )
    assert await editor.codes_of(script.as_uri()) == ["AZM101"]


async def test_a_test_that_cannot_be_made_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, Any]] = []
    session = alone(tmp_path, lambda method, params: told.append((method, params.get("state"))))

    def fail(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(connection_test, "set_up", fail)
    asked = Asked(tmp_path, tmp_path.as_uri(), "connection of it", TEST_AUTHENTICATION)
    connections = Connections(session)
    with pytest.raises(RuntimeError, match="a bug of ours"):
        await connections.test(asked)
    assert told == [
        ("azmlflow/status", "checking"),
        ("azmlflow/testStarted", None),
        ("azmlflow/status", "unknown"),
        ("azmlflow/testEnded", None),
    ]
    connections.changed([tmp_path])
    connections.end()
    assert len(told) == 4


async def test_files_that_change_again_before_a_test_that_nobody_asked_for_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Setup(Request(), (), {}, tmp_path, ok("configuration", "-"), frozenset(), "", "target")
    started = tmp_path / "started"
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\ntouch '{started}'\n")
    python.chmod(0o755)
    now = seen._replace(pythons=(python,), diverting=frozenset({("HTTPS_PROXY", "a hash")}))
    monkeypatch.setattr(connection_test, "set_up", lambda *_: now)
    connections = Connections(alone(tmp_path, lambda *_: None))
    asked = Asked(tmp_path, tmp_path.as_uri(), "connection of it", TEST_AUTHENTICATION)
    assert (await connections.test(asked, agreed=seen)).cancelled
    assert not started.exists()
    assert not (await connections.test(asked)).cancelled
    assert started.exists()
    connections.end()


def alone(folder: Path, notify: Callable[[str, dict[str, Any]], None]) -> Session:
    """Return the session of a client of which nothing is known but what it is told."""
    server: Any = SimpleNamespace(protocol=SimpleNamespace(notify=notify), work_done_progress=None)
    session = Session(server, Capabilities(), types.PositionEncodingKind.Utf16, [folder])
    around: Any = SimpleNamespace(look=_nothing, terms=lambda: None)
    session.around = around
    return session


async def _nothing() -> None:
    return None


async def test_what_would_send_a_token_another_way_waits_for_the_user(start: Start, project: Path) -> None:
    stand_in.install(project, "open(HERE / 'runs', 'a').write('run\\n'); healthy()")
    editor = await start()
    script, dotenv = project / "train.py", project / ".env"
    await editor.run("azmlflow.testConnection", script.as_uri())
    proxied = f"{DOTENV}HTTPS_PROXY=http://127.0.0.1:9\n"
    save(editor, dotenv, proxied)
    await editor.until(lambda: states(editor)[-1:] == ["unknown"])
    assert status(editor)["headline"] == (
        ".env has changed since the test, and HTTPS_PROXY would lead tokens another way: test again if you trust that."
    )
    assert runs(project) == 1

    await editor.run("azmlflow.testConnection", script.as_uri())
    assert runs(project) == 2
    save(editor, dotenv, f"{proxied}AZURE_CLIENT_ID=0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c\n")
    await editor.until(lambda: runs(project) == 3)


async def test_an_interpreter_that_nobody_chose_is_not_started_unasked(start: Start, project: Path) -> None:
    elsewhere = project / "better"
    elsewhere.mkdir()
    stand_in.install(elsewhere, "healthy()")
    editor = await start(settings={"interpreter": str(elsewhere / ".venv" / "bin" / "python")})
    await editor.run("azmlflow.testConnection", (project / "train.py").as_uri())
    assert status(editor)["state"] == "connected"
    stand_in.install(project, "open(HERE / 'runs', 'a').write('run\\n'); healthy()")
    editor.set_configuration({"azmlflow": {"interpreter": ""}})
    editor.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
    await editor.until(lambda: states(editor)[-1:] == ["unknown"])
    assert status(editor)["headline"] == (
        "The interpreter has changed since the test, and .venv/bin/python would be started: test again if you trust it."
    )
    assert runs(project) == 0
