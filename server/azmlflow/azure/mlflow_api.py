"""What each public function of MLflow does to the tracking server, by its dotted name.

Taken from mlflow-skinny 3.15 (`mlflow/__init__.py`, `mlflow/tracking/fluent.py`, the flavor packages); a test
compares the lists with the installed package. Names of older releases are kept apart, since users still have
them.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class Role(Enum):
    """What a call does, as far as it matters for where runs land."""

    sets_tracking = "sets-tracking"
    gets_tracking = "gets-tracking"
    sets_registry = "sets-registry"
    gets_registry = "gets-registry"
    sets_experiment = "sets-experiment"
    creates_experiment = "creates-experiment"
    starts_run = "starts-run"
    ends_run = "ends-run"
    logs = "logs"
    uses_experiment = "uses-experiment"
    logs_model = "logs-model"
    registers_model = "registers-model"
    autologs = "autologs"
    traces = "traces"
    reads = "reads"
    changes = "changes"
    loads_model = "loads-model"
    saves_model = "saves-model"
    client = "client"

    @property
    def creates_run(self) -> bool:
        """Whether the call starts a run when none is active, or (autolog) makes a later call start one."""
        return self in (Role.starts_run, Role.logs, Role.autologs)

    @property
    def writes(self) -> bool:
        """Whether the call leaves something behind in the store that the tracking URI names."""
        return self.creates_run or self in _WRITING

    @property
    def needs_server(self) -> bool:
        """Whether the call talks to the tracking server or the registry at all."""
        return self.writes or self in (Role.reads, Role.loads_model, Role.ends_run)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SETS_TRACKING: Final = frozenset({"set_tracking_uri"})
SETS_REGISTRY: Final = frozenset({"set_registry_uri"})
SETS_EXPERIMENT: Final = frozenset({"set_experiment"})

STARTS_RUN_IMPLICITLY: Final = _names(
    "delete_tag flush_artifact_async_logging get_artifact_uri log_artifact log_artifacts log_dict log_figure "
    "log_image log_input log_inputs log_metric log_metrics log_outputs log_param log_params log_stream "
    "log_table log_text set_tag set_tags"
)
"""Fluent functions that start a run when none is active (they call `_get_or_start_run` in
mlflow.tracking.fluent)."""

EVALUATES: Final = frozenset({"evaluate", "models.evaluate", "genai.evaluate"})
"""Evaluation starts a run when none is active (`_start_run_or_reuse_active_run`)."""

STARTS_RUN: Final = frozenset({"start_run", "run", "projects.run"})
"""`mlflow.run` starts the run of an MLproject before it runs the entry point."""

USES_EXPERIMENT: Final = _names(
    "create_external_model delete_experiment_tag finalize_logged_model import_checkpoints "
    "initialize_logged_model log_model_params set_active_model set_experiment_tag set_experiment_tags "
    "set_logged_model_tags delete_logged_model_tag"
)
"""Write to the active experiment or to a logged model, and start no run."""

TRACES: Final = _names(
    "trace start_span start_span_no_context log_trace add_trace update_current_trace set_trace_tag "
    "delete_trace_tag log_feedback log_expectation log_assessment log_issue update_assessment "
    "delete_assessment override_feedback tracing.enable"
)
"""Send traces or their assessments to the tracking server."""

READS: Final = _names(
    "get_assessment get_experiment get_experiment_by_name get_logged_model get_parent_run get_run get_trace "
    "last_logged_model load_prompt load_table search_experiments search_logged_models search_model_versions "
    "search_prompts search_registered_models search_runs search_sessions search_traces "
    "artifacts.download_artifacts artifacts.list_artifacts artifacts.load_dict artifacts.load_image "
    "artifacts.load_text models.get_model_info"
)
"""Ask the tracking server or the registry and change nothing; none of them starts a run."""

REGISTERS_MODEL: Final = _names(
    "register_model register_prompt set_model_version_tag set_prompt_alias delete_prompt_alias"
)
CHANGES: Final = frozenset({"delete_experiment", "delete_run"})

MODEL_FLAVORS: Final = _names(
    "catboost diffusers dspy h2o johnsnowlabs keras langchain lightgbm llama_index onnx openai paddle "
    "pmdarima prophet pyfunc pytorch sentence_transformers sklearn spacy spark statsmodels tensorflow "
    "transformers xgboost"
)
"""Flavors with log_model, save_model and load_model."""

RUN_AUTOLOG_FLAVORS: Final = _names(
    "keras lightgbm paddle pyspark.ml pytorch sklearn spark statsmodels tensorflow transformers xgboost"
)
"""Flavors whose autolog makes training start and fill a run."""

TRACE_AUTOLOG_FLAVORS: Final = _names(
    "ag2 agno anthropic autogen bedrock crewai dspy gemini groq haystack langchain litellm llama_index "
    "mistral openai otel pydantic_ai semantic_kernel smolagents strands"
)
"""Flavors whose autolog sends traces of calls to a language model; no run is started by most of them."""

FORMER_MODEL_FLAVORS: Final = _names("diviner fastai gluon mleap mxnet promptflow")
"""Flavors of MLflow 1 and 2 that MLflow 3 no longer has."""

FORMER_AUTOLOG_FLAVORS: Final = frozenset({"fastai", "gluon"})

CLIENTS: Final = frozenset(
    {"MlflowClient", "client.MlflowClient", "tracking.MlflowClient", "tracking.client.MlflowClient"}
)

CLIENT_WRITES: Final = _names(
    "create_run create_experiment delete_experiment restore_experiment rename_experiment delete_run "
    "restore_run update_run set_terminated delete_tag log_artifact log_artifacts log_batch log_dict "
    "log_figure log_image log_inputs log_metric log_model_artifact log_model_artifacts log_model_params "
    "log_outputs log_param log_stream log_table log_text set_tag set_experiment_tag create_logged_model "
    "finalize_logged_model set_logged_model_tags create_registered_model create_model_version "
    "update_model_version transition_model_version_stage set_registered_model_alias set_registered_model_tag "
    "set_model_version_tag copy_model_version"
)
"""Methods of MlflowClient that change something on the server; none of them starts the fluent active run."""

_WRITING: Final = frozenset(
    {
        Role.sets_experiment,
        Role.creates_experiment,
        Role.uses_experiment,
        Role.logs_model,
        Role.registers_model,
        Role.traces,
        Role.changes,
    }
)

_ALIASES: Final = ("tracking.fluent.", "tracking._model_registry.fluent.", "tracking.", "config.", "fluent.")
"""Modules under mlflow through which the functions of the top level can be reached too."""


def role_of(dotted: str) -> Role | None:
    """Return what the MLflow function or class of that dotted name does, or None when it does not matter.

    `mlflow.set_tracking_uri`, `mlflow.tracking.set_tracking_uri` and `mlflow.config.set_tracking_uri` are one
    function. The name must begin with `mlflow.`, so aliases (`import mlflow as ml`) must have been resolved.
    """
    head, _, name = dotted.partition(".")
    if head != "mlflow" or not name:
        return None
    return _ROLES.get(name) or _alias_role(name)


def is_mlflow_client(dotted: str) -> bool:
    """Tell whether the dotted name is the class MlflowClient under any of the names it can be imported by."""
    return role_of(dotted) is Role.client


def _alias_role(name: str) -> Role | None:
    for alias in _ALIASES:
        if name.startswith(alias):
            rest = name[len(alias) :]
            return None if "." in rest else _ROLES.get(rest)
    return None


def _with(flavors: frozenset[str], function: str) -> frozenset[str]:
    return frozenset(f"{flavor}.{function}" for flavor in flavors)


_ROLES: Final[dict[str, Role]] = {
    name: role
    for role, names in (
        (Role.sets_tracking, SETS_TRACKING),
        (Role.gets_tracking, frozenset({"get_tracking_uri", "is_tracking_uri_set"})),
        (Role.sets_registry, SETS_REGISTRY),
        (Role.gets_registry, frozenset({"get_registry_uri"})),
        (Role.sets_experiment, SETS_EXPERIMENT),
        (Role.creates_experiment, frozenset({"create_experiment"})),
        (Role.starts_run, STARTS_RUN),
        (Role.ends_run, frozenset({"end_run"})),
        (Role.logs, STARTS_RUN_IMPLICITLY | EVALUATES),
        (Role.uses_experiment, USES_EXPERIMENT),
        (Role.logs_model, _with(MODEL_FLAVORS | FORMER_MODEL_FLAVORS, "log_model") | {"models.Model.log"}),
        (Role.registers_model, REGISTERS_MODEL),
        (Role.autologs, _with(RUN_AUTOLOG_FLAVORS | FORMER_AUTOLOG_FLAVORS, "autolog") | {"autolog"}),
        (Role.traces, TRACES | _with(TRACE_AUTOLOG_FLAVORS, "autolog")),
        (Role.reads, READS),
        (Role.changes, CHANGES),
        (Role.loads_model, _with(MODEL_FLAVORS | FORMER_MODEL_FLAVORS, "load_model")),
        (Role.saves_model, _with(MODEL_FLAVORS | FORMER_MODEL_FLAVORS, "save_model")),
        (Role.client, CLIENTS),
    )
    for name in names
}
