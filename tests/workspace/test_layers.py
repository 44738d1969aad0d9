"""Which variables the files of a project set, for whom, and where each is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from azmlflow.workspace.layer import Layer
from azmlflow.workspace.layers import layers_of
from azmlflow.workspace.load import load
from azmlflow.workspace.snapshot import FileKind, Snapshot

from tests.workspace.tree import make

WORKFLOW = """\
on: [push]
env:
  AZURE_TENANT_ID: ${{ vars.TENANT }}
  TOP: top
jobs:
  train:
    runs-on: ubuntu-latest
    env: {AZURE_CLIENT_ID: abc, TOP: inner}
    steps:
      - uses: actions/checkout@v4
      - name: Train
        run: python train.py
        env:
          AZURE_CLIENT_SECRET: ${{ secrets.S }}
          EMPTY:
      - run: echo
  plain:
    steps:
      - uses: azure/login@v2
      - run: python train.py
"""
PIPELINE = """\
trigger: [main]
variables:
  azure.client id: abc
stages:
  - stage: a
    variables:
      - group: secrets
      - name: mlflow_tracking_uri
        value: azureml://x
    jobs:
      - job: train
        steps:
          - script: python train.py
            displayName: Train
            env:
              AZURE_CLIENT_SECRET: $(secret)
              AZURE_TENANT_ID: tenant
