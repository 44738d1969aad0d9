"""What can be wrong with the path of a tracking URI, the part that names the workspace.

Callers outside this package use `tracking_uri.faults`. Source: azureml-mlflow 1.62 finds the three names with
a regular expression that regards case (`azureml/mlflow/_internal/utils.py`) and does not look whether it
matched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from azmlflow.azure.uri_checks import FaultKind, UriFault, gap_kind, gap_message
from azmlflow.azure.workspace import PROVIDER, is_guid, is_stray


class PathReading(NamedTuple):
    """What is wrong with a path, and the path to propose instead (None where a name is missing)."""

    faults: tuple[UriFault, ...]
    fixed: str | None


class _Segment(NamedTuple):
    """One segment of the path without white space around it, and its offsets in the path."""

    start: int
    end: int
    text: str


class _Step(NamedTuple):
    """A keyword that must come next, what it may be written as by mistake, and the name that follows it."""

    keyword: str
    mistakes: tuple[str, ...]
    name: str


def check_path(path: str, base: int, registry_allowed: bool) -> PathReading:
    """Look at a path, `/mlflow/v2.0/subscriptions/...`, that stands at offset `base` without its query."""
    walk = _Walk(path, base)
    walk.run()
    if walk.word == "registries" and not registry_allowed:
        start, end = walk.place
        walk.add(FaultKind.registry, start, end, _REGISTRY)
    return PathReading(tuple(walk.faults), walk.fixed())


class _Walk:
    """A walk along the segments of one path, from `subscriptions` to the name of the workspace."""

    def __init__(self, path: str, base: int) -> None:
        self.path = path
        self.base = base
        self.segments = list(_segments(path))
        self.at = 0
        self.faults: list[UriFault] = []
        self.names: list[_Segment] = []
        self.start = 0
        self.place = (0, 0)
        self.word = "workspaces"

    def add(self, kind: FaultKind, start: int, end: int, message: str) -> None:
        self.faults.append(UriFault(kind, self.base + start, self.base + end, message))

    def run(self) -> None:
        """Follow the path as far as it goes; the first missing part ends the walk."""
        first = self._first()
        if first is None:
            self._missing("subscription")
            return
        self.at, self.start = first, self.segments[first].start
        if self._take(_SUBSCRIPTION) and self._take(_GROUP) and self._take_provider():
            self._take(self._place_step())
        self._check_slashes()
        self._check_names()

    def fixed(self) -> str | None:
        """Return the path with the right keywords around the names that were found."""
        if len(self.names) < 3:
            return None
        subscription, group, name = (segment.text for segment in self.names)
        prefix = self.path[: self.start].rstrip("/")
        prefix = "/" + prefix.lstrip("/") if prefix else ""
        return (
            f"{prefix}/subscriptions/{subscription}/resourceGroups/{group}"
            f"/providers/{PROVIDER}/{self.word}/{name}{self.path[self.names[2].end :].strip()}"
        )

    def _first(self) -> int | None:
        words = (_SUBSCRIPTION.keyword, *_SUBSCRIPTION.mistakes)
        return next((at for at, segment in enumerate(self.segments) if segment.text.lower() in words), None)

    def _take(self, step: _Step) -> bool:
        """Take the keyword and the name of a step; report what is wrong and tell whether to go on."""
        keyword = self._peek()
        if keyword is None or not self._is_keyword(keyword, step):
            self._missing(step.name)
            return False
        self._check_keyword(keyword, step.keyword)
        name = self._peek(1)
        if name is None or name.text.lower() in _KEYWORDS:
            self._missing(step.name)
            return False
        self.place = (keyword.start, name.end)
        self.names.append(name)
        self.at += 2
        return True

    def _take_provider(self) -> bool:
        """Take the provider, or report that it is missing or written otherwise."""
        providers, provider = self._peek(), self._peek(1)
        if providers is not None and providers.text.lower() in _PLACES:
            self.add(FaultKind.cut_off, providers.start, providers.end, _NO_PROVIDER)
            return True
        if providers is None or provider is None or self._peek(2) is None:
            self._missing("workspace")
            return False
        self._check_keyword(providers, "providers")
        self._check_keyword(provider, PROVIDER)
        self.at += 2
        return True

    def _place_step(self) -> _Step:
        segment = self._peek()
        if segment is not None and segment.text.lower() in _REGISTRY_STEP.mistakes:
            self.word = "registries"
            return _REGISTRY_STEP
        return _WORKSPACE

    def _check_keyword(self, segment: _Segment, right: str) -> None:
        if segment.text == right:
            return
        same = segment.text.lower() == right.lower()
        kind = FaultKind.wrong_case if same else FaultKind.misspelled
        message = f"It must be written {right}; else azureml-mlflow fails with {_NONE_TYPE}."
        self.add(kind, segment.start, segment.end, message)

    def _missing(self, name: str) -> None:
        segment = self._peek() or (self.segments[-1] if self.segments else None)
        start = segment.start if segment else 0
        message = f"The {name} is missing here, and azureml-mlflow fails with {_NONE_TYPE}."
        self.add(FaultKind.cut_off, start, len(self.path), message)

    def _check_slashes(self) -> None:
        """Report empty segments: urllib takes two leading slashes for a host, later ones join a name."""
        if self.start == 2 and self.path.startswith("//"):
            self.add(FaultKind.double_slash, 0, 2, _LEADING_SLASHES)
        end = self.names[-1].start if self.names else self.start
        at = self.path.find("//", self.start, end)
        if at >= 0:
            self.add(FaultKind.double_slash, at, at + 2, _INNER_SLASHES)

    def _check_names(self) -> None:
        for segment, step in zip(self.names, (_SUBSCRIPTION, _GROUP, _WORKSPACE), strict=False):
            gap = gap_kind(segment.text)
            if gap is not None:
                self.add(gap, segment.start, segment.end, gap_message(gap, step.name))
            elif step is _SUBSCRIPTION and not is_guid(segment.text):
                self.add(FaultKind.subscription_not_guid, segment.start, segment.end, _NOT_GUID)

    def _peek(self, ahead: int = 0) -> _Segment | None:
        at = self.at + ahead
        return self.segments[at] if at < len(self.segments) else None

    @staticmethod
    def _is_keyword(segment: _Segment, step: _Step) -> bool:
        return segment.text.lower() in (step.keyword.lower(), *step.mistakes)


def _segments(path: str) -> Iterator[_Segment]:
    """Yield the segments that are not empty, without the white space around each."""
    position = 0
    for piece in path.split("/"):
        start, end = position, position + len(piece)
        position = end + 1
        while start < end and is_stray(path[start]):
            start += 1
        while end > start and is_stray(path[end - 1]):
            end -= 1
        if start < end:
            yield _Segment(start, end, path[start:end])


_SUBSCRIPTION: Final = _Step("subscriptions", ("subscription",), "subscription")
_GROUP: Final = _Step(
    "resourceGroups", ("resourcegroup", "resource_groups", "resource-groups"), "resource group"
)
_WORKSPACE: Final = _Step("workspaces", ("workspace",), "workspace")
_REGISTRY_STEP: Final = _Step("registries", ("registries", "registry"), "registry")
_PLACES: Final = frozenset(("workspaces", "workspace", "registries", "registry"))
_KEYWORDS: Final = frozenset(("subscriptions", "resourcegroups", "providers", PROVIDER.lower(), "workspaces"))
_NONE_TYPE: Final = "\"'NoneType' object has no attribute 'group'\""
_NO_PROVIDER: Final = (
    f"/providers/{PROVIDER} is missing before this, and azureml-mlflow fails with {_NONE_TYPE}."
)
_NOT_GUID: Final = "A subscription is named by its id, a GUID; the service will not find this one."
_REGISTRY: Final = (
    "This names a registry, which holds models but no runs; a tracking URI must name a workspace."
)
_LEADING_SLASHES: Final = (
    "After two slashes azureml-mlflow takes the next word for a host instead of a part of the path, "
    f"and fails with {_NONE_TYPE}."
)
_INNER_SLASHES: Final = "The second slash becomes part of a name, which the service then does not find."
