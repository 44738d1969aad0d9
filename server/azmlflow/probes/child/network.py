"""The step `network`: how far one gets toward each host that the code needs, before anybody signs in."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any, Final, NamedTuple

from azmlflow.azure import variables as v
from azmlflow.azure.clouds import PUBLIC_METADATA_HOST, cloud_named
from azmlflow.azure.credential_links import MANAGED_IDENTITY
from azmlflow.probes.child._blocked import Blocked
from azmlflow.probes.child._imds import Question
from azmlflow.probes.child._tls import Store, store_in_use
from azmlflow.probes.child._way import Way
from azmlflow.probes.child.context import Context
from azmlflow.probes.outcome import NETWORK, Outcome, failed, ok, skipped

PORT: Final = 443
MARGIN: Final = 2.0
"""Seconds before the step's end by which every host has been given up."""


class Host(NamedTuple):
    """A host that is needed: without it the user's script fails when it is `hard`."""

    name: str
    role: str
    hard: bool


def run(context: Context) -> Iterator[Outcome]:
    """Yield one outcome for each host as it comes, and one more where a proxy would take the question for an identity."""
    try:
        store = store_in_use()
    except ImportError:
        yield skipped(
            NETWORK,
            "Not tried: the package requests, which MLflow sends everything with, is not installed.",
            code="PACKAGES",
        )
        return
    except Blocked as blocked:
        yield failed(
            NETWORK, blocked.message, code=blocked.code, advice=blocked.advice, command=blocked.command
        )
        return
    question = Question(context)
    yield from _each(context, hosts_of(context), store)
    yield from question.outcome()


def hosts_of(context: Context) -> tuple[Host, ...]:
    """Return the hosts that the code needs; a tracking host that is not Azure ML's is left alone."""
    uri = context.uri
    login = Host(context.cloud.login_host, "login", _signs_in())
    arm = Host(context.cloud.arm_host, "arm", hard=False)
    if uri is None or uri.cloud is None:
        return login, arm
    return login, Host(uri.host, "tracking", hard=True), arm


def _signs_in() -> bool:
    """Tell whether a credential asks the login host; a managed identity alone does not."""
    return os.environ.get(v.AZURE_TOKEN_CREDENTIALS, "").strip().lower() != MANAGED_IDENTITY.lower()


def _each(context: Context, hosts: tuple[Host, ...], store: Store) -> Iterator[Outcome]:
    """Try all hosts at the same time."""
    seconds = max(1.0, context.limit(NETWORK) - MARGIN)
    arrived: queue.SimpleQueue[Outcome | Exception] = queue.SimpleQueue()

    def work(host: Host) -> None:
        try:
            arrived.put(_try(context, host, store, seconds))
        except Exception as error:  # noqa: BLE001 - it is raised again where it is awaited
            arrived.put(error)

    for host in hosts:
        threading.Thread(target=work, args=(host,), daemon=True).start()
    for _ in hosts:
        outcome = arrived.get()
        if isinstance(outcome, Exception):
            raise outcome
        yield outcome


def _try(context: Context, host: Host, store: Store, seconds: float) -> Outcome:
    started = monotonic()
    way = Way(host.name, PORT, store, seconds)
    try:
        arrived = way.walk()
    except Blocked as blocked:
        spent, more = monotonic() - started, _advice(context, host, blocked)
        details = {"role": host.role, **way.details}
        return failed(
            NETWORK,
            blocked.message,
            host=host.name,
            hard=host.hard,
            code=blocked.code,
            seconds=spent,
            details=details,
            **more,
        )
    details = {"role": host.role, **way.details}
    if not arrived:
        message = f"{host.name} is behind a SOCKS proxy ({details['proxy']}), which this step does not try."
        return skipped(NETWORK, message, host=host.name, code="PROXY", details=details)
    return ok(
        NETWORK, _message(host, details), host=host.name, seconds=monotonic() - started, details=details
    )


def _message(host: Host, details: dict[str, Any]) -> str:
    if details["proxy"]:
        where = f"through the proxy {details['proxy']}, which also looks its name up"
    else:
        kind = (
            " (a private address, as behind a private link)"
            if details["private"] and host.role == "tracking"
            else ""
        )
        where = f"from {details['address']}{kind}"
    by = f" issued by {details['issuer']}" if details["issuer"] else ""
    return f"{host.name} answers {where}; its certificate{by} is trusted ({details['trusted_by']})."


def _advice(context: Context, host: Host, blocked: Blocked) -> dict[str, Any]:
    if host.role != "arm":
        return {"advice": blocked.advice, "command": blocked.command}
    if not _asks_for_clouds(context):
        return {"advice": f"{blocked.advice} {_ARM_IS_FOR}", "command": blocked.command}
    command = f"export {v.AZUREML_CURRENT_CLOUD}={context.cloud.name}"
    waits = _WAITS if blocked.silent else _WARNS
    return {"advice": f"{blocked.advice} {_ARM_IS_FOR} {waits}", "command": blocked.command or command}


def _asks_for_clouds(context: Context) -> bool:
    """Tell whether the plugin asks this host which clouds there are: it does when no variable names one that it knows."""
    named = cloud_named(os.environ.get(v.AZUREML_CURRENT_CLOUD, ""))
    elsewhere = os.environ.get(v.ARM_CLOUD_METADATA_URL)
    return named is None and not elsewhere and context.cloud.arm_host == PUBLIC_METADATA_HOST


_ARM_IS_FOR: Final = (
    "MLflow itself can do without this host; MLClient, and azmlflow's look at the workspace, cannot."
)
_WAITS: Final = (
    f"While {v.AZUREML_CURRENT_CLOUD} is not set, the plugin asks it which clouds there are, and waits 30 seconds for each "
    "tracking URI before it goes on."
)
_WARNS: Final = f"While {v.AZUREML_CURRENT_CLOUD} is not set, the plugin asks it which clouds there are, prints a long warning and goes on."
