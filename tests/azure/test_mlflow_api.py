"""The roles of MLflow's functions, compared with the source of the installed package (which is not imported)."""

import ast
import importlib.util
from functools import cache
from pathlib import Path

import pytest
from azmlflow.azure import mlflow_api
from azmlflow.azure.mlflow_api import Role, is_mlflow_client, role_of

FORMER = {
    f"{flavor}.{call}" for flavor in mlflow_api.FORMER_MODEL_FLAVORS for call in ("log_model", "load_model")
}
FORMER |= {f"{flavor}.save_model" for flavor in mlflow_api.FORMER_MODEL_FLAVORS}
FORMER |= {f"{flavor}.autolog" for flavor in mlflow_api.FORMER_AUTOLOG_FLAVORS}


@cache
def package() -> Path:
    spec = importlib.util.find_spec("mlflow")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("mlflow is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


@cache
def source(module: str) -> ast.Module:
    """The syntax tree of `mlflow.<module>`; "" is mlflow itself."""
    place = package().joinpath(*module.split(".")) if module else package()
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def names_in(module: str) -> set[str]:
    """Everything a module defines or imports at any level of indentation but inside functions' own bodies."""
    found = set()
    for node in ast.walk(source(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            found.update((alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.Assign):
            found.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return found


@pytest.mark.parametrize("name", sorted(set(mlflow_api._ROLES) - FORMER))
def test_every_name_exists_in_the_installed_mlflow(name):
    package()
    module, _, function = name.rpartition(".")
    if function == "log":  # models.Model.log is a method
        module, function = "models", "Model"
    assert function in names_in(module)


@pytest.mark.parametrize("name", sorted(FORMER))
def test_what_is_called_former_is_gone(name):
    flavor = name.split(".")[0]
    assert not (package() / flavor).exists()


def calls_in(function: ast.AST) -> set[str]:
    return {
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_every_fluent_function_that_starts_a_run_is_known():
    public = {
        node.name
        for node in source("tracking.fluent").body
        if isinstance(node, ast.FunctionDef) and "_get_or_start_run" in calls_in(node) and node.name[0] != "_"
    }
    assert public == mlflow_api.STARTS_RUN_IMPLICITLY


def test_every_flavor_is_known():
    flavors = {path.parent.name for path in package().glob("*/__init__.py")}
    with_models = {flavor for flavor in flavors if "log_model" in names_in(flavor)}
    assert with_models == mlflow_api.MODEL_FLAVORS
    with_autolog = {flavor for flavor in flavors if "autolog" in names_in(flavor)} | {"pyspark.ml"}
    assert with_autolog == mlflow_api.RUN_AUTOLOG_FLAVORS | mlflow_api.TRACE_AUTOLOG_FLAVORS


def test_every_public_function_has_a_role_or_is_known_to_have_none():
    exported = {
        element.value
        for node in ast.walk(source(""))
        if isinstance(node, ast.List) and len(node.elts) > 5
        for element in node.elts
        if isinstance(element, ast.Constant) and isinstance(element.value, str)
    }
    without = {name for name in exported if role_of(f"mlflow.{name}") is None}
    assert without == {
        "ActiveModel",
        "ActiveRun",
        "Image",
        "MlflowException",
        "active_run",
        "clear_active_model",
        "context",
        "create_workspace",
        "delete_workspace",
        "disable_system_metrics_logging",
        "doctor",
        "enable_system_metrics_logging",
        "flush_async_logging",
        "flush_trace_async_logging",
        "get_active_model_id",
        "get_active_trace_id",
        "get_current_active_span",
        "get_last_active_trace_id",
        "get_workspace",
        "last_active_run",
        "list_workspaces",
        "login",
        "pyfunc",
        "set_system_metrics_node_id",
        "set_system_metrics_samples_before_logging",
        "set_system_metrics_sampling_interval",
        "set_workspace",
        "test",
        "update_workspace",
        "validate_evaluation_results",
    }


def test_every_method_of_the_client_that_is_listed_exists():
    client = next(
        node
        for node in source("tracking.client").body
        if isinstance(node, ast.ClassDef) and node.name == "MlflowClient"
    )
    methods = {node.name for node in client.body if isinstance(node, ast.FunctionDef)}
    assert methods >= mlflow_api.CLIENT_WRITES


@pytest.mark.parametrize(
    ("dotted", "role"),
    [
        ("mlflow.set_tracking_uri", Role.sets_tracking),
        ("mlflow.tracking.set_tracking_uri", Role.sets_tracking),
        ("mlflow.config.set_tracking_uri", Role.sets_tracking),
        ("mlflow.tracking.fluent.start_run", Role.starts_run),
        ("mlflow.log_metric", Role.logs),
        ("mlflow.autolog", Role.autologs),
        ("mlflow.sklearn.autolog", Role.autologs),
        ("mlflow.openai.autolog", Role.traces),
        ("mlflow.sklearn.log_model", Role.logs_model),
        ("mlflow.pyfunc.load_model", Role.loads_model),
        ("mlflow.pyfunc.save_model", Role.saves_model),
        ("mlflow.search_runs", Role.reads),
        ("mlflow.MlflowClient", Role.client),
        ("mlflow.tracking.client.MlflowClient", Role.client),
        ("mlflow.log_metric.real", None),
        ("mlflow.tracking.fluent.x.log_metric", None),
        ("mlflow", None),
        ("mlflow.", None),
        ("mymlflow.log_metric", None),
        ("mlflow.unknown", None),
    ],
)
def test_role_of(dotted, role):
    assert role_of(dotted) is role


def test_what_roles_mean():
    assert Role.logs.creates_run
    assert Role.autologs.writes
    assert not Role.logs_model.creates_run  # true of MLflow 3: the model is logged without a run
    assert Role.logs_model.writes
    assert not Role.reads.writes
    assert Role.reads.needs_server
    assert not Role.saves_model.needs_server
    assert is_mlflow_client("mlflow.client.MlflowClient")
    assert not is_mlflow_client("mlflow.start_run")
