"""`azmlflow sandbox`: the real command, from its first line to Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from azmlflow.cli import sandbox
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.journal import Exchange
from azmlflow.sandbox.scenarios import CREDENTIALS, SCENARIOS

from tests.cli.process import azmlflow, environment
from tests.probes.processes import is_running, wait_until_gone

CANARY = "canary-of-the-person-who-runs-it"
ASK = """
import os, sys, urllib.request, urllib.parse
get = lambda address, data=None: urllib.request.urlopen(address, data).status
tenant = "https://login.microsoftonline.com/" + os.environ["AZURE_TENANT_ID"]
form = {"grant_type": "client_credentials", "client_id": os.environ["AZURE_CLIENT_ID"]}
form |= {"client_secret": os.environ["AZURE_CLIENT_SECRET"], "scope": "https://management.azure.com/.default"}
print(get(tenant + "/v2.0/.well-known/openid-configuration"))
print(get(tenant + "/oauth2/v2.0/token", urllib.parse.urlencode(form).encode()))
print(os.environ.get("AZURE_CLIENT_CERTIFICATE_PATH"))
"""


@contextmanager
def running(folder: Path, *arguments: str, stdin: int | None = None) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "azmlflow", "sandbox", *arguments],
        cwd=folder,
        env=environment(
            AZURE_CLIENT_SECRET=CANARY, MLFLOW_TRACKING_TOKEN=CANARY, TMPDIR=str(folder), TEMP=str(folder)
        ),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended_by(process: subprocess.Popen[str], number: int) -> tuple[str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return out, err


def described(process: subprocess.Popen[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_program_with_its_variables_gets_there_and_nothing_is_left(tmp_path: Path, number: int):
    with running(tmp_path, "--format", "json") as process:
        found = described(process)
        assert (found["version"], found["scenario"], found["credential"]) == (1, "healthy", "secret")
        assert found["workspace"]["tracking_uri"] == found["environment"]["MLFLOW_TRACKING_URI"]
        assert f":{found['port']}" in found["environment"]["HTTPS_PROXY"]
        assert not set(found["unset"]) & set(found["environment"])
        done = subprocess.run(
            [sys.executable, "-c", ASK], env=found["environment"], capture_output=True, text=True
        )
        assert done.stdout.split() == ["200", "200", "None"], done.stderr
        out, err = ended_by(process, number)
    exchanges = [json.loads(line) for line in out.splitlines()]
    assert [(each["method"], each["status"]) for each in exchanges] == [("GET", 200), ("POST", 200)]
    assert found["environment"]["AZURE_CLIENT_SECRET"] not in out + err
    assert CANARY not in json.dumps(found) + out + err
    assert list(tmp_path.iterdir()) == []


def test_it_ends_with_the_program_that_started_it_when_it_is_told_to(tmp_path: Path):
    with running(
        tmp_path, "--format", "json", "--until-stdin-closes", "--quiet", stdin=subprocess.PIPE
    ) as process:
        found = described(process)
        done = subprocess.run(
            [sys.executable, "-c", ASK], env=found["environment"], capture_output=True, text=True
        )
        assert done.stdout.split() == ["200", "200", "None"], done.stderr
        assert process.poll() is None
        out, err = process.communicate(timeout=30)  # which closes its standard input
        assert (process.returncode, out, err) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="reads /proc")
def test_to_kill_it_leaves_nothing_running(tmp_path: Path):
    with running(tmp_path, "--format", "json", "--quiet") as process:
        described(process)
        tasks = Path(f"/proc/{process.pid}/task")
        store: list[str] = []
        while not store:
            store = [pid for each in tasks.iterdir() for pid in (each / "children").read_text().split()]
        assert is_running(int(store[0]))
        process.kill()
        wait_until_gone(*map(int, store))


@pytest.mark.skipif(os.name == "nt", reason="for sh")
def test_what_it_prints_can_be_run_by_a_shell(tmp_path: Path):
    folder = tmp_path / "a folder's"
    folder.mkdir()
    with running(folder, "--credential", "secret") as process:
        lines: list[str] = []
        while not lines or not lines[-1].startswith("export AZURE_CLIENT_SECRET"):
            lines.append(process.stdout.readline())
        script = tmp_path / "variables.sh"
        script.write_text("".join(lines))
        command = f'. "$1"; "{sys.executable}" -c "$2"'
        done = subprocess.run(
            ["sh", "-c", command, "sh", str(script), ASK],
            env={"PATH": os.defpath, "AZURE_CLIENT_CERTIFICATE_PATH": CANARY, "NO_PROXY": "*"},
            capture_output=True,
            text=True,
        )
        assert done.stdout.split() == ["200", "200", "None"], done.stderr
        _, err = ended_by(process, signal.SIGINT)
    assert lines[0] == "# Azure on this machine: healthy (everything works as it does in Azure).\n"
    assert CANARY not in "".join(lines)
    first, second = err.splitlines()[:2]
    assert first.startswith("200 GET login.microsoftonline.com /")
    assert second.startswith("200 POST login.microsoftonline.com /")


URI = "azureml://germanywestcentral.api.azureml.ms/mlflow/v2.0/subscriptions/6f0c1a52-8f6b-4f0e-9d37-2b7c5c1f4e11/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/ws-own"


def project_of(folder: Path, uri: str = URI) -> Path:
    project = folder / "project"
    project.mkdir()
    (project / "train.py").write_text(
        f'import mlflow\n\nmlflow.set_tracking_uri("{uri}")\nmlflow.start_run()\n'
    )
    return project


@pytest.mark.parametrize(
    ("scenario", "status", "said"),
    [
        ("healthy", 0, "Connected to workspace ws-own as application "),
        ("wrong-secret", 1, "AADSTS7000215"),
        ("private-link-denied", 1, "based on workspace private link configuration"),
    ],
)
def test_what_goes_wrong_goes_wrong_with_the_workspace_of_a_project(
    tmp_path: Path, scenario: str, status: int, said: str
):
    project, options = project_of(tmp_path), ("--format", "json", "--quiet", "--scenario", scenario)
    with running(tmp_path, *options, "--workspace-of", str(project)) as process:
        found = described(process)
        assert (found["workspace"]["workspace_name"], found["workspace"]["tracking_uri"]) == ("ws-own", URI)
        done = azmlflow("test-connection", "train.py", cwd=project, **found["environment"])
    assert (done.returncode, done.stderr) == (status, "")
    assert said in done.stdout.splitlines()[-1]


def test_a_project_without_a_workspace_or_of_another_cloud_is_wrong_use(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    done = azmlflow("sandbox", "--workspace-of", "empty", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("azmlflow: --workspace-of empty: Nothing names a workspace. ")
    project_of(tmp_path)
    done = azmlflow("sandbox", "--workspace-of", "project", "--scenario", "china", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    said = "that workspace is in AzureCloud, the scenario china in AzureChinaCloud"
    assert done.stderr == f"azmlflow: --workspace-of project: {said}\n"


def test_a_workspace_of_another_cloud_is_played_there(tmp_path: Path):
    project = project_of(
        tmp_path, URI.replace("germanywestcentral.api.azureml.ms", "chinaeast2.api.ml.azure.cn")
    )
    with running(tmp_path, "--format", "json", "--quiet", "--workspace-of", str(project)) as process:
        found = described(process)
        assert found["environment"]["AZUREML_CURRENT_CLOUD"] == "AzureChinaCloud"
        done = azmlflow("test-connection", "train.py", cwd=project, **found["environment"])
    assert done.returncode == 0, done.stdout


def test_a_taken_port_and_a_wrong_scenario_are_wrong_use(tmp_path: Path):
    with AzureBox() as box:
        done = azmlflow("sandbox", "--port", str(box.proxy.port), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"azmlflow: cannot listen on port {box.proxy.port}: ")
    done = azmlflow("sandbox", "--scenario", "nonsense", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "azmlflow: there is no scenario 'nonsense': azmlflow sandbox --help lists them\n"
    assert azmlflow("sandbox", "--port", "70000", cwd=tmp_path).returncode == 2


def test_help_lists_every_scenario_and_credential(tmp_path: Path):
    shown = azmlflow("sandbox", "--help", cwd=tmp_path).stdout
    assert all(f"\n  {name} " in shown for name in (*SCENARIOS, *CREDENTIALS))
    assert max(map(len, shown.splitlines())) <= 110


def test_a_missing_package_is_named(tmp_path: Path):
    script = """
        import sys
        import azmlflow.sandbox.extras as extras
        extras.find_spec = lambda module: None
        from azmlflow.cli.main import main
        sys.exit(main(["sandbox"]))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=environment(),
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "azmlflow: the sandbox needs trustme: pip install 'azmlflow[sandbox]'\n"


def test_powershell_gets_lines_of_its_own():
    lines = sandbox._powershell({"A": "b'c"}, [r"C:\bin"], ["X", "Y"])
    assert lines == [
        "Remove-Item -ErrorAction Ignore Env:X, Env:Y",
        "$env:A = 'b''c'",
        r"$env:PATH = 'C:\bin;' + $env:PATH",
    ]


def test_what_a_client_sends_cannot_write_on_the_terminal(capsys: pytest.CaptureFixture[str]):
    sandbox._print_line(Exchange("h", "GET", "/\x1b[2J\n", 0, note="a fault"))
    assert capsys.readouterr().err == "--- GET h /?[2J?  (a fault)\n"
