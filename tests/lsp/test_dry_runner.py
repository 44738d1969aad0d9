"""The process of a dry run: whose modules it takes, how much of what is printed it keeps, and that it comes to its end."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from azmlflow.lsp.dry_runner import DryRunner, Result

from tests.truth.child import needs

pytestmark = [
    needs("mlflow", "azureml.mlflow", "flask", "sqlalchemy", "alembic", "trustme"),
    pytest.mark.skipif(sys.platform == "win32", reason="sessions are POSIX's"),
]
OWNED = "open('owned', 'w').write(__name__)\n"
AWAY = """import subprocess, sys
away = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
open("pid", "w").write(str(away.pid))
"""


def dry_run(folder: Path, script: str) -> Result:
    (folder / "train.py").write_text(script, encoding="utf-8")
    return DryRunner([sys.executable, "train.py"], folder).run()


def test_nothing_in_the_scripts_folder_takes_the_place_of_our_own_modules(tmp_path: Path) -> None:
    for name in ("azmlflow", "trustme", "flask", "argparse", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text(OWNED)
    result = dry_run(tmp_path, "print('ran')")
    assert result.printed == ("ran",)
    assert result.report is not None
    assert not (tmp_path / "owned").exists()


def test_what_the_script_leaves_running_on_its_own_holds_nobody_up(tmp_path: Path) -> None:
    results: list[Result] = []
    thread = threading.Thread(target=lambda: results.append(dry_run(tmp_path, AWAY)), daemon=True)
    thread.start()
    thread.join(60)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    assert [result.report is not None for result in results] == [True]


def test_of_a_line_without_end_only_the_beginning_is_kept(tmp_path: Path) -> None:
    result = dry_run(tmp_path, "print('x' * 350_000)\nprint('last')")
    assert [len(line) for line in result.printed] == [2000, 4]
