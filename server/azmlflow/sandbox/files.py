"""The files of a workspace's runs: announced to its history first, then written to its storage account."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from uuid import uuid4

from azmlflow.sandbox.store import key_of
from azmlflow.sandbox.world import Workspace, World

CONTAINER = "azureml"
"""The container of the storage account in which a workspace keeps artifacts."""


class ArtifactId(NamedTuple):
    """How Azure Machine Learning names a file: `ExperimentRun/dcid.<run>/model/MLmodel`."""

    origin: str
    container: str
    path: str

    def __str__(self) -> str:
        return "/".join(self)


def of_run(run_id: str, path: str) -> ArtifactId:
    """Return the name of a run's file."""
    return ArtifactId("ExperimentRun", f"dcid.{run_id}", path)


@dataclass
class File:
    """A file; `content` is where its bytes are, None until it is written. `blocks` are parts not yet put together."""

    id: ArtifactId
    content: Path | None = None
    blocks: dict[str, Path] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many bytes it has, 0 when it was never written."""
        return self.content.stat().st_size if self.content else 0


class Files:
    """All files of all workspaces, by workspace and name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._of: dict[str, dict[ArtifactId, File]] = {}

    def announce(self, workspace: Workspace, artifact: ArtifactId) -> bool:
        """Make a file without content; return False when there is one already."""
        with self._lock:
            files = self._of.setdefault(key_of(workspace), {})
            if artifact in files:
                return False
            files[artifact] = File(artifact)
            return True

    def find(self, workspace: Workspace, artifact: ArtifactId) -> File | None:
        """Return a file that was announced."""
        with self._lock:
            return self._of.get(key_of(workspace), {}).get(artifact)

    def within(self, workspace: Workspace, origin: str, container: str) -> list[File]:
        """Return the files of a container, such as a run's, by their paths."""
        with self._lock:
            files = list(self._of.get(key_of(workspace), {}).values())
        found = [file for file in files if (file.id.origin, file.id.container) == (origin, container)]
        return sorted(found, key=lambda file: file.id.path)

    def keep(self, *parts: bytes | Path) -> Path:
        """Return where these bytes, or those of these files, are kept from now on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / uuid4().hex
        with path.open("wb") as stream:
            for part in parts:
                stream.write(part.read_bytes() if isinstance(part, Path) else part)
        return path


def files_of(world: World) -> Files:
    """Return the box's files, which are gone with it."""
    return world.backstage.part("files", lambda: Files(world.backstage.folder / "files"))


def content_address(workspace: Workspace, artifact: ArtifactId) -> str:
    """Return the address at which a file's bytes are written and read, signed."""
    return f"https://{workspace.blob_host}/{CONTAINER}/{quote(str(artifact))}?sv=2024-11-04&sr=b&sp=rw&sig={workspace.sas}"
