"""YAML of jobs and calls of the SDKs."""

import pytest
from azmlflow.azure.jobs import SCRIPT_PLACES, YamlKind, kind_of_schema, kind_of_yaml, submit_call

BASE = "https://azuremlschemas.azureedge.net/latest/"


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        (BASE + "commandJob.schema.json", YamlKind.command),
        (BASE + "CommandJob.Schema.json", YamlKind.command),
        (BASE + "commandComponent.schema.json", YamlKind.command),
        ("http://azureml/sdk-2-0/CommandComponent.json", YamlKind.command),
        ("https://azuremlschemasprod.azureedge.net/latest/sweepJob.schema.json", YamlKind.sweep),
        (BASE + "pipelineJob.schema.json ", YamlKind.pipeline),
        (BASE + "pipelineComponent.schema.json", YamlKind.pipeline),
        (BASE + "ParallelComponent.schema.json", YamlKind.parallel),
        (BASE + "sparkJob.schema.json", YamlKind.spark),
        (BASE + "autoMLClassificationJob.schema.json", YamlKind.automl),
        (BASE + "schedule.schema.json", YamlKind.schedule),
        (BASE + "managedOnlineDeployment.schema.json", YamlKind.deployment),
        (BASE + "environment.schema.json", YamlKind.asset),
        ("https://json-schema.org/draft/2020-12/schema", None),
        ("https://json.schemastore.org/github-workflow.json", None),
        ("", None),
    ],
)
def test_kind_of_schema(schema, kind):
    assert kind_of_schema(schema) is kind


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"$schema": BASE + "commandJob.schema.json"}, YamlKind.command),
        ({"$schema": 3, "type": "command", "command": "python x.py"}, YamlKind.command),
        ({"type": "command", "command": "python x.py", "code": "src"}, YamlKind.command),
        ({"command": "python x.py", "environment": "azureml:env@latest"}, YamlKind.command),
        ({"command": "python x.py", "compute": "azureml:cpu"}, YamlKind.command),
        ({"command": "python x.py", "environment": {"image": "i", "conda_file": "c"}}, YamlKind.command),
        ({"type": "pipeline", "jobs": {"a": {}}}, YamlKind.pipeline),
        ({"jobs": {"a": {}}, "settings": {"default_compute": "azureml:cpu"}}, YamlKind.pipeline),
        ({"trial": {"command": "x"}, "search_space": {}}, YamlKind.sweep),
        ({"type": "parallel", "task": {"entry_script": "x.py"}}, YamlKind.parallel),
        ({"type": "spark", "entry": {"file": "x.py"}}, YamlKind.spark),
        ({True: "push", "jobs": {"build": {"runs-on": "ubuntu", "steps": []}}}, None),
        ({"services": {"web": {"command": "python x.py"}}}, None),
        ({"command": "python x.py", "image": "python", "environment": ["A=1"]}, None),
        ({"type": "command"}, None),
        ({"task": "x", "entry": "y", "settings": [], "jobs": []}, None),
        ({}, None),
    ],
)
def test_kind_of_yaml(document, kind):
    assert kind_of_yaml(document) is kind


def test_what_runs_the_users_code():
    assert YamlKind.command.runs_scripts
    assert not YamlKind.deployment.runs_scripts
    assert not YamlKind.asset.runs_scripts
    assert all(place.kind.runs_scripts for place in SCRIPT_PLACES)


@pytest.mark.parametrize(
    ("dotted", "version", "code", "script"),
    [
        ("azure.ai.ml.command", 2, "code", "command"),
        ("azure.ai.ml.entities.CommandComponent", 2, "code", "command"),
        ("azure.ai.ml.spark", 2, "code", "entry"),
        ("azure.ai.ml.parallel.RunFunction", 2, "code", "entry_script"),
        ("azure.ai.ml.parallel.parallel_run_function", 2, None, None),
        ("azure.ai.ml.load_job", 2, None, None),
        ("azureml.core.ScriptRunConfig", 1, "source_directory", "script"),
        ("azureml.core.script_run_config.ScriptRunConfig", 1, "source_directory", "script"),
        ("azureml.pipeline.steps.PythonScriptStep", 1, "source_directory", "script_name"),
        ("azureml.train.estimator.Estimator", 1, "source_directory", "entry_script"),
    ],
)
def test_submit_call(dotted, version, code, script):
    call = submit_call(dotted)
    assert call is not None
    assert (call.version, call.code, call.script) == (version, code, script)


@pytest.mark.parametrize(
    "dotted", ["command", "click.command", "azure.ai.ml.MLClient", "azureml.core.Run", "azureml", ""]
)
def test_calls_that_submit_nothing(dotted):
    assert submit_call(dotted) is None
