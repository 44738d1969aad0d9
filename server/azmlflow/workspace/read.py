"""One file's bytes become a SourceFile: only regular files are opened, none that is too large, none without end."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from azmlflow.parsing.base import Problem, Text, decode
from azmlflow.workspace import paths
from azmlflow.workspace.classify import refined_kind
from azmlflow.workspace.snapshot import FileKind, SourceFile

if TYPE_CHECKING:
    from azmlflow.workspace.snapshot import Facts

    Parsed = tuple[Facts, tuple[Problem, ...]]

T = TypeVar("T")

MEGABYTE: Final = 1_000_000
LARGEST: Final = 10 * MEGABYTE
LARGEST_DOTENV: Final = 1 * MEGABYTE

NOT_REGULAR: Final = "it is a pipe, a socket or a device, not a file: it was not opened"
A_FOLDER: Final = "it is a folder where a file is expected: rename it"
LINK_LOOP: Final = "it is a link that leads back to itself: remove the link"
DANGLING_LINK: Final = "it is a link to a file that does not exist: repair or remove the link"

# O_NONBLOCK: a pipe that took a file's place would otherwise be waited for without end.
_OPEN_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_REASONS: Final = {
    errno.EACCES: "it cannot be read: give your user permission to read it",
    errno.EPERM: "it cannot be read: give your user permission to read it",
    errno.ENOENT: "it does not exist",
    errno.ELOOP: LINK_LOOP,
    errno.EISDIR: A_FOLDER,
}


class Refused(Exception):
    """A file that is not read; the message is the reason, as in SkippedFile."""


def reason_of(error: OSError) -> str:
    """Say in plain words why the operating system refused."""
    return _REASONS.get(error.errno or 0) or f"it cannot be read: {(error.strerror or str(error)).lower()}"


def limit_of(kind: FileKind) -> int:
    """Return the size in bytes beyond which a file of this kind is not read."""
    return LARGEST_DOTENV if kind is FileKind.DOTENV else LARGEST


def read_bytes(path: str, limit: int = LARGEST) -> bytes:
    """Return what a regular file holds; raises Refused for anything else, and for more than `limit` bytes."""
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except OSError as error:
        raise Refused(reason_to_open(path, error)) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Refused(A_FOLDER if stat.S_ISDIR(status.st_mode) else NOT_REGULAR)
        if status.st_size > limit:
            raise Refused(too_large(limit))
        return _read_all(descriptor, status.st_size, limit)
    except OSError as error:
        raise Refused(reason_of(error)) from None
    finally:
        os.close(descriptor)


def source_of(path: Path, kind: FileKind, data: bytes) -> SourceFile | None:
    """Decode and parse a file whose name suggests `kind`; None when its content is none of our business.

    Raises Refused when a parser fails, which is a fault of ours.
    """
    text, problem = decode(data)
    return file_of(path, kind, text, () if problem is None else (problem,))


def file_of(
    path: Path, kind: FileKind, text: Text, problems: tuple[Problem, ...] = (), version: int | None = None
) -> SourceFile | None:
    """Parse text whose name suggests `kind`; None and Refused as in `source_of`."""
    final = refined_kind(kind, path.parent.name, text.value)
    if final is None:
        return None
    facts, found = guarded(lambda: PARSERS[final](text))
    return SourceFile(path, final, text, facts, problems + found, version)


def guarded(parse: Callable[[], T]) -> T:
    """Return what `parse` returns; whatever it raises becomes Refused, so that one file does not silence the others."""
    try:
        return parse()
    except Exception as error:  # noqa: BLE001 - whatever a parser does, the other files are still checked
        reason = f"azmlflow failed to read it ({type(error).__name__}): please report this file"
        raise Refused(reason) from None  # its own words may quote the file, and with it a secret


def _read_all(descriptor: int, size: int, limit: int) -> bytes:
    data = os.read(descriptor, size + 1)
    if len(data) == size:
        return data
    pieces = [data]  # it grew, or the system gave less than asked for
    while data and sum(map(len, pieces)) <= limit:
        data = os.read(descriptor, MEGABYTE)
        pieces.append(data)
    if data:
        raise Refused(too_large(limit))
    return b"".join(pieces)


def reason_to_open(path: str, error: OSError) -> str:
    """Say in plain words why a file could not be opened."""
    if paths.is_folder(path):
        return A_FOLDER
    if error.errno == errno.ENXIO:
        return NOT_REGULAR
    if error.errno == errno.ENOENT and paths.is_link(path):
        return DANGLING_LINK
    return reason_of(error)


def too_large(limit: int) -> str:
    """Return the reason for which more than `limit` bytes are not read."""
    return f"it is larger than {limit // MEGABYTE} MB: it was not read"


def _python(text: Text) -> Parsed:
    from azmlflow.parsing.python.document import parse_python

    return parse_python(text), ()


def _notebook(text: Text) -> Parsed:
    from azmlflow.parsing.notebook import parse_notebook

    facts = parse_notebook(text)
    return facts, facts.problems


def _dotenv(text: Text) -> Parsed:
    from azmlflow.parsing.dotenv import parse_dotenv

    facts = parse_dotenv(text)
    return facts, facts.problems


def _json(text: Text) -> Parsed:
    from azmlflow.parsing.json import parse_json

    tree = parse_json(text)
    return tree, tree.problems


def _jsonc(text: Text) -> Parsed:
    from azmlflow.parsing.json import parse_jsonc

    tree = parse_jsonc(text)
    return tree, tree.problems


def _yaml(text: Text) -> Parsed:
    from azmlflow.parsing.yaml import parse_yaml

    trees = parse_yaml(text)
    return trees, tuple(problem for tree in trees for problem in tree.problems)


def _toml(text: Text) -> Parsed:
    from azmlflow.parsing.toml import parse_toml

    tree = parse_toml(text)
    return tree, tree.problems


def _requirements(text: Text) -> Parsed:
    from azmlflow.parsing.requirements import parse_requirements

    facts = parse_requirements(text)
    return facts, facts.problems


def _conda(text: Text) -> Parsed:
    from azmlflow.parsing.requirements import parse_conda
    from azmlflow.parsing.yaml import parse_yaml

    tree = parse_yaml(text)[0]
    facts = parse_conda(tree)
    return facts, tree.problems + facts.problems


def _pyproject(text: Text) -> Parsed:
    from azmlflow.parsing.requirements import parse_pyproject_dependencies
    from azmlflow.parsing.toml import parse_toml

    tree = parse_toml(text)
    facts = parse_pyproject_dependencies(tree)
    return facts, tree.problems + facts.problems


def _shell(text: Text) -> Parsed:
    from azmlflow.parsing.shell import parse_shell

    facts = parse_shell(text)
    return facts, facts.problems


def _dockerfile(text: Text) -> Parsed:
    from azmlflow.parsing.dockerfile import parse_dockerfile

    return parse_dockerfile(text), ()


def _ignore(text: Text) -> Parsed:
    """Read nothing: what git ignores is asked of `workspace.ignore`; the text is there to be added to."""
    from azmlflow.parsing.tree import Tree

    return Tree(None, ()), ()


def _markdown(text: Text) -> Parsed:
    from azmlflow.parsing.markdown import parse_markdown

    facts = parse_markdown(text)
    return facts, facts.problems


PARSERS: Final[Mapping[FileKind, Callable[[Text], Parsed]]] = {
    FileKind.PYTHON: _python,
    FileKind.NOTEBOOK: _notebook,
    FileKind.DOTENV: _dotenv,
    FileKind.WORKSPACE_CONFIG: _json,
    FileKind.EDITOR: _jsonc,
    FileKind.JOB: _yaml,
    FileKind.YAML: _yaml,
    FileKind.MLPROJECT: _yaml,
    FileKind.CONDA: _conda,
    FileKind.REQUIREMENTS: _requirements,
    FileKind.PYPROJECT: _pyproject,
    FileKind.SETTINGS: _toml,
    FileKind.SHELL: _shell,
    FileKind.MARKDOWN: _markdown,
    FileKind.DOCKERFILE: _dockerfile,
    FileKind.COMPOSE: _yaml,
    FileKind.WORKFLOW: _yaml,
    FileKind.PIPELINE: _yaml,
    FileKind.IGNORE: _ignore,
}
"""How each kind is parsed; a parser is imported when the first file of its kind is met. Python finds its problems
later, when its blocks are read."""
