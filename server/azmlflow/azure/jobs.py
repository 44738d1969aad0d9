"""What runs code inside Azure Machine Learning: YAML of jobs and components, and calls of the SDKs.

Sources: the schema names at https://learn.microsoft.com/azure/machine-learning/reference-yaml-overview, the
job types in `azure/ai/ml/constants/_job/job.py`, the arguments of azure-ai-ml 1.35's functions, and the
classes of azureml-core, azureml-pipeline-steps and azureml-train-core (SDK v1).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from azmlflow.azure.commands import ScriptKind, ScriptReference, scripts_of_command

__all__ = [
    "SCRIPT_PLACES",
    "ScriptKind",
    "ScriptPlace",
    "ScriptReference",
    "SubmitCall",
    "YamlKind",
    "kind_of_schema",
    "kind_of_yaml",
    "scripts_of_command",
    "submit_call",
]


class YamlKind(Enum):
    """What a YAML file of Azure Machine Learning describes; jobs and components of one type are one kind."""

    command = "command"
    sweep = "sweep"
    pipeline = "pipeline"
    parallel = "parallel"
    spark = "spark"
    automl = "automl"
    import_ = "import"
    data_transfer = "data-transfer"
    schedule = "schedule"
    deployment = "deployment"
    asset = "asset"

    @property
    def runs_scripts(self) -> bool:
        """Whether Azure Machine Learning runs the user's own code by it, with tracking set up already."""
        return self in _RUNNING


class ScriptPlace(NamedTuple):
    """Where a job or component of a kind names its script: paths of keys in the YAML.

    `script` holds a command line when `is_command`, else a file; both are relative to the folder at `code`.
    """

    kind: YamlKind
    code: tuple[str, ...]
    script: tuple[str, ...]
    is_command: bool


SCRIPT_PLACES: Final = (
    ScriptPlace(YamlKind.command, ("code",), ("command",), True),
    ScriptPlace(YamlKind.sweep, ("trial", "code"), ("trial", "command"), True),
    ScriptPlace(YamlKind.parallel, ("task", "code"), ("task", "entry_script"), False),
    ScriptPlace(YamlKind.parallel, ("code",), ("task", "entry_script"), False),
    ScriptPlace(YamlKind.spark, ("code",), ("entry", "file"), False),
)
"""A pipeline has such jobs under `jobs.<name>`; `component` and `trial` may be the path of another YAML
file."""


class SubmitCall(NamedTuple):
    """A call that sends a script to Azure Machine Learning: which arguments name folder and script.

    `script` is the keyword that holds a command line when `is_command`, else a file relative to `code`;
    either is None where the call has no such argument. `version` is 1 or 2, the generation of the SDK.
    """

    version: int
    code: str | None
    script: str | None
    is_command: bool


def kind_of_schema(schema: str) -> YamlKind | None:
    """Return the kind named by a `$schema`, or None; its last part counts, whatever its case.

    `https://azuremlschemas.azureedge.net/latest/commandJob.schema.json` and the older
    `http://azureml/sdk-2-0/CommandComponent.json` both name a command.
    """
    last = schema.strip().rstrip("/").rsplit("/", 1)[-1].lower().partition(".")[0]
    if last in _SCHEMAS:
        return _SCHEMAS[last]
    return YamlKind.automl if last.startswith("automl") and last.endswith("job") else None


def kind_of_yaml(document: Mapping[object, object]) -> YamlKind | None:
    """Return the kind of a parsed YAML document, by its `$schema` or else by its shape, or None.

    Shape alone has to be unmistakable: a workflow of GitHub Actions has `jobs` too and a compose file
    `command`.
    """
    schema = document.get("$schema")
    kind = kind_of_schema(schema) if isinstance(schema, str) else None
    return kind or _kind_of_shape(document)


def submit_call(dotted: str) -> SubmitCall | None:
    """Return what is known of the SDK call of that dotted name, or None when it runs no script.

    v2 classes are also found under `azure.ai.ml.entities`, v1 classes under the module that defines them.
    """
    package, _, name = dotted.rpartition(".")
    if package.startswith("azure.ai.ml"):
        return _V2_CALLS.get(name)
    return _V1_CALLS.get(name) if package.split(".")[0] == "azureml" else None


def _kind_of_shape(document: Mapping[object, object]) -> YamlKind | None:
    keys = document.keys()
    stated = document.get("type")
    if "trial" in keys and ("search_space" in keys or "sampling_algorithm" in keys):
        return YamlKind.sweep
    if "jobs" in keys and (stated == "pipeline" or _has_pipeline_settings(document)):
        return YamlKind.pipeline
    if "command" in keys and (stated == "command" or _is_in_azureml(document)):
        return YamlKind.command
    task, entry = document.get("task"), document.get("entry")
    if isinstance(task, Mapping) and "entry_script" in task:
        return YamlKind.parallel
    if stated == "spark" and isinstance(entry, Mapping) and "file" in entry:
        return YamlKind.spark
    return None


