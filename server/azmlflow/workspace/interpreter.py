"""Which Python a project uses and what is installed there, read from the disk: no interpreter is ever run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.patterns import pattern
from azmlflow.workspace import paths
from azmlflow.workspace.installed import entries, packages_in
from azmlflow.workspace.read import Refused, read_bytes

CHOSEN: Final = "chosen in the editor"
ON_PATH: Final = "PATH"
NO_CHOICE: Final = frozenset({"python", "python3"})
"""What the editor's setting holds as long as nobody has chosen; PATH is then looked at in its turn."""
IN_PROJECT: Final = (".venv", "venv")
MOST_ON_PATH: Final = 200
LARGEST_CONFIG: Final = 100_000
MOST_SITES: Final = 50
"""Folders of packages that are looked into; a `.pth` file may name any number."""

_LIBRARY: Final = pattern(r"(?:python|pypy)(\d+\.\d+)t?")
_RELEASE: Final = pattern(r"\d+\.\d+(?:\.\d+)?")
_NAMED: Final = pattern(r"[A-Za-z0-9][\w.+-]{0,99}")
_CONDA_PYTHON: Final = pattern(r"python-(\d+\.\d+(?:\.\d+)?)-[^-]*\.json")
_WINDOWS_DLL: Final = pattern(r"python3(\d+)\.dll", re.IGNORECASE)
_EXECUTABLES: Final = ("bin/python3", "bin/python", "Scripts/python.exe", "python.exe")
_ON_PATH: Final = ("python3.exe", "python.exe") if os.name == "nt" else ("python3", "python")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python and what is installed for it.

    `origin` says why it is the one: "chosen in the editor", ".venv" or "venv", "VIRTUAL_ENV", "CONDA_PREFIX" or "PATH".
    `packages` maps normalised names to versions; a version is empty where the package does not tell it.
    """

    python: Path
    origin: str
    version: str | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    site_packages: tuple[Path, ...] = ()

    @property
    def guessed(self) -> bool:
        """Tell whether nobody chose it: it is only the first on the PATH."""
        return self.origin == ON_PATH


def why_taken(origin: str) -> str:
    """Say in a few words why an interpreter of that origin is the one."""
    return {ON_PATH: "the first on PATH", CHOSEN: "as chosen"}.get(origin, f"from {origin}")


class _Home(NamedTuple):
    """An installation: the folder it lives in, and the folders that hold its packages."""

    prefix: Path
    sites: tuple[Path, ...]
    version: str | None


class _Bounds(NamedTuple):
    """What may be read: everything, or only what lies inside some folders, links followed."""

    inside: tuple[Path, ...] | None

    def allow(self, path: Path) -> bool:
        """Tell whether a path may be touched; a network share never, for Windows would send it credentials."""
        if str(path).startswith(("\\\\", "//")) or not path.is_absolute() or "\0" in str(path):
            return False
        if self.inside is None:
            return True
        try:
            real = path.resolve()
            return any(real.is_relative_to(folder.resolve()) for folder in self.inside)
        except (OSError, RuntimeError, ValueError):
            return False


def find_interpreter(
    root: Path, environ: Mapping[str, str], chosen: str | None, inside: tuple[Path, ...] | None = None
) -> Interpreter | None:
    """Return the interpreter that a project's code runs in, None where none is found. Never raises.

    In this order: what the user chose in the editor, `.venv` or `venv` in the root, VIRTUAL_ENV, CONDA_PREFIX, the
    first Python on PATH. With `inside`, only what lies in these folders is read.
    """
    bounds = _Bounds(inside)
    for python, origin in _candidates(root, environ, chosen, bounds):
        try:
            found = _read(python, origin, environ, bounds)
        except (
            OSError,
            RuntimeError,
            ValueError,
        ):  # a loop of links, a name that is none, a file gone meanwhile
            continue
        if found is not None:
            return found
    return None


def _candidates(
    root: Path, environ: Mapping[str, str], chosen: str | None, bounds: _Bounds
) -> Iterator[tuple[Path, str]]:
    written = (chosen or "").replace("\0", "").strip().replace("${workspaceFolder}", str(root))
    if written.startswith("~"):
        written = environ.get("HOME", environ.get("USERPROFILE", "~")) + written[1:]
    if "/" in written or "\\" in written:
        yield from ((python, CHOSEN) for python in _executables(root / written, bounds))
    elif written and written not in NO_CHOICE:
        found = (*_executables(root / written, bounds), *_on_path(root, environ, (written,), bounds))
        yield from ((python, CHOSEN) for python in found)
    for name in IN_PROJECT:
        folder = str(root / name)
        if paths.exists(f"{folder}/pyvenv.cfg") or paths.exists(f"{folder}/conda-meta"):
            yield from ((python, name) for python in _executables(root / name, bounds))
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environ.get(name):
            yield from ((python, name) for python in _executables(Path(environ[name]), bounds))
    yield from ((python, ON_PATH) for python in _on_path(root, environ, _ON_PATH, bounds))


def _executables(path: Path, bounds: _Bounds) -> tuple[Path, ...]:
    """Return the interpreter that a path names, or that of the environment in a folder; links may be broken."""
    if not bounds.allow(path.parent):
        return ()
    if not paths.is_folder(str(path)):
        return (path,) if paths.exists(str(path)) else ()
    found = (path / name for name in _EXECUTABLES) if bounds.allow(path) else ()
    return tuple(python for python in found if paths.exists(str(python)))[:1]


def _on_path(
    root: Path, environ: Mapping[str, str], names: tuple[str, ...], bounds: _Bounds
) -> Iterator[Path]:
    for folder in environ.get("PATH", "").split(os.pathsep)[:MOST_ON_PATH]:
        for name in names if bounds.allow(Path(folder)) else ():
            python = Path(folder) / name
            if paths.is_file(str(python)):
                yield _behind_shim(python, root, environ, bounds) or python


def _behind_shim(python: Path, root: Path, environ: Mapping[str, str], bounds: _Bounds) -> Path | None:
    """Return the interpreter that pyenv's script would start, by pyenv's own order."""
    if python.parent.name != "shims":
        return None
    home = python.parent.parent
    files = (*(folder / ".python-version" for folder in (root, *root.parents)), home / "version")
    said = (_first_word(path) for path in files if bounds.allow(path))
    wanted = environ.get("PYENV_VERSION") or next(filter(None, said), "")
    if not _RELEASE.fullmatch(wanted) and not _NAMED.fullmatch(wanted):
        return None
    versions = home / "versions"
    matching = [name for name in entries(versions) if name == wanted or name.startswith(f"{wanted}.")]
    return next((p for name in matching for p in _executables(versions / name, bounds)), None)


def _first_word(path: Path) -> str:
    try:
        words = read_bytes(str(path), LARGEST_CONFIG).decode("utf-8", "replace").split()
    except Refused:
        return ""
    return words[0] if words and "/" not in words[0] else ""


def _read(python: Path, origin: str, environ: Mapping[str, str], bounds: _Bounds) -> Interpreter | None:
    home = _virtual(python, environ, bounds) or _installation(python, environ, bounds)
    if home is None or not home.sites:
        return None
    sites = _with_linked(home.sites, bounds)
    return Interpreter(python, origin, home.version, packages_in(sites), sites)


def _virtual(python: Path, environ: Mapping[str, str], bounds: _Bounds) -> _Home | None:
    """Return the virtual environment that an interpreter belongs to, None where it belongs to none."""
    for prefix in (python.parent.parent, python.parent):
        if bounds.allow(prefix) and paths.is_file(str(prefix / "pyvenv.cfg")):
            break
    else:
        return None
    config = _config(prefix / "pyvenv.cfg")
    sites, found = _sites(prefix, bounds)
    written = _RELEASE.match(config.get("version") or config.get("version_info") or "")
    named = Path(config.get("home", ""))
    if config.get("include-system-site-packages", "").lower() == "true" and bounds.allow(named):
        base = _installation(named / python.name, environ, bounds, found)
        sites = (*sites, *(base.sites if base else ()))
    return _Home(prefix, sites, written.group() if written else found)


def _config(path: Path) -> dict[str, str]:
    try:
        text = read_bytes(str(path), LARGEST_CONFIG).decode("utf-8", "replace")
    except Refused:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _installation(
    python: Path, environ: Mapping[str, str], bounds: _Bounds, version: str | None = None
) -> _Home | None:
    """Return the installation that an interpreter belongs to: Python's own, Debian's, a conda environment.

    As Python does, the folder of the link is tried before that of the file it leads to.
    """
    real = python.resolve()
    for executable in (python, real):
        in_bin = executable.parent.name in ("bin", "Scripts")
        prefix = executable.parent.parent if in_bin else executable.parent
        if bounds.allow(prefix):
            named = _LIBRARY.fullmatch(real.name)
            sites, found = _sites(prefix, bounds, version or (named.group(1) if named else None))
            if sites:
                own = (*_user_sites(environ, found, bounds), *sites)
                return _Home(prefix, own, _conda_version(prefix) or found)
    return None


def _sites(prefix: Path, bounds: _Bounds, version: str | None = None) -> tuple[tuple[Path, ...], str | None]:
    """Return the folders of an installation that hold packages, and the Python they are for."""
    found: list[Path] = []
    for lib in ("lib", "lib64", "local/lib"):
        versions = [name for name in entries(prefix / lib) if _LIBRARY.fullmatch(name)]
        for name in versions:
            number = _LIBRARY.fullmatch(name)
            if version is None and number and len(versions) == 1:
                version = number.group(1)
            if number and version in (None, number.group(1)):
                found += [prefix / lib / name / kind for kind in ("site-packages", "dist-packages")]
    found += [prefix / "lib" / "python3" / "dist-packages", prefix / "Lib" / "site-packages"]
    if prefix == Path("/usr"):
        found = [Path("/usr/local/lib") / f"python{version}" / "dist-packages", *found]
    distinct = {
        paths.real(str(path)): path
        for path in reversed(found)
        if bounds.allow(path) and paths.is_folder(str(path))
    }
    return tuple(reversed(distinct.values())), version or _windows_version(prefix)


def _user_sites(environ: Mapping[str, str], version: str | None, bounds: _Bounds) -> Iterator[Path]:
    """Yield the user's own folder of packages, which an interpreter outside a virtual environment reads too."""
    if environ.get("PYTHONNOUSERSITE") or version is None:
        return
    home, roaming = environ.get("HOME"), environ.get("APPDATA")
    places = [Path(home) / ".local/lib" / f"python{version}" / "site-packages"] if home else []
    if roaming:
        places.append(Path(roaming) / "Python" / f"Python{version.replace('.', '')}" / "site-packages")
    yield from (place for place in places if bounds.allow(place) and paths.is_folder(str(place)))


