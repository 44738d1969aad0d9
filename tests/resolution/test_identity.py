"""Who a script signs in as, as far as its files tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from azmlflow.resolution.identity import identity_of
from azmlflow.resolution.model import Answer
from azmlflow.resolution.resolve import Resolution
from azmlflow.workspace.load import load

URI = (
    "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/11111111-2222-3333-4444-555555555555"
    "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
)
SCRIPT = (
    "import mlflow\nfrom dotenv import load_dotenv\nload_dotenv()\n"
    f'mlflow.set_tracking_uri("{URI}")\nmlflow.start_run()\n'
)
IDS = "AZURE_TENANT_ID=t\nAZURE_CLIENT_ID=c\n"


def identity(root: Path, dotenv: str, script: str = SCRIPT, process: dict[str, str] | None = None) -> Answer:
    (root / ".git").mkdir()
    (root / ".env").write_text(dotenv)
    (root / "train.py").write_text(script)
    snapshot = load([root], process or {}).snapshot
    resolved = Resolution(snapshot, snapshot.files[root / "train.py"]).script
    assert resolved is not None
    return identity_of(resolved)


def test_a_service_principal_is_named_with_the_lines_that_set_it(tmp_path: Path) -> None:
    answer = identity(tmp_path, IDS + "AZURE_CLIENT_SECRET=s\n")

    assert answer.value == "the service principal of AZURE_CLIENT_ID, by its client secret"
    assert [(b.what, b.location.span.line if b.location else None) for b in answer.because] == [
        (".env sets AZURE_TENANT_ID", 0),
        (".env sets AZURE_CLIENT_ID", 1),
        (".env sets AZURE_CLIENT_SECRET", 2),
    ]


def test_the_process_may_have_a_part_in_it(tmp_path: Path) -> None:
    answer = identity(tmp_path, IDS, process={"AZURE_CLIENT_CERTIFICATE_PATH": "/c.pem"})

    assert answer.value == "the service principal of AZURE_CLIENT_ID, by its certificate"
    assert answer.because[2] == ("the environment of the process sets AZURE_CLIENT_CERTIFICATE_PATH", None)


@pytest.mark.parametrize(
    ("dotenv", "script", "reason"),
    [
        (IDS, SCRIPT, "which credential of the chain answers is known only when it is tried"),
        (
            IDS + "AZURE_CLIENT_SECRET=\n",
            SCRIPT,
            "AZURE_CLIENT_SECRET is set and empty, on which azure-identity fails",
        ),
        (
            IDS + "AZURE_CLIENT_SECRET=s\nAZURE_TOKEN_CREDENTIALS=dev\n",
            SCRIPT,
            "which credential of the chain answers is known only when it is tried",
        ),
        (IDS, "import mlflow\nmlflow.start_run()\n", "runs do not go to a workspace, as far as is known"),
        (
            IDS + "AZURE_CLIENT_SECRET=s\n",
            "import mlflow\nfrom azure.ai.ml import MLClient\nfrom azure.identity import AzureCliCredential\n"
            'client = MLClient(AzureCliCredential(), "11111111-2222-3333-4444-555555555555", "rg", "ws")\n'
            'mlflow.set_tracking_uri(client.workspaces.get("ws").mlflow_tracking_uri)\nmlflow.start_run()\n',
            "MLflow takes over the credential of the client that the URI comes from",
        ),
    ],
)
def test_else_it_is_said_why_nobody_can_tell(tmp_path: Path, dotenv: str, script: str, reason: str) -> None:
    answer = identity(tmp_path, dotenv, script)

    assert (answer.status, answer.value, answer.reason) == ("unknown", None, reason)
