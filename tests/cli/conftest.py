from __future__ import annotations

from pathlib import Path

import pytest

SCRIPT = """\
import mlflow

mlflow.set_tracking_uri = "file:./mlruns"
mlflow.set_experiment = "forecast"
with mlflow.start_run():
    mlflow.log_metric("loss", 0.1)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one script in which two functions are assigned, not called."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text(SCRIPT, encoding="utf-8", newline="\n")
    return tmp_path
