"""A file of the workspace sends requests or tokens past somebody else's host.

## What it does

Looks at the variables that environment files and the settings of VS Code set for everybody who opens the project: a proxy
for https together with certificates that lie in the project itself, a sign-in host in AZURE_AUTHORITY_HOST that is none of
Microsoft's, a public host as the source of tokens (AZURE_POD_IDENTITY_AUTHORITY_HOST, IDENTITY_ENDPOINT, MSI_ENDPOINT),
and an ARM_CLOUD_METADATA_URL that is no Resource Manager. A proxy alone, hosts of a private network, and a file that git
does not track are left alone.

## Why it is bad

Who clones the project and starts it has these variables applied without being asked. A proxy whose certificate is
trusted reads every token and secret that passes. A foreign sign-in host is refused as a rule, but not with
AZURE_TENANT_ID=adfs: then it is sent the client secret. A foreign token source decides as whom the program acts, and the
metadata URL, which is fetched as soon as MLflow is imported, where it signs in.

## Example

```shell
HTTPS_PROXY=http://proxy.example.com:8080
REQUESTS_CA_BUNDLE=certs/proxy-ca.pem
```

## Use instead

Have everybody set the proxy of their own network on their own machine, outside the project, with a certificate that the
machine already has:

```shell
export HTTPS_PROXY=http://proxy.example.com:8080
export REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
```

## References

- [Workspace trust in VS Code](https://code.visualstudio.com/docs/editing/workspaces/workspace-trust)
- [Environment variables of azure-identity](https://learn.microsoft.com/python/api/overview/azure/identity-readme#environment-variables)
- [Proxies and certificates in requests](https://requests.readthedocs.io/en/latest/user/advanced/#proxies)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os.path import normpath
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from azmlflow.azure import variables as v
from azmlflow.azure.clouds import authority_host, is_metadata_host, is_sign_in_host
from azmlflow.azure.proxies import is_public_host
from azmlflow.resolution.environs import concerns_azure
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.wanted import is_absolute, repository_of
from azmlflow.rules.base import Finding, Related, Rule
from azmlflow.rules.clouds import name_place
from azmlflow.rules.source import slice_at
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM508",
    name="interception-in-workspace",
    summary="a file of the workspace sends requests or tokens past somebody else's host",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/python/api/overview/azure/identity-readme#environment-variables",
    kinds=frozenset({FileKind.DOTENV, FileKind.EDITOR}),
)

_PROXIES: Final = ("https_proxy", v.HTTPS_PROXY, "all_proxy", v.ALL_PROXY)
_BUNDLES: Final = (v.REQUESTS_CA_BUNDLE, v.CURL_CA_BUNDLE)
_FOLDERS: Final = ("${workspaceFolder}", "${workspaceRoot}")
_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    v.AZURE_POD_IDENTITY_AUTHORITY_HOST: (),
    v.IDENTITY_ENDPOINT: (v.IDENTITY_HEADER, v.IMDS_ENDPOINT),
    v.MSI_ENDPOINT: (),
}
"""Variables that name a source of tokens, with those of which one must be set too for it to be asked."""


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at the name of each variable that hands something to a host that may be anybody's."""
    for layer in resolution.layers:
        found = [*_proxied(resolution, layer.settings), *_redirected(layer.settings)]
        if found and concerns_azure(resolution) and not _is_own(resolution):
            for setting, message, causes in found:
                related = tuple(
                    Related(f"{cause.name} is set here", name_place(resolution, cause)) for cause in causes
                )
                yield Finding(RULE, message, name_place(resolution, setting), related)


Found = tuple[Setting, str, tuple[Setting, ...]]


def _proxied(resolution: Resolution, settings: Mapping[str, Setting]) -> Iterator[Found]:
    """Yield the proxy whose certificates the project brings along."""
    proxy = next((settings[name] for name in _PROXIES if name in settings), None)
    bundle = next((settings[name] for name in _BUNDLES if name in settings), None)
    if proxy is None or bundle is None or not _is_inside(resolution, bundle):
        return
    host = _public_host(proxy.value)
    if host is not None:
        what = (
            f"{proxy.name} sends every request through {host}, and {bundle.name} has its certificates trusted"
        )
        yield proxy, f"{what}: it can read the tokens of everybody who runs this project", (bundle,)


def _redirected(settings: Mapping[str, Setting]) -> Iterator[Found]:
    """Yield the variables that name a host for sign-in, tokens or the list of clouds."""
    authority = settings.get(v.AZURE_AUTHORITY_HOST)
    host = authority_host(authority.value or "") if authority is not None else None
    if authority is not None and host and is_public_host(host) and not is_sign_in_host(host):
        yield (
            authority,
            f"AZURE_AUTHORITY_HOST has azure-identity sign in at {host}, which is not Microsoft's",
            (),
        )
    for name, companions in _SOURCES.items():
        source = settings.get(name)
        host = _public_host(source.value) if source is not None else None
        if source is not None and host and (not companions or any(map(settings.__contains__, companions))):
            yield source, f"{name} has azure-identity take the tokens that it uses from {host}", ()
    url = settings.get(v.ARM_CLOUD_METADATA_URL)
    host = _public_host(url.value) if url is not None else None
    if url is not None and host and not is_metadata_host(host):
        yield (
            url,
            f"ARM_CLOUD_METADATA_URL has {host} say where Azure ML's packages sign in, once they are imported",
            (),
        )


def _public_host(value: str | None) -> str | None:
    """Return the host of a URL, without user and password, where it may be anybody's on the internet."""
    written = value or ""
    try:
        host = urlsplit(written if "://" in written else f"//{written}").hostname
    except ValueError:
        return None
    return host if host and is_public_host(host) else None


def _is_inside(resolution: Resolution, bundle: Setting) -> bool:
    """Tell whether a file of certificates lies in the project, and not where the machine keeps its own."""
    if bundle.value is None:
        return any(folder in slice_at(resolution.snapshot, bundle.written) for folder in _FOLDERS)
    if not bundle.value or bundle.value.startswith("~"):
        return False
    if not is_absolute(bundle.value):
        return not normpath(bundle.value).startswith("..")
    return Path(normpath(bundle.value)).is_relative_to(resolution.root)


def _is_own(resolution: Resolution) -> bool:
    """Tell whether the file is the user's own: git is known not to track it, so that nobody gets it with a clone."""
    snapshot, path = resolution.snapshot, resolution.file.path
    repository = repository_of(snapshot, path)
    seen = snapshot.surroundings
    if seen is None or repository is None or repository not in seen.repositories:
        return False
    return path not in seen.tracked
