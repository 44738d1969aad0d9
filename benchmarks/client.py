"""A language client with nothing in it but a clock."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

CAPABILITIES: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source.fixAll"]}}
        },
        "publishDiagnostics": {"versionSupport": True},
        "synchronization": {"didSave": True},
    },
    "window": {"workDoneProgress": True},
    "workspace": {
        "configuration": True,
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "workspaceEdit": {"documentChanges": True},
        "workspaceFolders": True,
    },
}

PATIENCE = 120.0
"""Seconds after which a server that does not answer is given up."""


class Client:
    """One server process and the conversation with it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._last_id = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._diagnostics: dict[str, tuple[int, asyncio.Future[None]]] = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, command: list[str], folder: Path) -> Client:
        """Start a server in a folder."""
        pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, stdin=pipe, stdout=pipe, stderr=null, limit=1 << 26
        )
        return cls(process)

    async def initialize(self, folder: Path) -> None:
        """Shake hands."""
        root = {"uri": folder.as_uri(), "name": folder.name}
        parameters = {
            "processId": os.getpid(),
            "rootUri": root["uri"],
            "capabilities": CAPABILITIES,
            "workspaceFolders": [root],
        }
        await self.request("initialize", parameters)
        self.notify("initialized", {})

    def notify(self, method: str, parameters: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": parameters})

    async def request(self, method: str, parameters: Any) -> Any:
        """Send a request and wait for its answer."""
        self._last_id += 1
        answer = self._answers[self._last_id] = asyncio.get_running_loop().create_future()
        self._send({"id": self._last_id, "method": method, "params": parameters})
        return await asyncio.wait_for(answer, PATIENCE)

    async def diagnosed(self, uri: str, version: int, send: Callable[[], None]) -> None:
        """Send something and wait until diagnostics of that version of the document arrive."""
        arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._diagnostics[uri] = (version, arrived)
        send()
        await asyncio.wait_for(arrived, PATIENCE)

    async def stop(self) -> None:
        """Say goodbye; end the process if it does not go."""
        try:
            await asyncio.wait_for(self.request("shutdown", None), 5)
            self.notify("exit", None)
            await asyncio.wait_for(self.process.wait(), 5)
        except (asyncio.TimeoutError, ConnectionError):
            self.process.kill()
            await self.process.wait()
        self._reader.cancel()

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def _read(self) -> None:
        assert self.process.stdout is not None
        while header := await self.process.stdout.readline():
            length = int(header.split(b":")[1]) if header.lower().startswith(b"content-length") else 0
            while header.strip():
                header = await self.process.stdout.readline()
            self._receive(json.loads(await self.process.stdout.readexactly(length)))

    def _receive(self, message: dict[str, Any]) -> None:
        if "method" in message and "id" in message:
            items = message["params"].get("items", []) if isinstance(message.get("params"), dict) else []
            result = [None] * len(items) if message["method"] == "workspace/configuration" else None
            self._send({"id": message["id"], "result": result})
        elif message.get("method") == "textDocument/publishDiagnostics":
            self._published(message["params"])
        elif message.get("id") in self._answers:
            self._answers.pop(message["id"]).set_result(message.get("result"))

    def _published(self, parameters: dict[str, Any]) -> None:
        version, arrived = self._diagnostics.get(parameters["uri"], (0, None))
        reported = parameters.get("version")
        if arrived is not None and not arrived.done() and (reported is None or reported >= version):
            arrived.set_result(None)
