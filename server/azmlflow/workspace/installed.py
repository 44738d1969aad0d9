"""Which packages are installed in some folders, read from the names of their metadata; nothing is imported or run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from azmlflow.parsing._version_specs import NAME
from azmlflow.parsing.requirements import normalised
from azmlflow.patterns import pattern
from azmlflow.workspace.read import Refused, read_bytes

MOST_ENTRIES: Final = 20_000
"""Entries of one folder that are looked at; the largest environments have a few thousand."""
LARGEST_METADATA: Final = 1_000_000
MOST_READ: Final = 500
"""Metadata files that are opened in one folder, where names do not suffice."""

_VERSION: Final = pattern(r"[0-9][0-9A-Za-z.!+_-]{0,99}")
_NUMBER: Final = pattern(r"\d+")
_PYTHON_TAG: Final = pattern(r"-py\d(?:\.\d+)?(?:-[\w.-]{1,60})?$")


def packages_in(folders: Iterable[Path]) -> dict[str, str]:
    """Return normalised name -> version; the first folder that holds a package decides, as on Python's path.

    The version is empty where a package is there and nothing tells it. Of two versions in one folder, which only a
    broken removal leaves, the later counts. Never raises.
    """
    found: dict[str, str] = {}
    for folder in folders:
        here: dict[str, str] = {}
        for name, version in _packages(folder):
            here[name] = max(here.get(name, ""), version, key=_numbers)
        for name, version in here.items():
            found[name] = found.get(name) or version
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBER.findall(version)))


def _packages(folder: Path) -> Iterator[tuple[str, str]]:
    may_read = MOST_READ
    for entry in entries(folder):
        stem, _, suffix = entry.rpartition(".")
        if suffix not in _METADATA:
            continue
        package = _of_name(stem, suffix)
        if package is None and may_read:
            may_read -= 1
            package = _of_metadata(folder, entry, suffix)
        if package is not None:
            yield package


def entries(folder: Path) -> tuple[str, ...]:
    """Return the names in a folder, sorted, none where it cannot be listed and not more than MOST_ENTRIES."""
    try:
        with os.scandir(folder) as listing:
            return tuple(sorted(entry.name for entry, _ in zip(listing, range(MOST_ENTRIES), strict=False)))
    except (OSError, ValueError):
        return ()


_METADATA: Final[Mapping[str, tuple[str, ...]]] = {
    "dist-info": ("METADATA",),
    "egg-info": ("PKG-INFO", ""),
    "egg": ("EGG-INFO/PKG-INFO",),
    "egg-link": (),
}
"""Where the package's own words stand, by the suffix of the folder; an `.egg-info` may itself be the file."""


def _of_name(stem: str, suffix: str) -> tuple[str, str] | None:
    """Return what a name like `azureml_mlflow-1.62.0.dist-info` tells; None when that leaves a doubt."""
    plain = _PYTHON_TAG.sub("", stem) if suffix != "dist-info" else stem
    if suffix == "egg-link":
        return (normalised(stem), "") if NAME.fullmatch(stem) else None
    name, dash, version = plain.partition("-")
    if dash and "-" not in version and NAME.fullmatch(name) and _VERSION.fullmatch(version):
        return normalised(name), version
    return None


def _of_metadata(folder: Path, entry: str, suffix: str) -> tuple[str, str] | None:
    for place in _METADATA[suffix]:
        try:
            data = read_bytes(str(folder / entry / place if place else folder / entry), LARGEST_METADATA)
        except Refused:
            continue
        return _of_headers(data)
    return None


def _of_headers(data: bytes) -> tuple[str, str] | None:
    """Read the two fields that matter from the headers, which end at the first empty line."""
    fields: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        if not line.strip():
            break
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.lower(), value.strip())
    name, version = fields.get("name", ""), fields.get("version", "")
    if not NAME.fullmatch(name):
        return None
    return normalised(name), version if _VERSION.fullmatch(version) else ""
