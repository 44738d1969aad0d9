"""Azure in a box: starts it, says with which variables a child process gets to it, and clears it away."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.sandbox import hosts, leftovers, names
from azmlflow.sandbox.backstage import Backstage
from azmlflow.sandbox.creation import Played, new_world
from azmlflow.sandbox.environment import (
    credential_variables,
    merged,
    steering_variables,
    workspace_variables,
)
from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.journal import MOST, Journal
from azmlflow.sandbox.scenarios import Scenario, named
from azmlflow.sandbox.transport.authority import Authority
from azmlflow.sandbox.transport.proxy import Proxy
from azmlflow.sandbox.world import Workspace, World


class AzureBox:
    """An Azure on this machine, which only a process with its variables reaches; `keeps` is how much its journal holds.

    `played` is its workspace, where that is not to be the box's own; its cloud then counts more than the scenario's. `world` may be changed while it runs, `journal` holds what was asked. Raises MissingExtra when a package is not
    installed, OSError when the port is taken, ValueError when there is no such scenario.
    """

    def __init__(
        self, scenario: str = "healthy", port: int = 0, keeps: int = MOST, played: Played | None = None
    ) -> None:
        self.scenario: Scenario = named(scenario)
        self.played = played or Played()
        self.journal = Journal(keeps)
        self.client_secret = secrets.token_urlsafe(24)
        self.user_password = secrets.token_urlsafe(16)
        self._port = port
        self._proxy: Proxy | None = None
        leftovers.remove(Path(tempfile.gettempdir()))
        self._temporary = tempfile.TemporaryDirectory(prefix=leftovers.PREFIX, ignore_cleanup_errors=True)
        self._folder = Path(self._temporary.name)
        self._held = leftovers.hold(self._folder)
        self._backstage = Backstage(self._folder)
        self.world: World = self._new_world()

    def __enter__(self) -> AzureBox:
        try:
            authority = Authority(self.bundle)
            self._proxy = Proxy(
                self._port,
                secrets.token_urlsafe(24),
                authority,
                self.journal,
                self._answer,
                hosts.is_known,
                lambda: self.world.intercepted,
            )
        except BaseException:
            self.close()
            raise
        self._proxy.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the port and all connections, end what was started, remove the folder."""
        if self._proxy is not None:
            self._proxy.stop()
        self._backstage.close()
        self._temporary.cleanup()
        held, self._held = self._held, None
        if held is not None:
            os.close(held)

    def use(self, scenario: str) -> None:
        """Begin another scenario in a new world, whose workspaces are empty; what was asked stays in the journal."""
        self.scenario = named(scenario)
        self.world = self._new_world()

    def environment(
        self,
        credential: str | None = None,
        base: Mapping[str, str] | None = None,
        keep_credentials: bool = False,
    ) -> dict[str, str]:
        """Return the variables with which a child process meets this Azure.

        `credential` is one of scenarios.CREDENTIALS, by default the one that the scenario is about. With a `base` the result is a whole environment: the base without what would lead past the box. With
        `keep_credentials` it keeps what it says of credentials, cloud and tracking URI, and gets none of the box's.
        """
        kind = self.scenario.credential if credential is None else credential
        variables = steering_variables(self, kind)
        if not keep_credentials:
            variables |= workspace_variables(self)
        variables |= credential_variables(self, kind, (base or {}).get("PATH"))
        return variables if base is None else merged(base, variables, keep_credentials)

    @property
    def proxy(self) -> Proxy:
        """The running proxy."""
        if self._proxy is None:
            raise RuntimeError("the box is not open: use it in a with statement")
        return self._proxy

    @property
    def folder(self) -> Path:
        """A folder that is removed with the box."""
        return self._folder

    @property
    def bundle(self) -> Path:
        """The file with the certificate of the box's authority."""
        return self._folder / "ca.pem"

    @property
    def tenant_id(self) -> str:
        return names.TENANT_ID

    @property
    def client_id(self) -> str:
        return names.CLIENT_ID

    @property
    def workspace(self) -> WorkspaceRef:
        return self.played.ref

    @property
    def workspace_uri(self) -> str:
        """The tracking URI of the box's workspace in the scenario's cloud."""
        return self._workspace.tracking_uri

    @property
    def _workspace(self) -> Workspace:
        return next(each for each in self.world.workspaces if each.ref.same_as(self.played.ref))

    def _new_world(self) -> World:
        cloud = self.played.cloud or self.scenario.cloud
        world = new_world(self._backstage, cloud, self.played, self.client_secret, self.user_password)
        self.scenario.turn(world)
        return world

    def _answer(self, request: Request) -> Response:
        return hosts.answer(request, self.world)
