"""The lines that make azure-identity say what it does, put before anything that signs in.

https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking gives `import logging` and
`logging.getLogger("azure").setLevel(logging.DEBUG)`. Alone they show nothing in a script: without a handler Python prints
warnings and errors only. So `logging.basicConfig()`, which prints on standard error, goes with them, unless the project
sets up its logging itself: a second basicConfig has no effect, and ours must not be the first.
"""

from __future__ import annotations

from typing import Final

from azmlflow.parsing.python.document import Block
from azmlflow.patterns import pattern
from azmlflow.resolution.model import EventKind, ScriptResolution
from azmlflow.resolution.modules import units_of as python_units
from azmlflow.rules.additions import Additions
from azmlflow.rules.base import Edit, Fix
from azmlflow.rules.dotenv_loading import imported_modules
from azmlflow.rules.insert_dotenv import sites_that_read
from azmlflow.rules.insertion import find_spot
from azmlflow.rules.sheet import units_of
from azmlflow.workspace.snapshot import Location

TITLE: Final = "Log what azure-identity does (troubleshoot authentication)"
_SETS_UP: Final = pattern(r"\b(?:basicConfig|dictConfig|fileConfig|addHandler)\s*\(")
_LISTENS: Final = pattern(r"getLogger\(\s*[\"']azure\b")
_SIGNS_IN: Final = ("azure.identity", "azure.ai.ml", "azureml.")
_USES: Final = frozenset(EventKind) - {
    EventKind.WRITE_VARIABLE,
    EventKind.DELETE_VARIABLE,
    EventKind.LOAD_DOTENV,
    EventKind.LAUNCH,
    EventKind.UNREAD,
}


def logging_fix(script: ScriptResolution) -> Fix | None:
    """Return the change that turns the log on; None where it is on, for a script without Azure, or without a sure place."""
    if not _is_with_azure(script) or any(_LISTENS.search(text) for text in _texts(script)):
        return None
    units = units_of(script.file)
    spot = find_spot(units, list(sites_that_read(script)))
    if spot is None:
        return None
    added = Additions(units, spot)
    logging = added.name_of("logging")
    if not _is_set_up(script):
        added.add(f"{logging}.basicConfig()")
    added.add(f"{logging}.getLogger({added.quoted('azure')}).setLevel({logging}.DEBUG)")
    path = script.file.path
    edits = (Edit(Location(path, change.cell, change.span), change.text) for change in added.changes())
    return Fix(TITLE, tuple(edits), safe=False)


def is_about_azure(script: ScriptResolution, cell: int | None, lines: range) -> bool:
    """Tell whether a call of MLflow or of an Azure SDK stands on one of some lines of a script or cell."""
    here = [e.statement for e in script.all(*_USES) if e.statement[:2] == (script.file.path, cell)]
    return any(place.span.line < lines.stop and lines.start <= place.span.end_line for place in here)


def _is_with_azure(script: ScriptResolution) -> bool:
    """Tell whether a script logs to Azure ML, or makes a credential, as far as the project tells."""
    if not any(True for _ in script.all(*_USES)):
        return False
    imported = script.snapshot.imports.get(script.file.path, frozenset())
    signs_in = any(name.startswith(_SIGNS_IN) for name in imported)
    is_ours = script.tracking.kind is not None and script.tracking.kind.is_azureml
    return signs_in or is_ours or any(evidence.kind != "package" for evidence in script.aimed_at)


def _texts(script: ScriptResolution) -> list[str]:
    """Return the parts of a script that speak of logging."""
    return [
        facts.blocks[index].text
        for _, facts in python_units(script.file)
        for index in facts.indices("logging", _speaks_of_logging)
    ]


def _speaks_of_logging(block: Block) -> bool:
    return "ogg" in block.text or "Config" in block.text or "Handler" in block.text


def _is_set_up(script: ScriptResolution) -> bool:
    """Tell whether the script, or a module of the project that it imports, sets up where the log goes."""
    snapshot, path = script.snapshot, script.file.path
    files = (snapshot.files.get(module) for module in imported_modules(snapshot, path) if module != path)
    texts = [*_texts(script), *(file.text.value for file in files if file is not None)]
    return any(_SETS_UP.search(text) for text in texts)
