"""AZURE_TOKEN_CREDENTIALS names no credential, or leaves out the one that is set up beside it.

## What it does

Finds an AZURE_TOKEN_CREDENTIALS that is none of `dev`, `prod` and the names that azure-identity accepts (in any case), and one
that is right in itself but drops the service principal which the same file sets completely. Where the project's interpreter
has an azure-identity that does not read the variable yet (before 1.23) the rule is silent.

## Why it is bad

A value that is no choice ends the chain of credentials while it is being built: `ValueError: Invalid value for
AZURE_TOKEN_CREDENTIALS`. Names of credentials that exist but cannot be chosen, such as `SharedTokenCacheCredential`, fail
likewise. A choice that is valid removes all other credentials without a word: `dev` never looks at a service principal, so
that the run asks for a sign-in, or happens under another account.

## Example

```shell
AZURE_TOKEN_CREDENTIALS=AzureCLI
```

## Use instead

```shell
AZURE_TOKEN_CREDENTIALS=AzureCliCredential
```

## Fix safety

Unsafe: the fix corrects the spelling to the nearest choice, or takes the variable out so that all credentials are tried again.

## References

- [Exclude a credential type](https://learn.microsoft.com/azure/developer/python/sdk/authentication/credential-chains)
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import partial
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.credential_chain import TOKEN_CREDENTIALS, Chain
from azmlflow.azure.credential_links import ENVIRONMENT, LINKS
from azmlflow.azure.environment_credential import Mode, choose
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Fix, Rule
from azmlflow.rules.credential_fixes import replaced, taking_out
from azmlflow.workspace.layer import Setting

RULE = Rule(
    code="AZM308",
    name="token-credentials-invalid",
    summary="AZURE_TOKEN_CREDENTIALS names no credential that can be chosen, or drops the one in use",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/developer/python/sdk/authentication/credential-chains",
    kinds=credentials.KINDS,
    fixable="sometimes",
)

_LINKS: Final = frozenset(link.name.lower() for link in LINKS)
_MEANT: Final = {
    **{name.lower().removesuffix("credential"): name for name in TOKEN_CREDENTIALS},
    **{"azcli": "AzureCliCredential", "azurecli": "AzureCliCredential", "cli": "AzureCliCredential"},
    **{"az": "AzureCliCredential", "azd": "AzureDeveloperCliCredential", "msi": "ManagedIdentityCredential"},
    **{"development": "dev", "developer": "dev", "production": "prod", "env": "EnvironmentCredential"},
    **{"vscode": "VisualStudioCodeCredential", "powershell": "AzurePowerShellCredential"},
    **{"browser": "InteractiveBrowserCredential", "interactive": "InteractiveBrowserCredential"},
    **{"workload": "WorkloadIdentityCredential", "serviceprincipal": "EnvironmentCredential"},
}
"""What people write, in lower case without `_`, `-` and `Credential`."""


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each choice that is none, or that drops the principal set in the same file."""
    for environ in credentials.judged(resolution, v.AZURE_TOKEN_CREDENTIALS):
        setting, value = environ.setting(v.AZURE_TOKEN_CREDENTIALS), environ.text(v.AZURE_TOKEN_CREDENTIALS)
        chain = credentials.chain_for(resolution)
        if setting is None or not value or chain.era.values is None:
            continue
        left = chain.left(value)
        if left is None:
            yield _invalid(resolution, chain, setting, value)
        elif ENVIRONMENT not in left and _has_principal(resolution, environ):
            yield _drops(resolution, setting)


def _invalid(resolution: Resolution, chain: Chain, setting: Setting, value: str) -> Finding:
    exists = value.strip().lower() in _LINKS
    what = "names a credential that cannot be chosen" if exists else "names no credential"
    message = f"AZURE_TOKEN_CREDENTIALS {what}: azure-identity fails on it before it tries any"
    make = partial(_corrections, resolution, chain, setting, value)
    return Finding(RULE, message, credentials.value_place(setting), make_fixes=make)


def _corrections(resolution: Resolution, chain: Chain, setting: Setting, value: str) -> Iterator[Fix]:
    meant = _meant(chain, value.strip())
    edits = replaced(resolution, setting, value, meant) if meant else ()
    if edits:
        yield Fix(f"Write {meant}", edits, safe=False)
    yield from taking_out(resolution, setting, safe=False)


def _meant(chain: Chain, value: str) -> str | None:
    """Return the choice that somebody most likely meant."""
    allowed = {name.lower(): name for name in TOKEN_CREDENTIALS if name.lower() in (chain.era.values or ())}
    flat = value.lower().replace("_", "").replace("-", "").replace(" ", "")
    known = allowed.get((_MEANT.get(flat) or _MEANT.get(flat.removesuffix("credential")) or "").lower())
    if known is not None or flat in _LINKS:
        return known
    close = get_close_matches(flat, allowed, n=1, cutoff=0.8)
    return allowed[close[0]] if close else None


def _has_principal(resolution: Resolution, environ: Environ) -> bool:
    """Tell whether the file sets a whole principal, which no code of the project reads itself."""
    mode = choose(credentials.principal_of(environ)).mode
    key = {Mode.SECRET: v.AZURE_CLIENT_SECRET, Mode.CERTIFICATE: v.AZURE_CLIENT_CERTIFICATE_PATH}.get(
        mode or Mode.PASSWORD
    )
    if key is None or key not in environ.own or not environ.filled(key):
        return False
    return not credentials.code_reads(resolution, key, but_here=True) and not credentials.code_signs_in(
        resolution
    )


def _drops(resolution: Resolution, setting: Setting) -> Finding:
    message = "AZURE_TOKEN_CREDENTIALS leaves out the service principal that is set beside it"
    make = partial(taking_out, resolution, setting, safe=False)
    place = credentials.value_place(setting)
    return Finding(RULE, message, place, severity="warning", confidence="medium", make_fixes=make)
