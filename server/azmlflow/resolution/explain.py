"""The answer for one file as plain data: what `azmlflow explain` prints and the editor's command returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from azmlflow.azure.uri_parsing import parse_tracking_uri
from azmlflow.patterns import pattern
from azmlflow.resolution.identity import identity_of
from azmlflow.resolution.model import Answer, ScriptResolution, TrackingAnswer
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Because
from azmlflow.workspace.learned import learned_about
from azmlflow.workspace.snapshot import Snapshot

_USER: Final = pattern(r"(?<=://)[^/@\s]*@")
_NOT_A_SCRIPT: Final = "it is neither a Python file nor a notebook"


def explain_json(resolution: Resolution, show: Callable[[Path], str] = str) -> dict[str, Any]:
    """Return where a file would log, and why; `show` says how paths are written."""
    script = resolution.script
    answer = TrackingAnswer("unknown", reason=_NOT_A_SCRIPT)
    tracking, experiment = (script.tracking, script.experiment) if script else (answer, answer)
    tracking = _with_learned(resolution.snapshot, tracking)
    return {
        "version": 1,
        "path": show(resolution.file.path),
        "running": _running(script, show),
        "tracking": {
            **_answer(tracking, show),
            "source": tracking.source,
            "workspace": tracking.workspace._asdict() if tracking.workspace else None,
        },
        "experiment": _answer(experiment, show),
        "identity": _answer(identity_of(script) if script else answer, show),
        "cloud": _answer(_cloud(tracking), show),
    }


def nothing_to_explain(path: str, reason: str) -> dict[str, Any]:
    """Return the same shape for a file that does nothing with MLflow."""
    unknown = _answer(TrackingAnswer("unknown", reason=reason), str)
    tracking = {**unknown, "source": "unknown", "workspace": None}
    parts = {"tracking": tracking, "experiment": unknown, "identity": unknown, "cloud": unknown}
    return {"version": 1, "path": path, "running": _running(None, str), **parts}


def _with_learned(snapshot: Snapshot, tracking: TrackingAnswer) -> TrackingAnswer:
    """Return the answer with the URI that a test found, where the code asks a known workspace for it."""
    if tracking.value is not None or tracking.workspace is None or tracking.status != "resolved":
        return tracking
    learned = learned_about(snapshot, tracking.workspace)
    if learned is None:
        return tracking
    because = (Because(f"{learned.source} found this URI of the workspace", None), *tracking.because)
    return replace(tracking, value=learned.uri, because=because)


def _running(script: ScriptResolution | None, show: Callable[[Path], str]) -> dict[str, Any]:
    if script is None:
        return {"platform": None, "because": []}
    return {"platform": script.running.platform.value, "because": _links(script.running.because, show)}


def _answer(answer: Answer, show: Callable[[Path], str]) -> dict[str, Any]:
    return {
        "value": None if answer.value is None else _USER.sub("***@", answer.value),
        "status": answer.status,
        "reason": answer.reason,
        "because": _links(answer.because, show),
        "overrides": _links(answer.overrides, show),
    }


def _links(links: Iterable[Because], show: Callable[[Path], str]) -> list[dict[str, Any]]:
    """Return each link of provenance; path, cell and line are None for what no file says."""
    return [
        {
            "path": show(location.path) if location else None,
            "cell": location.cell if location else None,
            "line": location.span.line + 1 if location else None,
            "what": what,
        }
        for what, location in links
    ]


def _cloud(tracking: TrackingAnswer) -> Answer:
    parsed = parse_tracking_uri(tracking.value or "")
    if parsed is None:
        return Answer("unknown", reason="the tracking URI does not say")
    if parsed.cloud is None:
        return Answer("unknown", reason=f"{parsed.host} is no host of Azure Machine Learning")
    return Answer("resolved", parsed.cloud.name, because=tracking.because[:1])
