"""Which handler answers for which host, in every cloud; any other host has none."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

from azmlflow.azure.clouds import AZURE_CLOUD, CLOUDS, Cloud, cloud_of_host, cloud_of_login_host
from azmlflow.azure.proxies import MANAGED_IDENTITY_HOST
from azmlflow.sandbox.http import Request, Response, json_response
from azmlflow.sandbox.world import BLOB_SUFFIXES, Fault, Role, World

Handler = Callable[[Request, World], Response]

TOOLS_HOST: Final = "stand-ins.azmlflow.invalid"
"""Where the stand-ins of az, azd and pwsh ask what they are to do; no such host can exist."""


def is_known(host: str, tls: bool) -> bool:
    """Tell whether the box is this host; the metadata service and the stand-ins are asked without TLS."""
    place = place_of(host)
    if place is None:
        return host == TOOLS_HOST and not tls
    return (place[0] != "imds") == tls


def place_of(host: str) -> tuple[Role, Cloud] | None:
    """Return what a host is there for and its cloud, None for one that the box does not play."""
    lowered = host.lower().removesuffix(".")
    if lowered == MANAGED_IDENTITY_HOST:
        return "imds", AZURE_CLOUD
    if cloud := cloud_of_login_host(lowered):
        return "login", cloud
    if cloud := cloud_of_host(lowered):
        return "tracking", cloud
    for cloud in CLOUDS:
        if lowered == cloud.arm_host:
            return "arm", cloud
        if lowered.endswith("." + BLOB_SUFFIXES[cloud.name]):
            return "blob", cloud
    return None


def answer(request: Request, world: World) -> Response:
    """Answer a request as the host would, after whatever goes wrong with that kind of host."""
    if request.host == TOOLS_HOST:
        from azmlflow.sandbox import stand_ins

        return stand_ins.answer(request, world)
    place = place_of(request.host)
    if place is None:
        return json_response(
            403, {"error": "the sandbox has no such host"}, note="the sandbox does not play this host"
        )
    role, _ = place
    fault = _fault_of(world, role, request)
    if fault is None:
        return _handler(role, request)(request, world)
    if fault.status is None:
        response = _handler(role, request)(request, world)
    else:
        headers = {"Content-Type": fault.content_type, **fault.headers}
        response = Response(fault.status, fault.body.encode("utf-8"), headers, note="a fault of the scenario")
    return response._replace(delay=fault.delay, ending=fault.ending)


def _fault_of(world: World, role: Role, request: Request) -> Fault | None:
    fault = world.faults.get(role)
    if fault is None or fault.path not in request.path:
        return None
    with world.backstage.lock:
        if fault.times is not None:
            if fault.times <= 0:
                return None
            fault.times -= 1
    return fault


def _handler(role: Role, request: Request) -> Handler:
    """Return the handler's `answer`; its module is imported when it is first needed."""
    name = _tracking_module(request.path) if role == "tracking" else _MODULES[role]
    handler: Handler = import_module(f"azmlflow.sandbox.{name}").answer
    return handler


def _tracking_module(path: str) -> str:
    """Artifacts have an API of their own beside MLflow's, on the same host."""
    return "artifacts" if path.startswith(("/history/", "/artifact/")) else "front"


_MODULES: Final[dict[Role, str]] = {"login": "entra", "arm": "arm", "imds": "imds", "blob": "blob"}
