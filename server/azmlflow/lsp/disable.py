"""The edit that silences one finding by a comment on its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azmlflow.parsing.base import Span, Text

if TYPE_CHECKING:
    from azmlflow.rules.base import Edit, Finding
    from azmlflow.rules.suppressions import Directive
    from azmlflow.workspace.snapshot import Snapshot, SourceFile

MARK: Final = "azmlflow: ignore"


def disable(snapshot: Snapshot, finding: Finding) -> Edit | None:
    """Return the edit, or None where no comment can stand.

    That is in JSON, inside a string that goes over several lines, and in a Dockerfile anywhere but at the end of a `RUN`:
    to Docker a comment behind `ENV` is one more word.
    """
    from azmlflow.rules.base import Edit
    from azmlflow.rules.source import text_of
    from azmlflow.workspace.snapshot import FileKind

    place, file = finding.location, snapshot.files.get(finding.location.path)
    if file is None:
        return None
    text = text_of(file, place.cell)
    if file.kind is FileKind.DOCKERFILE and not _ends_run(text, place.span.end_line):
        return None
    for line in dict.fromkeys((place.span.line, place.span.end_line)):
        span, comment = _insertion(file, text, place.cell, line, finding.code)
        if _is_comment(file, text, place.cell, span, comment, finding.code):
            return Edit(place._replace(span=span), comment)
    return None


def _ends_run(text: Text, line: int) -> bool:
    """Tell whether a line of a Dockerfile is the last of a `RUN`, whose shell reads the comment."""
    if text.line(line).rstrip().endswith("\\"):
        return False
    while line > 0 and text.line(line - 1).rstrip().endswith("\\"):
        line -= 1
    return text.line(line).lstrip().upper().startswith("RUN ")


def _insertion(file: SourceFile, text: Text, cell: int | None, line: int, code: str) -> tuple[Span, str]:
    """Return where a comment goes and what it says; a comment that is there already learns one more code."""
    from azmlflow.rules.suppressions import directives

    for directive in directives(file):
        place = directive.location
        if (place.cell, place.span.line, directive.verb) == (cell, line, "ignore") and directive.codes:
            last = directive.codes[-1].location.span
            return Span.at(line, last.end_column), f", {code}"
    return Span.at(line, len(text.line(line))), f"  # {MARK}[{code}]"


def _is_comment(file: SourceFile, text: Text, cell: int | None, span: Span, comment: str, code: str) -> bool:
    """Tell whether the parser would read the comment as one, by letting it."""
    at = text.offset(span.line, span.column)
    return any(
        directive.location.span.line == span.line
        and any(written.text == code for written in directive.codes or ())
        for directive in _directives(file, text.edited(at, at, comment), cell)
    )


def _directives(file: SourceFile, text: Text, cell: int | None) -> tuple[Directive, ...]:
    from azmlflow.rules.suppressions import directives
    from azmlflow.workspace.read import Refused, file_of
    from azmlflow.workspace.snapshot import FileKind

    kind = file.kind if cell is None else FileKind.PYTHON
    try:
        read = file_of(file.path, kind, text)
    except Refused:
        return ()
    return directives(read) if read else ()
