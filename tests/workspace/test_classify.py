"""A file is what its name and its shape say it is."""

from pathlib import Path

import pytest
from azmlflow.workspace.classify import is_template, kind_of
from azmlflow.workspace.snapshot import FileKind as Kind

SCHEMA = "$schema: https://azuremlschemas.azureedge.net/latest/"
CONFIG = '{"subscription_id": "s", "resource_group": "r", "workspace_name": "w"}'

BY_NAME = [
    ("train.py", Kind.PYTHON),
    ("gui.pyw", Kind.PYTHON),
    ("stub.pyi", None),
    ("Train.IPYNB", Kind.NOTEBOOK),
    (".env", Kind.DOTENV),
    (".env.dev", Kind.DOTENV),
    (".env.prod", Kind.DOTENV),
    (".env.example", Kind.DOTENV),
    (".env.sample", Kind.DOTENV),
    (".env_example", Kind.DOTENV),
    (".env.backup.20240102", Kind.DOTENV),
    ("config.env.example", Kind.DOTENV),
    ("prod.env", Kind.DOTENV),
    ("env.example", Kind.DOTENV),
    (".envrc", Kind.SHELL),
    (".env.gpg", None),
    ("environment.ts", None),
    ("vite-env.d.ts", None),
    ("environment", None),
    ("run.sh", Kind.SHELL),
    ("run.bash", Kind.SHELL),
    ("run.zsh", Kind.SHELL),
    ("run.ps1", Kind.SHELL),
    ("README.md", Kind.MARKDOWN),
    ("requirements.txt", Kind.REQUIREMENTS),
    ("requirements-dev.txt", Kind.REQUIREMENTS),
    ("dev_requirements.in", Kind.REQUIREMENTS),
    ("requirements/base.txt", Kind.REQUIREMENTS),
    ("constraints.txt", Kind.REQUIREMENTS),
    ("notes.txt", None),
    ("pyproject.toml", Kind.PYPROJECT),
    ("azmlflow.toml", Kind.SETTINGS),
    ("ruff.toml", None),
    ("MLproject", Kind.MLPROJECT),
    (".vscode/settings.json", Kind.EDITOR),
    (".vscode/launch.json", Kind.EDITOR),
    ("settings.json", None),
    ("data.json", None),
    ("mlflow.db", None),
]

CONFIGS = [
    ("config.json", CONFIG, True),
    ("sub/config.json", '\ufeff{"workspace_name": "w"}', True),
    ("project.json", '{"Id": null, "Scope": "/subscriptions/s/resourceGroups/r"}', True),
    (".azureml/config.json", "{}", True),
    ("aml_config/project.json", "", True),
    ("config.json", '{"subscriptionId": "s", "resourceGroup": "r"}', True),
    ("config.json", '{"subscription_id": "s", "workspace_name": ', True),
    ("config.json", '{"Scope": "/subscriptions/s",}', True),
    ("config.json", '{// comment\n"resource_group": "r"}', True),
    ("config.json", '{"architectures": ["BertModel"], "vocab_size": 30522}', False),
    ("config.json", '{"npm": {"workspace": 1, "workspaces": []}}', False),
    ("config.json", '{"Azure": {"subscription_id": "nested"}}', False),
    ("config.json", '{"oauth": {"Scope": "openid"}}', False),
    ("project.json", '{"name": "nx", "targets": {', False),
    ("config.json", "[1, 2]", False),
    ("config.json", "", False),
    ("config.json", "[" * 100_000 + '"workspace_name"', True),
]

