"""What a command did in the box, from the store and the journal: where its runs landed, who it was, what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import parse_qs, unquote

from azmlflow.azure.clouds import cloud_of_login_host
from azmlflow.azure.proxies import MANAGED_IDENTITY_HOST
from azmlflow.sandbox.envelope import IN_VAIN, REFUSED, UNKNOWN
from azmlflow.sandbox.hosts import TOOLS_HOST, place_of
from azmlflow.sandbox.journal import Exchange
from azmlflow.sandbox.landed import Landed, exceeded, read_back
from azmlflow.sandbox.store import StoreFailed
from azmlflow.sandbox.world import World

Kind = Literal[
    "secret", "certificate", "federated", "managed-identity", "az", "azd", "pwsh", "password", "user"
]


@dataclass(frozen=True, slots=True)
class SignIn:
    """A credential that gave tokens; `is_stand_in` tells that it was the box's and not one of the user's.

    `client_id` and `tenant` are those that were sent, `times` how often a token was asked for.
    """

    kind: Kind
    tenant: str = ""
    client_id: str = ""
    is_stand_in: bool = False
    times: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that can be told of what happened in the box.

    `refused` are the things that a real workspace is known to refuse, `in_vain` what it does not have and was looked for,
    `unknown_hosts` those that are not Azure's, all with how often. `unknown_things` is what only the real Azure could know.
    `requests` is how often anything was asked of the box, `failed` why what landed cannot be told. `assumed_regions` names the workspaces (by ARM id) whose region the code asked Azure for, so that the box made one up.
    """

    landed: tuple[Landed, ...]
    sign_ins: tuple[SignIn, ...]
    refused: Mapping[str, int]
    in_vain: Mapping[str, int]
    beyond_documented: tuple[str, ...]
    unknown_hosts: Mapping[str, int]
    unknown_things: tuple[str, ...]
    assumed_regions: frozenset[str]
    distrusting_hosts: tuple[str, ...]
    requests: int = 0
    failed: str = ""


def report_on(world: World, journal: Iterable[Exchange]) -> Report:
    """Return the report; where the store does not answer, it says why."""
    try:
        return _report(read_back(world), list(journal))
    except StoreFailed as error:
        return replace(_report((), list(journal)), failed=str(error))


def _report(landed: tuple[Landed, ...], exchanges: list[Exchange]) -> Report:
    notes = [exchange.note for exchange in exchanges]
    return Report(
        landed,
        sign_ins(exchanges),
        _counted(note.removeprefix(REFUSED) for note in notes if note.startswith(REFUSED)),
        _counted(note.removeprefix(IN_VAIN) for note in notes if note.startswith(IN_VAIN)),
        tuple(dict.fromkeys(text for each in landed for run in each.runs for text in exceeded(run))),
        _counted(exchange.host for exchange in exchanges if _is_unknown(exchange)),
        tuple(dict.fromkeys(note.removeprefix(UNKNOWN) for note in notes if note.startswith(UNKNOWN))),
        frozenset(each.workspace.ref.arm_id for each in landed if each.workspace.region_is_made_up),
        tuple(dict.fromkeys(exchange.host for exchange in exchanges if _is_distrusting(exchange))),
        len(exchanges),
    )


def sign_ins(exchanges: Iterable[Exchange]) -> tuple[SignIn, ...]:
    """Return the credentials that gave tokens, in the order in which they first did."""
    found: dict[SignIn, int] = {}
    for exchange in exchanges:
        sign_in = _sign_in(exchange) if exchange.status == 200 else None
        if sign_in is not None:
            found[sign_in] = found.get(sign_in, 0) + 1
    return tuple(
        SignIn(each.kind, each.tenant, each.client_id, each.is_stand_in, n) for each, n in found.items()
    )


def _sign_in(exchange: Exchange) -> SignIn | None:
    if exchange.host == MANAGED_IDENTITY_HOST:
        return SignIn("managed-identity", is_stand_in=True)
    if exchange.host == TOOLS_HOST:
        tool = exchange.path.strip("/")
        return (
            SignIn(_TOOLS[tool], is_stand_in=True) if tool in _TOOLS and exchange.note == "a token" else None
        )
    if cloud_of_login_host(exchange.host) is None or not exchange.path.rstrip("/").endswith("/token"):
        return None
    form = {name: values[-1] for name, values in parse_qs(exchange.sent).items()}
    tenant = unquote(exchange.path.lstrip("/").partition("/")[0])
    kind = _kind(form.get("grant_type", ""), exchange.note)
    return SignIn(kind, tenant, form.get("client_id", ""), is_stand_in=kind == "user")


def _kind(grant: str, note: str) -> Kind:
    """Tell which credential was sent, as the box's Entra ID has noted it; only a user's is made up by the box."""
    if grant == "client_credentials":
        return (
            "certificate"
            if note.startswith("certificate")
            else "federated"
            if note.startswith("federated")
            else "secret"
        )
    return "password" if grant == "password" else "user"


def _is_unknown(exchange: Exchange) -> bool:
    return exchange.status == 403 and exchange.host != TOOLS_HOST and place_of(exchange.host) is None


def _is_distrusting(exchange: Exchange) -> bool:
    return exchange.method == "CONNECT" and exchange.status == 0 and "does not trust" in exchange.note


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names))


_TOOLS: Final[dict[str, Kind]] = {"az": "az", "azd": "azd", "pwsh": "pwsh"}
