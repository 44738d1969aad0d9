"""`--fix` and `--diff`: repairs in memory until nothing changes, then writes files, each wholly or not at all."""

from __future__ import annotations

import codecs
import difflib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.azure.masking import mask
from azmlflow.cli.collect import Wanted, check
from azmlflow.cli.report import Reported, applicable
from azmlflow.parsing.base import Text, decode
from azmlflow.rules.apply import apply_fixes
from azmlflow.workspace.classify import kind_of
from azmlflow.workspace.read import file_of
from azmlflow.workspace.snapshot import SCRIPT_KINDS, SkippedFile, Snapshot

MOST_PASSES: Final = 20
"""Two rules whose fixes undo each other would otherwise go on for ever."""


_LINE_END: Final = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
_NO_LINE_END: Final = "\n\\ No newline at end of file\n"


class Repaired(NamedTuple):
    """The workspace with fixes in it, not yet written: the new text of each file, and what is still found.

    `applied` is how many fixes were applied, `found` how many findings there were before.
    """

    snapshot: Snapshot
    texts: Mapping[Path, str]
    applied: int
    found: int
    left: tuple[Reported, ...]


def repair(snapshot: Snapshot, targets: tuple[Path, ...], wanted: Wanted, *, unsafe: bool) -> Repaired:
    """Apply fixes, the preferred one of each finding, until there is nothing to apply."""
    texts: dict[Path, str] = {}
    count = 0
    found = check(snapshot, targets, wanted)
    at_first = len(found)
    for _ in range(MOST_PASSES):
        fixes = [fix for one in found if (fix := applicable(one.fixes, unsafe=unsafe))]
        outcome = apply_fixes(snapshot, fixes)
        changed = {path: text for path, text in outcome.texts.items() if not _is_same(snapshot, path, text)}
        if not changed:
            break
        count += len(outcome.applied)
        texts |= changed
        for path, text in changed.items():
            snapshot = _with_text(snapshot, path, text)
        found = check(snapshot, targets, wanted)
    return Repaired(snapshot, texts, count, at_first, found)


def diff(before: Snapshot, texts: Mapping[Path, str], shown: Mapping[Path, str]) -> Iterator[str]:
    """Yield the lines of unified diffs, without their line ends and without secrets."""
    for path, text in texts.items():
        file = before.files.get(path)
        code = file is not None and file.kind in SCRIPT_KINDS
        old, name = file.text.value if file else "", shown[path]
        for line in difflib.unified_diff(_lines(old), _lines(text), name if file else os.devnull, name):
            for part in line[:-1].split("\n") if line.endswith(_NO_LINE_END) else (line.rstrip("\r\n"),):
                yield part[:1] + mask(part[1:], code=code)


def write(before: Snapshot, texts: Mapping[Path, str]) -> Iterator[SkippedFile]:
    """Write each file, and yield those that could not be written, with the reason."""
    for path, text in texts.items():
        try:
            _write_one(path.resolve(), text, before.files[path].text if path in before.files else None)
        except OSError as error:
            yield SkippedFile(
                path, f"not repaired, it cannot be written: {(error.strerror or str(error)).lower()}"
            )
        except Refused as refused:
            yield SkippedFile(path, f"not repaired, {refused}")


class Refused(Exception):
    """A file that must not be written; the message is the reason."""


def _write_one(path: Path, text: str, old: Text | None) -> None:
    """Replace a file in one step, so that nobody ever reads half of it; its mode and encoding stay."""
    data = _encode_new(path, text) if old is None else _encode_like(path, text, old)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        if old is not None:
            shutil.copymode(path, temporary)
        else:
            Path(temporary).chmod(0o666 & ~_umask())
        os.replace(temporary, path)  # noqa: PTH105 - the one call that is atomic everywhere, by its own name
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _encode_new(path: Path, text: str) -> bytes:
    if path.exists():
        raise Refused("it exists by now: run the check again")
    return text.encode()


def _encode_like(path: Path, text: str, old: Text) -> bytes:
    data = path.read_bytes()
    if decode(data)[0].value != old.value:
        raise Refused("it was changed meanwhile: run the check again")
    if data.startswith(codecs.BOM_UTF16_BE) and old.encoding == "utf-16":
        return codecs.BOM_UTF16_BE + text.encode("utf-16-be")
    try:
        return text.encode(old.encoding)
    except UnicodeEncodeError:
        raise Refused("it is not UTF-8: save it as UTF-8 first") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _is_same(snapshot: Snapshot, path: Path, text: str) -> bool:
    return path in snapshot.files and snapshot.files[path].text.value == text


def _with_text(snapshot: Snapshot, path: Path, text: str) -> Snapshot:
    old = snapshot.files.get(path)
    kind = old.kind if old else kind_of(path, text)
    if kind is None:
        return snapshot
    file = file_of(path, kind, Text(text, old.text.encoding if old else "utf-8"))
    return snapshot.with_file(file) if file else snapshot.without_file(path)


def _lines(text: str) -> list[str]:
    lines = [line for line in _LINE_END.split(text) if line]
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += _NO_LINE_END
    return lines
