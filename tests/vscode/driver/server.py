"""A running server of VS Code, and the processes that it started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple
from urllib.parse import quote

from tests.vscode.driver.machine import Machine
from tests.vscode.driver.profile import Profile
from tests.vscode.driver.waiting import until

OPTIONS = (
    "--host=127.0.0.1",
    "--without-connection-token",
    "--accept-server-license-terms",
    "--telemetry-level=off",
    "--force-disable-user-env",  # the shell's start-up files are not asked for variables
    "--enable-smoke-test-driver",
)


class Process(NamedTuple):
    """A running process."""

    pid: int
    parent: int
    command: str


class Server:
    """VS Code's server, as a process group of its own, from `with` to the end of the block."""

    def __init__(self, machine: Machine, profile: Profile, variables: Mapping[str, str] = {}) -> None:
        self.profile = profile
        self.variables = variables
        self._machine = machine
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def __enter__(self) -> Server:
        self._port = free_port()
        log = (self.profile.folder / "server.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [
                    *(self._machine.node, str(self._machine.code), *OPTIONS),
                    *(f"--port={self._port}", *self.profile.arguments()),
                ],
                env=self.profile.environ(self.variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(self._answers, "VS Code's server does not answer")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        if process is None:
            return
        for sign in (signal.SIGTERM, signal.SIGKILL):
            self._signal(process.pid, sign)
            try:
                process.wait(5)
                break
            except subprocess.TimeoutExpired:
                continue
        self._signal(process.pid, signal.SIGKILL)

    def address(self, path: Path | None, file: Path | None = None) -> str:
        """Return the page that opens a folder, or the workspace of a .code-workspace file, or nothing; and a file."""
        if path is None:
            return f"http://127.0.0.1:{self._port}/?ew=true"
        kind = "workspace" if path.suffix == ".code-workspace" else "folder"
        address = f"http://127.0.0.1:{self._port}/?{kind}={quote(str(path))}"
        if file is None:
            return address
        remote = f"vscode-remote://127.0.0.1:{self._port}{quote(str(file))}"
        return f"{address}&payload={quote(json.dumps([['openFile', remote]]))}"

    @property
    def log(self) -> str:
        return (self.profile.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def children(self, *words: str) -> list[Process]:
        """Return the processes below the server whose command line holds all of these words, oldest first."""
        assert self._process is not None
        found = below(self._process.pid, list(processes()))
        return [process for process in found if all(word in process.command for word in words)]

    def language_servers(self) -> list[Process]:
        """Return the running language servers of azmlflow, without what a test of the connection starts."""
        return [each for each in self.children("azmlflow") if " lsp" in each.command]

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log[-3000:]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/version", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    @staticmethod
    def _signal(group: int, sign: signal.Signals) -> None:
        try:
            os.killpg(group, sign)
        except ProcessLookupError:
            return


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def processes() -> Iterator[Process]:
    """Yield what runs on this machine, in the order in which it was started."""
    listed = subprocess.run(
        ["ps", "-e", "-ww", "--sort=start_time,pid", "-o", "pid=,ppid=,args="],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in listed.stdout.splitlines():
        pid, parent, command = line.split(None, 2)
        yield Process(int(pid), int(parent), command)


def below(pid: int, running: list[Process]) -> list[Process]:
    """Return the processes that a process and its children have started."""
    family = {pid}
    while True:
        grown = family | {each.pid for each in running if each.parent in family}
        if grown == family:
            return [each for each in running if each.pid in family - {pid}]
        family = grown
