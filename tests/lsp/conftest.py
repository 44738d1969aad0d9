"""Starts real servers for the tests, and holds each to a clean end and to silence about a planted secret."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types

from tests.lsp.editor import TEST_CLIENTS, Editor, capabilities_of

CANARY = "canary~8Q3vT-this-value-must-stay-in-its-file"
DOTENV = f"AZURE_TENANT_ID=11111111-2222-3333-4444-555555555555\nAZURE_CLIENT_SECRET={CANARY}\n"

Start = Callable[..., Awaitable[Editor]]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a folder with a secret in it, as every workspace of the tests has."""
    folder = tmp_path / "work space"
    folder.mkdir()
    (folder / ".env").write_text(DOTENV, encoding="utf-8")
    return folder


@pytest_asyncio.fixture
async def start(workspace: Path, tmp_path: Path) -> AsyncIterator[Start]:
    """Return a function that starts a server and introduces an editor; what it started is ended and judged."""
    started: list[Editor] = []
    home = tmp_path / "home"
    home.mkdir()

    async def begin(
        client: str | types.ClientCapabilities = "visual_studio_code",
        folders: list[Path] | None = None,
        *,
        settings: dict[str, object] | None = None,
        silent: tuple[str, ...] = (),
        introduce: bool = True,
        variables: dict[str, str] | None = None,
    ) -> Editor:
        editor = Editor(silent)
        started.append(editor)
        editor.set_configuration({"azmlflow": settings or {}})
        await editor.start(home=home, **(variables or {}))
        if introduce:
            capabilities = capabilities_of(client) if isinstance(client, str) else client
            await editor.begin(capabilities, [workspace] if folders is None else folders)
        return editor

    yield begin
    for editor in started:
        status = await editor.end()
        said = "\n".join(editor.wire)
        assert status == (-9 if editor.is_killed else 0), editor.stderr
        assert "Traceback" not in editor.stderr, editor.stderr
        assert "ERROR" not in editor.stderr or editor.expects_errors, editor.stderr
        assert CANARY not in said
        assert CANARY not in editor.stderr


@pytest_asyncio.fixture(params=TEST_CLIENTS)
async def editor(request: pytest.FixtureRequest, start: Start) -> Editor:
    """Return an editor of each kind in turn, with the workspace open."""
    return await start(request.param)
