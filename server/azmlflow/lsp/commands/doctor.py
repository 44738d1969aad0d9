"""`azmlflow.doctor`: the whole state of the machine and the project, without asking anybody anything."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcInvalidParams

from azmlflow.lsp import background
from azmlflow.lsp.commands.base import Arguments, path_of

if TYPE_CHECKING:
    from pathlib import Path

    from azmlflow.lsp.session import Session
    from azmlflow.workspace.snapshot import Snapshot
    from azmlflow.workspace.surroundings import Terms


async def run(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Return {"text": the page, "report": what `azmlflow doctor --format json` prints}.

    Argument: the URI of a document or folder; none for the first folder of the workspace.
    """
    if len(arguments) > 1 or not all(isinstance(argument, str) for argument in arguments):
        raise JsonRpcInvalidParams("Expected 0 or 1 text: the URI of a document or a folder.")
    path = path_of(session, arguments[0] if arguments else None, "examine")
    await session.settled(session.documents.path_at(arguments[0]) if arguments else None)
    snapshot, terms = session.store.snapshot, session.around.terms()
    return await background.in_thread(lambda: _examine(snapshot, path, terms))


def _examine(snapshot: Snapshot, path: Path, terms: Terms) -> dict[str, Any]:
    from azmlflow.resolution.doctor.packages import BROKER, interpreter_of
    from azmlflow.resolution.doctor.page import page_of
    from azmlflow.resolution.doctor.report import Examined, report_of
    from azmlflow.resolution.redaction import Redactor
    from azmlflow.resolution.wanted import wanted
    from azmlflow.rules.counting import count_wrong
    from azmlflow.workspace.machine import look_at_machine
    from azmlflow.workspace.surroundings import look

    snapshot = replace(snapshot, surroundings=look(wanted(snapshot, process=True), terms))
    is_file = path in snapshot.files
    folder = path.parent if is_file else path
    targets = (path,) if is_file else tuple(sorted(p for p in snapshot.files if p.is_relative_to(path)))
    interpreter = interpreter_of(snapshot, folder)
    broker = BROKER in interpreter.packages if interpreter else None
    machine = look_at_machine(os.environ, broker, may_read=terms.trusted)
    redactor = Redactor.of(os.environ, folder)
    report = report_of(Examined(snapshot, machine, folder, targets, redactor, is_file))
    report["findings"] = count_wrong(snapshot, targets)
    return {"text": "\n".join(page_of(report)) + "\n", "report": report}