def _conda_version(prefix: Path) -> str | None:
    found = (_CONDA_PYTHON.fullmatch(name) for name in entries(prefix / "conda-meta"))
    return next((match.group(1) for match in found if match), None)


def _windows_version(prefix: Path) -> str | None:
    found = (_WINDOWS_DLL.fullmatch(name) for name in entries(prefix))
    return next((f"3.{match.group(1)}" for match in found if match), None)


def _with_linked(sites: tuple[Path, ...], bounds: _Bounds) -> tuple[Path, ...]:
    """Add the folders that `.pth` files put on the path: editable projects, and other folders of packages."""
    found = dict.fromkeys(sites)
    for site in sites:
        for name in entries(site):
            if name.endswith((".pth", ".egg-link")) and len(found) < MOST_SITES:
                found.update(dict.fromkeys(_linked(site, name, bounds)))
    return tuple(found)[:MOST_SITES]


def _linked(site: Path, name: str, bounds: _Bounds) -> Iterator[Path]:
    try:
        text = read_bytes(str(site / name), LARGEST_CONFIG).decode("utf-8", "replace")
    except Refused:
        return
    for line in text.splitlines()[:MOST_SITES]:
        written = line.strip()
        if written and not written.startswith(("#", "import ", "import\t")) and "\0" not in written:
            path = Path(os.path.normpath(site / written))
            if path != site and bounds.allow(path) and paths.is_folder(str(path)):
                yield path
