"""`dry-run --format json`: what a dry run found, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path
from sys import float_info
from typing import TYPE_CHECKING, Any, Final

from azmlflow import __version__
from azmlflow.azure.masking import mask, mask_command, mask_value, part_of
from azmlflow.cli.local_stores import is_elsewhere

if TYPE_CHECKING:
    from azmlflow.cli.local_stores import Change
    from azmlflow.cli.supervise import Ended
    from azmlflow.sandbox.kept import Seen
    from azmlflow.sandbox.landed import Landed, ModelVersion, Run
    from azmlflow.sandbox.report import Report, SignIn

VERSION: Final = 1
_LONGEST: Final = 500


def report_json(
    command: Sequence[str],
    folder: Path,
    ended: Ended,
    report: Report,
    local: Sequence[Change],
    would_try: Sequence[Mapping[str, str]],
    past: Sequence[Mapping[str, str]],
    seen: Seen,
) -> dict[str, Any]:
    """Return the report; `found` tells whether the exit status is 1.

    `would_try` is what the links of the chain have, `past` what would have led past the box.
    """
    values: dict[str, Any] = {
        "version": VERSION,
        "tool": f"azmlflow {__version__}",
        "command": mask_command(command),
        "ended": {"status": ended.status, "because": ended.because, "seconds": round(ended.seconds, 1)},
        "workspaces": [_workspace(landed, report) for landed in report.landed],
        "failed": report.failed,
        "local": [_change(change, folder) for change in local],
        "refused": [{"what": what, "count": count} for what, count in report.refused.items()],
        "in_vain": [{"what": what, "count": count} for what, count in report.in_vain.items()],
        "limits": list(report.beyond_documented),
        "unknown": list(report.unknown_things),
        "sign_ins": [_sign_in(each) for each in report.sign_ins],
        "would_try": [dict(each) for each in would_try] if _is_stand_in_only(report) else [],
        "past": [dict(each) for each in past],
        "hosts": {
            "refused": dict(report.unknown_hosts),
            "distrusted": list(report.distrusting_hosts),
            "here": list(seen.here),
            "direct": list(seen.direct),
        },
        "elsewhere": [mask(uri, code=False) for uri in seen.uris if is_elsewhere(uri)],
        "requests": report.requests,
    }
    return {**values, "found": is_wrong(values)}


def is_wrong(values: Mapping[str, Any]) -> bool:
    """Tell whether the command failed, runs went to a local store, or something was refused or led past the box."""
    ended = values["ended"]
    failed = ended["status"] != 0 or ended["because"] != "ended"
    return bool(
        failed
        or values["failed"]
        or values["refused"]
        or values["past"]
        or any(each["runs"] for each in values["local"])
    )


def _is_stand_in_only(report: Report) -> bool:
    return bool(report.sign_ins) and all(each.is_stand_in for each in report.sign_ins)


def _workspace(landed: Landed, report: Report) -> dict[str, Any]:
    workspace = landed.workspace
    experiments: dict[str, list[Run]] = {}
    for run in landed.runs:
        experiments.setdefault(run.experiment, []).append(run)
    return {
        **workspace.ref._asdict(),
        "region": workspace.region,
        "region_is_known": workspace.ref.arm_id not in report.assumed_regions,
        "tracking_uri": workspace.tracking_uri,
        "experiments": [
            {"name": name, "runs": [_run(run) for run in runs]} for name, runs in experiments.items()
        ],
        "models": [_model(model) for model in landed.models],
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "name": run.name,
        "status": run.status,
        "metrics": {name: _number(value) for name, value in run.metrics.items()},
        "parameters": {name: _shown(name, value) for name, value in run.parameters.items()},
        "tags": {name: _shown(name, value) for name, value in run.tags.items()},
        "artifacts": [{"path": path, "size": size} for path, size in run.artifacts.items()],
        "deleted": run.is_deleted,
    }


def _model(model: ModelVersion) -> dict[str, Any]:
    return {"name": model.name, "version": model.version, "source": model.source, "run_id": model.run_id}


def _shown(name: str, value: str) -> str:
    """Return a value without what looks like a secret: it is shown on a screen, perhaps of CI."""
    return mask_value(name, value[:_LONGEST])


def _number(value: float) -> float | str:
    """Return a metric's value; JSON has no word for those that are no number, and MLflow's own store none for infinity."""
    if isnan(value):
        return "NaN"
    if abs(value) >= float_info.max:
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _change(change: Change, folder: Path) -> dict[str, Any]:
    path = change.path
    return {
        "path": (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix(),
        "new": change.is_new,
        "runs": [
            {"run_id": run.run_id, "name": run.name, "experiment": run.experiment} for run in change.runs
        ],
    }


def _sign_in(sign_in: SignIn) -> dict[str, Any]:
    return {
        "kind": sign_in.kind,
        "tenant": part_of(sign_in.tenant),
        "client_id": part_of(sign_in.client_id),
        "stand_in": sign_in.is_stand_in,
        "times": sign_in.times,
    }
