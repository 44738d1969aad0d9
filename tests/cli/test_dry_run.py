"""`azmlflow dry-run` as a process: what the command gets, what is told of it, and that nothing of it is left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import venv
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import make
from tests.cli.process import azmlflow, environment
from tests.probes.processes import is_running, wait_until_gone
from tests.truth.child import needs

pytestmark = needs("mlflow", "azureml.mlflow", "azure.ai.ml", "flask", "sqlalchemy", "alembic", "trustme")
SUBSCRIPTION = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
NAMES = {"subscription_id": SUBSCRIPTION, "resource_group": "rg-contoso", "workspace_name": "ws-contoso"}
URI = (
    f"azureml://northeurope.api.azureml.ms/mlflow/v2.0/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-contoso"
    "/providers/Microsoft.MachineLearningServices/workspaces/ws-contoso"
)
CANARY = "canary-secret-0123456789"
PRINCIPAL = {
    "AZURE_TENANT_ID": "3aa0b1c2-0000-4000-8000-00000000000a",
    "AZURE_CLIENT_ID": "7bb0b1c2-0000-4000-8000-00000000000b",
    "AZURE_CLIENT_SECRET": CANARY,
}
LANDS = f"""
import os, sys
import mlflow, requests
mlflow.set_tracking_uri({URI!r})
mlflow.set_experiment("churn")
with mlflow.start_run(run_name="first") as run:
    mlflow.log_params({{"lr": 0.1, "api_key": os.environ["AZURE_CLIENT_SECRET"]}})
    mlflow.log_metrics({{"loss": 0.25, "gap": float("nan")}})
    mlflow.log_text("hello", "notes/a.txt")
    client = mlflow.MlflowClient()
    client.create_registered_model("churn-model")
    client.create_model_version("churn-model", run.info.artifact_uri + "/notes", run.info.run_id)
try:
    requests.get("https://example.com/")
except requests.exceptions.ProxyError:
    print("no network")
print("in:", sys.stdin.read())
"""
REFUSED = """
import json, mlflow
from pathlib import Path
from azure.ai.ml import MLClient
from azure.identity import AzureCliCredential, DefaultAzureCredential
from mlflow.models import Model

class Flavor:
    @staticmethod
    def save_model(path, mlflow_model, **kwargs):
        Path(path).mkdir(parents=True)
        mlflow_model.save(str(Path(path, "MLmodel")))

client = MLClient.from_config(DefaultAzureCredential())
mlflow.set_tracking_uri(client.workspaces.get(client.workspace_name).mlflow_tracking_uri)
try:
    client.data.get("credit", version="1")
except Exception as error:
    print(type(error).__name__)
with mlflow.start_run(run_name="second"):
    mlflow.log_params({f"p{n}": n for n in range(150)})
    try:
        Model.log("model", Flavor)
    except mlflow.MlflowException as error:
        print(error)
    print(AzureCliCredential().get_token("https://management.azure.com/.default").token[:2])
    mlflow.log_params({f"q{n}": n for n in range(60)})
