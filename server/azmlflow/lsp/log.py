"""The log: one line for each event, to standard error only, never with what a file or a message contains."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Final, TypeAlias

_ExceptionInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)

_LEVELS: Final = {
    "error": logging.ERROR,
    "warning": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
}


class _SafeFormatter(logging.Formatter):
    """Writes where an exception happened and its type, not its message, which may quote a file."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of what pygls says only the constant part, since it passes whole messages along."""
        if record.name.startswith("pygls"):
            record.msg, record.args = record.msg.partition("%")[0].partition("\n")[0].rstrip(' "'), None
        return super().format(record)

    def formatException(self, info: _ExceptionInfo) -> str:
        """Return the exception's type and the places it passed through."""
        return f"{info[0].__name__} {where(info[2])}" if info[0] else ""


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a record says what we have not logged, or refused in plain words, ourselves."""
    return not (record.name.startswith("pygls") and record.msg.startswith("Exception occurred for message"))


def where(trace: TracebackType | None) -> str:
    """Return the places of a traceback in one line, the innermost first."""
    frames = reversed(traceback.extract_tb(trace)[-6:])
    return "in " + " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in frames)


def start() -> None:
    """Send the log of the whole process to standard error."""
    handler = logging.StreamHandler()
    handler.addFilter(_is_news)
    handler.setFormatter(_SafeFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    set_level("warning")


def set_level(name: str) -> None:
    """Log from this level on; pygls logs whole messages below its warnings, and warns of every late cancellation."""
    logging.getLogger("azmlflow").setLevel(_LEVELS.get(name, logging.WARNING))
    logging.getLogger("pygls").setLevel(logging.WARNING if name == "debug" else logging.ERROR)
