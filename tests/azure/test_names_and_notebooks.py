"""Variables, names of experiments, and where a notebook runs."""

import pytest
from azmlflow.azure import variables
from azmlflow.azure.experiments import MAX_LENGTH, is_valid_job_experiment_name, name_fault
from azmlflow.azure.notebooks import NotebookHost, host_of_kernel, host_of_metadata, is_databricks_source
from azmlflow.azure.variables import OVERWRITTEN_IN_JOBS, VARIABLES, is_secret, near_miss
from hypothesis import given
from hypothesis import strategies as st


def test_every_constant_is_described_once():
    constants = {
        value
        for name, value in vars(variables).items()
        if name.isupper() and isinstance(value, str) and name == value
    }
    assert constants == {variable.name for variable in VARIABLES}
    assert len(constants) == len(VARIABLES)
    assert all(variable.does and not variable.does.endswith(".") for variable in VARIABLES)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("AZURE_TENANTID", "AZURE_TENANT_ID"),
        ("AZURE_CLIENTID", "AZURE_CLIENT_ID"),
        ("AZURE-CLIENT-ID", "AZURE_CLIENT_ID"),
        ("azure_tenant_id", None),
        ("AZURE_SECRET", "AZURE_CLIENT_SECRET"),
        ("AZURE_CLIENT_CERT_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"),
        ("MLFLOW_TRACKING_URL", "MLFLOW_TRACKING_URI"),
        ("MLFLOW_TRACKINGURI", "MLFLOW_TRACKING_URI"),
        ("AZUREML_CURRENTCLOUD", "AZUREML_CURRENT_CLOUD"),
        ("AZURE_TENANT_ID", None),
        ("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", None),
        ("AZURE_SUBSCRIPTION_ID", None),
        ("AZUREML_WORKSPACE_NAME", None),
        ("TENANT_ID", None),
        ("", None),
    ],
)
def test_near_miss(written, meant):
    assert near_miss(written) == meant


def test_secrets():
    assert is_secret("AZURE_CLIENT_SECRET")
    assert is_secret("azure_client_secret")
    assert is_secret("MY_APP_PASSWORD")
    assert is_secret("MLFLOW_TRACKING_TOKEN")
    assert not is_secret("AZURE_TENANT_ID")
    assert not is_secret("MLFLOW_TRACKING_URI")
    assert is_secret("DB_PWD")
    assert not is_secret("PWD")
    assert not is_secret("OLDPWD")
    assert not is_secret("TOKENIZERS_PARALLELISM")


def test_what_a_job_overwrites():
    assert {"MLFLOW_TRACKING_URI", "MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID"} <= OVERWRITTEN_IN_JOBS
    assert "MLFLOW_REGISTRY_URI" not in OVERWRITTEN_IN_JOBS


@pytest.mark.parametrize(
    ("name", "kind", "proposal", "certain"),
    [
        ("", "empty", None, True),
        ("/Users/me@contoso.com/churn", "databricks-path", "churn", True),
        ("/Shared/churn model", "databricks-path", "churn-model", True),
        ("/shared/", "databricks-path", "shared", True),
        ("team/churn", "slash", "team-churn", True),
        ("/", "slash", None, True),
        ("x" * 257, "too-long", "x" * 256, True),
        ("churn model", "not-for-jobs", "churn-model", False),
        ("churn.v2", "not-for-jobs", "churn-v2", False),
        ("_churn", "not-for-jobs", "churn", False),
    ],
)
def test_names_of_experiments(name, kind, proposal, certain):
    fault = name_fault(name)
    assert fault is not None
    assert (fault.kind.value, fault.proposal, fault.certain) == (kind, proposal, certain)


@pytest.mark.parametrize("name", ["churn", "Churn_2", "2-churn", "x" * MAX_LENGTH])
def test_good_names(name):
    assert name_fault(name) is None


@given(st.text())
def test_a_proposed_name_is_good(name):
    fault = name_fault(name)
    if fault is not None and fault.proposal is not None:
        assert is_valid_job_experiment_name(fault.proposal)
        assert name_fault(fault.proposal) is None


@pytest.mark.parametrize(
    ("kernel", "host"),
    [
        ("python310-sdkv2", NotebookHost.azureml_compute),
        ("python38-azureml", NotebookHost.azureml_compute),
        ("python3-azureml", NotebookHost.azureml_compute),
        ("sdkv2", NotebookHost.azureml_compute),
        ("azureml_py310_sdkv2", NotebookHost.azureml_compute),
        ("conda-env-azureml_py38-py", NotebookHost.azureml_compute),
        ("synapse_pyspark", NotebookHost.synapse),
        ("python3", None),
        ("conda-env-azureml-py", None),
        ("", None),
    ],
)
def test_kernels(kernel, host):
    assert host_of_kernel(kernel) is host
    assert host_of_metadata({"kernelspec": {"name": kernel}}) is host


def test_metadata():
    assert host_of_metadata({"application/vnd.databricks.v1+notebook": {}}) is NotebookHost.databricks
    assert host_of_metadata({"kernelspec": "python3"}) is None
    assert host_of_metadata({"kernelspec": {"name": 3}}) is None
    assert host_of_metadata({}) is None
    assert NotebookHost.azureml_compute.sets_azureml_tracking
    assert not NotebookHost.databricks.sets_azureml_tracking


def test_databricks_sources():
    assert is_databricks_source("# Databricks notebook source\nimport mlflow\n")
    assert is_databricks_source("\ufeff# Databricks notebook source\r\n")
    assert not is_databricks_source("import mlflow\n# Databricks notebook source\n")
    assert not is_databricks_source("")
