"""URIs of the editor become paths, and paths URIs; written for both kinds of path, whatever this machine has."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

WINDOWS: Final = os.name == "nt"

_DRIVE: Final = re.compile(r"/?([A-Za-z]):(?=/|$)")
_SAFE: Final = "/-._~!$&'()*+,;=@"
_UNTITLED_ENDINGS: Final = {"python": ".py", "jupyter-notebook": ".ipynb"}


def to_path(uri: str) -> Path | None:
    """Return the path of a `file:` URI, None for any other scheme or what is no URI at all."""
    path = decode(uri, windows=WINDOWS)
    return Path(path) if path else None


def to_uri(path: Path) -> str:
    """Return the `file:` URI of an absolute path."""
    return encode(str(path), windows=WINDOWS)


def untitled_path(uri: str, language: str, folder: Path) -> Path | None:
    """Return a name, in the folder it would be run from, for a document that was never saved; None if it has none.

    The name holds a colon, which keeps it apart from the files of the folder.
    """
    scheme, _, rest = uri.partition(":")
    ending = _UNTITLED_ENDINGS.get(language)
    if scheme != "untitled" or ending is None:
        return None
    name = re.split(r"[?#]", unquote(rest), maxsplit=1)[0].replace("\\", "/").rpartition("/")[2]
    return folder / f"untitled:{name.removesuffix(ending)}{ending}"


def decode(uri: str, *, windows: bool) -> str | None:
    """Return the path that a `file:` URI writes, in the manner of Windows or of everyone else."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file":
        return None
    host, path = unquote(parts.netloc), unquote(parts.path)
    if "\0" in path:
        return None
    if not windows:
        return path or None
    if host not in ("", "localhost"):
        return f"\\\\{host}{path}".replace("/", "\\")
    drive = _DRIVE.match(path)
    if drive:
        path = f"{drive[1].upper()}:{path[drive.end() :] or '/'}"
    return path.replace("/", "\\") or None


def encode(path: str, *, windows: bool) -> str:
    """Return the `file:` URI of a path written in the manner of Windows or of everyone else."""
    if windows:
        path = path.replace("\\", "/")
    if windows and path.startswith("//"):
        host, _, path = path[2:].partition("/")
        return f"file://{quote(host)}/{quote(path, safe=_SAFE)}"
    drive = _DRIVE.match(path) if windows else None
    if drive:
        return f"file:///{drive[1]}:{quote(path[drive.end() :], safe=_SAFE)}"
    return f"file://{quote(path, safe=_SAFE)}"
