"""Whatever a client sends, the server answers and stays."""

from __future__ import annotations

import asyncio
import json

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.editor import PATIENCE, Editor, assignments, capabilities_of

GOOD = "import mlflow\n"


@pytest_asyncio.fixture
async def editor(start) -> Editor:
    """Return one editor: how it shows diagnostics makes no difference to what it may send."""
    return await start("visual_studio_code")


@pytest.fixture
def uri(workspace) -> str:
    return (workspace / "train.py").as_uri()


async def alive(editor: Editor, uri: str) -> None:
    """Check that the server still does its work."""
    editor.close(uri)
    editor.open(uri, assignments(), version=1000)
    assert await editor.codes_of(uri) == ["AZM111"]


async def test_opening_twice_keeps_the_second(editor: Editor, uri):
    editor.open(uri, assignments())
    editor.open(uri, GOOD, version=5)
    assert await editor.codes_of(uri) == []


async def test_a_change_to_what_is_not_open_is_left_out(editor: Editor, uri):
    editor.texts[uri], editor.versions[uri] = "", 1
    editor.type(uri, 0, 0, "x")
    editor.close(uri)
    editor.close(uri)
    await alive(editor, uri)


async def test_documents_that_are_no_files_are_left_out(editor: Editor, uri):
    for other in ("git:/a.py?x", "output:extension", "vscode-vfs://github/a.py", "nonsense", ""):
        editor.open(other, assignments())
        editor.replace(other, GOOD)
        editor.close(other)
    await alive(editor, uri)
    assert set(editor.published) <= {uri}


TEXTS = ["", "\n", "\r", "\ufeff", "x = '\ud800'\n", "\0", "\x0c\n\u2028" * 3, "(" * 5000]


async def test_any_text_is_survived(editor: Editor, workspace, uri):
    for number, text in enumerate(TEXTS):
        other = (workspace / f"other_{number}.py").as_uri()
        editor.open(other, text)
        await editor.diagnostics_of(other)
        editor.type(other, 0, 0, text)
        editor.type(other, 5, 7, "\udc00", removed=3)
        await editor.diagnostics_of(other)
    await alive(editor, uri)


async def test_a_cancelled_request_is_answered(start, uri):
    editor = await start("pulling")
    editor.open(uri, assignments(200))
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    asked = [
        editor.protocol.send_request(types.TEXT_DOCUMENT_DIAGNOSTIC, params, msg_id=f"ask-{number}")
        for number in range(20)
    ]
    for number in range(20):
        editor.cancel_request(types.CancelParams(f"ask-{number}"))
    answers = await asyncio.wait_for(
        asyncio.gather(*map(asyncio.wrap_future, asked), return_exceptions=True), PATIENCE
    )
    for answer in answers:
        assert (
            isinstance(answer, types.RelatedFullDocumentDiagnosticReport)
            or getattr(answer, "code", 0) == -32800
        )
    await alive(editor, uri)


async def test_cancelling_what_was_never_asked_is_survived(editor: Editor, uri):
    editor.cancel_request(types.CancelParams("nonsense"))
    await alive(editor, uri)
    assert editor.stderr == ""


async def test_an_unknown_method_is_answered_as_such(editor: Editor, uri):
    editor.expects_errors = True
    with pytest.raises(JsonRpcException) as raised:
        await asyncio.wait_for(editor.protocol.send_request_async("azmlflow/nonsense", {"a": 1}), PATIENCE)
    assert raised.value.code == types.ErrorCodes.MethodNotFound
    editor.protocol.notify("azmlflow/nonsense", {"a": 1})
    editor.protocol.notify("$/nonsense", {"a": 1})
    await alive(editor, uri)


async def test_parameters_of_the_wrong_shape_are_answered_as_such(start, uri, workspace):
    editor = await start()
    editor.expects_errors = True
    secret = (workspace / ".env").read_text(encoding="utf-8")
    for method, message_id in (("textDocument/hover", "bad-1"), ("textDocument/didOpen", None)):
        message = {"jsonrpc": "2.0", "method": method, "params": {"textDocument": secret}}
        raw(editor, {**message, "id": message_id} if message_id else message)
    await editor.until(lambda: any('"bad-1"' in line and "-32602" in line for line in editor.wire))
    await alive(editor, uri)


async def test_what_is_not_json_is_survived(start, uri):
    editor = await start()
    editor.expects_errors = True
    for body in (b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"jsonrpc": "1.0", "id": 1, "method": "x"}'):
        editor.send_bytes(body)
    await alive(editor, uri)


async def test_requests_before_initialize_and_after_shutdown_are_refused(start, uri, workspace):
    editor = await start(introduce=False)
    hover = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 0))
    raw(editor, {"jsonrpc": "2.0", "id": "early", "method": "shutdown"})
    await editor.until(lambda: any('"early"' in line and "-32002" in line for line in editor.wire))
    await editor.begin(capabilities_of("visual_studio_code"), [workspace])
    await editor.text_document_hover_async(hover)
    raw(editor, {"jsonrpc": "2.0", "id": "twice", "method": "initialize", "params": {"capabilities": {}}})
    await editor.until(lambda: any('"twice"' in line and "-32600" in line for line in editor.wire))
    await editor.shutdown_async(None)
    editor.is_shut_down = True
    raw(editor, {"jsonrpc": "2.0", "id": "late", "method": "shutdown"})
    await editor.until(lambda: any('"late"' in line and "-32600" in line for line in editor.wire))


def raw(editor: Editor, message: object) -> None:
    editor.send_bytes(json.dumps(message).encode())
