"""The live checks use secrets, and still none of their outputs holds one: neither what they say nor what they leave."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from azmlflow.probes.outcome import STEPS
from azmlflow.sandbox.box import AzureBox

from tests.cli.process import azmlflow
from tests.secrets.plants import Plants, planted, secret_for
from tests.truth.child import needs

pytestmark = needs("mlflow", "azureml.mlflow", "azure.ai.ml", "flask", "sqlalchemy", "alembic", "trustme")

PROCESS = {
    "AZURE_CLIENT_SECRET": "process",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD": "process password",
    "MLFLOW_TRACKING_PASSWORD": "process tracking password",
}
ENV_FILES = (".env", "certs/.env", "certs/wrong.env", "certs/expired.env", "certs/swapped.env", "swapped.env")
ALL = ",".join(step.name for step in STEPS)
SCRIPT = """\
import mlflow
from dotenv import load_dotenv

load_dotenv({name!r}, override=True)
mlflow.set_tracking_uri({uri!r})
with mlflow.start_run():
    mlflow.log_metric("loss", 0.1)
"""


@pytest.fixture
def box(the_box: AzureBox) -> AzureBox:
    """Return the box, of which nothing has been asked."""
    the_box.use("healthy")
    the_box.journal.clear()
    return the_box


@pytest.fixture
def plants(tmp_path: Path) -> Plants:
    root = tmp_path / "workspace"
    (root / ".git").mkdir(parents=True)
    found = planted(root)
    for place in PROCESS.values():
        found.plant(place, None)
    for folder in ("home", "tmp"):
        (tmp_path / folder).mkdir()
    return found


def environ_of(box: AzureBox, plants: Plants, credential: str) -> dict[str, str]:
    """Return the box's variables with the planted secrets of the process, and folders of their own to write to."""
    folder = plants.root.parent
    places = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "AZMLFLOW_LOG": "debug"}
    return box.environment(credential) | {n: secret_for(place) for n, place in PROCESS.items()} | places


def write_script(plants: Plants, box: AzureBox, name: str) -> Path:
    script = plants.root / "probed.py"
    script.write_text(SCRIPT.format(name=name, uri=box.workspace_uri), encoding="utf-8")
    return script


@pytest.mark.parametrize(
    ("scenario", "name", "form"),
    [
        ("healthy", "", "text"),
        ("healthy", "", "json"),
        *(("dry-run", name, form) for name, form in zip(ENV_FILES, ("text", "json") * 3, strict=True)),
    ],
)
def test_a_connection_test_prints_no_secret(
    box: AzureBox, plants: Plants, scenario: str, name: str, form: str
) -> None:
    """Secrets are taken out before an outcome is shown: what an env file brings in does not depend on the form."""
    box.use(scenario)
    script = write_script(plants, box, name)
    steps = ALL if (name, form) == ("", "json") else "network,tenant,experiments"
    command = ("test-connection", script.name, "--format", form, "--only", steps)
    done = azmlflow(*command, cwd=plants.root, **environ_of(box, plants, "secret"))

    assert done.returncode in (0, 1), done.stderr
    assert "credential" in done.stdout
    assert not list(plants.leaks(done.stdout + done.stderr))
    assert not list(plants.leaks(repr(box.journal)))
    assert not list(plants.strays(plants.root.parent))


def test_a_dry_run_prints_no_secret(box: AzureBox, plants: Plants) -> None:
    """The JSON holds the page for people too."""
    write_script(plants, box, ".env")
    command = ("dry-run", "--format", "json", "--", sys.executable, "probed.py")
    done = azmlflow(*command, cwd=plants.root, **environ_of(box, plants, "secret"))

    assert done.returncode in (0, 1), done.stderr
    assert "ws-sandbox" in json.loads(done.stdout)["text"]
    assert not list(plants.leaks(done.stdout + done.stderr))
    assert not list(plants.strays(plants.root.parent))
