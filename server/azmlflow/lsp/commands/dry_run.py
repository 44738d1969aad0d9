"""`azmlflow.dryRun`: runs a script against a sandbox, and tells where its runs would have landed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from azmlflow.lsp import background, uris
from azmlflow.lsp.command_progress import Shown
from azmlflow.lsp.commands.base import Arguments, Refused, strings
from azmlflow.lsp.dry_runner import DryRunner, Result
from azmlflow.workspace.interpreter import why_taken

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session
    from azmlflow.workspace.interpreter import Interpreter


async def run(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Run a script with the project's interpreter, in the folder where a connection test starts it. Argument: the document's URI.

    Returns {"text": a page to read, "report": what `azmlflow dry-run --format json` prints, "output": the last lines that
    the script printed}. To cancel the request or its progress ends the script with all that it has started.
    """
    (uri,) = strings(arguments, "the document's URI")
    path = await _script(session, uri)
    folder = session.store.snapshot.root_of(path)
    found = await background.in_thread(lambda: _interpreter(session, folder))
    python = found.python if found else Path(sys.executable)
    runner = DryRunner([str(python), str(path.relative_to(folder))], folder)
    protocol = session.server.protocol
    shown = Shown(session, protocol.work_done_token, f"Dry run of {path.name}", lambda: _cancel(runner))
    protocol.when_cancelled(lambda: _cancel(runner))
    shown.begin()
    try:
        result = await background.in_thread(runner.run)
    except OSError as error:
        raise Refused(f"The dry run cannot be started: {error.strerror}.") from None
    finally:
        shown.end("Cancelled." if runner.cancelled else "Done.")
    return _answer(result, runner, _how(python, found, folder))


def _cancel(runner: DryRunner) -> None:
    background.spawn(background.in_thread(runner.cancel))


async def _script(session: Session, uri: str) -> Path:
    """Return the path of a script that can be run as it stands on the disk; Refused for anything else."""
    if not session.trusted:
        raise Refused(_UNTRUSTED)
    path = uris.to_path(uri)
    if path is None:
        raise Refused("This document is not a file on this machine's disk: save it as one first.")
    if path.suffix.lower() == ".ipynb" or path in session.documents.notebooks:
        raise Refused(
            f"{path.name} is a notebook, which is not run as a program: export it to a script first."
        )
    if path.suffix.lower() not in (".py", ".pyw"):
        raise Refused(f"{path.name} is not a Python script.")
    text = await background.in_thread(lambda: _text_of(path))
    if text is None:
        raise Refused(f"{path.name} is not on the disk yet: save it first.")
    open_document = session.documents.texts.get(uri)
    if open_document is not None and _plain(open_document.text.value) != _plain(text):
        raise Refused(
            f"{path.name} has changes that are not saved: save it first, for what is on the disk is run."
        )
    return path


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return None


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _interpreter(session: Session, folder: Path) -> Interpreter | None:
    """Return the interpreter that the project's code runs in, None when there is none but our own."""
    from azmlflow.workspace.surroundings import Wanted, look

    seen = look(Wanted(interpreters=frozenset({folder})), session.around.terms())
    return seen.interpreters.get(folder)


def _how(python: Path, found: Interpreter | None, folder: Path) -> str:
    """Say which Python ran the script, where, and what it lacks as far as its folders tell."""
    why = why_taken(found.origin) if found else "azmlflow's own, as no other was found"
    said = f"Run with {_shown(python, folder)} ({why}), in {folder.name}."
    lacking = [name for name in _NEEDED if found and found.site_packages and name not in found.packages]
    if "mlflow" in lacking and found and "mlflow-skinny" in found.packages:
        lacking.remove("mlflow")
    return f"{said} It does not have {' and '.join(lacking)} installed." if lacking else said


def _shown(python: Path, folder: Path) -> str:
    """Return the path of an interpreter as it is told: from the folder, or from the home folder, if it lies there."""
    for base, before in ((folder, ""), (Path.home(), "~/")):
        if python.is_relative_to(base):
            return f"{before}{python.relative_to(base).as_posix()}"
    return str(python)


def _answer(result: Result, runner: DryRunner, how: str) -> dict[str, Any]:
    report = result.report
    if report is not None:
        text = f"{report.pop('text', '').rstrip()}\n\n{how}\n"
        return {"text": text, "report": report, "output": list(result.printed)}
    if runner.cancelled:
        raise Refused("The dry run was cancelled.")
    said = next((line for line in reversed(result.printed) if line.startswith("azmlflow: ")), "")
    raise Refused(said.removeprefix("azmlflow: ") or "The dry run ended without a report.")


_NEEDED: Final = ("mlflow", "azureml-mlflow")
_UNTRUSTED: Final = (
    "Nothing is run in a workspace that is not trusted: a dry run runs the script, with the Python that the workspace "
    "chooses. Trust the workspace first."
)
