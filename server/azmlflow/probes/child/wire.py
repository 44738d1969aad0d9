"""The child's ends: a request on standard input, a line of JSON for everything that happens on standard output."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any, Final, TextIO

from azmlflow.probes.child.loop import outcomes
from azmlflow.probes.redaction import Redactor
from azmlflow.probes.request import Request

LONGEST_REQUEST: Final = 1_000_000


def serve() -> None:
    """Answer one request, and end at once when the parent has gone."""
    out = _claim_output()
    request = Request.of_json(json.loads(sys.stdin.readline(LONGEST_REQUEST)))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    redactor = Redactor.of(os.environ)

    def say(kind: str, **values: Any) -> None:
        out.write(json.dumps({"kind": kind, **values}) + "\n")
        out.flush()

    def begin(step: str, link: str | None, seconds: float) -> None:
        say("begin", step=step, link=link, seconds=seconds)

    for outcome in outcomes(request, begin):
        say("outcome", outcome=redactor.outcome(outcome).as_json())
    say("end")
    os._exit(0)  # threads that were left behind, and what the SDKs do at exit, are not waited for


def _claim_output() -> TextIO:
    """Return standard output for ourselves alone; what anybody else prints goes to standard error from here on."""
    sys.stdout.flush()
    wire = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return wire


def _end_with_parent() -> None:
    """Wait until the parent closes our input, which its death does too; then end with all that we started.

    The parent makes us the leader of a process group, to which the command-line tools that the SDKs start belong.
    """
    while os.read(sys.stdin.fileno(), 4096):
        pass
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
