"""The server ends when it should, and with the status that says how."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest
from lsprotocol import types

from tests.lsp.editor import PATIENCE, SERVER, Editor, assignments, capabilities_of


async def status_of(editor: Editor) -> int | None:
    await asyncio.wait_for(editor.process.wait(), PATIENCE)
    await editor.stop()
    return editor.process.returncode


async def test_exit_without_shutdown_is_a_failure(workspace, tmp_path):
    editor = Editor()
    await editor.start(home=tmp_path)
    await editor.begin(capabilities_of("visual_studio_code"), [workspace])
    editor.exit(None)
    assert await status_of(editor) == 1


async def test_the_server_ends_when_its_input_does(workspace, tmp_path):
    editor = Editor()
    await editor.start(home=tmp_path)
    await editor.begin(capabilities_of("neovim"), [workspace])
    editor.open((workspace / "train.py").as_uri(), assignments())
    assert editor.process.stdin
    editor.process.stdin.close()
    assert await status_of(editor) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a child that outlives its parent is made with fork")
async def test_the_server_ends_when_the_editor_is_gone(workspace, tmp_path):
    """The pipe stays open in another process, as when an editor's helper inherited it."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE
    )
    editor = Editor()
    await editor.start(home=tmp_path)
    await editor.begin(capabilities_of("visual_studio_code"), [workspace], process_id=parent.pid)
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    assert await status_of(editor) == 1


async def test_a_client_over_tcp_is_served(workspace, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(SERVER), "HOME": str(tmp_path)}
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "azmlflow", "lsp", "--tcp", "127.0.0.1:0",
        env=environment, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert server.stderr
    said = (await asyncio.wait_for(server.stderr.readline(), PATIENCE)).decode()
    port = int(said.strip().rpartition(":")[2])
    editor = Editor()
    await editor.start_tcp("127.0.0.1", port)
    await editor.begin(capabilities_of("visual_studio_code"), [workspace])
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments())
    assert await editor.codes_of(uri) == ["AZM111"]
    await editor.shutdown_async(None)
    editor.exit(None)
    rest = await asyncio.wait_for(server.stderr.read(), PATIENCE)
    assert await asyncio.wait_for(server.wait(), PATIENCE) == 0
    assert b"Traceback" not in rest
    await editor.hang_up()


async def test_shutdown_in_the_midst_of_requests(start, workspace):
    editor = await start("pulling")
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments(300))
    editor.expects_errors = True
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    for number in range(10):
        editor.protocol.send_request(types.TEXT_DOCUMENT_DIAGNOSTIC, params, msg_id=f"ask-{number}")
        command = types.ExecuteCommandParams("azmlflow.explain", [uri])
        editor.protocol.send_request(types.WORKSPACE_EXECUTE_COMMAND, command, msg_id=f"do-{number}")
