"""`azmlflow check --watch` as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest

from tests.cli.process import environment


@pytest.mark.skipif(os.name == "nt", reason="there is no Ctrl+C to send there")
def test_checks_again_when_a_file_changes_and_ends_quietly(tmp_path: Path):
    (tmp_path / ".git").mkdir()
    env = tmp_path / ".env"
    env.write_text("A=1\n", encoding="utf-8")
    command = [sys.executable, "-m", "azmlflow", "check", "--watch", "."]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        guard = Timer(60, process.kill)
        guard.start()  # a line that never comes must not be waited for without end
        try:
            assert process.stdout.readline() == "All checks passed: 1 file.\n"
            assert process.stderr.readline() == "Watching for changes, Ctrl+C ends it.\n"
            env.write_text("A=1 # azmlflow: ignore\n", encoding="utf-8")
            assert process.stdout.readline() == "\n"
            assert process.stdout.readline() == "Changed: .env\n"
            assert process.stdout.readline().startswith(".env:1:5: warning[AZM902]")
            assert process.stderr.readline() == "Watching for changes, Ctrl+C ends it.\n"
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
            assert process.stderr.read() == "\n"
        finally:
            guard.cancel()
            process.kill()
