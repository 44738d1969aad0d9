"""Tracking URIs: what azureml-mlflow makes of one, what is wrong with one, and how to put it right.

The parts of this module live in `uri_parsing` (reading), `uri_checks` (quotes, scheme, host) and
`uri_path_checks` (the names); import from here. Offsets count code points from the start of the text that was
given.
"""

from __future__ import annotations

from typing import NamedTuple

from azmlflow.azure.uri_checks import (
    FaultKind,
    UriFault,
    check_host,
    check_scheme,
    check_wrapping,
    core_of,
    is_meant_for_azure,
)
from azmlflow.azure.uri_parsing import (
    SCHEME,
    TrackingUri,
    UriKind,
    classify,
    compose_tracking_uri,
    parse_tracking_uri,
)
from azmlflow.azure.uri_path_checks import check_path
from azmlflow.azure.workspace import is_placeholder

__all__ = [
    "FaultKind",
    "TrackingUri",
    "UriFault",
    "UriKind",
    "classify",
    "compose_tracking_uri",
    "faults",
    "parse_tracking_uri",
    "repair",
]


def faults(text: str, *, registry_allowed: bool = False) -> tuple[UriFault, ...]:
    """Return everything wrong with `text` as a tracking URI of Azure Machine Learning, in order of position.

    Empty for a good URI and for a text that has nothing to do with Azure Machine Learning (`./mlruns`,
    `sqlite:`, `http://localhost:5000`). With `registry_allowed` the URI of a registry is good too, as for
    set_registry_uri.
    """
    reading = _read(text, registry_allowed)
    repaired = _certain(reading.candidate, registry_allowed) if reading.found else None
    ordered = sorted(reading.found, key=lambda fault: (fault.start, fault.end))
    return tuple(fault._replace(repaired=repaired) for fault in ordered)


def repair(text: str, *, registry_allowed: bool = False) -> str | None:
    """Return `text` put right, or None where the right URI cannot be known for certain.

    A text with nothing wrong is returned as it is, and so is what was once repaired.
    """
    found = faults(text, registry_allowed=registry_allowed)
    return found[0].repaired if found else text


class _Reading(NamedTuple):
    """The faults of a text, and the URI to propose (None when a part of it is unknown)."""

    found: list[UriFault]
    candidate: str | None = None


def _read(text: str, registry_allowed: bool) -> _Reading:
    start, end = core_of(text)
    core = text[start:end]
    if not is_meant_for_azure(core):
        return _Reading(_lone_placeholder(core, start))
    found = check_wrapping(text, start, end)
    opening = check_scheme(core, start)
    found += opening.faults
    if opening.netloc is None:
        return _Reading(found)
    netloc, path, tail = _cut(core[opening.netloc :])
    at = start + opening.netloc
    found += check_host(netloc, at)
    if found and found[-1].kind is FaultKind.no_host:
        return _Reading(found)
    reading = check_path(path, at + len(netloc), registry_allowed)
    found += (fault if fault.start < fault.end else fault._replace(start=at) for fault in reading.faults)
    if not found and parse_tracking_uri(text) is None:
        found.append(
            UriFault(FaultKind.cut_off, start, end, "azureml-mlflow finds no workspace in this URI.")
        )
    return _Reading(found, None if reading.fixed is None else f"{SCHEME}://{netloc}{reading.fixed}{tail}")


def _certain(candidate: str | None, registry_allowed: bool) -> str | None:
    """Return the candidate if nothing at all is wrong with it: a repair never needs another."""
    if candidate is None or parse_tracking_uri(candidate) is None:
        return None
    return None if _read(candidate, registry_allowed).found else candidate


def _cut(rest: str) -> tuple[str, str, str]:
    """Split what follows the scheme into host, path, and the query with everything after it."""
    tail_at = min((at for at in map(rest.find, "?#") if at >= 0), default=len(rest))
    netloc, slash, path = rest[:tail_at].partition("/")
    return netloc, slash + path, rest[tail_at:]


def _lone_placeholder(core: str, start: int) -> list[UriFault]:
    if not is_placeholder(core) or "/" in core or core.startswith((".", "$", "%")):
        return []
    message = "This is still a placeholder, and MLflow takes it for the name of a local folder."
    return [UriFault(FaultKind.placeholder, start, start + len(core), message)]