"""


def dry_run(
    *command: str, cwd: Path, arguments: tuple[str, ...] = (), **environ: str
) -> tuple[int, dict[str, Any], str]:
    """Return the exit status, the report, and what the command printed."""
    done = azmlflow("dry-run", "--format", "json", *arguments, "--", *command, cwd=cwd, **environ)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def script(folder: Path, text: str) -> str:
    (folder / "train.py").write_text(text, encoding="utf-8")
    return "train.py"


def test_what_a_script_logs_is_told_as_a_page(tmp_path: Path):
    name = script(tmp_path, LANDS)
    (tmp_path / "tmp").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "azmlflow", "dry-run", "--", sys.executable, "-W", "ignore", name],
        cwd=tmp_path,
        env=environment(
            **PRINCIPAL, HTTPS_PROXY="http://127.0.0.1:9", no_proxy="*", TMPDIR=str(tmp_path / "tmp")
        ),
        input="from the user",
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    printed, _, page = done.stdout.partition("azmlflow 0")
    assert done.returncode == 0, done.stderr
    assert "no network" in printed
    assert "in: from the user" in printed
    assert "1 run would have landed in Azure Machine Learning." in page
    assert (
        f"Workspace ws-contoso\n  resource group rg-contoso, subscription {SUBSCRIPTION}\n  region northeurope\n"
        in page
    )
    assert "  experiment churn: 1 run\n    run first (" in page
    assert (
        "): finished\n      metrics    loss = 0.25, gap = NaN\n      parameters lr = 0.1, api_key = ***"
        in page
    )
    assert "      artifacts  notes/a.txt (5 bytes)\n" in page
    assert "  model churn-model, version 1, from run " in page
    assert (
        "Signed in with the client secret of application 7bb0b1c2… in tenant 3aa0b1c2…. It was not verified."
        in page
    )
    assert "Wanted to reach example.com (1 time): refused" in page
    assert CANARY not in done.stdout + done.stderr
    assert not (tmp_path / "mlflow.db").exists()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_a_workspace_refuses_is_told_and_the_status_is_1(tmp_path: Path):
    name = script(tmp_path, REFUSED)
    (tmp_path / "config.json").write_text(json.dumps(NAMES), encoding="utf-8")
    tools = tmp_path / "bin"
    tools.mkdir()
    real = tools / "az"
    real.write_text("#!/bin/sh\necho the real az was called >&2\nexit 3\n", encoding="utf-8")
    real.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    status, report, printed = dry_run(sys.executable, "-W", "ignore", name, cwd=tmp_path, PATH=path)
    assert status == 1
    assert report["found"] is True
    assert (report["ended"]["status"], report["ended"]["because"]) == (1, "ended")
    assert "/api/2.0/mlflow/logged-models failed with error code 404 != 200. Response body: ''" in printed
    assert "the real az was called" not in printed
    refused = [each["what"] for each in report["refused"]]
    assert refused[0].startswith("MLflow 3's logged models")
    assert "FieldName=Parameters, Limit=200, Size=210" in refused[1]
    (workspace,) = report["workspaces"]
    assert {name: workspace[name] for name in NAMES} == NAMES
    assert workspace["region_is_known"] is False
    assert report["unknown"] == ["data/credit/versions/1 in the workspace ws-contoso"]
    (experiment,) = workspace["experiments"]
    (run,) = experiment["runs"]
    assert (experiment["name"], run["name"], run["status"], len(run["parameters"])) == (
        "Default",
        "second",
        "FAILED",
        150,
    )
    kinds = {each["kind"]: each["stand_in"] for each in report["sign_ins"]}
    assert kinds == {"managed-identity": True, "az": True}
    links = [each["link"] for each in report["would_try"]]
    assert links.index("EnvironmentCredential") < links.index("AzureCliCredential")
    assert "region westeurope (assumed: the code asks Azure which it is)" in report["text"]
    assert "the sandbox's stand-in for the Azure CLI." in report["text"]
    assert (
        "None of your own credentials was used. If your code gives no credential, azureml-mlflow"
        in report["text"]
    )


def test_a_bare_script_is_reported_as_local(tmp_path: Path):
    name = script(
        tmp_path,
        """import mlflow, os, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
with mlflow.start_run(run_name='lost'):
    mlflow.log_metric('loss', 1)
server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
mlflow.set_tracking_uri(f"http://127.0.0.1:{server.server_port}")
try:
    mlflow.create_experiment("refused by what is no MLflow server")
except Exception as error:
    print(type(error).__name__)
""",
    )
    status, report, _ = dry_run(sys.executable, "-W", "ignore", name, cwd=tmp_path)
    assert status == 1
    (store,) = report["local"]
    (address,) = report["hosts"]["here"]
    assert report["elsewhere"] == [f"http://{address}"]
    assert (store["path"], store["new"]) == ("mlflow.db", True)
    assert [(run["name"], run["experiment"]) for run in store["runs"]] == [("lost", "Default")]
    assert report["workspaces"] == []
    assert "1 run went to the local store mlflow.db and not to a workspace" in report["text"]
    assert "azmlflow explain train.py" in report["text"]


def test_a_command_that_logs_nothing_and_works_is_no_finding(tmp_path: Path):
    seen = "import os; print({k: v for k, v in os.environ.items() if 'proxy' in k.lower() and '127.0.0.1' not in v})"
    status, report, printed = dry_run(
        sys.executable, "-c", seen, cwd=tmp_path, http_proxy="http://proxy.contoso.com:8080"
    )
    assert (status, report["found"]) == (0, False)
    assert printed.splitlines()[-1] == "{}"
    assert "No run was seen, neither in a workspace nor in a local store." in report["text"]
    assert "The command asked nothing of the sandbox." in report["text"]


ENDS_THE_STORE = f"""
import os, signal, sys, urllib.request
from pathlib import Path
tasks = Path(f"/proc/{{os.getppid()}}/task")
for pid in [pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()]:
    if "sandbox." + "store_process" in Path(f"/proc/{{pid}}/cmdline").read_text():
        os.kill(int(pid), signal.SIGKILL)
