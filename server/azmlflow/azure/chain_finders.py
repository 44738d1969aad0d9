"""What each link of the credential chain would find, judged from the environment and the machine alone.

Nothing here is ever called a success: whether a credential works is known only to the one who is asked for a token.
The reasons name variables, never their values, so that they can be shown anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Final, NamedTuple, Protocol

from azmlflow.azure import credential_links as links
from azmlflow.azure import variables as v
from azmlflow.azure.environment_credential import Choice, Mode, choose
from azmlflow.azure.proxies import MANAGED_IDENTITY_HOST, is_proxied


class State(Enum):
    """What can be said of a link before anybody is asked."""

    TRIED = "would be tried"
    UNKNOWN = "unknown until asked"
    UNUSABLE = "cannot be used"
    STOPS = "stops the chain"
    REMOVED = "removed"
    NEVER = "never reached"


class Machine(Protocol):
    """What a replay must know about the machine; None is for what is not known."""

    @property
    def azure_cli(self) -> bool:
        """Whether az is on the PATH."""

    @property
    def azure_accounts(self) -> int | None:
        """How many subscriptions az is signed in to; 0 when nobody is signed in."""

    @property
    def powershell(self) -> bool:
        """Whether PowerShell is on the PATH."""

    @property
    def developer_cli(self) -> bool:
        """Whether azd is on the PATH."""

    @property
    def vs_code_account(self) -> bool:
        """Whether the Azure Resources extension of Visual Studio Code has left a sign-in."""

    @property
    def broker(self) -> bool | None:
        """Whether azure-identity-broker is installed for the user's code."""

    @property
    def has_broker_system(self) -> bool:
        """Whether it is Windows, or Linux within Windows."""

    @property
    def token_file(self) -> bool | None:
        """Whether the file that AZURE_FEDERATED_TOKEN_FILE names is there."""


class Asked(NamedTuple):
    """What a link is judged by.

    `left` names the links that AZURE_TOKEN_CREDENTIALS leaves; with `pods_only` workload identity is in the chain only
    where all variables of a pod are set.
    """

    environment: Mapping[str, str]
    machine: Machine
    left: tuple[str, ...]
    pods_only: bool = False


Found = tuple[State, str]
"""What can be said of a link, and why, as half a sentence."""


def is_pod(environment: Mapping[str, str]) -> bool:
    """Tell whether the environment is that of a Kubernetes pod with workload identity."""
    return all(environment.get(name) for name in links.WORKLOAD_VARIABLES)


def _environment(asked: Asked) -> Found:
    choice = choose(asked.environment)
    if choice.mode is None:
        return State.UNUSABLE, _why_incomplete(choice)
    used = {
        Mode.SECRET: "with AZURE_CLIENT_SECRET as the application AZURE_CLIENT_ID",
        Mode.CERTIFICATE: "with the certificate of AZURE_CLIENT_CERTIFICATE_PATH as the application AZURE_CLIENT_ID",
        Mode.PASSWORD: "with AZURE_USERNAME and AZURE_PASSWORD, which fails for accounts with MFA",
    }[choice.mode]
    unread = f"; {_listed(choice.unread)} then not read" if choice.unread else ""
    return State.TRIED, used + unread


def _why_incomplete(choice: Choice) -> str:
    if not choice.missing:
        return "no service principal is set in the environment"
    names = _listed([" or ".join(names) for names in choice.missing])
    return f"{names} {'is' if len(choice.missing) == 1 else 'are'} missing"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _workload_identity(asked: Asked) -> Found:
    needed = (*_PRINCIPAL_OF_POD, v.AZURE_AUTHORITY_HOST) if asked.pods_only else _PRINCIPAL_OF_POD
    missing = [name for name in needed if not asked.environment.get(name)]
    if missing:
        return State.UNUSABLE, f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    if asked.machine.token_file is False:
        return State.STOPS, "the file that AZURE_FEDERATED_TOKEN_FILE names is not there"
    return State.TRIED, "with the token of AZURE_FEDERATED_TOKEN_FILE"


