"""What the parent asks of the child, as one JSON object on its standard input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.probes.outcome import TEST_CONNECTION


class Aim(Protocol):
    """What a project says of where its code logs, and how it signs in; the fields are those of `Request`."""

    @property
    def uri(self) -> str | None: ...
    @property
    def workspace(self) -> WorkspaceRef | None: ...
    @property
    def experiment(self) -> str | None: ...
    @property
    def credential(self) -> str | None: ...
    @property
    def beside(self) -> str | None: ...


class Request(NamedTuple):
    """A probe to be made.

    `uri` is the tracking URI that the code would use, None where only the workspace is known. `link` is the one link
    to be tried, whatever the others do. `credential` names the class of azure-identity that the code makes without arguments
    and hands to MLflow; None is for the chain that azureml-mlflow builds. `limits` holds the seconds of steps that differ from the table's.
    `may_interact` lets a browser open or a device code be waited for. `beside` is the folder of the script that is meant.
    """

    uri: str | None = None
    workspace: WorkspaceRef | None = None
    experiment: str | None = None
    steps: tuple[str, ...] = TEST_CONNECTION
    link: str | None = None
    credential: str | None = None
    may_interact: bool = False
    limits: Mapping[str, float] = {}
    beside: str | None = None

    @classmethod
    def to(cls, aim: Aim, steps: tuple[str, ...], link: str | None, *, may_interact: bool) -> Request:
        """Return the request to try these steps on what a project is aimed at."""
        where = cls(aim.uri, aim.workspace, aim.experiment, credential=aim.credential, beside=aim.beside)
        return where._replace(steps=steps, link=link, may_interact=may_interact)

    def as_json(self) -> dict[str, Any]:
        """Return the request as plain values."""
        return {**self._asdict(), "limits": dict(self.limits)}

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Request:
        """Return the request that `as_json` made."""
        workspace = values["workspace"]
        ref = WorkspaceRef(*workspace) if workspace else None
        return cls(**{**values, "workspace": ref, "steps": tuple(values["steps"])})
