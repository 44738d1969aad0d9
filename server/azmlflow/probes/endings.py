"""What is told of a child that did not come to its end by itself: it hung, crashed, or never began."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from azmlflow.probes import outcome as o
from azmlflow.probes.outcome import Outcome

TOO_OLD: Final = 3
"""The child's exit status where the interpreter is older than Python 3.10."""
LONGEST: Final = 200
"""Characters of its last words that are shown."""


def not_started(python: Path) -> Outcome:
    """Return the failure of an interpreter that the system does not start."""
    return o.failed(o.PACKAGES, f"{_shown(python)} cannot be started.", code="NO_PYTHON", advice=_NO_PYTHON)


def never_began(python: Path, status: int, words: str, *, last: bool) -> Outcome:
    """Return the failure of an interpreter that ended before it ran anything of ours; `words` is what it wrote, safe."""
    if status == TOO_OLD:
        return o.failed(
            o.PACKAGES, "The interpreter is older than Python 3.10.", code="OLD_PYTHON", hard=last
        )
    message = f"{_shown(python)} ended with status {status} before it ran anything{_quoted(words)}"
    return o.failed(o.PACKAGES, message, code="NO_PYTHON", advice=_NO_PYTHON)


def crashed(step: str, link: str | None, status: int, words: str, *, hard: bool) -> Outcome:
    """Return the failure of a step in which the child died."""
    message = f"The process of the test ended with status {status}{_quoted(words)}"
    return o.failed(step, message, link=link, code="CRASHED", advice=_CRASHED, hard=hard)


def hung(step: str, link: str | None, seconds: float, *, hard: bool) -> Outcome:
    """Return the failure of a step that even the child could not give up in time."""
    message = f"No answer within {seconds:.0f} s, and the process of the test hung; it was ended."
    return o.failed(step, message, link=link, code="TIMEOUT", advice=_CRASHED, hard=hard)


def out_of_time(step: str, link: str | None, seconds: float, *, hard: bool) -> Outcome:
    """Return the failure of the step that was under way when the time for the whole test was over."""
    message = f"The whole test was given {seconds:.0f} s, which ended here."
    return o.failed(step, message, link=link, code="TIMEOUT", advice=o.MORE_TIME, hard=hard)


def _quoted(words: str) -> str:
    """Return the last line of what a process wrote, without the folder that names the user."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if not lines:
        return "."
    line = lines[-1].replace(str(Path.home()), "~")
    return f": {line if len(line) <= LONGEST else f'{line[: LONGEST - 1]}…'}"


def _shown(python: Path) -> str:
    """Return the end of an interpreter's path, which tells enough and names no user."""
    return "/".join(python.parts[-3:])


_NO_PYTHON: Final = "Choose another interpreter, or make the environment anew."
_CRASHED: Final = (
    "This is rarely the network: a package with native code may be broken or of another platform. Install the packages of "
    "this interpreter anew, and test again; azmlflow's log has all that the process wrote."
)