request = urllib.request.Request("{URI.replace("azureml:", "https:")}/api/2.0/mlflow/experiments/get?experiment_id=0")
request.add_header("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJvaWQiOiJ4In0.c2ln")
try:
    urllib.request.urlopen(request)
except OSError as error:
    print(error)
sys.exit(7)
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="reads /proc")
def test_when_the_sandbox_fails_the_rest_is_told_all_the_same(tmp_path: Path):
    status, report, printed = dry_run(sys.executable, "-c", ENDS_THE_STORE, cwd=tmp_path)
    assert "HTTP Error 500" in printed
    assert (status, report["ended"]["status"]) == (1, 7)
    assert report["failed"].startswith("The process that keeps the runs has ended")
    assert "The command failed: exit status 7" in report["text"]


LEAVES = """
from dotenv import load_dotenv
load_dotenv(override=True)
import requests
try:
    requests.post("https://login.microsoftonline.com/x/oauth2/v2.0/token", data={"client_secret": "s"})
except RuntimeError as error:
    print("kept:", error)
"""


def test_an_env_file_cannot_lead_the_command_past_the_sandbox(tmp_path: Path):
    (tmp_path / "src").mkdir()
    script(tmp_path / "src", LEAVES)
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        (tmp_path / ".env").write_text(f"HTTPS_PROXY={address}\nhttps_proxy={address}\n")
        status, report, printed = dry_run(sys.executable, "-W", "ignore", "src/train.py", cwd=tmp_path)
        proxy.setblocking(False)
        with pytest.raises(BlockingIOError):
            proxy.accept()
    assert "kept: azmlflow dry-run: https_proxy has been changed since the start" in printed
    assert (status, report["found"], report["ended"]["status"]) == (1, True, 0)
    assert report["past"] == [{"what": "https_proxy", "file": ".env"}]
    assert ".env sets it: take it out there for the dry run" in report["text"].replace("\n      ", " ")


def test_the_status_of_the_command_is_told(tmp_path: Path):
    status, report, _ = dry_run(sys.executable, "-c", "import sys; sys.exit(7)", cwd=tmp_path)
    assert (status, report["ended"]["status"]) == (1, 7)
    assert "The command failed: exit status 7" in report["text"]


SIGNS_IN = """
import os
from pathlib import Path
from azure.identity import (
    CertificateCredential, ClientAssertionCredential, DeviceCodeCredential, EnvironmentCredential,
    InteractiveBrowserCredential, SharedTokenCacheCredential,
)
tenant, client = os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"]
for credential in (
    EnvironmentCredential(),
    CertificateCredential(tenant, client, "client.pem"),
    ClientAssertionCredential(tenant, client, lambda: "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln"),
    InteractiveBrowserCredential(),
    DeviceCodeCredential(),
):
    assert credential.get_token("https://management.azure.com/.default").token
import requests
kept = {"grant_type": "refresh_token", "client_id": client, "refresh_token": "kept", "scope": "x"}
answer = requests.post(f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", data=kept).json()
print("refreshed:", answer["error"], "access_token" in answer)
print("config:", os.listdir(os.environ["AZURE_CONFIG_DIR"]))
"""


