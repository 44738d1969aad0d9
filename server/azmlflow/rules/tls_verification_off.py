"""A variable turns off the check of certificates, or is meant to.

## What it does

Finds the variables with which the check of a server's certificate is switched off: MLFLOW_TRACKING_INSECURE_TLS, an
empty MLFLOW_TRACKING_SERVER_CERT_PATH, any value of AZURE_CLI_DISABLE_CONNECTION_VERIFICATION. It also tells which of
them do nothing: PYTHONHTTPSVERIFY is not read by Python 3, an empty CURL_CA_BUNDLE not by requests since 2.28, and
azureml-mlflow heeds none of MLflow's own. An http server and one on this machine are left alone.

## Why it is bad

Whoever sits between the program and the server can then read everything: the password or token for the tracking
server, and with the Azure CLI the sign-in itself. Where the variable does nothing, the error that it was to cure is
still there: a proxy that shows its own certificate is cured by trusting that certificate.

## Example

```shell
AZURE_CLI_DISABLE_CONNECTION_VERIFICATION=1
```

## Use instead

```shell
REQUESTS_CA_BUNDLE=/etc/ssl/certs/company-and-public.pem
```

The file holds the public certificates and that of the proxy. requests reads it, and with it MLflow, azureml-mlflow,
azure-identity and the Azure CLI.

## Fix safety

Unsafe: a connection that only worked unchecked fails until the right certificate is trusted.

## References

- [Use the Azure CLI behind a proxy](https://learn.microsoft.com/cli/azure/use-azure-cli-successfully-troubleshooting#work-behind-a-proxy)
- [Environment variables of MLflow](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.environment_variables.html)
- [CURL_CA_BUNDLE= disables certificate verification](https://github.com/psf/requests/issues/6071)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from azmlflow.azure import variables as v
from azmlflow.azure.uri_parsing import UriKind, classify
from azmlflow.resolution.environs import Environ, concerns_azure
from azmlflow.resolution.model import Platform
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Confidence, Finding, Fix, Rule, Severity
from azmlflow.rules.variable_edits import switched_off
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.layers import LAYER_KINDS
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM504",
    name="tls-verification-off",
    summary="a variable turns off the check of certificates, or is meant to",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/cli/azure/use-azure-cli-successfully-troubleshooting#work-behind-a-proxy",
    kinds=SCRIPT_KINDS | LAYER_KINDS,
    fixable="sometimes",
)

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SERVER: Final = (
    "MLflow then takes any certificate for that of the tracking server, so that its token can be stolen"
)


class _Verdict(NamedTuple):
    """What a value does, and how bad and how sure that is."""

    message: str
    severity: Severity = "warning"
    confidence: Confidence = "high"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each switch that the file turns."""
    if resolution.script is not None and resolution.script.running.platform is Platform.TEST:
        return
    for environ in resolution.environs:
        for name, judge in _JUDGES.items():
            setting = environ.setting(name)
            if setting is None or setting.value is None or not concerns_azure(resolution):
                continue
            verdict = judge(resolution, environ, setting.value)
            if verdict is not None:
                place = setting.written if setting.value else setting.place
                make = partial(_fixes, resolution, setting)
                yield Finding(RULE, verdict.message, place, (), verdict.severity, verdict.confidence, make)


def _insecure(resolution: Resolution, environ: Environ, value: str) -> _Verdict | None:
    if value.lower() not in ("true", "1"):
        return None
    if _kind(resolution, environ) is UriKind.azureml_workspace:
        what = "MLFLOW_TRACKING_INSECURE_TLS does nothing for azureml://: azureml-mlflow always checks certificates"
        return _Verdict(what, "information")
    return _of_server(resolution, environ, f"MLFLOW_TRACKING_INSECURE_TLS is on: {_SERVER}")


def _no_path(resolution: Resolution, environ: Environ, value: str) -> _Verdict | None:
    if value:
        return None
    return _of_server(resolution, environ, f"MLFLOW_TRACKING_SERVER_CERT_PATH is set and empty: {_SERVER}")


def _of_server(resolution: Resolution, environ: Environ, message: str) -> _Verdict | None:
    """Return the verdict on what only an https tracking server is concerned by; a medium one where none is known."""
    uri = _uri(resolution, environ)
    if uri is None:
        return _Verdict(message, confidence="medium")
    try:
        parts = urlsplit(uri)
        remote = parts.scheme == "https" and parts.hostname not in _THIS_MACHINE
    except ValueError:
        return None
    return _Verdict(message) if remote else None


def _cli(_resolution: Resolution, _environ: Environ, value: str) -> _Verdict | None:
    if not value:
        return None
    also = " (any value does, also this one)" if value.lower() in ("0", "false", "no", "off") else ""
    what = f"AZURE_CLI_DISABLE_CONNECTION_VERIFICATION is set{also}"
    return _Verdict(f"{what}: the Azure CLI signs in without checking whom it talks to")


def _curl(_resolution: Resolution, environ: Environ, value: str) -> _Verdict | None:
    if value or environ.filled(v.REQUESTS_CA_BUNDLE):
        return None
    what = "an empty CURL_CA_BUNDLE turns off the check of certificates in requests before 2.28"
    return _Verdict(f"{what}, and does nothing in later versions", "information")


def _python(_resolution: Resolution, _environ: Environ, value: str) -> _Verdict | None:
    if value != "0":
        return None
    what = (
        "PYTHONHTTPSVERIFY does nothing: Python 3 does not read it, and certificates are checked all the same"
    )
    return _Verdict(what, "information")


_JUDGES: Final[Mapping[str, Callable[[Resolution, Environ, str], _Verdict | None]]] = {
    v.MLFLOW_TRACKING_INSECURE_TLS: _insecure,
    v.MLFLOW_TRACKING_SERVER_CERT_PATH: _no_path,
    v.AZURE_CLI_DISABLE_CONNECTION_VERIFICATION: _cli,
    v.CURL_CA_BUNDLE: _curl,
    v.PYTHONHTTPSVERIFY: _python,
}


def _kind(resolution: Resolution, environ: Environ) -> UriKind | None:
    if resolution.script is not None:
        return resolution.script.tracking.kind
    uri = environ.text(v.MLFLOW_TRACKING_URI)
    return classify(uri) if uri else None


def _uri(resolution: Resolution, environ: Environ) -> str | None:
    """Return the tracking URI, empty where it is certain that it is no https server's; None where it is not known."""
    if resolution.script is not None:
        tracking = resolution.script.tracking
        return "" if tracking.kind not in (None, UriKind.http) else tracking.value
    return environ.text(v.MLFLOW_TRACKING_URI)


def _fixes(resolution: Resolution, setting: Setting) -> Iterator[Fix]:
    found = switched_off(resolution, setting)
    if found is not None:
        yield Fix(f"{found[0]} {setting.name}", (found[1],), safe=False)
