"""What keeps every Python of a dry run in the box, and what it has seen there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.azure.clouds import CLOUDS
from azmlflow.sandbox.world import BLOB_SUFFIXES

_PROGRAM: Final = Path(__file__).with_name("keeper.py")


class Seen(NamedTuple):
    """What no request to the box shows, each once and in order.

    `past` are variables, or hosts of Azure's, by which a connection would have led past the box; it was not made. `here` are
    addresses on this machine and `direct` others that were reached without a proxy. `uris` are tracking URIs that were set.
    """

    past: tuple[str, ...] = ()
    here: tuple[str, ...] = ()
    direct: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()


def write(folder: Path, proxy: str) -> Path:
    """Write the keeper into a folder, which is then to come first in PYTHONPATH."""
    folder.mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(_PROGRAM, folder / "sitecustomize.py")
    settings = folder / "settings"
    settings.touch(mode=0o600)  # the proxy's address holds its password
    settings.write_text("\n".join([proxy, *_hosts()]), encoding="utf-8")
    return folder


def python_path(folder: Path, before: str) -> str:
    """Return a PYTHONPATH with the keeper first; an empty entry would be the working folder."""
    return os.pathsep.join([str(folder), before] if before else [str(folder)])


def read(folder: Path) -> Seen:
    """Return what was seen so far."""
    seen = folder / "seen"
    lines = seen.read_text("utf-8", "replace").splitlines() if seen.exists() else []
    pairs = dict.fromkeys((kind, what) for kind, _, what in (line.partition(" ") for line in lines))
    return Seen(*(tuple(_of(pairs, kind)) for kind in ("past", "here", "direct", "uri")))


def _of(pairs: Iterable[tuple[str, str]], kind: str) -> Iterable[str]:
    return (what for each, what in pairs if each == kind)


def _hosts() -> list[str]:
    """Return the hosts of Azure's that the box plays, or what they end in."""
    names = dict.fromkeys(BLOB_SUFFIXES.values())
    for cloud in CLOUDS:
        suffixes = (cloud.tracking_host_suffix or cloud.arm_host, *cloud.older_host_suffixes)
        names |= dict.fromkeys((cloud.arm_host, cloud.login_host, *cloud.login_aliases, *suffixes))
    return list(names)
