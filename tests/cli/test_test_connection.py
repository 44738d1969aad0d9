"""`azmlflow test-connection` as a process, against Azure in a box and where nothing may be asked at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.probes.outcome import TEST_CONNECTION, TOKEN, with_needs
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.store import store_of
from azmlflow.sandbox.world import Fault

from tests.cli.process import SERVER, azmlflow
from tests.truth.child import needs

pytestmark = needs("azure.identity", "azureml.mlflow", "trustme", "flask")

LOGS = "import mlflow\nmlflow.set_experiment('iris')\nmlflow.start_run()\n"
SECRET = "pQr8Q~hGfDsApOiUyTrEwQlKjHgFdSaMnBvCxZ01"


@pytest.fixture
def box(the_box: AzureBox) -> AzureBox:
    the_box.use("healthy")
    the_box.journal.clear()
    return the_box


@pytest.fixture
def project(tmp_path: Path, box: AzureBox) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "train.py").write_text(
        f"import mlflow\nmlflow.set_tracking_uri('{box.workspace_uri}')\n{LOGS}"
    )
    return tmp_path


def environment(box: AzureBox, folder: Path, credential: str | None = None, **more: str) -> dict[str, str]:
    base = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    base |= {"PATH": os.defpath, "HOME": str(folder / "home"), "PYTHONPATH": str(SERVER)}
    made = box.environment(credential, base=base)
    return {**made, "AZMLFLOW_TEST": "1", "PYTHONIOENCODING": "utf-8", **more}


def run(environ: dict[str, str], folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "azmlflow", "test-connection", *map(str, arguments)],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def outcomes(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def asked(box: AzureBox, begun: int) -> list[str]:
    return [exchange.host for exchange in box.journal.all()[begun:]]


def test_a_good_connection_is_told_step_by_step(box: AzureBox, project: Path) -> None:
    store_of(box.world).start()
    done = run(environment(box, project), project, "train.py", "--python", sys.executable)
    lines = done.stdout.splitlines()

    assert done.stderr == ""
    assert done.returncode == 0
    assert lines[0] == f"Testing train.py with {sys.executable}"
    assert lines[-1].startswith("Connected to workspace ws-sandbox as application ")
    said = [line for line in lines if line.startswith("ok ")]
    assert said[0].startswith("ok         the configuration: The target is the workspace ws-sandbox")
    assert any(line.startswith("ok         EnvironmentCredential: ") for line in said)
    assert any(
        line.startswith("not tried  WorkloadIdentityCredential and 11 more credentials: ") for line in lines
    )
    assert any(line.startswith("warning    MLflow 3's models: ") for line in lines)
    assert "\x1b" not in done.stdout
    assert box.client_secret not in done.stdout


@pytest.mark.parametrize(
    ("scenario", "credential", "code", "link", "command"),
    [
        ("wrong-secret", "secret", "AADSTS7000215", "EnvironmentCredential", "az ad app credential reset"),
        ("az-expired", None, "AADSTS700082", "AzureCliCredential", "az login"),
        ("healthy", "none", "NO_TOKEN", None, None),
    ],
)
def test_a_failure_is_told_as_json_with_what_to_do(
    box: AzureBox,
    project: Path,
    scenario: str,
    credential: str | None,
    code: str,
    link: str | None,
    command: str | None,
) -> None:
    box.use(scenario)
    environ = environment(box, project, credential)
    done = run(
        environ, project, "train.py", "--only", "token", "--format", "json", "--python", sys.executable
    )
    told = outcomes(done)
    failure = next(o for o in told if o["outcome"] == "failed" and o["hard"])

    assert done.returncode == 1
    assert list(dict.fromkeys(o["step"] for o in told)) == [*with_needs((TOKEN,)), "summary"]
    assert (failure["step"], failure["code"], failure["link"]) == ("credential", code, link)
    assert failure["advice"]
    assert command is None or failure["command"].startswith(command)
    assert told[-1]["outcome"] == "failed"
    assert told[-1]["code"] == code
    assert next(o for o in told if o["step"] == "token")["outcome"] == "not-reached"
    assert box.client_secret not in done.stdout


def test_one_link_alone_is_tried_by_its_name(box: AzureBox, project: Path) -> None:
    environ = environment(
        box, project, "az", AZURE_TENANT_ID="t", AZURE_CLIENT_ID="c", AZURE_CLIENT_SECRET=SECRET
    )
    done = run(
        environ,
        project,
        "--link",
        "azurecli",
        "--only",
        "credential",
        "--format",
        "json",
        "--python",
        sys.executable,
    )
    told = [o for o in outcomes(done) if o["step"] == "credential" and o["outcome"] != "not-reached"]

    assert done.returncode == 0
    assert [(o["link"], o["outcome"]) for o in told if o["outcome"] != "skipped"] == [
        ("AzureCliCredential", "ok")
    ]
    assert SECRET not in done.stdout


def test_a_code_is_shown_and_waited_for_only_when_somebody_may_be_asked(box: AzureBox, project: Path) -> None:
    box.world.device_code = "approved"
    environ = environment(box, project, "none", BROWSER=str(project / "no-browser"))
    arguments = (
        "train.py",
        "--only",
        "credential",
        "--link",
        "DeviceCodeCredential",
        "--python",
        sys.executable,
    )
    alone = run(environ, project, *arguments)
    assert alone.returncode == 1
    assert "It would print a code for another device and wait up to 900 s" in " ".join(alone.stdout.split())
    assert not [each for each in box.journal if "devicecode" in each.path]

    asked_for = run(environ, project, *arguments, "--allow-interactive")
    assert asked_for.returncode == 0
    assert "To sign in, open https://" in asked_for.stdout
    assert [each for each in box.journal if "devicecode" in each.path]


def test_what_a_file_sets_is_what_the_test_runs_with(box: AzureBox, project: Path) -> None:
    script = f"from dotenv import load_dotenv\nload_dotenv()\n{(project / 'train.py').read_text()}"
    (project / "train.py").write_text(script)
    names = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
    full = environment(box, project, "secret")
    (project / ".env").write_text(
        "".join(f"{name}={full[name]}\n" for name in names) + "HTTPS_PROXY=http://x\n"
    )
    environ = environment(box, project, "none")
    done = run(
        environ, project, "train.py", "--only", "credential", "--format", "json", "--python", sys.executable
    )
    told = outcomes(done)

    assert done.returncode == 0
    assert told[0]["details"]["variables"] == {name: f".env:{n}" for n, name in enumerate(names, 1)}
    assert ("EnvironmentCredential", "ok") in [(o["link"], o["outcome"]) for o in told]
    assert box.client_secret not in done.stdout


ASKS = """import mlflow
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

