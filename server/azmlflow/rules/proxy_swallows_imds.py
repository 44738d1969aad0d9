"""A proxy for http also takes the question for a managed identity, and makes each sign-in wait.

## What it does

Finds HTTP_PROXY (or ALL_PROXY) without 169.254.169.254 in NO_PROXY, where azure-identity comes to ask for a managed
identity: no service principal is complete before it, and AZURE_TOKEN_CREDENTIALS does not leave it out. NO_PROXY is read
as requests and urllib read it: an address covers itself and a network such as `169.254.0.0/16`, never `169.254.*`.

## Why it is bad

Third in the credential chain, before `az login`, azure-identity asks http://169.254.169.254 whether the machine has an
identity. On a laptop nobody answers and the chain goes on after one second. A proxy does answer, with an error, which
azure-identity takes for a service that is only busy: 24 seconds with 502 or 504, 75 with 410, and 300 when the proxy
keeps silent. azureml-mlflow walks the chain again at every call. In Azure too the service is to be asked without a proxy.

## Example

```shell
HTTP_PROXY=http://proxy.example.com:8080
NO_PROXY=localhost,127.0.0.1
```

## Use instead

```shell
HTTP_PROXY=http://proxy.example.com:8080
NO_PROXY=localhost,127.0.0.1,169.254.169.254
```

## Fix safety

Safe: the address is only ever that of the machine itself, which no proxy can reach.

## References

- [How managed identities work with virtual machines](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-managed-identities-work-vm)
- [Azure Instance Metadata Service: proxies](https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#proxies)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.credential_chain import links_left
from azmlflow.azure.credential_links import MANAGED_IDENTITY
from azmlflow.azure.environment_credential import SETS
from azmlflow.azure.proxies import MANAGED_IDENTITY_HOST, exception_variable, is_proxied, proxy_variable
from azmlflow.resolution.environs import Environ, set_elsewhere
from azmlflow.resolution.mentions import code_names
from azmlflow.resolution.model import Platform
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Fix, Related, Rule
from azmlflow.rules.clouds import aims_at_azure, name_place
from azmlflow.rules.variable_edits import beside, with_more
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.layers import LAYER_KINDS
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM506",
    name="proxy-swallows-imds",
    summary="a proxy takes the question for a managed identity, so that each sign-in waits",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#proxies",
    kinds=SCRIPT_KINDS | LAYER_KINDS,
    fixable="sometimes",
)

_PROXIES: Final = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTIONS: Final = ("no_proxy", "NO_PROXY")
_ELSEWHERE: Final = (v.IDENTITY_ENDPOINT, v.MSI_ENDPOINT, v.AZURE_POD_IDENTITY_AUTHORITY_HOST)
"""Where a token of the machine's identity is asked for instead."""
_WORKLOAD: Final = (v.AZURE_TENANT_ID, v.AZURE_CLIENT_ID, v.AZURE_FEDERATED_TOKEN_FILE)
_SPARING: Final = (
    v.AZURE_TOKEN_CREDENTIALS,
    v.AZURE_CLIENT_SECRET,
    v.AZURE_CLIENT_CERTIFICATE_PATH,
    v.AZURE_FEDERATED_TOKEN_FILE,
    *_EXCEPTIONS,
)
"""Variables of which another file may spare the program the question."""
_OWN_CREDENTIALS: Final = ("CLIENTSECRETCREDENTIAL", "CERTIFICATECREDENTIAL", "AZURECLICREDENTIAL")


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each start of a program in which the question goes to a proxy."""
    if resolution.script is not None and resolution.script.running.platform is Platform.TEST:
        return
    for environ in resolution.environs:
        if environ.where == "job" or environ.more or not any(map(environ.setting, (*_PROXIES, *_EXCEPTIONS))):
            continue
        values = _values(environ)
        proxy = proxy_variable("http", values) if values is not None else None
        if values is None or proxy is None or not is_proxied("http", MANAGED_IDENTITY_HOST, values):
            continue
        if _speaks_http(values[proxy]) and _asks(environ) and not _is_spared(resolution):
            yield from _finding(resolution, environ, proxy, exception_variable(values))


def _values(environ: Environ) -> dict[str, str] | None:
    """Return the variables that say what goes through a proxy, None where the value of one is not known."""
    found = {name: environ.get(name) for name in (*_PROXIES, *_EXCEPTIONS)}
    values = {name: variable.value for name, variable in found.items() if variable is not None}
    return None if None in values.values() else {name: value or "" for name, value in values.items()}


def _speaks_http(proxy: str) -> bool:
    scheme, separator, _ = proxy.partition("://")
    return not separator or scheme.lower() in ("http", "https")


def _asks(environ: Environ) -> bool:
    """Tell whether the chain comes to the machine's identity, and asks for it at its usual address."""
    if any(map(environ.filled, _ELSEWHERE)) or all(map(environ.filled, _WORKLOAD)):
        return False
    if any(all(map(environ.has, names)) for names in SETS.values()):
        return False
    chosen = environ.get(v.AZURE_TOKEN_CREDENTIALS)
    if chosen is None:
        return True
    return chosen.value is not None and MANAGED_IDENTITY in (links_left(chosen.value) or ())


def _is_spared(resolution: Resolution) -> bool:
    """Tell whether something else of the project may keep the chain from asking, or is not meant for Azure at all."""
    snapshot, root, path = resolution.snapshot, resolution.root, resolution.file.path
    elsewhere = set_elsewhere(snapshot, root)
    if any(setting.place.path != path for name in _SPARING for setting in elsewhere.get(name, ())):
        return True
    if code_names(snapshot, root, _OWN_CREDENTIALS) and not code_names(
        snapshot, root, ("DEFAULTAZURECREDENTIAL",)
    ):
        return True
    return not aims_at_azure(resolution)


def _finding(
    resolution: Resolution, environ: Environ, proxy: str, exceptions: str | None
) -> Iterator[Finding]:
    """Yield the finding at the list that lacks the address, else at the proxy's name: its value may hold a password."""
    list_of_hosts = environ.setting(exceptions) if exceptions else None
    sender = environ.setting(proxy)
    if list_of_hosts is None and (sender is None or exceptions is not None):
        return
    message = (
        f"The proxy in {proxy} is also asked for a managed identity, because {exceptions or 'NO_PROXY'} does not list "
        f"{MANAGED_IDENTITY_HOST}: each sign-in then waits 24 to 300 seconds"
    )
    if list_of_hosts is not None:
        related = (Related("the proxy is set here", name_place(resolution, sender)),) if sender else ()
        make = partial(_appended, resolution, list_of_hosts)
        yield Finding(RULE, message, list_of_hosts.written, related, make_fixes=make)
    elif sender is not None:
        make = partial(_added, resolution, sender)
        yield Finding(RULE, message, name_place(resolution, sender), make_fixes=make)


def _appended(resolution: Resolution, setting: Setting) -> Iterator[Fix]:
    edit = with_more(resolution.file, setting, f",{MANAGED_IDENTITY_HOST}")
    if edit is not None:
        yield Fix(f"Add {MANAGED_IDENTITY_HOST} to {setting.name}", (edit,), safe=True)


def _added(resolution: Resolution, setting: Setting) -> Iterator[Fix]:
    name = "no_proxy" if setting.name.islower() else v.NO_PROXY
    edit = beside(resolution.file, setting, name, MANAGED_IDENTITY_HOST)
    if edit is not None:
        yield Fix(f"Add {name} with {MANAGED_IDENTITY_HOST}", (edit,), safe=True)
