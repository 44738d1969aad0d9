"""The repairs of a script that sets no tracking URI: take it from the workspace, write it out, or load it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.azure.uri_parsing import classify, compose_tracking_uri, parse_tracking_uri
from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.azure.workspace_config import FOLDERS
from azmlflow.parsing.base import Span
from azmlflow.patterns import pattern
from azmlflow.resolution.configs import read_candidate
from azmlflow.resolution.dotenv import find, layer_of
from azmlflow.resolution.effects import USES
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.model import Event, EventKind, ScriptResolution
from azmlflow.rules.additions import Additions
from azmlflow.rules.base import Edit, Fix, in_file
from azmlflow.rules.clients import Client, clients
from azmlflow.rules.insertion import Spot, find_spot
from azmlflow.rules.sheet import Site, Unit, units_of
from azmlflow.workspace.snapshot import Location, Snapshot, SourceFile

_URI: Final = pattern(r"azureml://[^\s\"'`<>\\)]+", re.IGNORECASE)
_USES_STORE: Final = USES | {
    EventKind.AUTOLOG,
    EventKind.SET_EXPERIMENT,
    EventKind.SET_REGISTRY,
    EventKind.READ,
    EventKind.CLIENT,
}
"""Calls that must come after the tracking URI is set."""
_PREPARES: Final = frozenset({EventKind.LOAD_DOTENV, EventKind.WRITE_VARIABLE})


class Aim(NamedTuple):
    """What the runs are meant for, as far as the project says.

    `config` is the workspace config; `found` tells whether from_config finds it by itself. `dotenv` is the environment
    file that names the workspace, or could; `names_uri` tells whether it does, `names_other` whether it names some other
    store, which is then the user's choice.
    """

    workspace: WorkspaceRef | None = None
    config: Path | None = None
    found: bool = False
    dotenv: SourceFile | None = None
    names_uri: bool = False
    names_other: bool = False


class KnownUri(NamedTuple):
    """The URI of a workspace; `learned` says which connection test found it, where no file writes it out."""

    uri: str
    learned: str | None = None


def aim_of(script: ScriptResolution) -> Aim:
    """Return what a script's runs are meant for: the settings' target, else the config that is found, else `.env`."""
    snapshot, path = script.snapshot, script.file.path
    dotenv = find(snapshot, path.parent)
    layer = layer_of(snapshot, dotenv) if dotenv else None
    uri = layer.values.get(MLFLOW_TRACKING_URI, "") if layer else ""
    parsed = parse_tracking_uri(uri)
    candidates = [candidate for candidate in script.configs if candidate.workspace is not None]
    settings = snapshot.settings.get(snapshot.root_of(path))
    if settings is not None and settings.target is not None:
        target = read_candidate(snapshot, settings.target)
        candidates = [target, *candidates] if target.workspace is not None else candidates
    first = next(iter(candidates), None)
    workspace = first.workspace if first else parsed.workspace if parsed else None
    found = first is not None and script.configs[:1] == (first,)
    is_ours = classify(uri).is_azureml
    return Aim(workspace, first.path if first else None, found, dotenv, is_ours, bool(uri) and not is_ours)


def tracking_fixes(script: ScriptResolution, aim: Aim) -> Iterator[Fix]:
    """Yield the repairs, the preferred one first; all change where runs go, over a network, so none is safe."""
    units = units_of(script.file)
    sites = [_site(script, event) for event in script.all(*_USES_STORE) if event.reached]
    prepared = [
        _entry(event)
        for event in script.events
        if event.kind in _PREPARES and event.reached and event.entry.path == script.file.path
    ]
    spot = find_spot(units, sites, prepared)
    if spot is None:
        return
    own = next(_usable(script, units, sites, prepared), None)
    if own is not None:
        yield _from_client(script, units, *own)
    elif aim.config is not None or aim.workspace is not None:
        yield _from_workspace(script, units, spot, aim)
    known = known_uri(script, aim.workspace) if aim.workspace else None
    if known is not None:
        yield _literal(script, units, spot, known)
        if not aim.names_uri:
            yield _in_dotenv(script, units, spot, aim, known)


def _usable(
    script: ScriptResolution, units: tuple[Unit, ...], sites: list[Site], prepared: list[Site]
) -> Iterator[tuple[Spot, Client]]:
    """Yield the clients that are made before the first use, with the spot behind them."""
    for client in clients(script, units):
        spot = find_spot(units, sites, [*prepared, client.site])
        if spot is not None and client.is_known_at(spot):
            yield spot, client


def known_uri(script: ScriptResolution, workspace: WorkspaceRef) -> KnownUri | None:
    """Return the URI of a workspace when its host is known.

    That is from any URI of the same workspace in the project, else from what the workspace told a connection test.
    """
    uris = remembered(script.snapshot, "azureml uris", None, lambda: _uris_in(script.snapshot))
    written = uris.get(workspace.arm_id.casefold())
    if written is not None:
        return KnownUri(written)
    from azmlflow.workspace.learned import learned_about  # late: only a repair needs it

    learned = learned_about(script.snapshot, workspace)
    return KnownUri(learned.uri, learned.source) if learned else None


def _uris_in(snapshot: Snapshot) -> dict[str, str]:
    """Return the first good tracking URI of each workspace that any file writes out, by the workspace's ARM id."""
    found: dict[str, str] = {}
    for file in snapshot.files.values():
        for match in _URI.finditer(file.text.value) if "azureml:" in file.text.value else ():
            parsed = parse_tracking_uri(match.group().rstrip(".,;"))
            if parsed is not None and parsed.cloud is not None and parsed.workspace is not None:
                uri = compose_tracking_uri(parsed.host, parsed.workspace, parsed.cloud)
                found.setdefault(parsed.workspace.arm_id.casefold(), uri)
    return found


