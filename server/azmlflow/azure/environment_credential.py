"""What azure-identity's EnvironmentCredential makes of the environment: which set it picks, and what raises.

Source: `azure/identity/_credentials/environment.py`, `client_secret.py`, `certificate.py` and
`_internal/msal_credentials.py` of azure-identity 1.27; tests/truth/test_credential_chain.py runs the real
class over every combination of absent, empty, good and impossible values.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from string import ascii_letters, digits
from typing import Final, NamedTuple

from azmlflow.azure import variables as v


class Mode(Enum):
    """How EnvironmentCredential signs in; the first whose variables are all set, empty or not, wins."""

    SECRET = "client secret"
    CERTIFICATE = "certificate"
    PASSWORD = "user name and password"


SETS: Final[Mapping[Mode, tuple[str, ...]]] = {
    Mode.SECRET: (v.AZURE_TENANT_ID, v.AZURE_CLIENT_ID, v.AZURE_CLIENT_SECRET),
    Mode.CERTIFICATE: (v.AZURE_TENANT_ID, v.AZURE_CLIENT_ID, v.AZURE_CLIENT_CERTIFICATE_PATH),
    Mode.PASSWORD: (v.AZURE_CLIENT_ID, v.AZURE_USERNAME, v.AZURE_PASSWORD),
}
"""What must be set for each mode, in the order in which they are looked at; password needs no tenant."""


class Fault(NamedTuple):
    """Why building the chain raises: the variable, what is wrong with it, and the exception's own words."""

    variable: str
    wrong: str
    error: str


class Choice(NamedTuple):
    """What EnvironmentCredential does with an environment.

    `mode` is None when no set is complete; `missing` then names what completes the set that was begun, each
    entry being names of which one is enough. `missing` is empty where no set was begun. `unread` are set
    variables that are never looked at, because another set wins.
    """

    mode: Mode | None
    missing: tuple[tuple[str, ...], ...] = ()
    unread: tuple[str, ...] = ()


def choose(environment: Mapping[str, str]) -> Choice:
    """Return which set EnvironmentCredential picks. A variable that is set and empty counts as set."""
    for mode, names in SETS.items():
        if all(name in environment for name in names):
            return Choice(mode, unread=_unread(mode, environment))
    begun = next((mode for mode, name in _TELLING.items() if name in environment), None)
    if begun is not None:
        return Choice(None, tuple((name,) for name in SETS[begun] if name not in environment))
    if v.AZURE_TENANT_ID in environment and v.AZURE_CLIENT_ID in environment:
        return Choice(None, ((v.AZURE_CLIENT_SECRET, v.AZURE_CLIENT_CERTIFICATE_PATH),))
    return Choice(None)


def environment_fault(environment: Mapping[str, str]) -> Fault | None:
    """Return why EnvironmentCredential raises while it is built, or None; the certificate's file is not looked at."""
    mode = choose(environment).mode
    if mode is None:
        return None
    tenant = environment.get(v.AZURE_TENANT_ID, "")
    wrong_tenant = None if is_tenant_allowed(tenant or _ORGANIZATIONS) else _tenant_fault()
    if mode is Mode.CERTIFICATE and wrong_tenant:
        return wrong_tenant
    empty = next(((name, error) for name, error in _NOT_EMPTY[mode] if environment[name] == ""), None)
    return Fault(empty[0], "is set and empty", empty[1]) if empty else wrong_tenant


def interactive_fault(environment: Mapping[str, str]) -> Fault | None:
    """Return why the plugin's browser and device code links raise while they are built, or None.

    They are built in every chain, so an impossible AZURE_TENANT_ID raises even with nothing else set; an empty
    one counts as none.
    """
    tenant = environment.get(v.AZURE_TENANT_ID) or _ORGANIZATIONS
    return None if is_tenant_allowed(tenant) else _tenant_fault()


def is_tenant_allowed(tenant: str) -> bool:
    """Tell whether azure-identity accepts a tenant's characters: letters, digits, hyphen and full stop, at least one."""
    return bool(tenant) and _TENANT_CHARACTERS.issuperset(tenant)


def _unread(mode: Mode, environment: Mapping[str, str]) -> tuple[str, ...]:
    read = {*SETS[mode], v.AZURE_TENANT_ID}
    if mode is Mode.CERTIFICATE:
        read |= {v.AZURE_CLIENT_CERTIFICATE_PASSWORD, v.AZURE_CLIENT_SEND_CERTIFICATE_CHAIN}
    return tuple(name for name in _OWN if name in environment and name not in read)


def _tenant_fault() -> Fault:
    wrong = "has characters that no tenant has"
    return Fault(v.AZURE_TENANT_ID, wrong, "ValueError: Invalid tenant ID provided.")


_ORGANIZATIONS: Final = "organizations"
_TENANT_CHARACTERS: Final = frozenset(ascii_letters + digits + "-.")
_TELLING: Final[Mapping[Mode, str]] = {
    Mode.SECRET: v.AZURE_CLIENT_SECRET,
    Mode.CERTIFICATE: v.AZURE_CLIENT_CERTIFICATE_PATH,
    Mode.PASSWORD: v.AZURE_PASSWORD,
}
"""The variable that tells which set somebody meant."""
_OWN: Final = (
    v.AZURE_CLIENT_SECRET,
    v.AZURE_CLIENT_CERTIFICATE_PATH,
    v.AZURE_CLIENT_CERTIFICATE_PASSWORD,
    v.AZURE_CLIENT_SEND_CERTIFICATE_CHAIN,
    v.AZURE_USERNAME,
    v.AZURE_PASSWORD,
)
_EMPTY_PATH: Final = (
    'ValueError: CertificateCredential requires a value for either "certificate_path" or "certificate_data"'
)
_NOT_EMPTY: Final[Mapping[Mode, tuple[tuple[str, str], ...]]] = {
    Mode.SECRET: (
        (v.AZURE_CLIENT_ID, "ValueError: client_id should be the id of a Microsoft Entra application"),
        (v.AZURE_CLIENT_SECRET, "ValueError: secret should be a Microsoft Entra application's client secret"),
        (v.AZURE_TENANT_ID, "ValueError: tenant_id should be a Microsoft Entra tenant's id"),
    ),
    Mode.CERTIFICATE: (
        (v.AZURE_TENANT_ID, "ValueError: Invalid tenant ID provided."),
        (v.AZURE_CLIENT_CERTIFICATE_PATH, _EMPTY_PATH),
    ),
    Mode.PASSWORD: (),
}
"""What must not be empty, in the order of the checks. A certificate's client id and a password are not checked."""
