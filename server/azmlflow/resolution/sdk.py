"""Objects of the Azure ML SDKs: which workspace a client or workspace object stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.azure.workspace_config import PARENT_LEVELS
from azmlflow.parsing.base import Span
from azmlflow.parsing.python.facts import Attribute, CallValue, Constant, Value
from azmlflow.resolution.configs import lookups
from azmlflow.resolution.frames import Frame
from azmlflow.resolution.results import Because, Handle, Known
from azmlflow.workspace.snapshot import Location

if TYPE_CHECKING:
    from azmlflow.resolution.evaluation import Evaluation

V2_CLIENTS: Final = frozenset({"azure.ai.ml.MLClient", "azure.ai.ml._ml_client.MLClient"})
V1_WORKSPACES: Final = frozenset(
    {"azureml.core.Workspace", "azureml.core.workspace.Workspace", "azureml.core.Workspace.Workspace"}
)
CONFIG_READERS: Final = {
    **{f"{name}.from_config": 1 for name in V2_CLIENTS},
    **{f"{name}.from_config": 0 for name in V1_WORKSPACES},
}
"""The functions that look for a workspace config, with the position of the argument `path`."""

_TAKE_CREDENTIAL: Final = V2_CLIENTS | {f"{name}.from_config" for name in V2_CLIENTS}


def argument(call: CallValue, position: int, *names: str) -> Value | None:
    """Return an argument by keyword or position; None when absent or hidden in `*args`/`**kwargs`."""
    for keyword, value in call.keywords:
        if keyword in names:
            return value
    return call.arguments[position] if 0 <= position < len(call.arguments) else None


def handle_of_call(
    call: CallValue, dotted: str | None, frame: Frame, evaluation: Evaluation
) -> Handle | None:
    """Return the handle that a call of the SDK makes, None when it is no such call."""
    maker = MAKERS.get(dotted or "")
    if maker is not None:
        made = maker(call, frame, evaluation)
        if dotted not in _TAKE_CREDENTIAL:
            return made
        return replace(made, credential=evaluation.constructor(argument(call, 0, "credential"), frame))
    return _through_client(call, frame, evaluation)


def _through_client(call: CallValue, frame: Frame, evaluation: Evaluation) -> Handle | None:
    """`client.workspaces.get(name)`: the client's workspace, or another of its resource group."""
    function = call.function
    if not isinstance(function, Attribute) or function.attr != "get":
        return None
    if not isinstance(function.base, Attribute) or function.base.attr != "workspaces":
        return None
    client = evaluation.handle(function.base.base, frame)
    name = argument(call, 0, "name")
    if client is None:
        return Handle(None, "the client it is taken from is not seen")
    if name is None or (isinstance(name, Attribute) and name.attr == "workspace_name"):
        return client
    named = evaluation.evaluate(name, frame)
    group = argument(call, 1, "resource_group")
    if isinstance(named, Known) and named.text and group is None:
        names = (client.names[0], client.names[1], named.text)
        found = _handle(names, (*named.because, *client.because), client.reason)
        return replace(found, credential=client.credential)
    return Handle(None, "the workspace's name is computed", client.because, client.names)


def _client(call: CallValue, frame: Frame, evaluation: Evaluation) -> Handle:
    """`MLClient(credential, subscription_id, resource_group_name, workspace_name)`."""
    values = (
        argument(call, 1, "subscription_id"),
        argument(call, 2, "resource_group_name"),
        argument(call, 3, "workspace_name"),
    )
    return _named(call, values, frame, evaluation)


def _workspace_v1(call: CallValue, frame: Frame, evaluation: Evaluation) -> Handle:
    """`Workspace(subscription_id, resource_group, workspace_name)`."""
    values = (
        argument(call, 0, "subscription_id"),
        argument(call, 1, "resource_group"),
        argument(call, 2, "workspace_name"),
    )
    return _named(call, values, frame, evaluation)


