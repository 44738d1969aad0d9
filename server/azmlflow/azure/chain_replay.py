"""Walks the credential chain without asking anybody: what each link would find, and where the chain would stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from azmlflow.azure import credential_links as links
from azmlflow.azure import variables as v
from azmlflow.azure.chain_finders import FINDERS, Asked, Machine, State, is_pod
from azmlflow.azure.clouds import nearest_cloud_name
from azmlflow.azure.credential_chain import Chain
from azmlflow.azure.environment_credential import (
    Fault,
    Mode,
    choose,
    environment_fault,
    interactive_fault,
)


class LinkVerdict(NamedTuple):
    """One link, what can be said of it, and why, as half a sentence."""

    link: links.Link
    state: State
    reason: str


class ChainFault(NamedTuple):
    """What raises while the chain is built, and the link that it is for, None when it is for the whole chain."""

    link: str | None
    fault: Fault


class Replay(NamedTuple):
    """The whole chain, link by link; with a `fault` none of it is built, and so nothing is tried."""

    verdicts: tuple[LinkVerdict, ...]
    fault: ChainFault | None = None

    @property
    def first(self) -> LinkVerdict | None:
        """The first link that would be tried with all it needs; None when there is none."""
        return next((verdict for verdict in self.verdicts if verdict.state is State.TRIED), None)


def replay(
    environment: Mapping[str, str], machine: Machine, chain: Chain, certificate_fault: str | None = None
) -> Replay:
    """Return what each link of a chain would find; `certificate_fault` says why the certificate cannot be loaded."""
    left = chain.left(environment.get(v.AZURE_TOKEN_CREDENTIALS))
    fault = building_fault(environment, chain, certificate_fault)
    if fault is not None or left is None:
        return Replay(tuple(_unbuilt(link, fault) for link in chain.links), fault)
    asked = Asked(environment, machine, left, not chain.era.always_workload)
    verdicts: list[LinkVerdict] = []
    end: LinkVerdict | None = None
    for link in _in_order(chain, left):
        verdict = _verdict(link, asked, end)
        end = verdict if end is None and _is_last(verdict) else end
        verdicts.append(verdict)
    return Replay(tuple(verdicts))


def building_fault(
    environment: Mapping[str, str], chain: Chain, certificate_fault: str | None = None
) -> ChainFault | None:
    """Return what raises first while the chain is built, in the order in which the plugin does things, or None."""
    left = chain.left(environment.get(v.AZURE_TOKEN_CREDENTIALS))
    cloud = _cloud_fault(environment)
    if cloud is not None:
        return ChainFault(None, cloud)
    if left is None:
        return ChainFault(None, _token_credentials_fault(chain))
    if links.ENVIRONMENT in left:
        principal = environment_fault(environment)
        if principal is None and certificate_fault and choose(environment).mode is Mode.CERTIFICATE:
            principal = Fault(v.AZURE_CLIENT_CERTIFICATE_PATH, certificate_fault, "")
        if principal is not None:
            return ChainFault(links.ENVIRONMENT, principal)
    if {links.WORKLOAD_IDENTITY, links.MANAGED_IDENTITY} <= {*left} and _lacks_client(environment):
        return ChainFault(links.MANAGED_IDENTITY, _NO_CLIENT)
    tenant = interactive_fault(environment)
    return None if tenant is None else ChainFault(links.BROWSER, tenant)


def _verdict(link: links.Link, asked: Asked, end: LinkVerdict | None) -> LinkVerdict:
    if link.name not in asked.left:
        return LinkVerdict(link, State.REMOVED, "AZURE_TOKEN_CREDENTIALS leaves it out")
    if end is not None:
        return LinkVerdict(link, State.NEVER, _after(end))
    return LinkVerdict(link, *FINDERS[link.name](asked))


def _in_order(chain: Chain, left: tuple[str, ...]) -> tuple[links.Link, ...]:
    """Return every link of the chain, and the browser twice where AZURE_TOKEN_CREDENTIALS asks for it."""
    theirs, ours = chain.era.links, chain.links[len(chain.era.links) :]
    extra = (links.BROWSER,) if left.count(links.BROWSER) > 1 else ()
    return (*links.links_named((*theirs, *extra)), *ours)


def _cloud_fault(environment: Mapping[str, str]) -> Fault | None:
    """Return why AZUREML_CURRENT_CLOUD is fatal; a name that resembles none of the known may be a private cloud's."""
    cloud = environment.get(v.AZUREML_CURRENT_CLOUD)
    if cloud is None or v.ARM_CLOUD_METADATA_URL in environment:
        return None
    if cloud == "":
        return Fault(v.AZUREML_CURRENT_CLOUD, "is set and empty", _NO_CLOUD)
    nearest = nearest_cloud_name(cloud)
    if nearest in (None, cloud):
        return None
    return Fault(v.AZUREML_CURRENT_CLOUD, f"names no cloud: {nearest} is how it is spelled", _NO_CLOUD)


def _token_credentials_fault(chain: Chain) -> Fault:
    allowed = ", ".join(chain.era.values or ())
    return Fault(v.AZURE_TOKEN_CREDENTIALS, f"holds none of {allowed}", _BAD_CHOICE)


def _lacks_client(environment: Mapping[str, str]) -> bool:
    has_endpoint = environment.get(v.IDENTITY_ENDPOINT) or environment.get(v.MSI_ENDPOINT)
    return is_pod(environment) and not has_endpoint and not environment.get(v.AZURE_CLIENT_ID)


def _unbuilt(link: links.Link, fault: ChainFault | None) -> LinkVerdict:
    if fault is None:
        return LinkVerdict(link, State.NEVER, "the chain is not built")
    if link.name == fault.link:
        return LinkVerdict(link, State.STOPS, f"{fault.fault.variable} {fault.fault.wrong}")
    return LinkVerdict(link, State.NEVER, f"building the chain fails at {fault.fault.variable}")


def _is_last(verdict: LinkVerdict) -> bool:
    """Tell whether no link after this one is ever reached: it gets a token, or its failure ends the chain."""
    decides = verdict.link.name in (links.ENVIRONMENT, links.WORKLOAD_IDENTITY)
    return verdict.state is State.STOPS or (decides and verdict.state is State.TRIED)


def _after(end: LinkVerdict) -> str:
    if end.state is State.STOPS:
        return f"{end.link.name} stops the chain"
    return f"{end.link.name} gets a token or ends the chain"


_NO_CLOUD: Final = "Exception: cloud metadata could not be fetched or found"
_BAD_CHOICE: Final = "ValueError: Invalid value for AZURE_TOKEN_CREDENTIALS"
_NO_CLIENT: Final = Fault(
    v.AZURE_CLIENT_ID,
    "is missing, and workload identity needs it",
    "ValueError: Workload identity was selected but no client ID was provided.",
)