client = MLClient.from_config(DefaultAzureCredential())
mlflow.set_tracking_uri(client.workspaces.get(client.workspace_name).mlflow_tracking_uri)
mlflow.start_run()
"""


def test_a_script_that_asks_for_its_tracking_uri_ends_where_nobody_answers(
    box: AzureBox, project: Path
) -> None:
    """One that has its URI goes on; the script itself confirms it."""
    (project / "config.json").write_text(json.dumps(box.workspace._asdict()))
    (project / "asks.py").write_text(ASKS)
    box.world.faults["arm"] = Fault(ending="reset")
    environ = environment(box, project)

    done = run(environ, project, "asks.py", "--python", sys.executable)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("Stopped at the workspace (management.azure.com)")
    assert subprocess.run(
        [sys.executable, "asks.py"], cwd=project, env=environ, capture_output=True
    ).returncode
    done = run(environ, project, "train.py", "--python", sys.executable)
    assert done.returncode == 0
    assert "\nConnected to workspace ws-sandbox as application" in done.stdout


def test_a_script_that_would_log_elsewhere_is_told_so(box: AzureBox, project: Path) -> None:
    (project / "train.py").write_text(LOGS)
    (project / "config.json").write_text(
        json.dumps(
            dict(zip(("subscription_id", "resource_group", "workspace_name"), box.workspace, strict=True))
        )
    )
    environ = environment(box, project, PWD=str(project))  # a shell's own; it sounds like a password
    del environ["MLFLOW_TRACKING_URI"]
    done = run(environ, project, "train.py", "--only", "workspace", "--python", sys.executable)
    assert "***" not in done.stdout

    assert done.returncode == 0  # the workspace was read, and MLflow not asked
    assert done.stdout.splitlines()[1].startswith(
        "warning    the configuration: train.py would log to a local store"
    )
    assert "= Set the tracking URI in the script" in done.stdout
    assert "ok         the workspace: " in done.stdout

    done = run(environ, project, "train.py", "--only", "workspace,experiments", "--python", sys.executable)
    assert done.returncode == 1
    assert "Connected to workspace ws-sandbox as application" in done.stdout
    assert "But train.py would log to a local store" in done.stdout


@pytest.mark.parametrize(
    "host", ["westeurope.example.com", "127.0.0.1:9", "westeurope.api.azureml.ms@evil.example"]
)
def test_no_token_is_asked_for_a_host_that_is_not_azures(box: AzureBox, project: Path, host: str) -> None:
    begun = len(box.journal)
    uri = compose_tracking_uri(host, box.workspace)
    (project / "train.py").write_text(f"import mlflow\nmlflow.set_tracking_uri('{uri}')\n{LOGS}")
    done = run(environment(box, project), project, "train.py", "--format", "json")
    told = outcomes(done)

    assert done.returncode == 1
    assert [(o["step"], o["outcome"]) for o in told][:2] == [
        ("configuration", "failed"),
        ("packages", "not-reached"),
    ]
    assert told[0]["code"] == told[-1]["code"] == "FOREIGN_HOST"
    assert asked(box, begun) == []


def test_where_nothing_names_a_workspace_it_ends_at_once(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "train.py").write_text(LOGS)
    done = azmlflow("test-connection", "train.py", cwd=tmp_path)
    lines = done.stdout.splitlines()

    assert done.returncode == 1
    assert lines[1].startswith("failed     the configuration: train.py would log to a local store, because")
    assert any(line.startswith("           = Put the workspace's config.json") for line in lines)
    assert lines[-3].startswith("not tried  the packages and ") or lines[-4].startswith(
        "not tried  the packages and "
    )
    assert lines[-1].startswith("Stopped at the configuration: train.py would log to a local store")


def test_only_what_the_project_says(box: AzureBox, project: Path) -> None:
    done = run(environment(box, project), project, ".", "--only", "configuration", "--format", "json")
    told = outcomes(done)

    assert done.returncode == 0
    assert [o["step"] for o in told] == ["configuration", "summary"]
    assert told[0]["details"]["workspace"] == "ws-sandbox"


def test_an_interpreter_without_the_packages_is_told_and_azmlflows_own_goes_on(
    box: AzureBox, project: Path
) -> None:
    bare = project / ".venv"
    (bare / "bin").mkdir(parents=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (bare / "lib" / f"python{version}" / "site-packages").mkdir(parents=True)
    real = Path(sys.executable).resolve()
    (bare / "bin" / "python3").symlink_to(real)
    (bare / "pyvenv.cfg").write_text(f"home = {real.parent}\nversion = {version}\n")
    done = run(environment(box, project), project, "train.py", "--only", "credential", "--format", "json")
    told = outcomes(done)
    packages = [o for o in told if o["step"] == "packages"]

    assert packages[0]["outcome"] == "failed"
    assert packages[-1]["outcome"] == "ok"
    assert packages[-1]["message"].startswith("azmlflow's own Python goes on. Python")
    assert ("EnvironmentCredential", "ok") in [(o["link"], o["outcome"]) for o in told]
    assert told[-1]["outcome"] == "failed"
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--only", "coffee"), "--only names 'coffee', which is no step: configuration, packages"),
        (("--only", ","), "which is no step"),
        (
            ("--link", "Password"),
            "--link names 'Password', which is no credential of the chain: EnvironmentCredential",
        ),
        (("--timeout", "0"), "--timeout is a number of seconds"),
        (("--python", "/no/such/python"), "--python names no interpreter"),
        (("missing.py",), "missing.py"),
    ],
)
def test_wrong_use_is_one_sentence(project: Path, arguments: tuple[str, ...], words: str) -> None:
    done = azmlflow("test-connection", *arguments, cwd=project)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("azmlflow: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_the_steps_and_the_command_is_listed(tmp_path: Path) -> None:
    done = azmlflow("test-connection", "--help", cwd=tmp_path)
    assert all(step in " ".join(done.stdout.split()) for step in (*TEST_CONNECTION, "write"))
    assert "\n  test-connection " in azmlflow("--help", cwd=tmp_path).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_the_running_step_is_drawn_and_ctrl_c_ends_it(box: AzureBox, project: Path) -> None:
    import pty

    box.use("az-hangs")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "azmlflow", "test-connection", "train.py", "--only", "token"]
    environ = environment(box, project, TERM="xterm", COLUMNS="80", LINES="24")
    process = subprocess.Popen(
        [*command, "--python", sys.executable],
        cwd=project,
        env=environ,
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    try:
        seen = _until(leader, "AzureCliCredential (")
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        rest = _until(leader, None)
        status = process.wait(20)
        taken = time.monotonic() - begun
    finally:
        process.kill()
        process.wait()
        os.close(leader)

    assert status == 130
    assert taken < 5, taken  # az itself would take ten
    assert "\x1b[1;32mok\x1b[0m" in seen
    assert "the sign-in: AzureCliCredential" in seen
    assert "The test was cancelled." in rest.splitlines()[-1]
    assert "Traceback" not in rest


def _until(descriptor: int, words: str | None) -> str:
    """Read a terminal until these words were written, or until its end."""
    seen = b""
    while words is None or words.encode() not in seen:
        try:
            chunk = os.read(descriptor, 4096)
        except OSError:  # so does Linux tell the end
            chunk = b""
        if not chunk:
            assert words is None, seen.decode("utf-8", "replace")
            break
        seen += chunk
    return seen.decode("utf-8", "replace")
