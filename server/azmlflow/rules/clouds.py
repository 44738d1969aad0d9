"""What the rules on clouds share: what AZUREML_CURRENT_CLOUD is when a script needs it, who else names it, how it is set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.azure.clouds import AZURE_CLOUD, Cloud
from azmlflow.azure.uri_parsing import classify, parse_tracking_uri
from azmlflow.azure.variables import AZUREML_CURRENT_CLOUD, MLFLOW_TRACKING_URI
from azmlflow.parsing.base import Span
from azmlflow.parsing.python.facts import Constant
from azmlflow.parsing.requirements import RequirementsFacts
from azmlflow.resolution.effects import USES
from azmlflow.resolution.environs import set_elsewhere
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.mentions import code_names
from azmlflow.resolution.model import Event, EventKind, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known
from azmlflow.resolution.sdk import V2_CLIENTS, argument
from azmlflow.rules.additions import Additions
from azmlflow.rules.base import Edit, Fix, Related, in_file
from azmlflow.rules.insertion import find_spot
from azmlflow.rules.sheet import Site, units_of
from azmlflow.rules.source import slice_at
from azmlflow.rules.tracking import shown_at
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.layers import layers_of
from azmlflow.workspace.snapshot import FileKind, Location, Snapshot, SourceFile

_MAKERS: Final = (*V2_CLIENTS, *(f"{name}.from_config" for name in V2_CLIENTS))
_CONTACTS: Final = USES | {EventKind.SET_EXPERIMENT, EventKind.CLIENT}
"""Calls that have azureml-mlflow look for the cloud; it keeps what it finds for as long as the process lives."""
_NEEDS: Final = _CONTACTS | {EventKind.WORKSPACE, EventKind.READ, EventKind.AUTOLOG, EventKind.SET_REGISTRY}
_PREPARES: Final = frozenset({EventKind.LOAD_DOTENV, EventKind.WRITE_VARIABLE, EventKind.DELETE_VARIABLE})
_REQUIREMENTS: Final = (FileKind.REQUIREMENTS, FileKind.CONDA, FileKind.PYPROJECT)
_SDKS: Final = ("azure.ai.ml", "azure.identity", "azureml.")


class CloudSeen(NamedTuple):
    """What AZUREML_CURRENT_CLOUD is when a script first needs it; the name is None where nothing sets it.

    `known` is False where that cannot be said. `event` is the statement of a script that decides, `late` one that
    comes too late, `client` tells that MLClient has set it, `setting` where an environment file that is loaded does.
    """

    name: str | None
    known: bool = True
    event: Event | None = None
    late: Event | None = None
    client: bool = False
    setting: Setting | None = None

    @property
    def related(self) -> tuple[Related, ...]:
        """Where the environment file sets it."""
        said = f"{AZUREML_CURRENT_CLOUD} is set here"
        return (Related(said, self.setting.written),) if self.setting else ()


_UNKNOWN: Final = CloudSeen(None, known=False)


def cloud_of_uri(text: str | None) -> Cloud | None:
    """Return the cloud whose workspace a tracking URI names, None for anything else."""
    parsed = parse_tracking_uri(text) if text else None
    return parsed.cloud if parsed is not None else None


def cloud_seen(script: ScriptResolution) -> CloudSeen:
    """Return what the variable is at the first call that has azureml-mlflow look for it."""
    seen = CloudSeen(script.snapshot.process.values.get(AZUREML_CURRENT_CLOUD))
    for event in script.events:
        if not event.reached:
            break
        if event.kind in _CONTACTS:
            return seen._replace(late=_written_later(script, event)) if seen.name is None else seen
        seen = _after(script.snapshot, seen, event)
        if not seen.known:
            return seen
    return seen


def _after(snapshot: Snapshot, seen: CloudSeen, event: Event) -> CloudSeen:
    """Return what is known of the variable after one step of a script."""
    if event.kind is EventKind.LOAD_DOTENV:
        return _after_loading(snapshot, seen, event)
    if event.kind is EventKind.WORKSPACE and event.name in _MAKERS:
        return _after_client(seen, event)
    if event.kind is EventKind.WRITE_VARIABLE and event.name == AZUREML_CURRENT_CLOUD:
        known = event.certain and isinstance(event.result, Known) and event.result.text is not None
        return (
            CloudSeen(event.result.text, event=event)
            if known and isinstance(event.result, Known)
            else _UNKNOWN
        )
    if event.kind is EventKind.DELETE_VARIABLE and event.name == AZUREML_CURRENT_CLOUD:
        return CloudSeen(None) if event.certain else _UNKNOWN
    writes_any = event.kind is EventKind.WRITE_VARIABLE and event.name is None
    return _UNKNOWN if writes_any or event.kind is EventKind.UNREAD else seen


def _after_loading(snapshot: Snapshot, seen: CloudSeen, event: Event) -> CloudSeen:
    override = dict(event.call.keywords).get("override") if event.call else None
    decides = override is None or isinstance(override, Constant)
    file = snapshot.files.get(Path(event.name)) if event.name else None
    if file is None or not event.certain or not decides:
        return _UNKNOWN
    setting = next((s for layer in layers_of(file) if (s := layer.settings.get(AZUREML_CURRENT_CLOUD))), None)
    if setting is None or (seen.name is not None and not (isinstance(override, Constant) and override.value)):
        return seen
    return CloudSeen(setting.value, setting=setting) if setting.value is not None else _UNKNOWN


def _after_client(seen: CloudSeen, event: Event) -> CloudSeen:
    """MLClient sets the variable: to its argument `cloud`, else to the public cloud where nothing else is set."""
    cloud = argument(event.call, -1, "cloud") if event.call else None
    if not event.certain or (cloud is not None and not isinstance(cloud, Constant)):
        return _UNKNOWN
    given = cloud.value if isinstance(cloud, Constant) else None
    name = given if isinstance(given, str) else seen.name or AZURE_CLOUD.name
    return seen if name == seen.name else CloudSeen(name, client=True)


def _written_later(script: ScriptResolution, contact: Event) -> Event | None:
    later = script.events[script.events.index(contact) + 1 :]
    is_it = (e for e in later if e.kind is EventKind.WRITE_VARIABLE and e.name == AZUREML_CURRENT_CLOUD)
    return next((event for event in is_it if event.reached), None)


def uri_place(script: ScriptResolution) -> Location | None:
    """Return where the script's own file writes the URI out, else the call that takes it from elsewhere."""
    setter = script.tracking.setter
    if setter is None:
        written = (e for e in script.all(EventKind.WRITE_VARIABLE) if e.name == MLFLOW_TRACKING_URI)
        return next(
            (_literal_in(script, e) or shown_at(script, e) for e in written if _decides(script, e)), None
        )
    return _literal_in(script, setter) or shown_at(script, setter)


