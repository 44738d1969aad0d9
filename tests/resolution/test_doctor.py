"""The parts of the doctor's report, on projects that set variables in every place there is."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from azmlflow.resolution.doctor.page import page_of
from azmlflow.resolution.doctor.report import Examined, report_of, workspaces_named, wrong
from azmlflow.resolution.redaction import Redactor
from azmlflow.resolution.wanted import wanted
from azmlflow.rules import counting
from azmlflow.workspace.load import load
from azmlflow.workspace.machine import AzureProfile, MachineFacts
from azmlflow.workspace.surroundings import Terms, look

from tests.certificates import make

NOW = datetime(2026, 6, 15, tzinfo=timezone.utc)
GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
PRINCIPAL = {"AZURE_TENANT_ID": GUID, "AZURE_CLIENT_ID": GUID}
SCRIPT = "import mlflow\nmlflow.start_run()\n"
NOTHING = MachineFacts(False, False, False, AzureProfile(0), False, False, False, None)


def examine(root: Path, machine: Any = NOTHING, **environ: str) -> Examined:
    (root / ".git").mkdir(exist_ok=True)
    loaded = load([root], environ)
    terms = Terms(NOW, True, loaded.snapshot.roots, environ)
    snapshot = replace(loaded.snapshot, surroundings=look(wanted(loaded.snapshot, process=True), terms))
    return Examined(snapshot, machine, root, loaded.targets, Redactor.of(environ, root))


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def told(report: dict[str, Any], name: str) -> list[tuple[bool, str]]:
    return [
        (row["used"], row["says"]) for row in report["environments"][0]["variables"] if row["name"] == name
    ]


def page(report: dict[str, Any]) -> str:
    return "\n".join(page_of(report))


def test_every_place_that_sets_a_variable_has_a_line(tmp_path):
    write(
        tmp_path,
        train_dot_py=SCRIPT,
        _dot_env=f"AZURE_TENANT_ID={GUID}\n",
        setup_dot_sh=f"export AZURE_TENANT_ID={GUID}\n",
        Dockerfile=f"FROM python\nENV AZURE_TENANT_ID={GUID}\n",
        compose_dot_yml=f"services:\n  a:\n    image: mlflow\n    environment:\n      AZURE_TENANT_ID: {GUID}\n",
        job_dot_yml="$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\n"
        f"command: python x.py\nenvironment_variables:\n  AZURE_TENANT_ID: {GUID}\n",
    )
    write(
        tmp_path,
        **{
            ".vscode__launch_dot_json": json.dumps(
                {"configurations": [{"name": "Train", "env": {"AZURE_TENANT_ID": GUID}}]}
            )
        },
    )
    report = report_of(examine(tmp_path, AZURE_TENANT_ID="contoso.com"))
    assert sorted(told(report, "AZURE_TENANT_ID")) == sorted(
        [
            (True, "set in the terminal"),
            (False, "nothing loads the file but VS Code, when it starts a script"),
            (False, "only after the shell has read the file"),
            (False, "only in the container"),
            (False, "only in the container"),
            (False, "only in the job"),
            (False, "only in the launch configuration Train"),
        ]
    )


def test_what_the_code_sets_wins_over_the_terminal(tmp_path):
    write(tmp_path, train_dot_py='import os\nos.environ["AZURE_TENANT_ID"] = "x"\n' + SCRIPT)
    report = report_of(examine(tmp_path, AZURE_TENANT_ID="contoso.com"))
    assert told(report, "AZURE_TENANT_ID") == [(False, "the code sets another"), (True, "set by the code")]


def test_a_line_of_a_notebook_is_told_with_its_cell(tmp_path):
    cells = [
        f"%env AZURE_TENANT_ID={GUID}",
        'import mlflow\nmlflow.set_tracking_uri("sqlite:///a.db")\nmlflow.start_run()',
    ]
    notebook = {
        "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in cells],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (tmp_path / "train.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    shown = page(report_of(examine(tmp_path)))
    assert "set by the code (train.ipynb:cell 1:1)" in shown
    assert "because mlflow.set_tracking_uri is called (train.ipynb:cell 2:2)" in shown


def test_a_long_name_leaves_the_columns_straight(tmp_path):
    long = "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"
    write(tmp_path, _dot_env=f"AZURE_TENANT_ID={GUID}\n{long}=1\n", train_dot_py=SCRIPT)
    rows = [
        line for line in page(report_of(examine(tmp_path))).splitlines() if "nothing loads the file" in line
    ]
    assert any(long in row for row in rows)
    assert len({row.index("nothing loads") for row in rows}) == 1


def test_a_name_that_nothing_reads(tmp_path):
    write(tmp_path, _dot_env="AZURE_TENANTID=x\n", train_dot_py=SCRIPT)
    report = report_of(examine(tmp_path, AZURE_CLIENTID=GUID, MY_OWN="x"))
    assert told(report, "AZURE_TENANTID") == [(False, "nothing reads it; is AZURE_TENANT_ID meant?")]
    assert told(report, "AZURE_CLIENTID") == [(False, "nothing reads it; is AZURE_CLIENT_ID meant?")]
    assert told(report, "MY_OWN") == []
    assert not wrong(report)


def test_a_long_list_of_variables_is_cut(tmp_path):
    for number in range(120):
        write(tmp_path, **{f"d{number}__.env": "AZURE_TENANT_ID=x\n"})
    environment = report_of(examine(tmp_path))["environments"][0]
    assert len(environment["variables"]) == 80
    assert environment["variables_left_out"] == 40


def test_why_more_may_be_set(tmp_path):
    write(tmp_path, train_dot_py='import os\nfor name in names:\n    os.environ[name] = "x"\n' + SCRIPT)
    report = report_of(examine(tmp_path))
    assert "Others may be set too, because the code sets variables whose names are computed." in page(report)


@pytest.mark.parametrize(
    ("kind", "password", "given", "says"),
    [
        ("pem", "right", "wrong", "names a file that has another password than the one that is set"),
        ("pem", "right", None, "names a file that needs a password, and none is set"),
        ("pem", None, "useless", "names a file without a password, and one is set"),
    ],
)
def test_a_certificate_that_cannot_be_loaded_stops_the_chain(tmp_path, kind, password, given, says):
    (tmp_path / "bot.pem").write_bytes(make(kind, NOW, password))
    variables = {"AZURE_CLIENT_CERTIFICATE_PATH": str(tmp_path / "bot.pem")}
    if given:
        variables["AZURE_CLIENT_CERTIFICATE_PASSWORD"] = given
    report = report_of(examine(tmp_path, **PRINCIPAL, **variables))
    environment = report["environments"][0]
    assert environment["certificate"]["says"] == says
    assert environment["chain"]["links"][0]["state"] == "stops the chain"
    assert f"AZURE_CLIENT_CERTIFICATE_PATH {says}" in report["problems"][0]
    assert says in page(report)


def test_a_certificate_that_ends_soon_is_no_fault(tmp_path):
    (tmp_path / "bot.pem").write_bytes(make("pem:expires-in-10", NOW))
    report = report_of(
        examine(tmp_path, **PRINCIPAL, AZURE_CLIENT_CERTIFICATE_PATH=str(tmp_path / "bot.pem"))
    )
    assert report["environments"][0]["certificate"]["remarks"] == ["it expires in 10 days"]
    assert not wrong(report)


def test_a_certificate_behind_a_secret_is_never_read(tmp_path):
    report = report_of(
        examine(tmp_path, **PRINCIPAL, AZURE_CLIENT_SECRET="x", AZURE_CLIENT_CERTIFICATE_PATH="gone.pem")
    )
    assert not report["environments"][0]["certificate"]["read"]
    assert "is never read" in page(report)
    assert not wrong(report)


def test_a_path_that_is_none_is_not_shown(tmp_path):
    """What stands in the variable may be anything, such as the secret that was meant for another one."""
    report = report_of(examine(tmp_path, **PRINCIPAL, AZURE_CLIENT_CERTIFICATE_PATH="abcd8Q~secretsecret"))
    assert report["environments"][0]["certificate"]["path"] is None
    assert "8Q~" not in json.dumps(report)


def test_in_a_job_the_token_takes_the_place_of_the_chain(tmp_path):
    report = report_of(
        examine(
            tmp_path,
            MLFLOW_TRACKING_URI="azureml://x",
            MLFLOW_TRACKING_TOKEN="t",
            MLFLOW_RUN_ID="r",
            MLFLOW_EXPERIMENT_ID="1",
            AZURE_TENANT_ID="<tenant>",
        )
    )
    assert report["environments"][0]["chain"]["replaced_by_token"]
    assert "MLFLOW_TRACKING_TOKEN takes its place" in page(report)
    assert report["problems"] == []


def test_a_pod_is_no_half_a_principal(tmp_path):
    (tmp_path / "token").touch()
    pod = {**PRINCIPAL, "AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "token")}
    report = report_of(examine(tmp_path, **pod))
    assert report["problems"] == []
    assert report["environments"][0]["chain"]["links"][1]["state"] == "would be tried"
    gone = report_of(examine(tmp_path, **{**pod, "AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "gone")}))
    assert gone["environments"][0]["chain"]["links"][1]["state"] == "stops the chain"


def test_clouds_that_do_not_agree(tmp_path):
    machine = replace(NOTHING, azure_cli=True, profile=AzureProfile(1, "user", "AzureUSGovernment", GUID))
    report = report_of(
        examine(tmp_path, machine, AZUREML_CURRENT_CLOUD="AzureChinaCloud", AZURE_AUTHORITY_HOST="x")
    )
    assert report["environments"][0]["cloud"]["remarks"] == [
        "AZURE_AUTHORITY_HOST is set, which azureml-mlflow ignores",
        "az is signed in to AzureUSGovernment, the code uses AzureChinaCloud",
    ]
    private = replace(machine, profile=AzureProfile(1, "user", "ContosoStack", GUID))
    assert "Contoso" not in json.dumps(report_of(examine(tmp_path, private)))


def test_what_from_config_passes_over(tmp_path):
    one = {"subscription_id": GUID, "resource_group": "rg", "workspace_name": "one"}
    write(
        tmp_path,
        **{
            ".azureml__config.json": json.dumps(one),
            "config.json": json.dumps({**one, "workspace_name": "two"}),
        },
    )
    report = report_of(examine(tmp_path))
    (config,) = report["configs"]
    assert config["found"] == ".azureml/config.json"
    assert config["passed_over"] == [{"path": "config.json", "same_workspace": False}]
    assert "and passes over config.json: another workspace" in page(report)
    assert [w.workspace_name for w in workspaces_named(examine(tmp_path))] == ["one"]


def test_scripts_that_nobody_starts_here_are_not_told_of(tmp_path):
    write(tmp_path, test_train_dot_py=SCRIPT, train_dot_py=SCRIPT, plain_dot_py="print(1)\n")
    report = report_of(examine(tmp_path))
    assert [script["path"] for script in report["scripts"]] == ["train.py"]
    assert report["scripts"][0]["target"] == "a local store, as nothing sets a tracking URI"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_file_name_cannot_move_the_cursor(tmp_path):
    write(tmp_path, **{"a\x1b[2Jb.py": SCRIPT})
    assert "\x1b" not in page(report_of(examine(tmp_path)))


def test_findings_are_counted_as_far_as_there_is_time(tmp_path, monkeypatch):
    write(tmp_path, train_dot_py="import mlflow\nmlflow.set_tracking_uri = 'x'\n" + SCRIPT)
    examined = examine(tmp_path)
    report = {**report_of(examined), "findings": counting.count_wrong(examined.snapshot, examined.targets)}
    assert report["findings"]["AZM111"] == 1
    assert wrong(report)
    assert "`azmlflow check` has " in page(report)
    monkeypatch.setattr(counting, "MOST_FILES", 0)
    report["findings"] = counting.count_wrong(examined.snapshot, examined.targets)
    assert not wrong(report)
    assert "run `azmlflow check`" in page(report)