def _site(script: ScriptResolution, event: Event) -> Site:
    """Return where a use shows in the file: its own line, or that of the statement which leads to a helper."""
    place = event.location if event.location.path == script.file.path else event.entry
    return Site(place.cell, place.span.line)


def _entry(event: Event) -> Site:
    return Site(event.entry.cell, event.entry.span.line)


def _from_client(script: ScriptResolution, units: tuple[Unit, ...], spot: Spot, client: Client) -> Fix:
    added = Additions(units, spot)
    mlflow = added.name_of("mlflow")
    added.call(f"{mlflow}.set_tracking_uri", client.tracking_uri)
    return _fix(script, added, f"Set the tracking URI to that of `{client.name}`")


def _from_workspace(script: ScriptResolution, units: tuple[Unit, ...], spot: Spot, aim: Aim) -> Fix:
    """Make a client by the SDK v2 and ask it: what it answers is right behind a private link too."""
    added = Additions(units, spot)
    mlflow = added.name_of("mlflow")
    maker = added.name_of("azure.ai.ml", "MLClient")
    credential = added.name_of("azure.identity", "DefaultAzureCredential")
    client = Client(added.fresh("ml_client", "workspace_client", "azureml_client"), False, Site(None, 0))
    if aim.config is None and aim.workspace is not None:
        names = zip(("subscription_id", "resource_group_name", "workspace_name"), aim.workspace, strict=True)
        lines = [f"{credential}(),", *(f"{name}={added.quoted(value)}," for name, value in names)]
        added.add("\n".join([f"{client.name} = {maker}(", *(added.indented(line) for line in lines), ")"]))
    else:
        path = "" if aim.found or aim.config is None else f", path={added.quoted(_shown(script, aim.config))}"
        added.call(f"{client.name} = {maker}.from_config", f"credential={credential}(){path}")
    added.call(f"{mlflow}.set_tracking_uri", client.tracking_uri)
    name = aim.workspace.workspace_name if aim.workspace else "the config"
    return _fix(script, added, f"Take the tracking URI from the workspace {name} (MLClient)")


def _literal(script: ScriptResolution, units: tuple[Unit, ...], spot: Spot, known: KnownUri) -> Fix:
    added = Additions(units, spot)
    mlflow = added.name_of("mlflow")
    added.call(f"{mlflow}.set_tracking_uri", added.quoted(known.uri))
    source = f"{known.learned} found" if known.learned else "the project uses elsewhere"
    return _fix(script, added, f"Write out the tracking URI that {source}")


def _in_dotenv(
    script: ScriptResolution, units: tuple[Unit, ...], spot: Spot, aim: Aim, known: KnownUri
) -> Fix:
    """Add the variable to the environment file, which is made where load_dotenv finds it, and load that."""
    line = f"{MLFLOW_TRACKING_URI}={known.uri}\n"
    if aim.dotenv is None:
        edit = Edit(in_file(_home(script, aim) / ".env", Span.at(0)), line, create=True)
    else:
        text = aim.dotenv.text
        last = text.line_count - 1
        end = Span.at(last, len(text.line(last)))
        edit = Edit(in_file(aim.dotenv.path, end), line if not text.line(last) else f"\n{line}")
    found = f", as {known.learned} found it" if known.learned else ""
    title = f"Add {MLFLOW_TRACKING_URI} to {edit.location.path.name} and load it (load_dotenv){found}"
    return _fix(script, _loading(units, spot), title, edit)


def _home(script: ScriptResolution, aim: Aim) -> Path:
    """Return the folder of the project: that of the workspace config, if the script is in it, else the root."""
    root = script.snapshot.root_of(script.file.path)
    folder = aim.config.parent if aim.config else root
    folder = folder.parent if folder.name in FOLDERS else folder
    return folder if folder.is_relative_to(root) and script.file.path.is_relative_to(folder) else root


def _loading(units: tuple[Unit, ...], spot: Spot) -> Additions:
    added = Additions(units, spot)
    added.add(f"{added.name_of('dotenv', 'load_dotenv')}()")
    return added


def _fix(script: ScriptResolution, added: Additions, title: str, *more: Edit) -> Fix:
    path = script.file.path
    edits = (Edit(Location(path, change.cell, change.span), change.text) for change in added.changes())
    return Fix(title, (*edits, *more), safe=False)


def _shown(script: ScriptResolution, path: Path) -> str:
    """Return a path as code in the project would write it, relative to the root."""
    root = script.snapshot.root_of(script.file.path)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
