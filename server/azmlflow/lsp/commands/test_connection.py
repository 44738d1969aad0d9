"""`azmlflow.testConnection`: tries, step by step and with the real SDKs, whether this code can log to its workspace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from pygls.exceptions import JsonRpcInvalidParams

from azmlflow.lsp.commands.base import Arguments, Refused, path_of
from azmlflow.lsp.connection_page import page_of
from azmlflow.lsp.connection_setup import Asked
from azmlflow.lsp.connection_status import iso
from azmlflow.probes.outcome import STEP_OF, TEST_CONNECTION, WRITE, with_needs

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session

MOST_SECONDS: Final = 3600.0


class Options(NamedTuple):
    """What the second argument may hold; the names are those of the terminal's options."""

    only: tuple[str, ...] = ()
    link: str | None = None
    timeout: float | None = None
    allow_interactive: bool = False
    write: bool = False


async def run(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Test the connection of a document or folder.

    Arguments: its URI, none or null for the first folder of the workspace; and an object with any of `only` (names of
    steps), `link` (the one credential to try), `timeout` (seconds), `allowInteractive` and `write` (a run is made and
    deleted). Returns {"id", "uri", "outcomes", "summary", "text": a page to read, "checkedAt", "cancelled"}; each outcome
    was sent before as the notification `azmlflow/outcome`.
    """
    return await test(session, arguments, "connection", TEST_CONNECTION)


async def test(session: Session, arguments: Arguments, what: str, steps: tuple[str, ...]) -> dict[str, Any]:
    """Make the test of a command that takes these steps unless it is told otherwise."""
    uri, options = _read(arguments, steps)
    path = path_of(session, uri, "test")
    if not session.trusted:
        raise Refused(_UNTRUSTED)
    await session.settled(path)
    asked = Asked(
        path=path,
        uri=uri or session.documents.uri_of(path),
        subject=f"{what} of {path.name}",
        steps=with_needs((*(options.only or steps), *((WRITE,) if options.write else ()))),
        link=options.link,
        timeout=options.timeout,
        may_interact=options.allow_interactive,
    )
    protocol = session.server.protocol
    result = await session.connections.test(asked, protocol.work_done_token, protocol.when_cancelled)
    outcomes = [outcome.as_json() for outcome in result.outcomes]
    text = "\n".join(page_of(result)) + "\n"
    return {
        "id": result.id,
        "uri": asked.uri,
        "outcomes": outcomes,
        "summary": outcomes[-1],
        "text": text,
        "checkedAt": iso(result.at),
        "cancelled": result.cancelled,
    }


def _read(arguments: Arguments, steps: tuple[str, ...]) -> tuple[str | None, Options]:
    """Return what the arguments say; JsonRpcInvalidParams, with the fault in plain words, for any others."""
    uri, options = (*arguments, None, None)[:2]
    if len(arguments) > 2 or not isinstance(uri, str | None) or not isinstance(options, Mapping | None):
        raise JsonRpcInvalidParams("Expected the URI of a document or a folder, and an object of options.")
    read = _options(options or {})
    unknown = [name for name in read.only if name not in STEP_OF]
    if unknown:
        raise JsonRpcInvalidParams(f"There is no step {unknown[0]!r}; there are {', '.join(STEP_OF)}.")
    if steps is not TEST_CONNECTION and read.write:
        raise JsonRpcInvalidParams(
            "A test of the credentials alone writes nothing: use azmlflow.testConnection."
        )
    return uri, read


def _options(given: Mapping[str, Any]) -> Options:
    for name, value in given.items():
        if name not in _ACCEPTED:
            raise JsonRpcInvalidParams(f"There is no option {name!r}; there are {', '.join(_ACCEPTED)}.")
        if not _ACCEPTED[name](value):
            raise JsonRpcInvalidParams(f"The option {name!r} is not of the right type.")
    return Options(
        only=tuple(given.get("only") or ()),
        link=given.get("link"),
        timeout=given.get("timeout"),
        allow_interactive=bool(given.get("allowInteractive")),
        write=bool(given.get("write")),
    )


def _is_seconds(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (number and 0 < cast("float", value) <= MOST_SECONDS)


def _is_names(value: object) -> bool:
    return value is None or (isinstance(value, list | tuple) and all(isinstance(item, str) for item in value))


def _is_text(value: object) -> bool:
    return isinstance(value, str | None)


def _is_choice(value: object) -> bool:
    return isinstance(value, bool | None)


_ACCEPTED: Final[dict[str, Callable[[object], bool]]] = {
    "only": _is_names,
    "link": _is_text,
    "timeout": _is_seconds,
    "allowInteractive": _is_choice,
    "write": _is_choice,
}
_UNTRUSTED: Final = (
    "No connection is tested in a workspace that is not trusted: a test starts the Python that the workspace chooses, "
    "with the variables that its files set. Trust the workspace first."
)
