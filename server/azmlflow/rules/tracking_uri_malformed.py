"""A tracking URI is written so that MLflow cannot use it.

## What it does

Finds tracking and registry URIs of Azure Machine Learning with something wrong in them, wherever they are written: in
calls of `mlflow.set_tracking_uri` and `MlflowClient`, in `os.environ`, behind a name, in `%env`, `.env` files, shell
scripts, launch configurations and YAML. Each fault is shown at its own characters: quotation marks that are part of
the value, white space and invisible characters, `resourcegroups` or the provider in the wrong case, a path that is cut
off, a placeholder, a subscription that is no GUID, slashes too many or too few.

## Why it is bad

MLflow says something else than what is wrong. Quotation marks make the value a path, and MLflow complains about its
file store or fills a folder. A name in the wrong case, or a cut-off path, ends in
`'NoneType' object has no attribute 'group'`, because azureml-mlflow looks for the names with a pattern that regards
case and never checks that it matched. Placeholders and stray spaces travel to the service, which knows no such
workspace.

## Example

```shell
export MLFLOW_TRACKING_URI='"azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/<id>/resourcegroups/rg/..."'
```

## Use instead

```shell
export MLFLOW_TRACKING_URI=$(az ml workspace show --query mlflow_tracking_uri -o tsv)
```

## Fix safety

Safe where only spelling, quotation marks or white space change. Unsafe where the fix adds a missing provider. None is
offered where a part of the right URI cannot be known: a placeholder, a missing name, white space inside a name.

## References

- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
- [How azureml-mlflow reads the URI](https://pypi.org/project/azureml-mlflow/), `azureml/mlflow/_internal/utils.py`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.azure.tracking_uri import FaultKind
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import uri_faults
from azmlflow.rules.base import Finding, Rule

RULE = Rule(
    code="AZM102",
    name="tracking-uri-malformed",
    summary="a tracking URI is written so that MLflow cannot use it",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking",
    kinds=uri_faults.KINDS,
    fixable="sometimes",
)

_GAPS: Final = frozenset({FaultKind.placeholder, FaultKind.unexpanded})
_KINDS: Final = _GAPS | {
    FaultKind.quoted,
    FaultKind.white_space,
    FaultKind.wrong_case,
    FaultKind.misspelled,
    FaultKind.cut_off,
    FaultKind.subscription_not_guid,
    FaultKind.one_slash,
    FaultKind.double_slash,
    FaultKind.no_host,
}


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each fault; a gap that is still to be filled in is only a warning."""
    yield from uri_faults.findings(resolution, RULE, _KINDS, milder=_GAPS)
