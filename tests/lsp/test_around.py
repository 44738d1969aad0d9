"""What lies around the files is looked at again when it changes, and only as far as the user's trust goes."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest
from lsprotocol import types

from tests.certificates import make
from tests.lsp.conftest import Start
from tests.lsp.editor import Editor, capabilities_of

GUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
IDS = f"AZURE_TENANT_ID={GUID}\nAZURE_CLIENT_ID=bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee\n"
URI = (
    "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/11111111-2222-3333-4444-555555555555"
    "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
)
NOW = datetime.now(timezone.utc)


@pytest.fixture
def project(workspace: Path) -> Path:
    """Return a workspace whose `.env` names a certificate that is not there yet."""
    (workspace / "train.py").write_text("import mlflow\n")
    (workspace / ".env").write_text(f"{IDS}AZURE_CLIENT_CERTIFICATE_PATH=client.pem\n")
    return workspace


def certificate(path: Path, kind: str = "pem") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(make(kind, NOW))
    path.chmod(0o600)
    return path


async def codes(editor: Editor, uri: str, *wanted: str) -> None:
    await editor.until_codes(uri, wanted)


@pytest.mark.parametrize("client", ["visual_studio_code", "pulling", "neovim"])
async def test_a_certificate_that_appears_expires_and_is_replaced(
    start: Start, project: Path, client: str
) -> None:
    editor = await start(client)
    uri = (project / ".env").as_uri()
    editor.open(uri, (project / ".env").read_text(), "dotenv")
    await codes(editor, uri, "AZM401")

    path = certificate(project / "client.pem", "pem:expired")
    editor.watched(path)
    await codes(editor, uri, "AZM406")

    certificate(path)
    editor.watched(path, types.FileChangeType.Changed)
    await codes(editor, uri)


async def test_a_certificate_outside_the_workspace_is_watched_by_ourselves(
    start: Start, project: Path, tmp_path: Path
) -> None:
    path = certificate(tmp_path / "keys" / "client.pem", "pem:expired")
    editor = await start("visual_studio_code")
    uri = (project / ".env").as_uri()
    editor.open(uri, f"{IDS}AZURE_CLIENT_CERTIFICATE_PATH={path}\n", "dotenv")
    await codes(editor, uri, "AZM406")

    certificate(path)
    await codes(editor, uri)


async def test_typing_another_path_is_followed(start: Start, project: Path) -> None:
    certificate(project / "client.pem")
    certificate(project / "old.pem", "pem:expired")
    editor = await start("visual_studio_code")
    uri = (project / ".env").as_uri()
    editor.open(uri, (project / ".env").read_text(), "dotenv")
    await codes(editor, uri)

    editor.type(uri, 2, len("AZURE_CLIENT_CERTIFICATE_PATH="), "old", removed=len("client"))
    await codes(editor, uri, "AZM406")


async def test_nothing_outside_an_untrusted_workspace_is_looked_at(
    start: Start, project: Path, tmp_path: Path
) -> None:
    outside = certificate(tmp_path / "keys" / "client.pem", "pem:expired")
    link = project / "link.pem"
    link.symlink_to(outside)
    certificate(project / "inside.pem", "pem:expired")
    editor = await start(introduce=False)
    await editor.begin(
        capabilities_of("visual_studio_code"), [project], initialization_options={"trusted": False}
    )

    uris = {name: (project / f"{name}.env").as_uri() for name in ("outside", "link", "inside")}
    for name, path in zip(uris, (outside, "link.pem", "inside.pem"), strict=True):
        editor.open(uris[name], f"{IDS}AZURE_CLIENT_CERTIFICATE_PATH={path}\n", "dotenv")
    await codes(editor, uris["inside"], "AZM406")  # all three have been looked at when this one has

    assert await editor.codes_of(uris["outside"]) == []
    assert await editor.codes_of(uris["link"]) == []


async def test_packages_that_are_installed_meanwhile_are_noticed(start: Start, workspace: Path) -> None:
    library = workspace / ".venv" / "lib" / "python3.11" / "site-packages"
    library.mkdir(parents=True)
    (workspace / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    (workspace / ".venv" / "bin").mkdir()
    (workspace / ".venv" / "bin" / "python").touch(0o755)
    for name in ("mlflow_skinny-3.15.0", "azureml_mlflow-1.60.0"):
        (library / f"{name}.dist-info").mkdir()
    script = f'import mlflow\n\nmlflow.set_tracking_uri("{URI}")\nwith mlflow.start_run():\n    pass\n'
    editor = await start("visual_studio_code")
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, script)
    await codes(editor, uri, "AZM602")

    (library / "azureml_mlflow-1.60.0.dist-info").rename(library / "azureml_mlflow-1.62.0.post6.dist-info")
    editor.replace(uri, script + "\n")
    await codes(editor, uri)


@pytest.mark.parametrize(("trusted", "found"), [(True, ["AZM101"]), (False, [])])
async def test_configs_above_an_untrusted_workspace_are_not_read(
    start: Start, workspace: Path, tmp_path: Path, trusted: bool, found: list[str]
) -> None:
    names = {
        "subscription_id": "11111111-2222-3333-4444-555555555555",
        "resource_group": "rg",
        "workspace_name": "ws",
    }
    (tmp_path / "config.json").write_text(json.dumps(names))
    (workspace / ".env").unlink()
    editor = await start(introduce=False)
    await editor.begin(
        capabilities_of("visual_studio_code"), [workspace], initialization_options={"trusted": trusted}
    )
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, "import mlflow\n\nwith mlflow.start_run():\n    pass\n")
    assert await editor.codes_of(uri) == found
