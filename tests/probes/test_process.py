"""A child process and all that it starts end together, whoever dies first."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from azmlflow.probes.process import Ended, Line, Process

from tests.probes.processes import at_best, open_files, wait_until_gone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX's")

PARENT_OF_ONE = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def start(folder: Path, script: str) -> Process:
    return Process([sys.executable, "-c", script], dict(os.environ), folder, "{}")


def test_it_hands_on_each_line_and_then_the_end(tmp_path: Path) -> None:
    process = start(tmp_path, "print('one'); print('two')")
    events = [process.events.get(timeout=30) for _ in range(3)]
    assert [event.text.strip() for event in events[:2]] == ["one", "two"]
    assert isinstance(events[0], Line)
    assert events[2] == Ended()
    assert process.end(patience=30) == 0


def test_it_reads_its_request_from_standard_input(tmp_path: Path) -> None:
    process = Process([sys.executable, "-c", "print(input())"], dict(os.environ), tmp_path, '{"a": 1}')
    assert process.events.get(timeout=30).text.strip() == '{"a": 1}'
    process.end()


def test_ending_it_ends_what_it_started_and_waits_for_nothing(tmp_path: Path) -> None:
    def once() -> float:
        process = start(tmp_path, PARENT_OF_ONE)
        grandchild = int(process.events.get(timeout=30).text)
        started = time.monotonic()
        assert process.end() == -signal.SIGKILL
        taken = time.monotonic() - started
        wait_until_gone(process.pid, grandchild)
        return taken

    assert at_best(once, 0.5)


def test_what_a_dead_child_left_behind_is_ended_too(tmp_path: Path) -> None:
    process = start(tmp_path, PARENT_OF_ONE)
    grandchild = int(process.events.get(timeout=30).text)
    os.kill(process.pid, signal.SIGKILL)
    assert process.end(patience=30) == -signal.SIGKILL
    wait_until_gone(grandchild)


def test_a_child_that_ends_by_itself_keeps_its_status_and_its_log(tmp_path: Path) -> None:
    process = start(tmp_path, "import sys; sys.exit('no such thing')")
    assert process.events.get(timeout=30) == Ended()
    assert process.end(patience=30) == 1
    assert process.log == "no such thing"


def test_ending_twice_does_no_harm(tmp_path: Path) -> None:
    process = start(tmp_path, "import time; time.sleep(600)")
    assert process.end() == process.end() == -signal.SIGKILL


def test_a_log_without_end_is_kept_only_in_part(tmp_path: Path) -> None:
    process = start(tmp_path, "import sys\nfor n in range(5000): print(n, file=sys.stderr)")
    assert process.events.get(timeout=30) == Ended()
    process.end(patience=30)
    assert process.log.splitlines()[-1] == "4999"
    assert len(process.log.splitlines()) == 200


def test_many_leave_no_file_and_no_process(tmp_path: Path) -> None:
    def once() -> int:
        process = start(tmp_path, "print(1)")
        process.events.get(timeout=30)
        process.end()
        return process.pid

    once()
    before = open_files()
    pids = [once() for _ in range(20)]
    assert open_files() == before
    wait_until_gone(*pids)


AWAY = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(child.pid, flush=True)
"""


def test_one_that_left_the_group_with_our_pipes_holds_nobody_up(tmp_path: Path) -> None:
    process = start(tmp_path, AWAY)
    stranger = int(process.events.get(timeout=30).text)
    thread = threading.Thread(target=process.end, args=(30,), daemon=True)
    thread.start()
    thread.join(15)
    os.kill(stranger, signal.SIGKILL)
    assert not thread.is_alive()
    wait_until_gone(process.pid)


def test_a_child_that_does_not_read_its_request_holds_nobody_up(tmp_path: Path) -> None:
    made: list[Process] = []

    def make() -> None:
        script = "import time; time.sleep(600)"
        made.append(Process([sys.executable, "-c", script], dict(os.environ), tmp_path, "x" * 1_000_000))

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    thread.join(15)
    assert made
    assert made[0].end() == -signal.SIGKILL
