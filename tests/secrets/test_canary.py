"""No output of azmlflow holds a secret, whole or in part, as it is or encoded: every surface is looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from azmlflow.cli.output import FORMATS
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.cli.process import azmlflow
from tests.lsp.editor import Editor, capabilities_of
from tests.secrets.plants import LENGTH_OF_KEYS, Plants, planted, secret_for

PROCESS = {
    "AZURE_CLIENT_SECRET": "process",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD": "process password",
    "MLFLOW_TRACKING_PASSWORD": "process tracking password",
}
COMMANDS = [
    *(("check", ".", "--format", name, "--persona", "pedantic", "--unsafe-fixes") for name in FORMATS),
    ("check", ".", "--diff"),
    ("check", ".", "--diff", "--unsafe-fixes", "--persona", "pedantic"),
    ("check", ".", "--statistics"),
    *(
        ("explain", name, "--format", form)
        for name in ("train.py", "analysis.ipynb")
        for form in ("text", "json")
    ),
    *(("doctor", ".", "--format", form) for form in ("text", "json")),
]


@pytest.fixture
def plants(tmp_path: Path) -> Plants:
    root = tmp_path / "workspace"
    (root / ".git").mkdir(parents=True)
    found = planted(root)
    for place in PROCESS.values():
        found.plant(place, None)
    return found


@pytest.fixture
def environ(plants: Plants, tmp_path: Path) -> dict[str, str]:
    """Return the process's variables: secrets, and folders of its own for whatever it writes."""
    (tmp_path / "home").mkdir()
    (tmp_path / "tmp").mkdir()
    places = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}
    return {name: secret_for(place) for name, place in PROCESS.items()} | places


def test_the_nose_smells_every_form(plants: Plants) -> None:
    """A test that can never fail proves nothing: each secret is found as a part, in base64, and in an address."""
    import base64
    from urllib.parse import quote

    for place, secret in plants.secrets.items():
        short = secret[3:11] if len(secret) == LENGTH_OF_KEYS else secret[3:8]
        for text in (short, base64.b64encode(f"a:{secret}".encode()).decode(), quote(secret, safe="")):
            assert any(leak.startswith(place) for leak in plants.leaks(f"before {text} behind")), (
                place,
                text,
            )
    assert not list(plants.leaks("AZURE_CLIENT_SECRET is set in .env, 40 characters"))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_commands_print_no_secret(
    plants: Plants, environ: dict[str, str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = azmlflow(*command, cwd=plants.root, **environ)

    assert done.returncode in (0, 1), done.stderr
    assert done.stdout
    assert not list(plants.leaks(done.stdout + done.stderr))
    assert not list(plants.strays(tmp_path))


def test_fixes_copy_no_secret_to_another_file(
    plants: Plants, environ: dict[str, str], tmp_path: Path
) -> None:
    done = azmlflow(
        "check", ".", "--fix", "--unsafe-fixes", "--persona", "pedantic", cwd=plants.root, **environ
    )

    assert "fixed" in done.stdout.lower(), done.stdout
    assert not list(plants.leaks(done.stdout + done.stderr))
    assert not list(plants.strays(tmp_path))


@pytest.mark.asyncio
@pytest.mark.parametrize("client", ["visual_studio_code", "pulling"])
async def test_the_server_says_no_secret(
    plants: Plants, environ: dict[str, str], tmp_path: Path, client: str
) -> None:
    editor = Editor()
    editor.set_configuration({"azmlflow": {"logLevel": "debug", "persona": "pedantic"}})
    variables = {name: value for name, value in environ.items() if name != "HOME"}
    await editor.start(home=Path(environ["HOME"]), **variables)
    await editor.begin(capabilities_of(client), [plants.root])
    found = 0
    for path in _documents(plants.root):
        found += await _work_on(editor, path)
    await editor.end()

    assert found > 20, "the planted files are meant to be found wanting"
    assert not list(plants.leaks("\n".join(editor.wire)))
    assert not list(plants.leaks(editor.stderr))
    assert not list(plants.strays(tmp_path))


def _documents(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        if ".git" not in Path(folder).parts or "workflows" in folder:
            yield from (Path(folder) / name for name in sorted(names) if not name.endswith(".pem"))


async def _work_on(editor: Editor, path: Path) -> int:
    """Open a file, look at all that is offered, run what can be run, and type; return how much was found."""
    uri, text = path.as_uri(), path.read_text(encoding="utf-8")
    editor.open(uri, text, "python" if path.suffix == ".py" else "plaintext")
    diagnostics = await editor.diagnostics_of(uri)
    lines = text.split("\n")
    for number, line in enumerate(lines):
        for column in {0, len(line) // 2, len(line)}:
            place = types.TextDocumentPositionParams(
                types.TextDocumentIdentifier(uri), types.Position(number, column)
            )
            await editor.text_document_hover_async(types.HoverParams(place.text_document, place.position))
    whole = types.Range(types.Position(0, 0), types.Position(len(lines), 0))
    for action in await editor.actions(uri, whole):
        if action.data is not None:
            await editor.code_action_resolve_async(action)
    await _run(editor, "azmlflow.explain", uri)
    await _run(editor, "azmlflow.insertTracking", uri)
    if path.suffix == ".py":  # the doctor looks at the whole folder, whoever calls
        await _run(editor, "azmlflow.doctor", uri)
    editor.replace(uri, text + "\n")
    await editor.diagnostics_of(uri)
    editor.close(uri)
    return len(diagnostics)


async def _run(editor: Editor, command: str, uri: str) -> None:
    with suppress(JsonRpcException):  # a refusal is an answer too, and is on the wire
        await editor.run(command, uri)