def _literal_in(script: ScriptResolution, event: Event) -> Location | None:
    literal = event.result.literal if isinstance(event.result, Known) else None
    return literal if literal is not None and literal.path == script.file.path else None


def _decides(script: ScriptResolution, event: Event) -> bool:
    """Tell whether runs go where a statement says that writes the variable."""
    return isinstance(event.result, Known) and event.result.text == script.tracking.value


def written_by(seen: CloudSeen, script: ScriptResolution) -> Setting | None:
    """Return the statement of the script's own file that names the cloud."""
    event = seen.event
    if event is None or event.location.path != script.file.path:
        return None
    written = _literal_in(script, event) or event.location
    return Setting(AZUREML_CURRENT_CLOUD, seen.name, event.location, written)


def is_named_elsewhere(resolution: Resolution, cloud: Cloud) -> bool:
    """Tell whether another file of the project sets the variable, or has code that names it or the cloud."""
    snapshot, root, path = resolution.snapshot, resolution.root, resolution.file.path
    settings = set_elsewhere(snapshot, root).get(AZUREML_CURRENT_CLOUD, ())
    if any(setting.place.path != path for setting in settings):
        return True
    return code_names(snapshot, root, (AZUREML_CURRENT_CLOUD, cloud.name.upper()), but=path)


def uses_identity(resolution: Resolution) -> bool:
    """Tell whether code of the project imports azure-identity or azure-ai-ml, which read AZURE_AUTHORITY_HOST."""
    return any(module.startswith(("azure.identity", "azure.ai.ml")) for module in _sdk_modules(resolution))


def makes_clients(resolution: Resolution) -> bool:
    """Tell whether code of the project imports azure-ai-ml, whose MLClient sets AZUREML_CURRENT_CLOUD."""
    return any(module.startswith("azure.ai.ml") for module in _sdk_modules(resolution))


def aims_at_azure(resolution: Resolution) -> bool:
    """Tell whether something of the project is meant for Azure Machine Learning: code, a config, a package, a URI."""
    return remembered(resolution.snapshot, "aims at azure", resolution.root, lambda: _aims(resolution))


