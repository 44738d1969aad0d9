"""How a secret is taken out of a file, so that it is read from the environment; it is never copied anywhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final, NamedTuple

from azmlflow.azure.secret_shapes import Kind
from azmlflow.azure.variables import AZURE_CLIENT_SECRET
from azmlflow.parsing.base import Span
from azmlflow.parsing.notebook_json import output_places
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.additions import Additions
from azmlflow.rules.base import Edit, Fix
from azmlflow.rules.env_layers import removal_of_write
from azmlflow.rules.insertion import spot_of
from azmlflow.rules.secret_places import Place
from azmlflow.rules.sheet import Site, Unit, code_points, first_line, units_of
from azmlflow.rules.source import slice_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location

_REFERENCES: Final = {
    FileKind.WORKFLOW: "${{{{ secrets.{} }}}}",
    FileKind.PIPELINE: "$({})",
    FileKind.COMPOSE: "${{{}}}",
}
"""How a file takes a value from where it is kept."""
_MEANT: Final[dict[Kind | None, str]] = {Kind.CLIENT_SECRET: AZURE_CLIENT_SECRET}
"""The variable that a secret is read from which is known by its shape alone."""


def secret_fixes(resolution: Resolution, place: Place) -> Iterator[Fix]:
    """Yield the repair of one secret, where there is one. None is safe: the value has to be put somewhere else."""
    if place.output_of is not None:
        yield from _clear_outputs(resolution, place)
    elif resolution.file.kind in SCRIPT_KINDS:
        yield from _in_code(resolution, place)
    elif place.name is not None and resolution.file.kind in _REFERENCES:
        written = slice_at(resolution.snapshot, place.location)
        in_list = written.strip("\"'").startswith(f"{place.name}=")
        new = place.name if in_list else _REFERENCES[resolution.file.kind].format(place.name)
        yield Fix(f"Take {place.name} from where it is kept", (Edit(place.location, new),), safe=False)


def _clear_outputs(resolution: Resolution, place: Place) -> Iterator[Fix]:
    text = resolution.file.text
    for cell, start, end in output_places(text.value):
        if cell == place.output_of:
            edit = Edit(place.location._replace(span=text.span(start, end)), "[]")
            yield Fix(f"Clear the outputs of cell {cell + 1}", (edit,), safe=False)


def _in_code(resolution: Resolution, place: Place) -> Iterator[Fix]:
    name = place.name or _MEANT.get(place.kind)
    event = place.event
    if event is not None and _is_within(place.location, event.statement):
        edit = removal_of_write(resolution.file, event)
        if edit is not None:
            yield Fix(f"Remove the line: set {name} outside the code", (edit,), safe=False)
    elif name is not None:
        yield from _read_from_environment(resolution, place, name)


def _is_within(inner: Location, outer: Location) -> bool:
    return inner[:2] == outer[:2] and outer.span.contains(*inner.span[:2])


def _read_from_environment(resolution: Resolution, place: Place, name: str) -> Iterator[Fix]:
    """Yield the fix that puts `os.environ[...]` in the place of a literal which is the secret and nothing more."""
    units = units_of(resolution.file)
    unit = next((unit for unit in units if unit.cell == place.location.cell), None)
    literal = (
        _literal_at(unit, place.location, slice_at(resolution.snapshot, place.location)) if unit else None
    )
    if literal is None:
        return
    spot = spot_of(units, Site(place.location.cell, literal.first_line))
    if spot is not None:
        added = Additions(units, spot)
        expression = f"{added.name_of('os')}.environ[{added.quoted(name)}]"
        imports = (
            Edit(place.location._replace(cell=c.cell, span=c.span), c.text) for c in added.changes() if c.text
        )
        edit = Edit(place.location._replace(span=literal.span), expression)
        yield Fix(f"Read {name} from the environment", (*imports, edit), safe=False)


class _Literal(NamedTuple):
    """A string literal, and the first line of the statement of the top level that it is a part of."""

    span: Span
    first_line: int


def _literal_at(unit: Unit, location: Location, written: str) -> _Literal | None:
    """Return the literal that begins at a location or holds exactly what is written there, None inside an f-string."""
    site = Site(unit.cell, location.span.line)
    for statement in unit.body:
        for node in _plain_nodes(statement) if unit.holds(statement, (site,)) else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                span = _span_of(unit, node)
                begins = span[:2] == location.span[:2]
                if begins or (span.contains(*location.span[:2]) and node.value == written):
                    return _Literal(span, first_line(statement))
    return None


def _plain_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below one, but nothing inside f-strings."""
    yield node
    for child in ast.iter_child_nodes(node) if not isinstance(node, ast.JoinedStr) else ():
        yield from _plain_nodes(child)


def _span_of(unit: Unit, node: ast.expr) -> Span:
    line, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    end = code_points(unit.text, last, node.end_col_offset or 0)
    return Span(line, code_points(unit.text, line, node.col_offset), last, end)
