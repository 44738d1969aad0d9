"""An editor for the tests: speaks to a real server process and remembers everything it was told."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from azmlflow.lsp import convert
from azmlflow.parsing.base import Text
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features
from pytest_lsp.protocol import LanguageClientProtocol

SERVER = Path(__file__).resolve().parents[2] / "server"
PATIENCE = 60.0
DIAGNOSTICS = types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS

TEST_CLIENTS = ("visual_studio_code", "neovim", "pulling", "minimal")


def capabilities_of(name: str) -> types.ClientCapabilities:
    """Return the abilities of a real client, of one that pulls diagnostics, or of one that can do next to nothing."""
    if name == "minimal":
        return types.ClientCapabilities(text_document=types.TextDocumentClientCapabilities())
    if name != "pulling":
        return client_capabilities(name)
    found = client_capabilities("visual_studio_code")
    assert found.text_document
    assert found.workspace
    found.text_document.diagnostic = types.DiagnosticClientCapabilities(related_document_support=True)
    found.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    return found


class _Protocol(LanguageClientProtocol):
    """Keeps what came over the wire as it was before it was given a type."""

    _server: Editor

    def structure_message(self, data: dict[str, Any]) -> Any:
        if "jsonrpc" in data:
            self._server.wire.append(json.dumps(data, default=repr))
            self._server.announce()
        return super().structure_message(data)


class Editor(LanguageClient):
    """A client whose state can be awaited."""

    def __init__(self, silent: Sequence[str] = ()) -> None:
        super().__init__(protocol_cls=_Protocol, converter_factory=default_converter)
        self.wire: list[str] = []
        self.stderr = ""
        self.published: dict[str, types.PublishDiagnosticsParams] = {}
        self.registrations: list[types.Registration] = []
        self.applied: list[types.ApplyWorkspaceEditParams] = []
        self.shown: list[types.ShowDocumentParams] = []
        self.can_show = True
        """Whether it succeeds in showing what it is asked to."""
        self.refreshed = 0
        self._seen = 0
        self.expects_errors = False
        """Whether the test makes the server log a fault."""
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.is_shut_down = False
        self.is_killed = False
        self.ending = asyncio.Event()
        self._news: list[asyncio.Future[None]] = []
        self._errors: asyncio.Task[None] | None = None
        features = dict(DEFAULT_CLIENT_FEATURES)
        features[DIAGNOSTICS] = _publish
        features[types.WORKSPACE_DIAGNOSTIC_REFRESH] = _refresh
        features[types.CLIENT_REGISTER_CAPABILITY] = _register
        features[types.WORKSPACE_APPLY_EDIT] = _apply
        features[types.WINDOW_SHOW_DOCUMENT] = _show
        features.update(dict.fromkeys(silent, _at_the_end))
        register_lsp_features(self, features)

    @property
    def pulls(self) -> bool:
        return bool(self.server_abilities.diagnostic_provider)

    async def start(self, *command: str, home: Path, **variables: str) -> None:
        """Start a server process in an environment of its own."""
        kept = {
            name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "LANG") if name in os.environ
        }
        environment = {**kept, "PYTHONPATH": str(SERVER), "HOME": str(home), "PYTHONUTF8": "1", **variables}
        await super(LanguageClient, self).start_io(
            *(command or (sys.executable, "-m", "azmlflow", "lsp")), env=environment
        )
        self._errors = asyncio.ensure_future(self._read_errors())

    async def _read_errors(self) -> None:
        assert self.process.stderr
        while line := await self.process.stderr.readline():
            self.stderr += line.decode(errors="replace")
            self.announce()

    async def begin(
        self, client: types.ClientCapabilities, folders: Sequence[Path], **more: Any
    ) -> types.InitializeResult:
        """Introduce the editor, with these folders open."""
        named = [types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders]
        result = await self.initialize_session(
            types.InitializeParams(
                client, workspace_folders=named, root_uri=named[0].uri if named else None, **more
            )
        )
        self.server_abilities = result.capabilities
        return result

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._server
        return self._server

    def send_bytes(self, body: bytes) -> None:
        """Send the body of a message as it is."""
        assert self.protocol.writer
        self.protocol.writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def end(self) -> int | None:
        """Shut the server down as the protocol asks, and return its exit status."""
        self.ending.set()
        if self.process.returncode is None:
            if not self.is_shut_down:
                await asyncio.wait_for(self.shutdown_async(None), PATIENCE)
            self.exit(None)
        await asyncio.wait_for(self.process.wait(), PATIENCE)
        if self._errors:
            await self._errors
        await self.stop()
        return self.process.returncode

    async def kill(self) -> None:
        """End the server as a machine without memory does, which it can do nothing about."""
        self.is_killed = True
        self.process.kill()
        await self.process.wait()

    async def hang_up(self) -> None:
        """Close a connection over TCP."""
        writer = self.protocol.writer
        assert isinstance(writer, asyncio.StreamWriter)
        writer.close()
        await writer.wait_closed()
        await self.stop()

    async def until(self, happened: Callable[[], Any], what: str = "", *, patience: float = PATIENCE) -> Any:
        """Wait until something holds; it is looked at whenever the server has said anything."""
        end = asyncio.get_running_loop().time() + patience
        while not happened():
            news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._news.append(news)
            try:
                await asyncio.wait_for(news, end - asyncio.get_running_loop().time())
            except (TimeoutError, asyncio.TimeoutError):
                raise AssertionError(
                    f"waited in vain for {what or happened}; stderr: {self.stderr}"
                ) from None
        return happened()

    def announce(self) -> None:
        waiting, self._news = self._news, []
        for news in waiting:
            if not news.done():
                news.set_result(None)

    def open(self, uri: str, text: str, language: str = "python", version: int = 1) -> None:
        self.texts[uri], self.versions[uri] = text, version
        self.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, version, text))
        )

    def replace(self, uri: str, text: str) -> None:
        """Send a whole new text."""
        self.texts[uri] = text
        self.versions[uri] += 1
        change = types.TextDocumentContentChangeWholeDocument(text)
        self._change(uri, change)

    def type(self, uri: str, line: int, character: int, text: str, removed: int = 0) -> None:
        """Send one edit; `character` and `removed` in the units of the session."""
        self.versions[uri] += 1
        span = types.Range(types.Position(line, character), types.Position(line, character + removed))
        self._change(uri, types.TextDocumentContentChangePartial(span, text))

    def _change(self, uri: str, change: types.TextDocumentContentChangeEvent) -> None:
        identifier = types.VersionedTextDocumentIdentifier(version=self.versions[uri], uri=uri)
        self.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [change]))

    def apply(self, edit: types.WorkspaceEdit | None) -> None:
        """Apply an edit to the open documents and tell the server, as an editor does."""
        for uri, text in self.outcome_of(edit).items():
            self.replace(uri, text)

    def outcome_of(self, edit: types.WorkspaceEdit | None) -> dict[str, str]:
        """Return the text that each document has after an edit, which must be for its current version."""
        assert edit
        changes = {uri: list(edits) for uri, edits in (edit.changes or {}).items()}
        for change in edit.document_changes or ():
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.version == self.versions[change.text_document.uri]
            changes[change.text_document.uri] = [e for e in change.edits if isinstance(e, types.TextEdit)]
        return {uri: self._edited(uri, edits) for uri, edits in changes.items()}

    def _edited(self, uri: str, edits: Sequence[types.TextEdit]) -> str:
        text = Text(self.texts[uri])
        encoding = self.server_abilities.position_encoding or types.PositionEncodingKind.Utf16
        spans = [(convert.to_span(edit.range, text, encoding), edit.new_text) for edit in edits]
        for span, new in sorted(spans, reverse=True):
            text = text.edited(text.offset(*span[:2]), text.offset(*span[2:]), new)
        return text.value

    def close(self, uri: str) -> None:
        self.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def diagnostics_of(self, uri: str, version: int | None = None) -> Sequence[types.Diagnostic]:
        """Return the diagnostics of a document's current version, pushed or pulled."""
        if self.pulls:
            return await self.pull(uri)
        wanted = self.versions[uri] if version is None else version
        await self.until(
            lambda: uri in self.published and self.published[uri].version == wanted,
            f"version {wanted} of {uri}",
        )
        return self.published[uri].diagnostics

    async def pull(self, uri: str) -> Sequence[types.Diagnostic]:
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        report = await asyncio.wait_for(self.text_document_diagnostic_async(params), PATIENCE)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return report.items

    async def codes_of(self, uri: str) -> list[Any]:
        return [diagnostic.code for diagnostic in await self.diagnostics_of(uri)]

    async def until_codes(self, uri: str, wanted: Sequence[str]) -> None:
        """Wait until a document shows exactly these codes; a client that pulls asks again when told to."""
        if not self.pulls:
            await self.until(
                lambda: self._codes(uri) == list(wanted), f"{list(wanted)} in {uri}, got {self._codes(uri)}"
            )
            return
        while (got := await self._pulled(uri)) != list(wanted):
            await self.until(
                lambda: self.refreshed > self._seen, f"a refresh of {uri}: {list(wanted)}, not {got}"
            )

    async def _pulled(self, uri: str) -> list[Any]:
        self._seen = self.refreshed
        return [diagnostic.code for diagnostic in await self.pull(uri)]

    def _codes(self, uri: str) -> list[Any] | None:
        return [d.code for d in self.published[uri].diagnostics] if uri in self.published else None

    async def actions(
        self, uri: str, span: types.Range, only: Sequence[str] | None = None
    ) -> list[types.CodeAction]:
        """Return the code actions for a range."""
        context = types.CodeActionContext(diagnostics=[], only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), span, context)
        found = await asyncio.wait_for(self.text_document_code_action_async(params), PATIENCE)
        assert all(isinstance(action, types.CodeAction) for action in found or ())
        return [action for action in found or () if isinstance(action, types.CodeAction)]

    async def run(self, command: str, *arguments: Any) -> Any:
        params = types.ExecuteCommandParams(command, list(arguments))
        return await asyncio.wait_for(self.workspace_execute_command_async(params), PATIENCE)

    def watched(self, path: Path, kind: types.FileChangeType = types.FileChangeType.Created) -> None:
        """Report a change on disk."""
        self.workspace_did_change_watched_files(
            types.DidChangeWatchedFilesParams([types.FileEvent(path.as_uri(), kind)])
        )


async def _publish(editor: Editor, params: types.PublishDiagnosticsParams) -> None:
    editor.published[params.uri] = params
    editor.announce()


async def _refresh(editor: Editor, _: None) -> None:
    editor.refreshed += 1
    editor.announce()


async def _register(editor: Editor, params: types.RegistrationParams) -> None:
    editor.registrations += params.registrations
    editor.announce()


async def _at_the_end(editor: Editor, _: Any) -> list[Any]:
    await editor.ending.wait()
    return []


async def _apply(editor: Editor, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
    editor.applied.append(params)
    editor.announce()
    return types.ApplyWorkspaceEditResult(applied=True)


async def _show(editor: Editor, params: types.ShowDocumentParams) -> types.ShowDocumentResult:
    editor.shown.append(params)
    return types.ShowDocumentResult(editor.can_show)


def assignments(count: int = 1, before: str = "") -> str:
    """Return a script with so many findings of AZM111, each with a safe fix."""
    uri = "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
    lines = [f'{before}mlflow.set_tracking_uri = "{uri}"' for _ in range(count)]
    return "\n".join(["import mlflow", "", *lines, ""])