def test_every_way_to_sign_in_is_told_apart_and_none_is_real(tmp_path: Path):
    """A sign-in that is kept on the machine is neither used nor spoiled: its refresh token is not taken for wrong."""
    name = script(tmp_path, SIGNS_IN)
    (tmp_path / "client.pem").write_bytes(make("pem", datetime.now(timezone.utc), None))
    status, report, printed = dry_run(
        sys.executable, "-W", "ignore", name, cwd=tmp_path, arguments=(), **PRINCIPAL
    )
    assert status == 0, printed
    kinds = [(each["kind"], each["stand_in"]) for each in report["sign_ins"]]
    assert kinds == [("secret", False), ("certificate", False), ("federated", False), ("user", True)]
    assert report["would_try"] == []
    assert "refreshed: temporarily_unavailable False" in printed
    assert "config: []" in printed
    assert "the certificate of application 7bb0b1c2… in tenant 3aa0b1c2…" in report["text"]


def test_an_interpreter_without_the_packages_fails_as_it_would(tmp_path: Path):
    """A bare environment of its own: the keeper needs nothing of ours there."""
    venv.create(tmp_path / "bare", with_pip=False, symlinks=sys.platform != "win32")
    python = tmp_path / "bare" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    status, report, printed = dry_run(str(python), "-c", "import mlflow", cwd=tmp_path)
    assert "No module named 'mlflow'" in printed
    assert (status, report["ended"]["status"], report["requests"]) == (1, 1, 0)


STAYS = """
import os, subprocess, sys, time
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("pids", os.getpid(), inner.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
def test_a_timeout_ends_the_command_and_all_that_it_started(tmp_path: Path):
    status, report, printed = dry_run(sys.executable, "-c", STAYS, cwd=tmp_path, arguments=("--timeout", "1"))
    assert (status, report["ended"]["because"]) == (1, "timed out")
    pids = printed.partition("pids ")[2].split()
    assert len(pids) == 2
    assert not any(is_running(int(pid)) for pid in pids)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(
    ("number", "expected"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (getattr(signal, "SIGQUIT", 3), 143), (None, 143)],
)
def test_an_interrupt_ends_everything_and_leaves_nothing(tmp_path: Path, number: int | None, expected: int):
    """None stands for closing the standard input, which is how an editor that dies ends its dry run."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    options = ["--format", "json", *(["--until-stdin-closes"] if number is None else [])]
    process = subprocess.Popen(
        [sys.executable, "-m", "azmlflow", "dry-run", *options, "--", sys.executable, "-c", STAYS],
        cwd=tmp_path,
        env=environment(TMPDIR=str(temporary)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    line = next(line for line in process.stderr if line.startswith("pids"))
    if number is not None:
        process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == expected
    assert json.loads(out)["ended"]["because"] == ("interrupted" if number == signal.SIGINT else "terminated")
    assert not any(is_running(int(pid)) for pid in line.split()[1:])
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
def test_to_kill_it_ends_the_command_and_all_that_it_started(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-m", "azmlflow", "dry-run", "--", sys.executable, "-c", STAYS],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()[1:]]
    assert all(map(is_running, pids))
    process.kill()
    process.communicate()
    wait_until_gone(*pids)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "which command?"),
        (("--",), "which command?"),
        (("--", "train.py"), "train.py is not a program: azmlflow dry-run -- python train.py"),
        (("--", "no-such-program"), "there is no program 'no-such-program'"),
        (("--timeout", "0", "--", "python"), "--timeout is a number of seconds, more than 0"),
    ],
)
def test_wrong_use_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], says: str):
    done = azmlflow("dry-run", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="for the first line of a script")
def test_what_is_missing_is_called_by_its_name(tmp_path: Path):
    (tmp_path / "x.sh").write_text("#!/no/such/interpreter\n")
    (tmp_path / "x.sh").chmod(0o755)
    done = azmlflow("dry-run", "--", "./x.sh", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "azmlflow: './x.sh' is there, but not the program that its first line names\n"
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"rmdir ../gone; exec '{sys.executable}' -m azmlflow dry-run -- true"
    done = subprocess.run(
        ["sh", "-c", command], cwd=gone, env=environment(), capture_output=True, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (2, "azmlflow: the working folder does not exist any more\n")


def test_a_missing_extra_is_named(tmp_path: Path):
    code = (
        "import sys; sys.modules['flask'] = None; from azmlflow.cli.main import main; "
        "sys.exit(main(['dry-run', '--', sys.executable, '-V']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install 'azmlflow[sandbox]'" in done.stderr