def _has_pipeline_settings(document: Mapping[object, object]) -> bool:
    settings = document.get("settings")
    return isinstance(settings, Mapping) and not _PIPELINE_SETTINGS.isdisjoint(map(str, settings))


def _is_in_azureml(document: Mapping[object, object]) -> bool:
    environment, compute = document.get("environment"), document.get("compute")
    if any(isinstance(value, str) and value.startswith("azureml:") for value in (environment, compute)):
        return True
    return isinstance(environment, Mapping) and ("conda_file" in environment or "image" in environment)


_RUNNING: Final = frozenset(
    {
        YamlKind.command,
        YamlKind.sweep,
        YamlKind.pipeline,
        YamlKind.parallel,
        YamlKind.spark,
        YamlKind.schedule,
    }
)
_PIPELINE_SETTINGS: Final = frozenset({"default_compute", "default_datastore", "continue_on_step_failure"})
_SCHEMAS: Final = {
    "commandjob": YamlKind.command,
    "commandcomponent": YamlKind.command,
    "distributedcomponent": YamlKind.command,
    "sweepjob": YamlKind.sweep,
    "sweepcomponent": YamlKind.sweep,
    "pipelinejob": YamlKind.pipeline,
    "pipelinecomponent": YamlKind.pipeline,
    "paralleljob": YamlKind.parallel,
    "parallelcomponent": YamlKind.parallel,
    "sparkjob": YamlKind.spark,
    "sparkcomponent": YamlKind.spark,
    "importjob": YamlKind.import_,
    "importcomponent": YamlKind.import_,
    "datatransferjob": YamlKind.data_transfer,
    "datatransfercomponent": YamlKind.data_transfer,
    "schedule": YamlKind.schedule,
    "jobschedule": YamlKind.schedule,
    "monitorschedule": YamlKind.schedule,
    "managedonlinedeployment": YamlKind.deployment,
    "kubernetesonlinedeployment": YamlKind.deployment,
    "batchdeployment": YamlKind.deployment,
    "modelbatchdeployment": YamlKind.deployment,
    "pipelinecomponentbatchdeployment": YamlKind.deployment,
    "managedonlineendpoint": YamlKind.deployment,
    "kubernetesonlineendpoint": YamlKind.deployment,
    "onlineendpoint": YamlKind.deployment,
    "batchendpoint": YamlKind.deployment,
    "environment": YamlKind.asset,
    "data": YamlKind.asset,
    "model": YamlKind.asset,
    "mltable": YamlKind.asset,
    "workspace": YamlKind.asset,
    "registry": YamlKind.asset,
    "amlcompute": YamlKind.asset,
    "computeinstance": YamlKind.asset,
    "vmcompute": YamlKind.asset,
    "kubernetescompute": YamlKind.asset,
    "azureblob": YamlKind.asset,
    "azurefile": YamlKind.asset,
    "azuredatalakegen1": YamlKind.asset,
    "azuredatalakegen2": YamlKind.asset,
    "featureset": YamlKind.asset,
    "featurestore": YamlKind.asset,
    "featurestoreentity": YamlKind.asset,
}

_V2_CALLS: Final = {
    "command": SubmitCall(2, "code", "command", True),
    "CommandJob": SubmitCall(2, "code", "command", True),
    "CommandComponent": SubmitCall(2, "code", "command", True),
    "spark": SubmitCall(2, "code", "entry", False),
    "SparkJob": SubmitCall(2, "code", "entry", False),
    "SparkComponent": SubmitCall(2, "code", "entry", False),
    "RunFunction": SubmitCall(2, "code", "entry_script", False),
    "ParallelTask": SubmitCall(2, "code", "entry_script", False),
    "parallel_run_function": SubmitCall(2, None, None, False),
    "load_job": SubmitCall(2, None, None, False),
    "load_component": SubmitCall(2, None, None, False),
}
_SCRIPT: Final = SubmitCall(1, "source_directory", "script_name", False)
_ENTRY: Final = SubmitCall(1, "source_directory", "entry_script", False)
_V1_CALLS: Final = {
    "ScriptRunConfig": SubmitCall(1, "source_directory", "script", False),
    "PythonScriptStep": _SCRIPT,
    "CommandStep": SubmitCall(1, "source_directory", "command", True),
    "MpiStep": _SCRIPT,
    "ParallelRunConfig": _ENTRY,
    "ParallelRunStep": SubmitCall(1, None, None, False),
    "SynapseSparkStep": SubmitCall(1, "source_directory", "file", False),
    "Estimator": _ENTRY,
    "PyTorch": _ENTRY,
    "TensorFlow": _ENTRY,
    "Chainer": _ENTRY,
    "SKLearn": _ENTRY,
    "EstimatorStep": SubmitCall(1, None, None, False),
}
