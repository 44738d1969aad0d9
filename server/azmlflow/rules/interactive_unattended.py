"""A workflow or pipeline starts a script that can only sign in by a browser or a device code.

## What it does

Finds GitHub workflows and Azure pipelines that run, on a hosted machine, a script which logs to a workspace by azureml-mlflow's
own chain of credentials, where nothing in the file signs in to Azure or brings a service principal; and scripts run there whose
only credential is InteractiveBrowserCredential or DeviceCodeCredential. Silent as soon as the file names a credential, a sign-in,
an action or task that may do so, a machine or a container of one's own.

## Why it is bad

The last two links of the chain ask a person. Where nobody is, `InteractiveBrowserCredential.get_token failed: Failed to open a
browser` is followed by a code to be typed in, and the job waits for it for a quarter of an hour before it fails.

## Example

```yaml
on: push
jobs:
  train:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: python train.py
```

## Use instead

```yaml
on: push
permissions:
  id-token: write
jobs:
  train:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: azure/login@v2
        with:
          client-id: ${{ secrets.AZURE_CLIENT_ID }}
          tenant-id: ${{ secrets.AZURE_TENANT_ID }}
          subscription-id: ${{ secrets.AZURE_SUBSCRIPTION_ID }}
      - run: python train.py
```

In Azure Pipelines run the script in a step of the task `AzureCLI@2`.

## References

- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
- [The browser that cannot be opened](https://github.com/Azure/azure-sdk-for-python/issues/28000)
- [Sign in from GitHub](https://learn.microsoft.com/azure/developer/github/connect-from-azure)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.azure.uri_parsing import UriKind, classify
from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.resolution.ci_commands import started_without_identity
from azmlflow.resolution.effects import USES
from azmlflow.resolution.mentions import names_in
from azmlflow.resolution.model import EventKind, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Related, Rule
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM316",
    name="interactive-unattended",
    summary="a workflow or pipeline runs a script that can only sign in by a browser or a device code",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/issues/28000",
    kinds=frozenset({FileKind.WORKFLOW, FileKind.PIPELINE}),
)

_INTERACTIVE: Final = frozenset({"INTERACTIVEBROWSERCREDENTIAL", "DEVICECODECREDENTIAL"})


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each script that is started where nobody can sign in for it."""
    given = any(_is_azureml(environ.text(MLFLOW_TRACKING_URI)) for environ in resolution.environs)
    for started in started_without_identity(resolution.snapshot, resolution.file):
        script = Resolution(resolution.snapshot, resolution.snapshot.files[started.script]).script
        if script is not None and _logs_to_workspace(script, given):
            finding = _finding(script)
            if finding is not None:
                message, related = finding
                yield Finding(RULE, message, started.by, related)


def _is_azureml(uri: str | None) -> bool:
    return uri is not None and classify(uri) is UriKind.azureml_workspace


def _logs_to_workspace(script: ScriptResolution, given: bool) -> bool:
    """Tell whether the script makes runs in a workspace: by a call that is certain, or by the variable of the CI file."""
    tracking, use = script.tracking, script.first(*USES)
    if use is None or not use.certain:
        return False
    if tracking.source == "call":
        return (
            tracking.kind is UriKind.azureml_workspace
            and tracking.setter is not None
            and tracking.setter.certain
        )
    return given and tracking.source == "default"


def _finding(script: ScriptResolution) -> tuple[str, tuple[Related, ...]] | None:
    """Return what is wrong, None where the script may have another way to sign in."""
    name = script.file.path.name
    built = {word for word in names_in(script.file) if word.endswith("CREDENTIAL")}
    if built:
        if not built <= _INTERACTIVE:
            return None
        asks = "a browser" if "INTERACTIVEBROWSERCREDENTIAL" in built else "a device code"
        return f"{name} can only sign in by {asks}, and nobody is there to do that", ()
    if script.first(EventKind.WORKSPACE, reached=False) is not None:
        return None
    message = f"nothing signs in to Azure for {name}: it waits for somebody to sign in by a browser or a device code"
    use = script.first(*USES)
    related = (Related("it logs to the workspace here", use.location),) if use else ()
    return message, related
