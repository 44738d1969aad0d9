"""The other commands of the palette, with a secret lying in the project that none of them may show."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from azmlflow.sandbox.box import AzureBox
from playwright.sync_api import expect

from tests.vscode.conftest import Open, Shot
from tests.vscode.driver import azure, projects
from tests.vscode.driver.waiting import until

CANARY = "Zq38Q~canaryCANARYcanaryCANARYcanary0123"
STUDIO = (
    f"https://ml.azure.com/?wsid=/subscriptions/{azure.CHURN.subscription_id}/resourceGroups/rg-churn"
    "/providers/Microsoft.MachineLearningServices/workspaces/ws-churn&tid=3f6d0c1a-52b7-4c0e-9d8e-0a1b6f7c2d10"
)
SECRETS = f"""AZURE_TENANT_ID=3f6d0c1a-52b7-4c0e-9d8e-0a1b6f7c2d10
AZURE_CLIENT_ID=8c2e4f70-1d9b-4a53-b6c8-7e5d0f3a9b42
AZURE_CLIENT_SECRET={CANARY}
"""


@pytest.fixture
def folder(project: Path) -> Path:
    """The quickstart without a workspace config, whose script loads a .env with a secret in it."""
    folder = projects.example("quickstart", project)
    (folder / "config.json").unlink()
    (folder / "evaluate.py").unlink()
    shutil.rmtree(folder / "cloud")
    script = folder / "train.py"
    text = script.read_text(encoding="utf-8").replace(
        "import mlflow\n", "import mlflow\nfrom dotenv import load_dotenv\n\nload_dotenv()\n"
    )
    script.write_text(text, encoding="utf-8")
    (folder / ".env").write_text(SECRETS, encoding="utf-8")
    (folder / ".gitignore").write_text(".env\n.venv\n", encoding="utf-8")
    return folder


def test_the_commands_do_what_they_say_and_show_no_secret(
    window: Open, shot: Shot, folder: Path, box: AzureBox
) -> None:
    editor = window(folder, "train.py")
    seen: list[str] = []

    editor.command("azmlflow: Create Workspace Config")
    editor.answer("ws-churn", "Paste the tracking URI")
    expect(editor.page.locator(".quick-input-widget .quick-input-message")).to_contain_text(
        "names no workspace"
    )
    shot(editor, "create-config-refused")
    editor.answer(STUDIO, "")
    editor.tab("config.json").wait_for()
    config = until(lambda: read_json(folder / "config.json"), "config.json was not written")
    assert config["workspace_name"] == "ws-churn"
    editor.go_to_tab("train.py")
    editor.status("ws-churn: not tested").wait_for()
    seen.append(editor.everything())

    editor.command("azmlflow: Explain Where This Logs")
    page = editor.page_of_text("Where train.py Logs")
    expect(page).to_contain_text("mlflow.db")
    shot(editor, "explain")
    editor.command("azmlflow: Doctor")
    page = editor.page_of_text("Doctor: train.py")
    expect(page).to_contain_text("azureml-mlflow")
    shot(editor, "doctor")
    seen.append(editor.everything())

    editor.go_to_tab("train.py")
    editor.command("azmlflow: Insert Tracking")
    expect(editor.line("mlflow.set_tracking_uri(")).to_have_count(1)
    shot(editor, "insert-tracking")
    editor.save()
    editor.command("azmlflow: Dry Run")
    page = editor.page_of_text("Dry Run: train.py")
    expect(page).to_contain_text("ws-churn")
    shot(editor, "dry-run")
    seen.append(editor.everything())

    editor.command("azmlflow: Copy Debug Information")
    editor.notification("The debug information was copied")
    copied = editor.page.evaluate("navigator.clipboard.readText()")
    assert "azmlflow.server.path" in copied
    shot(editor, "debug-information")
    seen += [editor.everything(), copied, *logs(editor.server.profile.logs), editor.server.log]
    assert not [text for text in seen if CANARY[:12] in text or CANARY[-12:] in text]


def read_json(path: Path) -> dict[str, str] | None:
    """Return what a file holds, None as long as it is not whole."""
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def logs(folder: Path) -> list[str]:
    """Return the text of every log file of VS Code."""
    return [path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*.log")]
