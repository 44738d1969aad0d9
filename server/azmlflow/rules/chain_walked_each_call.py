"""A script lets azureml-mlflow walk its whole chain of credentials at every call.

## What it does

Finds scripts, run outside of Azure Machine Learning, that set the `azureml://` tracking URI as text, where no file and no code of
the project names a credential in AZURE_TOKEN_CREDENTIALS and no service principal, which would be the first to answer, is set.
Pedantic: it costs time, and breaks nothing.

## Why it is bad

azureml-mlflow remembers neither the credential that worked nor its failures: every REST call of MLflow begins with the first link
again. With `az login` alone each `log_metric` asks for a managed identity first. Measured where nothing answers at its
address: 1.7 s a call, against 0.5 s when the credential is named.

## Example

```python
import mlflow

mlflow.set_tracking_uri("azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/...")
```

## Use instead

```shell
AZURE_TOKEN_CREDENTIALS=AzureCliCredential
```

## Fix safety

Unsafe: the fix adds AZURE_TOKEN_CREDENTIALS=AzureCliCredential to the environment file that the script loads, which is right
only where one signs in with `az login`.

## References

- [Exclude a credential type](https://learn.microsoft.com/azure/developer/python/sdk/authentication/credential-chains)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.credential_links import AZURE_CLI
from azmlflow.azure.uri_parsing import UriKind
from azmlflow.parsing.base import Span
from azmlflow.resolution.effects import USES
from azmlflow.resolution.model import EventKind, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Edit, Finding, Fix, Rule, in_file
from azmlflow.rules.tracking import shown_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind

RULE = Rule(
    code="AZM318",
    name="chain-walked-each-call",
    summary="the whole chain of credentials is walked at each call, because none is named",
    severity="information",
    confidence="low",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/developer/python/sdk/authentication/credential-chains",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
    persona="pedantic",
)

_MESSAGE: Final = "azureml-mlflow tries every credential from the first at each call: name the one in use in AZURE_TOKEN_CREDENTIALS"
_KEYS: Final = (
    v.AZURE_CLIENT_SECRET,
    v.AZURE_CLIENT_CERTIFICATE_PATH,
    v.AZURE_FEDERATED_TOKEN_FILE,
    v.AZURE_PASSWORD,
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at the call that sets the tracking URI."""
    script = resolution.script
    if script is None or not _uses_chain(script):
        return
    setter = script.tracking.setter
    if setter is not None and not _is_named(resolution) and _may_choose(resolution):
        make = partial(_fixes, resolution, script)
        yield Finding(RULE, _MESSAGE, shown_at(script, setter), make_fixes=make)


def _uses_chain(script: ScriptResolution) -> bool:
    """Tell whether MLflow signs in by the plugin's own chain: an MLClient brings its own credential with it."""
    tracking = script.tracking
    own = script.first(EventKind.WORKSPACE, reached=False) is None
    to_workspace = tracking.kind is UriKind.azureml_workspace and tracking.value is not None
    return script.running.outside and own and to_workspace and script.first(*USES) is not None


def _is_named(resolution: Resolution) -> bool:
    """Tell whether a credential is named, or a principal set, which answers first."""
    names = (v.AZURE_TOKEN_CREDENTIALS, *_KEYS)
    process = resolution.snapshot.process.values
    return (
        any(name in process for name in names)
        or credentials.elsewhere(resolution, *names)
        or credentials.code_reads(resolution, *names)
    )


def _may_choose(resolution: Resolution) -> bool:
    """Tell whether the azure-identity in use accepts the name of a credential."""
    return AZURE_CLI.lower() in (credentials.chain_for(resolution).era.values or ())


def _fixes(resolution: Resolution, script: ScriptResolution) -> Iterator[Fix]:
    loaded = script.first(EventKind.LOAD_DOTENV)
    file = resolution.snapshot.files.get(Path(loaded.name)) if loaded and loaded.name else None
    if file is None or file.kind is not FileKind.DOTENV:
        return
    text = file.text
    last = text.line_count - 1
    end = len(text.line(last))
    begin = text.newline if end else ""
    line = f"{begin}{v.AZURE_TOKEN_CREDENTIALS}={AZURE_CLI}{text.newline}"
    edit = Edit(in_file(file.path, Span.at(last, end)), line)
    yield Fix(f"Add {v.AZURE_TOKEN_CREDENTIALS}={AZURE_CLI} to {file.path.name}", (edit,), safe=False)