def _workspace_v1_get(call: CallValue, frame: Frame, evaluation: Evaluation) -> Handle:
    """`Workspace.get(name, auth, subscription_id, resource_group)`."""
    values = (
        argument(call, 2, "subscription_id"),
        argument(call, 3, "resource_group"),
        argument(call, 0, "name"),
    )
    return _named(call, values, frame, evaluation)


def _named(call: CallValue, values: tuple[Value | None, ...], frame: Frame, evaluation: Evaluation) -> Handle:
    because: tuple[Because, ...] = ()
    names: list[str | None] = []
    reason = None
    for value, what in zip(values, ("subscription", "resource group", "workspace name"), strict=True):
        result = evaluation.evaluate(value, frame) if value is not None else None
        known = isinstance(result, Known) and bool(result.text)
        names.append(result.text if known and isinstance(result, Known) else None)
        because += result.because if result else ()
        if not known:
            reason = reason or f"the {what} is not written in the project"
    place = evaluation.location(call.span)
    because = (Because("the workspace is named here", place), *because)
    return _handle((names[0], names[1], names[2]), because, reason)


def _handle(
    names: tuple[str | None, str | None, str | None], because: tuple[Because, ...], reason: str | None
) -> Handle:
    subscription, group, name = names
    if subscription and group and name:
        return Handle(WorkspaceRef(subscription, group, name), None, because, names)
    return Handle(None, reason or "a part of the workspace's name is not known", because, names)


def _from_config_v2(call: CallValue, frame: Frame, evaluation: Evaluation) -> Handle:
    """`MLClient.from_config(credential, path=None, file_name=None)`."""
    return _from_config(
        call, 1, argument(call, 2, "file_name", "_file_name"), PARENT_LEVELS, frame, evaluation
    )


def _from_config_v1(call: CallValue, frame: Frame, evaluation: Evaluation) -> Handle:
    """`Workspace.from_config(path=None, auth=None, _logger=None, _file_name=None)`."""
    return _from_config(call, 0, argument(call, 3, "_file_name"), None, frame, evaluation)


def _from_config(
    call: CallValue,
    position: int,
    name: Value | None,
    levels: int | None,
    frame: Frame,
    evaluation: Evaluation,
) -> Handle:
    place = evaluation.location(call.span)
    cause = Because("the workspace is read from a config file", place)
    path = argument(call, position, "path")
    given, file_name = evaluation.text(path, frame), evaluation.text(name, frame)
    if (given is None and not _is_none(path)) or (file_name is None and not _is_none(name)):
        return Handle(None, "the config's path is computed", (cause,))
    met = lookups(evaluation.snapshot, evaluation.working_folders, given, file_name, levels)
    if met is None:
        return Handle(None, "the config is not among the files that azmlflow reads", (cause,))
    # Where nothing is found from_config raises: a script that goes on was started where something is.
    taken = {lookup.search.found for lookup in met} - {None}
    if len(taken) > 1:
        return Handle(None, "which config is found depends on the folder it is started from", (cause,))
    candidate = taken.pop() if taken else None
    if candidate is None:
        return Handle(None, "no workspace config is found", (cause,))
    link = Because(f"{candidate.path.name} names the workspace", Location(candidate.path, None, Span.at(0)))
    if candidate.workspace is None:
        return Handle(None, f"no workspace can be read from {candidate.path.name}", (cause, link))
    names = candidate.workspace
    return Handle(
        names, None, (cause, link), (names.subscription_id, names.resource_group, names.workspace_name)
    )


def _is_none(value: Value | None) -> bool:
    return value is None or (isinstance(value, Constant) and value.value is None)


MAKERS: Final[dict[str, Callable[[CallValue, Frame, Evaluation], Handle]]] = {
    **dict.fromkeys(V2_CLIENTS, _client),
    **{f"{name}.from_config": _from_config_v2 for name in V2_CLIENTS},
    **dict.fromkeys(V1_WORKSPACES, _workspace_v1),
    **{f"{name}.from_config": _from_config_v1 for name in V1_WORKSPACES},
    **{f"{name}.get": _workspace_v1_get for name in V1_WORKSPACES},
}
"""Calls that make an object which stands for a workspace."""