def _managed_identity(asked: Asked) -> Found:
    environment = asked.environment
    who = " for the identity AZURE_CLIENT_ID" if environment.get(v.AZURE_CLIENT_ID) else ""
    if environment.get(v.IDENTITY_ENDPOINT):
        if not environment.get(v.IDENTITY_HEADER) and not environment.get(v.IMDS_ENDPOINT):
            return State.UNUSABLE, "IDENTITY_ENDPOINT is set and IDENTITY_HEADER is not"
        return State.TRIED, f"at IDENTITY_ENDPOINT{who}; if nothing answers there, the chain ends"
    if environment.get(v.MSI_ENDPOINT):
        return State.TRIED, f"at MSI_ENDPOINT{who}; if nothing answers there, the chain ends"
    if is_pod(environment) and links.WORKLOAD_IDENTITY in asked.left:
        return State.TRIED, "as workload identity, with the token of AZURE_FEDERATED_TOKEN_FILE"
    wait = (
        "; the proxy swallows the question, which can take 300 seconds"
        if is_proxied("http", MANAGED_IDENTITY_HOST, environment)
        else ""
    )
    return State.UNKNOWN, f"{MANAGED_IDENTITY_HOST} is asked{who}, and answers in Azure only{wait}"


def _shared_cache(asked: Asked) -> Found:
    return State.UNKNOWN, "azmlflow does not open the token cache"


def _vs_code(asked: Asked) -> Found:
    if asked.machine.broker is False:
        return State.UNUSABLE, "the package azure-identity-broker is not installed"
    if not asked.machine.vs_code_account:
        return State.UNUSABLE, "nobody is signed in with the Azure Resources extension"
    if asked.machine.broker is None:
        return State.UNKNOWN, "it needs the package azure-identity-broker"
    return State.TRIED, "as the account of the Azure Resources extension"


def _azure_cli(asked: Asked) -> Found:
    if not asked.machine.azure_cli:
        return State.UNUSABLE, "az is not on the PATH"
    accounts = asked.machine.azure_accounts
    if accounts is None:
        return State.UNKNOWN, "az is on the PATH, and its profile cannot be read"
    if accounts == 0:
        return State.UNUSABLE, "nobody is signed in: run `az login`"
    return State.TRIED, "as the account of `az login`; if that has expired, the chain ends"


def _powershell(asked: Asked) -> Found:
    if not asked.machine.powershell:
        return State.UNUSABLE, "PowerShell is not on the PATH"
    return State.UNKNOWN, "only PowerShell knows whether somebody ran Connect-AzAccount"


def _developer_cli(asked: Asked) -> Found:
    if not asked.machine.developer_cli:
        return State.UNUSABLE, "azd is not on the PATH"
    return State.UNKNOWN, "only azd knows whether somebody ran `azd auth login`"


def _broker(asked: Asked) -> Found:
    if not asked.machine.has_broker_system:
        return State.UNUSABLE, "it works on Windows only"
    if asked.machine.broker is False:
        return State.UNUSABLE, "the package azure-identity-broker is not installed"
    return State.UNKNOWN, "only Windows knows whether an account is signed in"


def _arcadia(asked: Asked) -> Found:
    if asked.environment.get(links.AZURE_SERVICE) != links.ARCADIA_SERVICE:
        return State.UNUSABLE, "this is not Synapse"
    return State.UNKNOWN, "only Synapse knows whether it gives a token"


def _databricks(asked: Asked) -> Found:
    if _DATABRICKS_VERSION not in asked.environment:
        return State.UNUSABLE, "this is not a Databricks cluster"
    return State.UNKNOWN, "it needs a notebook, and a cluster with credential passthrough"


def _browser(asked: Asked) -> Found:
    return State.TRIED, "opens a browser and waits 300 seconds for somebody to sign in"


def _device_code(asked: Asked) -> Found:
    return State.TRIED, "prints a code and waits 15 minutes, where no browser can be opened"


_DATABRICKS_VERSION: Final = "DATABRICKS_RUNTIME_VERSION"
_PRINCIPAL_OF_POD: Final = (v.AZURE_TENANT_ID, v.AZURE_CLIENT_ID, v.AZURE_FEDERATED_TOKEN_FILE)
FINDERS: Final[Mapping[str, Callable[[Asked], Found]]] = {
    links.ENVIRONMENT: _environment,
    links.WORKLOAD_IDENTITY: _workload_identity,
    links.MANAGED_IDENTITY: _managed_identity,
    links.SHARED_CACHE: _shared_cache,
    links.VS_CODE: _vs_code,
    links.AZURE_CLI: _azure_cli,
    links.POWERSHELL: _powershell,
    links.DEVELOPER_CLI: _developer_cli,
    links.BROKER: _broker,
    links.ARCADIA: _arcadia,
    links.DATABRICKS: _databricks,
    links.BROWSER: _browser,
    links.DEVICE_CODE: _device_code,
}
"""The judge of each link, by the name of its class."""
