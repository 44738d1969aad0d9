"""The entry: a snapshot and a path become a Resolution, computed as it is asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from azmlflow.resolution.model import ScriptResolution
from azmlflow.workspace.settings import Settings
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Snapshot, SourceFile

if TYPE_CHECKING:
    from azmlflow.resolution.certificate_uses import CertificateUse
    from azmlflow.resolution.environs import Environ
    from azmlflow.resolution.written import UriLiteral
    from azmlflow.workspace.layer import Layer


class Resolution:
    """What is known about one file of a snapshot; each part is computed once, when first asked for."""

    def __init__(self, snapshot: Snapshot, file: SourceFile) -> None:
        self.snapshot = snapshot
        self.file = file

    @property
    def root(self) -> Path:
        """Return the workspace root that holds the file."""
        return self.snapshot.root_of(self.file.path)

    @property
    def settings(self) -> Settings:
        """Return the settings that hold for the file."""
        return self.snapshot.settings.get(self.root, Settings())

    @cached_property
    def script(self) -> ScriptResolution | None:
        """Return the answer for a script or notebook, None for any other kind of file."""
        if self.file.kind not in SCRIPT_KINDS:
            return None
        from azmlflow.resolution.script import resolve_script

        return resolve_script(self.snapshot, self.file)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Return the sets of environment variables that the file sets for something that is started with it."""
        from azmlflow.workspace.layers import layers_of

        return layers_of(self.file)

    @cached_property
    def environs(self) -> tuple[Environ, ...]:
        """Return the environments, as whole programs get them, in which the file sets something."""
        from azmlflow.resolution.environs import environs_of

        return tuple(environs_of(self))

    @cached_property
    def certificates(self) -> tuple[CertificateUse, ...]:
        """Return the certificate files that the file names."""
        from azmlflow.resolution.certificate_uses import uses_of

        return tuple(uses_of(self))

    @cached_property
    def uris(self) -> tuple[UriLiteral, ...]:
        """Return the tracking and registry URIs that the file writes out."""
        from azmlflow.resolution.uris import uri_literals

        return tuple(uri_literals(self))