"""
COMPOSE = """\
services:
  train:
    build: .
    env_file: [a.env, {path: b.env, required: false}]
    environment:
      - AZURE_CLIENT_ID=abc
      - AZURE_CLIENT_SECRET
      - AZURE_TENANT_ID=${TENANT}
  other:
    image: mlflow
    environment: {MLFLOW_TRACKING_URI: azureml://x, DEBUG: true, HANDED_ON: }
"""
DOCKERFILE = """\
FROM python AS base
ENV AZURE_CLIENT_ID=abc TOP=1
FROM base
ENV AZURE_TENANT_ID=$T TOP=2
"""
SHELL = """\
export AZURE_CLIENT_ID=abc
AZURE_TENANT_ID=unexported
export AZURE_CLIENT_SECRET=$(pass)
ONLY=1 python train.py
"""
LAUNCH = """\
{"configurations": [
  {"name": "train", "cwd": "${workspaceFolder}/src", "envFile": "${workspaceFolder}/x.env",
   "env": {"A": "1", "B": "${env:B}", "C": "${workspaceFolder}/c.pem"}},
  {"name": "no variables"}
]}
"""


def layers(folder: Path, name: str, text: str) -> tuple[Layer, ...]:
    return layers_of(snapshot(folder, name, text).files[folder / name])


def snapshot(folder: Path, name: str, text: str) -> Snapshot:
    return load([make(folder, {".git/": "", name: text})], {}).snapshot


def values(layer: Layer) -> dict[str, str | None]:
    return {name: setting.value for name, setting in layer.settings.items()}


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        (".github/workflows/ci.yml", WORKFLOW, FileKind.WORKFLOW),
        ("azure-pipelines.yml", PIPELINE, FileKind.PIPELINE),
        ("compose.yaml", COMPOSE, FileKind.COMPOSE),
        ("Dockerfile", DOCKERFILE, FileKind.DOCKERFILE),
        ("docker/Dockerfile.train", DOCKERFILE, FileKind.DOCKERFILE),
        ("train.dockerfile", DOCKERFILE, FileKind.DOCKERFILE),
    ],
)
def test_each_file_is_known_for_what_it_is(tmp_path: Path, name: str, text: str, kind: FileKind) -> None:
    assert snapshot(tmp_path, name, text).files[tmp_path / name].kind is kind


def test_a_step_of_a_workflow_gets_what_stands_above_it(tmp_path: Path) -> None:
    step, plain = layers(tmp_path, ".github/workflows/ci.yml", WORKFLOW)

    assert (step.origin, step.where, step.more) == ("step Train", "ci", None)
    assert values(step) == {
        "AZURE_TENANT_ID": None,
        "TOP": "inner",
        "AZURE_CLIENT_ID": "abc",
        "AZURE_CLIENT_SECRET": None,
        "EMPTY": "",
    }
    assert step.inherited == {"AZURE_TENANT_ID", "TOP", "AZURE_CLIENT_ID"}
    assert (plain.origin, plain.more) == ("job plain", "azure/login may set variables")


def test_variables_of_a_pipeline_are_renamed_as_its_scripts_see_them(tmp_path: Path) -> None:
    (step,) = layers(tmp_path, "azure-pipelines.yml", PIPELINE)

    assert (step.origin, step.more) == ("step Train", "a variable group or template may set more")
    assert values(step) == {
        "AZURE_CLIENT_ID": "abc",
        "MLFLOW_TRACKING_URI": "azureml://x",
        "AZURE_CLIENT_SECRET": None,
        "AZURE_TENANT_ID": "tenant",
    }


def test_services_of_compose_are_layers(tmp_path: Path) -> None:
    train, other = layers(tmp_path, "compose.yaml", COMPOSE)

    assert values(train) == {"AZURE_CLIENT_ID": "abc", "AZURE_CLIENT_SECRET": None, "AZURE_TENANT_ID": None}
    assert [file.path for file in train.env_files] == ["a.env", "b.env"]
    assert train.more == "the image may set more"
    assert values(other) == {"MLFLOW_TRACKING_URI": "azureml://x", "DEBUG": "true", "HANDED_ON": None}
    assert {train.where, other.where} == {"container"}


def test_a_stage_of_a_dockerfile_has_what_its_parent_has(tmp_path: Path) -> None:
    base, final = layers(tmp_path, "Dockerfile", DOCKERFILE)

    assert values(base) == {"AZURE_CLIENT_ID": "abc", "TOP": "1"}
    assert values(final) == {"AZURE_CLIENT_ID": "abc", "TOP": "2", "AZURE_TENANT_ID": None}
    assert final.inherited == {"AZURE_CLIENT_ID"}


def test_a_shell_script_hands_on_what_it_exports(tmp_path: Path) -> None:
    (layer,) = layers(tmp_path, "setup.sh", SHELL)

    assert values(layer) == {"AZURE_CLIENT_ID": "abc", "AZURE_CLIENT_SECRET": None}


def test_a_launch_configuration_names_its_file_and_folder(tmp_path: Path) -> None:
    (layer,) = layers(tmp_path, ".vscode/launch.json", LAUNCH)

    assert (layer.origin, layer.cwd) == ("launch configuration train", "${workspaceFolder}/src")
    assert values(layer) == {"A": "1", "B": None, "C": f"{tmp_path}/c.pem"}
    assert [file.path for file in layer.env_files] == ["${workspaceFolder}/x.env"]


def test_values_stand_where_they_are_written(tmp_path: Path) -> None:
    text = "A=1\nB = 'two'  # why\nA=3\nC=${A}\n"
    file = snapshot(tmp_path, ".env", text).files[tmp_path / ".env"]
    (layer,) = layers_of(file)

    assert values(layer) == {"A": "3", "B": "two", "C": None}
    assert file.text.slice(layer.settings["B"].written.span) == "'two'"
    assert file.text.slice(layer.settings["B"].place.span) == "B = 'two'"
    assert layer.settings["A"].place.span.line == 2


def test_a_job_and_its_steps_are_layers(tmp_path: Path) -> None:
    job = (
        "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\n"
        "environment_variables: {A: one}\n"
        "jobs:\n  step:\n    command: python a.py\n    environment_variables: {B: 2, C: true}\n"
    )
    found = layers(tmp_path, "job.yml", job)

    assert [(layer.origin, layer.where, values(layer)) for layer in found] == [
        ("job job.yml", "job", {"A": "one"}),
        ("job step", "job", {"B": "2", "C": "True"}),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env.example", "A=1\n"),
        ("train.py", "import mlflow\n"),
        ("job.yml", "command: x\ncode: .\nenvironment_variables: [1]\n"),
        ("compose.yml", "services: [azure]\n"),
        (".github/workflows/a.yml", "on: push\njobs: {a: {steps: azure, env: [1]}}\n"),
        ("Dockerfile", "ENV AZURE_A=1\n"),
        (".vscode/launch.json", '{"configurations": {"env": 1}}'),
    ],
)
def test_other_files_and_broken_ones_set_nothing(tmp_path: Path, name: str, text: str) -> None:
    assert layers(tmp_path, name, text) == ()
