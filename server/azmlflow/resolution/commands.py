"""Command lines of jobs: which of the project's scripts does one run?"""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path

from azmlflow.azure.commands import ScriptKind, ScriptReference, scripts_of_command
from azmlflow.workspace.snapshot import FileKind, Snapshot


def scripts_run(snapshot: Snapshot, code: Path, command: str) -> Iterator[Path]:
    """Yield the project's scripts that a command runs in a code folder, through shell scripts too."""
    base = code.parent if code in snapshot.files else code
    for reference in scripts_of_command(command):
        path = _script_path(snapshot, base, reference)
        if path is None:
            continue
        file = snapshot.files.get(path)
        if file is not None and file.kind is FileKind.SHELL:
            inner = (_script_path(snapshot, base, inside) for inside in scripts_of_command(file.text.value))
            yield from (script for script in inner if script is not None)
        else:
            yield path


def _script_path(snapshot: Snapshot, base: Path, reference: ScriptReference) -> Path | None:
    if not reference.is_known:
        return None
    folder = base / (reference.folder or "")
    if reference.kind is not ScriptKind.module:
        return Path(normpath(folder / reference.path))
    stem = folder.joinpath(*reference.path.split("."))
    places = (stem.with_suffix(".py"), stem / "__main__.py", stem / "__init__.py")
    return next((Path(normpath(p)) for p in places if Path(normpath(p)) in snapshot.files), None)