def _aims(resolution: Resolution) -> bool:
    snapshot, root = resolution.snapshot, resolution.root
    uris = set_elsewhere(snapshot, root).get(MLFLOW_TRACKING_URI, ())
    if _sdk_modules(resolution) or any(classify(uri.value or "").is_azureml for uri in uris):
        return True
    if classify(snapshot.process.values.get(MLFLOW_TRACKING_URI, "")).is_azureml:
        return True
    inside = (file for file in snapshot.files.values() if file.path.is_relative_to(root))
    return any(file.kind is FileKind.WORKSPACE_CONFIG or _requires_plugin(file) for file in inside) or any(
        "azureml://" in file.text.value
        for file in snapshot.of_kind(FileKind.PYTHON, FileKind.NOTEBOOK)
        if file.path.is_relative_to(root)
    )


def _requires_plugin(file: SourceFile) -> bool:
    if file.kind not in _REQUIREMENTS or not isinstance(file.facts, RequirementsFacts):
        return False
    return any(requirement.name == "azureml-mlflow" for requirement in file.facts.requirements)


def _sdk_modules(resolution: Resolution) -> frozenset[str]:
    """Return the modules of Azure's SDKs that code of the project imports."""
    snapshot, root = resolution.snapshot, resolution.root

    def look() -> frozenset[str]:
        imported = (names for path, names in snapshot.imports.items() if path.is_relative_to(root))
        return frozenset(name for names in imported for name in names if name.startswith(_SDKS))

    return remembered(snapshot, "sdk modules", root, look)


def cloud_fixes(script: ScriptResolution, cloud: Cloud, safe: bool = False) -> Iterator[Fix]:
    """Yield how a script sets the variable: in the environment file that it loads, else in code before the first use."""
    file = _loaded(script)
    if file is not None:
        edit = line_added(file, f"{AZUREML_CURRENT_CLOUD}={cloud.name}")
        yield Fix(f"Add {AZUREML_CURRENT_CLOUD}={cloud.name} to {file.path.name}", (edit,), safe)
    edits = _in_code(script, cloud)
    if edits:
        yield Fix(f"Set {AZUREML_CURRENT_CLOUD} to {cloud.name} before MLflow is used", edits, safe)


def _loaded(script: ScriptResolution) -> SourceFile | None:
    """Return the environment file that a script certainly loads before it needs the cloud."""
    for event in script.events:
        if event.kind in _NEEDS or not event.reached:
            return None
        if event.kind is EventKind.LOAD_DOTENV and event.certain and event.name:
            return script.snapshot.files.get(Path(event.name))
    return None


def line_added(file: SourceFile, line: str) -> Edit:
    """Return the edit that puts a line at the end of a file."""
    text = file.text
    last = text.line_count - 1
    end = Span.at(last, len(text.line(last)))
    return Edit(in_file(file.path, end), f"\n{line}" if text.line(last) else f"{line}\n")


def _in_code(script: ScriptResolution, cloud: Cloud) -> tuple[Edit, ...]:
    """Return the edits that write the variable as the article on nonpublic clouds does, before anything needs it."""
    path, units = script.file.path, units_of(script.file)
    reached = [event for event in script.events if event.reached]
    sites = [_site(script, event) for event in reached if event.kind in _NEEDS]
    entries = [event.entry for event in reached if event.kind in _PREPARES and event.entry.path == path]
    spot = find_spot(units, sites, [Site(entry.cell, entry.span.line) for entry in entries])
    if spot is None:
        return ()
    added = Additions(units, spot)
    name, value = added.quoted(AZUREML_CURRENT_CLOUD), added.quoted(cloud.name)
    added.add(f"{added.name_of('os')}.environ[{name}] = {value}")
    return tuple(Edit(Location(path, change.cell, change.span), change.text) for change in added.changes())


def _site(script: ScriptResolution, event: Event) -> Site:
    place = event.location if event.location.path == script.file.path else event.entry
    return Site(place.cell, place.span.line)


def name_place(resolution: Resolution, setting: Setting) -> Location:
    """Return where a variable's name stands: a place that shows nothing of a value which may hold a password."""
    line, column = setting.place.span[:2]
    before, found, _ = slice_at(resolution.snapshot, setting.place).partition(setting.name)
    if not found or "\n" in before:
        return setting.place
    start = column + len(before)
    return setting.place._replace(span=Span(line, start, line, start + len(setting.name)))
