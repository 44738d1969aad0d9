"""`azmlflow doctor` as a process, on machines with nothing, with half a principal, and with a good one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.certificates import ISSUER, SUBJECT, make
from tests.cli.process import azmlflow, environment

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
CLIENT = "1b730954-1685-4b74-9bfd-dac224a7b894"
SUBSCRIPTION = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
SECRET = "pQr8Q~hGfDsApOiUyTrEwQlKjHgFdSaMnBvCxZ01"
PASSWORD = "open-sesame-4711"
USER = "somebodyspecial"
GROUP, WORKSPACE = "rg-contoso-forecasting", "ws-contoso-forecasting"
URI = (
    f"azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    f"/providers/Microsoft.MachineLearningServices/workspaces/{WORKSPACE}"
)
NAMES = {"subscription_id": SUBSCRIPTION, "resource_group": GROUP, "workspace_name": WORKSPACE}
PRINCIPAL = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT}
SCRIPT = f"""\
import mlflow
from dotenv import load_dotenv

load_dotenv()
mlflow.set_tracking_uri("{URI}")
mlflow.set_experiment("forecast")
with mlflow.start_run():
    mlflow.log_metric("loss", 0.1)
"""
PACKAGES = {
    "mlflow-skinny": "3.15.0",
    "azureml-mlflow": "1.62.0.post6",
    "azure-identity": "1.27.0",
    "python-dotenv": "1.2.1",
}
PRIVATE = (TENANT, CLIENT, SUBSCRIPTION, SECRET, PASSWORD, USER, GROUP, WORKSPACE, SUBJECT, ISSUER)
SECTIONS = {
    "version",
    "tool",
    "redacted",
    "interpreter",
    "packages",
    "environments",
    "machine",
    "configs",
    "scripts",
    "scripts_left_out",
    "permissions",
    "problems",
    "findings",
}


class Machine:
    """A home, and a project in it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home" / USER
        self.project = self.home / "forecast"
        (self.project / ".git").mkdir(parents=True)
        (self.project / ".gitignore").write_text(".env\n.venv\n*.pem\n", encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        (self.project / name).write_text(text, encoding="utf-8")

    def dotenv(self, **variables: str) -> None:
        self.write(".env", "".join(f"{name}={value}\n" for name, value in variables.items()))

    def install(self, packages: dict[str, str] = PACKAGES) -> None:
        """Lay out a virtual environment with the metadata of some packages; there is nothing to run in it."""
        venv = self.project / ".venv"
        bare = "Lib" if os.name == "nt" else "lib/python3.11"
        for name, version in packages.items():
            (venv / bare / "site-packages" / f"{name.replace('-', '_')}-{version}.dist-info").mkdir(
                parents=True
            )
        executable = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        executable.parent.mkdir(parents=True)
        executable.touch(0o755)
        (venv / "pyvenv.cfg").write_text("home = /nowhere\nversion = 3.11.7\n", encoding="utf-8")

    def environ(self, **variables: str) -> dict[str, str]:
        places = {"HOME": str(self.home), "USERPROFILE": str(self.home), "PATH": "", "USER": USER}
        return {**places, **variables}

    def doctor(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return azmlflow("doctor", *arguments, cwd=self.project, **self.environ(**variables))

    def report(self, *arguments: str, **variables: str) -> dict:
        done = self.doctor("--format", "json", *arguments, **variables)
        assert done.stderr == ""
        report: dict = json.loads(done.stdout)
        assert done.returncode == (1 if report["problems"] or report["findings"] else 0)
        assert set(report) == SECTIONS
        return report


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def project(machine: Machine) -> Machine:
    """A project in which all is well but that nobody can sign in without a browser."""
    machine.install()
    machine.write("train.py", SCRIPT)
    machine.write("config.json", json.dumps(NAMES))
    machine.write("requirements.txt", "mlflow-skinny\nazureml-mlflow\npython-dotenv\n")
    return machine


def links(report: dict) -> dict[str, str]:
    return {
        link["name"]: f"{link['state']}: {link['says']}"
        for link in report["environments"][0]["chain"]["links"]
    }


def test_a_machine_with_nothing(machine: Machine):
    report = machine.report()
    assert report["version"] == 1
    assert report["interpreter"] is None
    assert report["packages"] == report["scripts"] == report["problems"] == []
    assert report["configs"][0]["found"] is None
    (only,) = report["environments"]
    assert only["variables"] == []
    assert only["certificate"] is None
    assert not only["chain"]["known"]
    states = [link["state"] for link in only["chain"]["links"]]
    assert states.count("would be tried") == 2
    assert states.count("unknown until asked") == 2
    assert links(report)["AzureCliCredential"] == "cannot be used: az is not on the PATH"


def test_a_machine_with_nothing_as_text(machine: Machine):
    done = machine.doctor()
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing is wrong, as far as can be told without asking Azure." in done.stdout
    assert "Python: none was found; name it with --python" in done.stdout
    assert "neither az nor pwsh nor azd is on the PATH" in done.stdout
    assert "Only a browser or a code to type in is left" in done.stdout
    assert " ok" not in done.stdout


def test_half_a_principal(project: Machine):
    project.dotenv(AZURE_CLIENT_ID=CLIENT, AZURE_CLIENT_SECRET=SECRET)
    report = project.report()
    assert links(report)["EnvironmentCredential"] == "cannot be used: AZURE_TENANT_ID is missing"
    assert any("AZURE_TENANT_ID is missing" in problem for problem in report["problems"])
    rows = {row["name"]: row for row in report["environments"][0]["variables"]}
    assert rows["AZURE_CLIENT_ID"]["shape"] == "36 characters, a GUID"
    assert rows["AZURE_CLIENT_SECRET"]["shape"] == "40 characters, looks like a client secret"
    assert (rows["AZURE_CLIENT_SECRET"]["path"], rows["AZURE_CLIENT_SECRET"]["line"]) == (".env", 2)
    assert rows["AZURE_CLIENT_SECRET"]["says"] == "loaded by the code"


def test_half_a_principal_as_text(project: Machine):
    project.dotenv(AZURE_CLIENT_ID=CLIENT, AZURE_CLIENT_SECRET=SECRET)
    done = project.doctor()
    assert done.returncode == 1
    assert "Part of a service principal is set, but AZURE_TENANT_ID is missing" in done.stdout
    assert "EnvironmentCredential            cannot be used: AZURE_TENANT_ID is missing" in done.stdout


def test_ids_alone_are_nothing_wrong(project: Machine):
    """A tenant and a client id may be meant for the browser and for a managed identity."""
    report = project.report(**PRINCIPAL)
    assert report["problems"] == []


def test_a_good_secret(project: Machine):
    project.dotenv(**PRINCIPAL, AZURE_CLIENT_SECRET=SECRET)
    report = project.report()
    assert report["problems"] == []
    assert report["findings"] == {}
    chain = report["environments"][0]["chain"]
    assert chain["known"]
    assert chain["links"][0]["state"] == "would be tried"
    assert {link["state"] for link in chain["links"][1:]} == {"never reached"}
    assert [script["path"] for script in report["scripts"]] == ["train.py"]
    assert report["scripts"][0]["workspace"]["subscription_id"] == SUBSCRIPTION[:4] + "…"
    assert report["configs"][0]["found"] == "config.json"


def test_a_good_certificate(project: Machine):
    data = make("pem", datetime.now(timezone.utc), PASSWORD)
    (project.project / "bot.pem").write_bytes(data)
    (project.project / "bot.pem").chmod(0o600)
    project.dotenv(
        **PRINCIPAL, AZURE_CLIENT_CERTIFICATE_PATH="bot.pem", AZURE_CLIENT_CERTIFICATE_PASSWORD=PASSWORD
    )
    report = project.report()
    assert report["problems"] == []
    certificate = report["environments"][0]["certificate"]
    assert certificate["read"]
    assert certificate["path"] == "bot.pem"
    assert certificate["form"] == "PEM"
    assert certificate["key"] == "RSA 2048"
    assert len(certificate["thumbprint_ends"]) == 4
    assert certificate["remarks"] == []
    assert "with the certificate of AZURE_CLIENT_CERTIFICATE_PATH" in links(report)["EnvironmentCredential"]


@pytest.mark.parametrize(
    ("kind", "path", "says"),
    [
        (None, "bot.pem", "AZURE_CLIENT_CERTIFICATE_PATH names a file that is not there"),
        (
            "pem",
            "~/bot.pem",
            "AZURE_CLIENT_CERTIFICATE_PATH begins with ~, which azure-identity does not expand",
        ),
        ("pem:expired", "bot.pem", "The certificate is of no use: it expired on "),
        ("pem:not-yet-valid", "bot.pem", "The certificate is of no use: it is valid from "),
    ],
)
def test_a_certificate_that_cannot_work(project: Machine, kind: str | None, path: str, says: str):
    if kind:
        (project.project / "bot.pem").write_bytes(make(kind, datetime.now(timezone.utc)))
    report = project.report(**PRINCIPAL, AZURE_CLIENT_CERTIFICATE_PATH=path)
    assert any(problem.startswith(says) for problem in report["problems"]), report["problems"]


def test_an_empty_secret_stops_everything(project: Machine):
    report = project.report(**PRINCIPAL, AZURE_CLIENT_SECRET="")
    assert links(report)["EnvironmentCredential"] == "stops the chain: AZURE_CLIENT_SECRET is set and empty"
    assert any("the credential chain cannot be built" in problem for problem in report["problems"])
    assert report["environments"][0]["chain"]["fault"]["error"].startswith("ValueError: secret should be")


def test_who_is_signed_in_to_az_is_not_told(project: Machine):
    folder = project.home / ".azure"
    folder.mkdir()
    account = {
        "user": {"name": f"{USER}@contoso.com", "type": "user"},
        "isDefault": True,
        "tenantId": TENANT,
        "environmentName": "AzureCloud",
    }
    (folder / "azureProfile.json").write_text(json.dumps({"subscriptions": [account]}), encoding="utf-8-sig")
    tools = project.home / "bin"
    tools.mkdir()
    (tools / ("az.cmd" if os.name == "nt" else "az")).touch(0o755)
    report = project.report(PATH=str(tools))
    assert report["machine"]["azure_cli"] == {
        "on_path": True,
        "subscriptions": 1,
        "signed_in_as": "user",
        "tenant": "72f9…",
    }
    assert links(report)["AzureCliCredential"].startswith("would be tried: as the account of `az login`")


def test_which_of_two_settings_wins(project: Machine):
    project.dotenv(AZURE_TENANT_ID=TENANT)
    rows = [
        (row["used"], row["says"])
        for row in project.report(AZURE_TENANT_ID="contoso.com")["environments"][0]["variables"]
        if row["name"] == "AZURE_TENANT_ID"
    ]
    assert rows == [
        (True, "set in the terminal"),
        (False, "not used: it is set already when the file is loaded"),
    ]


def test_a_file_that_nothing_loads(project: Machine):
    project.write("train.py", SCRIPT.replace("load_dotenv()", ""))
    project.dotenv(AZURE_TENANT_ID=TENANT)
    (row,) = project.report()["environments"][0]["variables"]
    assert not row["used"]
    assert row["says"] == "nothing loads the file but VS Code, when it starts a script"


def test_scripts_with_environments_of_their_own(project: Machine):
    project.write("other.py", 'import os\nos.environ["AZURE_TOKEN_CREDENTIALS"] = "dev"\n' + SCRIPT)
    project.dotenv(**PRINCIPAL, AZURE_CLIENT_SECRET=SECRET)
    report = project.report()
    assert [environment["scripts"] for environment in report["environments"]] == [["other.py"], ["train.py"]]
    assert report["environments"][0]["chain"]["links"][0]["state"] == "removed"
    assert report["environments"][1]["chain"]["links"][0]["state"] == "would be tried"
    assert project.doctor().stdout.count("Variables, as ") == 2


def test_packages_that_do_not_go_together(project: Machine):
    shutil.rmtree(project.project / ".venv")
    project.install({"mlflow-skinny": "3.15.0", "azureml-mlflow": "1.60.0", "azure-identity": "1.30.0"})
    report = project.report()
    verdicts = {package["name"]: package["verdict"] for package in report["packages"]}
    assert verdicts["azureml-mlflow"] == verdicts["mlflow-skinny"] == "clash"
    assert any(
        "azureml-mlflow 1.60.0 does not work with mlflow-skinny 3.15.0" in p for p in report["problems"]
    )
    assert not report["environments"][0]["chain"]["known"]
    assert "what these versions do is not known" in report["environments"][0]["chain"]["note"]


def test_a_package_that_is_missing(project: Machine):
    shutil.rmtree(project.project / ".venv")
    project.install({"mlflow": "3.15.0"})
    problems = project.report()["problems"]
    assert any(p.startswith("The package azureml-mlflow is not installed in .venv") for p in problems)


def test_an_interpreter_by_name(project: Machine, tmp_path: Path):
    other = Machine(tmp_path / "elsewhere")
    other.install({"mlflow": "2.22.0"})
    python = next(path for path in (other.project / ".venv").glob("*/python*") if path.is_file())
    report = project.report("--python", str(python))
    assert report["interpreter"]["origin"] == "chosen in the editor"
    assert {package["name"]: package["version"] for package in report["packages"]}["mlflow"] == "2.22.0"


def test_the_wrong_cloud(project: Machine):
    report = project.report(AZUREML_CURRENT_CLOUD="AzureChinaCloud")
    assert any(
        "A workspace is in AzureCloud, and the code signs in to AzureChinaCloud" in p
        for p in report["problems"]
    )
    rows = {row["name"]: row["shape"] for row in report["environments"][0]["variables"]}
    assert rows["AZUREML_CURRENT_CLOUD"] == "AzureChinaCloud"


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("more", [(), ("--no-redact",)])
def test_what_is_private_stays_so(project: Machine, form: str, more: tuple[str, ...]):
    data = make("pem", datetime.now(timezone.utc), PASSWORD)
    (project.project / "bot.pem").write_bytes(data)
    project.dotenv(
        **PRINCIPAL,
        AZURE_CLIENT_SECRET=SECRET,
        AZURE_CLIENT_CERTIFICATE_PATH="bot.pem",
        AZURE_CLIENT_CERTIFICATE_PASSWORD=PASSWORD,
        MLFLOW_TRACKING_URI=URI,
        HTTPS_PROXY=f"http://{USER}:{PASSWORD}@proxy:8080",
        AZURE_USERNAME=f"{USER}@contoso.com",
    )
    said = project.doctor("--format", form, *more, **PRINCIPAL).stdout
    private = (SECRET, PASSWORD, SUBJECT, ISSUER) if more else PRIVATE
    for value in private:
        for part in (
            (value[at : at + 5] for at in range(max(1, len(value) - 4)))
            if value in (SECRET, PASSWORD)
            else (value,)
        ):
            assert part not in said, value
    assert (WORKSPACE in said) == bool(more)


def test_a_folder_outside_hides_whose_it_is(project: Machine):
    done = azmlflow("doctor", "forecast/train.py", cwd=project.home, **project.environ())
    assert USER not in done.stdout
    assert "  train.py: the workspace ws…" in done.stdout


def test_a_role_for_the_workspace_of_the_config(project: Machine):
    done = project.doctor("--role", "json")
    assert done.returncode == 0
    assert done.stderr == (
        "Code that asks MLClient for the tracking URI needs one action more: "
        "Microsoft.MachineLearningServices/workspaces/read\n"
    )
    assert json.loads(done.stdout)["AssignableScopes"] == [
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    ]
    assert f"name: '{WORKSPACE}'" in project.doctor("--role", "bicep").stdout
    az = project.doctor("--role", "az").stdout
    assert f"/workspaces/{WORKSPACE}" in az
    assert az.startswith("azmlflow doctor --role json > mlflow-role.json\n")


def test_a_role_for_the_workspace_of_a_script(project: Machine):
    (project.project / "config.json").unlink()
    az = project.doctor("train.py", "--role", "az").stdout
    assert f"/workspaces/{WORKSPACE}" in az
    assert az.startswith("azmlflow doctor train.py --role json > mlflow-role.json\n")
    project.write("other.py", SCRIPT.replace(WORKSPACE, "ws-other"))
    assert f"/workspaces/{WORKSPACE}" in project.doctor("train.py", "--role", "az").stdout
    done = project.doctor("--role", "az")
    assert done.returncode == 2
    assert "the scripts log to several workspaces (ws-other, ws-contoso-forecasting)" in done.stderr


def test_a_role_without_a_workspace_has_gaps_to_fill(machine: Machine):
    done = machine.doctor("--role", "json")
    assert done.returncode == 0
    assert "<subscription-id>" in json.loads(done.stdout)["AssignableScopes"][0]
    assert "fill in what stands in <...>" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere",), "does not exist"),
        (("--python", "/no/python"), "--python names no interpreter"),
        (("--role", "json", "--format", "json"), "--role prints a role in a format of its own"),
        (("--role", "xml"), "invalid choice"),
        (("--format", "yaml"), "invalid choice"),
    ],
)
def test_wrong_use(machine: Machine, arguments: tuple[str, ...], says: str):
    done = machine.doctor(*arguments)
    assert done.returncode == 2
    assert says in done.stderr


def test_nothing_is_written_and_it_takes_no_time(project: Machine):
    """Two seconds is the promise, and 0.5 what it takes; a busy machine of CI is given ten."""
    project.dotenv(**PRINCIPAL, AZURE_CLIENT_SECRET=SECRET)
    before = sorted(project.home.rglob("*"))
    started = time.monotonic()
    assert project.doctor().returncode == 0
    assert time.monotonic() - started < 10
    assert sorted(project.home.rglob("*")) == before


def test_it_needs_no_network(project: Machine):
    """In a namespace without any network the page is the same to the letter."""
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no network namespaces here")
    project.dotenv(**PRINCIPAL, AZURE_CLIENT_SECRET=SECRET)
    done = subprocess.run(
        [unshare, "-rn", sys.executable, "-m", "azmlflow", "doctor"],
        cwd=project.project,
        env=environment(**project.environ()),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.stdout == project.doctor().stdout
