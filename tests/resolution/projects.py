"""Small projects on disk, read by the real loader and resolved."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from azmlflow.resolution.model import ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.workspace.load import load
from azmlflow.workspace.snapshot import Snapshot

COMMAND = "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\n"
PIPELINE = "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\n"
LOGS = "import mlflow\n\nmlflow.log_metric('loss', 0.1)\n"
"""A script that needs nothing but a place to log to."""


def snapshot_of(root: Path, files: Mapping[str, str], environ: Mapping[str, str] | None = None) -> Snapshot:
    """Write files and read them as the terminal does."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return load([root], environ or {}).snapshot


def resolved(
    root: Path, files: Mapping[str, str], name: str | None = None, environ: Mapping[str, str] | None = None
) -> ScriptResolution:
    """Return the answer for one of the files, the first unless another is named."""
    snapshot = snapshot_of(root, files, environ)
    script = Resolution(snapshot, snapshot.files[root / (name or next(iter(files)))]).script
    assert script is not None
    return script


def notebook(cells: Sequence[str], **metadata: object) -> str:
    """Return the JSON of a notebook with Python cells."""
    code: dict[str, object] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    made = [{**code, "source": cell.splitlines(keepends=True)} for cell in cells]
    info = {"language_info": {"name": "python"}, **metadata}
    return json.dumps({"cells": made, "metadata": info, "nbformat": 4, "nbformat_minor": 5})


def kernel(name: str) -> dict[str, dict[str, str]]:
    """Return the metadata of a notebook that was saved with a kernel."""
    return {"kernelspec": {"name": name, "display_name": name, "language": "python"}}
