"""Variables that are set when what reads them has read already: azureml-mlflow and azure-identity read only once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.azure import variables as v
from azmlflow.azure.uri_parsing import UriKind
from azmlflow.parsing.python.facts import Constant
from azmlflow.resolution.dotenv import layer_of
from azmlflow.resolution.model import Event, EventKind, ScriptResolution
from azmlflow.resolution.results import Known
from azmlflow.resolution.tracking import counts, tracking_at
from azmlflow.rules.credential_calls import credential_calls
from azmlflow.rules.flow import branches, branches_of, implied
from azmlflow.rules.insert_dotenv import READS_STORE
from azmlflow.workspace.snapshot import Location

READ_ONCE: Final = (
    v.AZURE_TENANT_ID,
    v.AZURE_CLIENT_ID,
    v.AZURE_CLIENT_SECRET,
    v.AZURE_CLIENT_CERTIFICATE_PATH,
    v.AZURE_CLIENT_CERTIFICATE_PASSWORD,
    v.AZURE_USERNAME,
    v.AZURE_PASSWORD,
    v.AZURE_FEDERATED_TOKEN_FILE,
    v.AZURE_TOKEN_CREDENTIALS,
    v.AZUREML_CURRENT_CLOUD,
)
"""What azureml-mlflow reads at the first call that talks to a workspace, and keeps for that workspace."""
_READ_BY_CREDENTIAL: Final = frozenset(READ_ONCE) - {v.AZUREML_CURRENT_CLOUD}
_READERS: Final = frozenset({"DefaultAzureCredential", "EnvironmentCredential"})
_READS_ANEW: Final = frozenset({EventKind.WORKSPACE, EventKind.LAUNCH, EventKind.SET_TRACKING})
"""What may read the environment once more, by another workspace, another client or another process."""


class Reader(NamedTuple):
    """What has read the environment: a call that talks to the store, or one that makes a credential."""

    name: str
    statement: Location
    location: Location
    is_credential: bool = False


class Late(NamedTuple):
    """A statement that sets variables too late: the event, its position, which variables, and what has read before it."""

    event: Event
    position: int
    names: tuple[str, ...]
    reader: Reader


class Setter(NamedTuple):
    """A statement that certainly sets variables which nothing had set before."""

    position: int
    event: Event
    names: tuple[str, ...]


def setters(script: ScriptResolution) -> Iterator[Setter]:
    """Yield the statements that set variables, in order."""
    known = set(script.snapshot.process.values)
    for index, event in enumerate(script.events):
        if event.kind is EventKind.LOAD_DOTENV:
            names = tuple(_loaded(script, event, known))
        elif event.kind is EventKind.WRITE_VARIABLE and event.name:
            text = event.result.text if isinstance(event.result, Known) else "?"
            names = (event.name,) if text and event.name not in known else ()
        else:
            continue
        known.update(names)
        if names and event.certain and event.reached:
            yield Setter(index, event, names)


def _loaded(script: ScriptResolution, event: Event, known: set[str]) -> Iterator[str]:
    """Yield the variables that an environment file adds; `override=True` may be there to replace others on purpose."""
    file = script.snapshot.files.get(Path(event.name)) if event.name else None
    given = dict(event.call.keywords).get("override") if event.call else None
    replaces = given is not None and not (isinstance(given, Constant) and not given.value)
    if file is not None and not replaces:
        values = layer_of(script.snapshot, file).values
        yield from (name for name, value in values.items() if value and name not in known)


def late_for_sign_in(script: ScriptResolution, found: Iterable[Setter]) -> Iterator[Late]:
    """Yield the statements that set what azureml-mlflow, or a credential, has read and will not read again."""
    credentials: list[_Credential] | None = None
    for index, event, names in found:
        credentials = list(_credentials(script)) if credentials is None else credentials
        wanted = tuple(name for name in READ_ONCE if name in names)
        before = [made.reader for made in credentials if made.precedes(event)]
        if not wanted or len(before) < len(credentials) or _is_read_later(script, index):
            continue
        reader = _call_before(script, index) or next(iter(before), None)
        if reader is not None and reader.is_credential:
            wanted = tuple(name for name in wanted if name in _READ_BY_CREDENTIAL)
        if reader is not None and wanted:
            yield Late(event, index, wanted, reader)


def _is_read_later(script: ScriptResolution, index: int) -> bool:
    """Tell whether something behind a statement may read what it sets; without any use behind it nothing is lost."""
    after = script.events[index + 1 :]
    if any(e.kind in _READS_ANEW and (e.kind is not EventKind.SET_TRACKING or counts(e)) for e in after):
        return True
    return not any(e.kind in READS_STORE and e.reached for e in after)


def _call_before(script: ScriptResolution, index: int) -> Reader | None:
    """Return the first call that has certainly talked to a workspace before an event."""
    setter = script.events[index]
    for event in script.events[:index]:
        if event.kind in READS_STORE and event.reached and implied(event, setter):
            to_workspace = tracking_at(script, event).kind is UriKind.azureml_workspace
            return Reader(event.name or "a call", event.statement, event.location) if to_workspace else None
    return None


class _Credential(NamedTuple):
    """A call that makes a credential from the environment, with the function and the branches it stands in."""

    reader: Reader
    scope: str
    branches: frozenset[tuple[str, int]]

    def precedes(self, event: Event) -> bool:
        """Tell whether it has been made in every case in which an event of the same function happens."""
        here, there = self.reader.location, event.location
        if here[:2] != there[:2] and (here.path != there.path or (here.cell or 0) > (there.cell or 0)):
            return False
        is_before = here[:2] != there[:2] or here.span[:2] < there.span[:2]
        return self.scope == event.scope and is_before and self.branches <= branches(event)


def _credentials(script: ScriptResolution) -> Iterator[_Credential]:
    for name, fact, origin in credential_calls(script.file):
        if name in _READERS:
            reader = Reader(name, origin.locate(fact.statement), origin.locate(fact.span), True)
            yield _Credential(reader, fact.scope, branches_of(fact.guards, origin.line))