YAML = [
    (SCHEMA + "commandJob.schema.json\ncommand: x", Kind.JOB),
    (SCHEMA + "CommandJob.schema.json", Kind.JOB),
    (SCHEMA + "pipelinejob.schema.json", Kind.JOB),
    (SCHEMA + "commandComponent.schema.json", Kind.JOB),
    (SCHEMA + "autoMLJob.schema.json", Kind.JOB),
    (SCHEMA + "schedule.schema.json", Kind.JOB),
    ("$schema: http://azureml/sdk-2-0/CommandComponent.json", Kind.JOB),
    ("# c\n" * 20 + SCHEMA + "sparkJob.schema.json", Kind.JOB),
    (SCHEMA.replace(": ", ": '") + "sweepJob.schema.json'\r\n", Kind.JOB),
    (SCHEMA + "environment.schema.json\nname: e", Kind.YAML),
    (SCHEMA + "managedOnlineDeployment.schema.json", Kind.YAML),
    ("command: python train.py\ncode: src\nenvironment: azureml:e@latest", Kind.JOB),
    ("command: >-\n  python train.py\ncompute: azureml:cpu", Kind.JOB),
    ("command:\n  python train.py\ncompute: azureml:cpu", Kind.JOB),
    ("type: pipeline\njobs:\n  a:\n    type: command", Kind.JOB),
    ("jobs:\n  a:\n    component: azureml:c@latest", Kind.JOB),
    ("type: command\nname: c\ncommand: x {{template}}", Kind.JOB),
    ("search_space: {}\ntrial:\n  code: src\n  command: x", Kind.JOB),
    (
        "name: ci\non: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: az ml azureml:x",
        Kind.WORKFLOW,
    ),
    ("services:\n  web:\n    image: mlflow", Kind.COMPOSE),
    ("trigger: [main]\nsteps:\n- script: mlflow run", Kind.PIPELINE),
    ("steps:\n  - nothing: mlflow", Kind.YAML),
    ("apiVersion: v1\nservices:\n- script: mlflow", Kind.YAML),
    ("name: ci\non: push\njobs:\n  a:\n    runs-on: x", Kind.WORKFLOW),
    ("name: ci\non: push\njobs:\n  a:\n    uses: ./.github/workflows/b.yml", None),
    ("pool: {vmImage: ubuntu-latest}\nsteps:\n- script: python train.py", Kind.PIPELINE),
    ("steps:\n- script: python train.py", None),
    ("services:\n  web:\n    command: python\n    environment: {}", None),
    ("command: []\nenvironment: {}", None),
    ("command:\n- python\nenvironment: {}", None),
    ("apiVersion: batch/v1\ncommand: x\nenvironment: y", None),
    ("name: e\nchannels:\n- conda-forge\ndependencies:\n- python=3.10\n- pip:\n  - mlflow", Kind.CONDA),
    ("dependencies:\n  # pinned\n\n  - python\nname: e", Kind.CONDA),
    ("name: chart\napiVersion: v2\ndependencies:\n- name: x", None),
    ("dependencies: []\ngalaxy_info: {}", None),
    ("a: 1", None),
    ("", None),
    ("uri: ${MLFLOW_TRACKING_URI}", Kind.YAML),
    ("{{- if x }}\nmlflow: y", Kind.YAML),
]


@pytest.mark.parametrize(("name", "kind"), BY_NAME)
def test_the_name_decides(name, kind):
    assert kind_of(Path("/project") / name, "") is kind


@pytest.mark.parametrize(("name", "text", "counts"), CONFIGS)
def test_a_workspace_config_is_told_from_other_json_files_of_its_name(name, text, counts):
    assert kind_of(Path("/project") / name, text) is (Kind.WORKSPACE_CONFIG if counts else None)


@pytest.mark.parametrize(("text", "kind"), YAML)
def test_the_shape_of_yaml_decides(text, kind):
    assert kind_of(Path("/project/any.yml"), text) is kind


@pytest.mark.parametrize(
    ("name", "template"),
    [
        (".env.example", True),
        (".env_example", True),
        (".env.sample", True),
        (".env.template", True),
        (".env.dist", True),
        ("config.env.example", True),
        ("example.env", True),
        (".env", False),
        (".env.prod", False),
        ("examples/.env", False),
        (".env.backup.20240102", False),
    ],
)
def test_a_form_to_fill_in_is_told_from_an_environment_file(name, template):
    assert is_template(Path("/project") / name) is template
