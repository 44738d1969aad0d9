"""Makes a report safe to paste where everybody can read it: no names of people, no ids, no folders of theirs.

Secrets are no subject of this module: they are never put in a report in the first place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os.path import normcase
from pathlib import Path
from typing import Any, Final

from azmlflow.azure.workspace import WorkspaceRef

_HOMES: Final = frozenset({"home", "users"})
_CONFIG_FOLDERS: Final = frozenset({".azureml", "aml_config"})
_USER_VARIABLES: Final = ("USER", "USERNAME", "LOGNAME")
ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True)
class Redactor:
    """How names are shown; with `active` False as they are. `base` is the folder that paths are shown from."""

    active: bool
    base: Path
    home: Path | None = None
    users: frozenset[str] = frozenset()

    @classmethod
    def of(cls, environ: Mapping[str, str], base: Path, active: bool = True) -> Redactor:
        """Return a redactor that knows whose machine it is from the environment of the process."""
        home = environ.get("HOME") or environ.get("USERPROFILE")
        users = {environ[name].lower() for name in _USER_VARIABLES if environ.get(name)}
        return cls(active, base, Path(home) if home else None, frozenset(users))

    def identifier(self, text: str) -> str:
        """Return an id by its first four characters."""
        return text[:4] + ELLIPSIS if self.active and len(text) > 4 else text

    def name(self, text: str) -> str:
        """Return a name by its first two characters: enough to tell one's own workspaces apart."""
        return text[: min(2, len(text) // 3)] + ELLIPSIS if self.active else text

    def workspace(self, workspace: WorkspaceRef | None) -> dict[str, str] | None:
        """Return the three names of a workspace."""
        if workspace is None:
            return None
        return {
            "subscription_id": self.identifier(workspace.subscription_id),
            "resource_group": self.name(workspace.resource_group),
            "workspace_name": self.name(workspace.workspace_name),
        }

    def path(self, path: Path) -> str:
        """Return a path from the base, from the home folder (`~`), or whole without the names of users.

        The folders above the base are left out: their names may tell whom the project is for.
        """
        inside = _relative(path, self.base)
        if inside is not None:
            return _printable(inside.as_posix())
        around = self._around(path) if self.active else None
        if around is not None:
            return _printable(Path(ELLIPSIS, *around.parts).as_posix())
        below = _relative(path, self.home) if self.home else None
        parts = ("~", *below.parts) if below is not None else path.parts
        if self.active:
            parts = tuple(self._part(parts, at) for at in range(len(parts)))
        return _printable(Path(*parts).as_posix())

    def _around(self, path: Path) -> Path | None:
        """Return the end of a path to a file in a folder above the base; a workspace config lies one deeper."""
        folder = path.parent.parent if path.parent.name in _CONFIG_FOLDERS else path.parent
        if folder == self.home or self.base.is_relative_to(path) or not self.base.is_relative_to(folder):
            return None
        return path.relative_to(folder)

    def _part(self, parts: tuple[str, ...], at: int) -> str:
        is_somebody = at > 0 and parts[at - 1].lower() in _HOMES
        return ELLIPSIS if is_somebody or parts[at].lower() in self.users else parts[at]


def printable(value: Any) -> Any:
    """Return plain data in which no text can move the terminal's cursor."""
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    return [printable(item) for item in value] if isinstance(value, list | tuple) else value


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def _relative(path: Path, base: Path) -> Path | None:
    """Return a path from a base, None when it is not below; as the file system compares names."""
    if path.is_relative_to(base):
        return path.relative_to(base)
    parts, above = path.parts, base.parts
    same = tuple(map(normcase, parts[: len(above)])) == tuple(map(normcase, above))
    return Path(*parts[len(above) :]) if same and len(parts) > len(above) else None
