"""Where a certificate's path points: at another machine, at a shell's home, at a place beside the one it is read from."""

from __future__ import annotations

from os.path import normpath
from pathlib import Path, PurePosixPath
from typing import Final

from azmlflow.parsing.shell import ShellFacts
from azmlflow.resolution.certificate_uses import CertificateUse
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.quoting import in_code, in_data
from azmlflow.rules.source import slice_at
from azmlflow.workspace.layers import layers_of
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location, Snapshot, SourceFile

_MOUNTED: Final = ("/run/secrets/", "/var/run/", "/mnt/secrets", "/etc/secrets/")
"""Where containers get their secrets."""
_PASSING: Final = ("/tmp/", "/var/tmp/", "/dev/shm/")  # noqa: S108 - only compared with
"""Where programs put a certificate that they take from a vault or a variable when they start."""
_HOMES: Final = ("/home/", "/Users/")
_SOURCING: Final = frozenset({"source", ".", "dotenv", "dotenv_if_exists"})
_UNSAFE: Final = frozenset("\"'\\$#`\r\n")


def is_for_another_machine(resolution: Resolution, use: CertificateUse) -> bool:
    """Tell whether a path is not this machine's: a container's, another system's, in the home of somebody else."""
    if "\\" in use.value and "\\" not in str(resolution.root):
        return True
    if use.one_system and not use.is_relative:
        return True
    if use.value.startswith(_MOUNTED):
        return True
    if use.value.startswith(_PASSING) and not PurePosixPath(use.value).is_relative_to(resolution.root):
        return True
    if use.value.startswith(_HOMES):
        home = resolution.snapshot.process.values.get("HOME")
        return home is None or not PurePosixPath(use.value).is_relative_to(home)
    return resolution.file.kind is FileKind.DOTENV and resolution.file.path in _given_to_containers(
        resolution
    )


def _given_to_containers(resolution: Resolution) -> frozenset[Path]:
    """Return the environment files that compose files hand to their services."""
    snapshot = resolution.snapshot

    def look() -> frozenset[Path]:
        files = snapshot.of_kind(FileKind.COMPOSE)
        named = (
            (file, env_file) for file in files for layer in layers_of(file) for env_file in layer.env_files
        )
        return frozenset(Path(normpath(file.path.parent / env_file.path)) for file, env_file in named)

    return remembered(snapshot, "given to containers", None, look)


def is_sourced(snapshot: Snapshot, path: Path) -> bool:
    """Tell whether a shell script of the project reads an environment file: `~` and `$NAME` are then expanded."""
    return any(
        command.program in _SOURCING and any(word.endswith(path.name) for word in command.texts)
        for file in snapshot.of_kind(FileKind.SHELL)
        if isinstance(file.facts, ShellFacts)
        for command in file.facts.commands
    )


def lies_elsewhere(snapshot: Snapshot, use: CertificateUse) -> bool:
    """Tell whether another folder of the project holds the file: a program that starts there finds it."""
    parts = PurePosixPath(normpath(use.value)).parts
    return any(path.parts[-len(parts) :] == parts for path in snapshot.present)


def rewritten(snapshot: Snapshot, file: SourceFile, place: Location, path: str) -> str | None:
    """Return how a path is written in the place of another, None where that takes more than quotation marks."""
    old = slice_at(snapshot, place)
    if _UNSAFE & set(path) or place.path != file.path:
        return None
    if file.kind in (FileKind.DOTENV, FileKind.EDITOR):
        return in_data(old, path)
    is_literal = file.kind in SCRIPT_KINDS and old[:1] in ("'", '"') and old[:3] not in ("'''", '"""')
    return in_code(old, path) if is_literal else None
