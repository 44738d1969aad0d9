"""Where a notebook runs, as far as the file itself tells.

Sources: kernels of Azure Machine Learning compute instances and of Synapse as found in the notebooks of
https://github.com/Azure/azureml-examples and other public repositories; the marks of Databricks exports as
Databricks writes them (https://docs.databricks.com/notebooks/notebook-export-import).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final


class NotebookHost(Enum):
    """A service that runs notebooks and sets MLflow up by itself."""

    azureml_compute = "azureml-compute"
    synapse = "synapse"
    databricks = "databricks"

    @property
    def sets_azureml_tracking(self) -> bool:
        """Whether MLflow already logs to the workspace there, without a tracking URI in the code."""
        return self is NotebookHost.azureml_compute


DATABRICKS_SOURCE_HEADER: Final = "# Databricks notebook source"
DATABRICKS_CELL_MARK: Final = "# COMMAND ----------"
DATABRICKS_METADATA_KEY: Final = "application/vnd.databricks.v1+notebook"

_AZUREML_KERNELS: Final = frozenset(
    {
        "python310-sdkv2",
        "python38-azureml",
        "python38-azureml-pt",
        "python38-azureml-tf",
        "python38-azureml-pt-tf",
        "python3-azureml",
        "python36-azureml",
        "sdkv2",
        "azureml-sdkv2",
        "r-azureml",
    }
)
_SYNAPSE_KERNELS: Final = frozenset(
    {"synapse_pyspark", "synapse_spark", "synapse_sparkr", "synapse_sparksql"}
)


def host_of_kernel(kernel_name: str) -> NotebookHost | None:
    """Return where a kernel of that `kernelspec.name` runs, or None when the name does not tell."""
    name = kernel_name.strip().lower()
    if name in _SYNAPSE_KERNELS:
        return NotebookHost.synapse
    if name in _AZUREML_KERNELS or name.startswith(("azureml_", "conda-env-azureml_")):
        return NotebookHost.azureml_compute
    return None


def host_of_metadata(metadata: Mapping[str, object]) -> NotebookHost | None:
    """Return where a notebook with this parsed top-level `metadata` runs, or None when it does not tell."""
    if DATABRICKS_METADATA_KEY in metadata:
        return NotebookHost.databricks
    kernelspec = metadata.get("kernelspec")
    name = kernelspec.get("name") if isinstance(kernelspec, Mapping) else None
    return host_of_kernel(name) if isinstance(name, str) else None


def is_databricks_source(text: str) -> bool:
    """Tell whether a Python file is a notebook exported by Databricks: its first line says so."""
    first = text.lstrip("\ufeff\r\n ").partition("\n")[0]
    return first.strip() == DATABRICKS_SOURCE_HEADER
