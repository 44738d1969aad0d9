"""The parent's side of a probe: starts the child, bounds it, hands on every outcome as it comes, ends it."""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Final, NamedTuple

from azmlflow.probes import endings
from azmlflow.probes import outcome as o
from azmlflow.probes.messages import understood
from azmlflow.probes.outcome import Outcome
from azmlflow.probes.powershell import in_powershell
from azmlflow.probes.process import Ended, Process
from azmlflow.probes.redaction import Redactor
from azmlflow.probes.request import Request
from azmlflow.probes.summary import summarise

log = logging.getLogger(__name__)

CHILD: Final = Path(__file__).parent / "child" / "__main__.py"
TIMEOUT: Final = 180.0
"""Seconds that a whole probe may take when nobody says otherwise."""
TIMEOUT_OF_PEOPLE: Final = 1380.0
"""The same where a person may be waited for: 300 seconds at a browser, 900 for a device code."""
GRACE: Final = 5.0
"""Seconds beyond a step's own limit after which the child itself is taken to hang."""
NOT_HERE: Final = frozenset({"PLUGIN_MISSING", "IMPORT_FAILED"})
"""Codes of the step `packages` after which the next interpreter is tried."""

CHILDS_OWN: Final = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "NoDefaultCurrentDirectoryInExePath": "1",  # Windows would look for az in the project's folder first
    # The tools send what they note about their use from a process that they leave behind.
    "AZURE_CORE_COLLECT_TELEMETRY": "false",
    "AZURE_DEV_COLLECT_TELEMETRY": "no",
    "POWERSHELL_TELEMETRY_OPTOUT": "1",
}

OnOutcome = Callable[[Outcome], None]
OnBegin = Callable[[str, "str | None", float], None]


class _Cancelled(NamedTuple):
    """Put among the child's events to end the wait for them."""


class _Begun(NamedTuple):
    step: str
    link: str | None
    seconds: float
    until: float


class Probe:
    """One probe. `pythons` are the interpreters to try: that of the user's code, and ours where it lacks packages.

    `configuration` is what came of reading the project; when it failed hard no child is started. `environ` is the whole
    environment that the code would see, `folder` where it would be started, `timeout` the seconds for everything.
    `guessed` says that nobody chose the first interpreter: that it lacks the packages is then no failure of the code.
    """

    def __init__(
        self,
        request: Request,
        pythons: Sequence[Path],
        environ: Mapping[str, str],
        folder: Path,
        configuration: Outcome | None = None,
        timeout: float | None = None,
        guessed: bool = False,
    ) -> None:
        self._timeout = timeout or (TIMEOUT_OF_PEOPLE if request.may_interact else TIMEOUT)
        self._request = _patient(request, self._timeout)
        self._pythons = list(dict.fromkeys(pythons))
        self._environ = {**environ, **CHILDS_OWN}
        self._folder = folder
        self._configuration = configuration
        self._guessed = guessed
        self._redactor = Redactor.of(environ)
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._cancelled = False
        self._begun: _Begun | None = None
        self.outcomes: list[Outcome] = []

    @property
    def pid(self) -> int | None:
        """Return the process id of the child, None when there is none."""
        process = self._process
        return process.pid if process else None

    def cancel(self) -> None:
        """End the probe from any thread; `run` then returns at once. May be called before, after, or twice."""
        with self._lock:
            self._cancelled = True
            process = self._process
        if process:
            process.events.put(_Cancelled())
            process.end()

    def run(self, on_outcome: OnOutcome, on_begin: OnBegin = lambda *_: None) -> Outcome:
        """Make the probe and return its summary; the callbacks get what happens as it happens, the summary last."""
        started = monotonic()
        self._end = started + self._timeout

        def tell(outcome: Outcome) -> None:
            safe = _for_this_system(_where_it_is_set(self._redactor.outcome(outcome), self._configuration))
            self.outcomes.append(safe)
            on_outcome(safe)

        cancelled = self._steps(tell, on_begin)
        summary = summarise(self.outcomes, monotonic() - started, cancelled=cancelled)
        self.outcomes.append(summary)  # made of what is safe already; a short secret would cut into its words
        on_outcome(summary)
        return summary

    def _steps(self, tell: OnOutcome, on_begin: OnBegin) -> bool:
        """Tell the outcome of every step; return True when the probe was cancelled."""
        if self._configuration is not None:
            tell(self._configuration)
            if self._configuration.outcome == "failed" and self._configuration.hard:
                self._leave(tell, o.because_failed(o.CONFIGURATION))
                return False
        for number, python in enumerate(self._pythons, 1):
            last = number == len(self._pythons)
            went_on = self._in(python, last, tell, on_begin)
            if self._cancelled:
                self._leave(tell, "Not tried, because the test was cancelled.")
                return True
            if went_on:
                break
        return False

    def _in(self, python: Path, last: bool, tell: OnOutcome, on_begin: OnBegin) -> bool:
        """Make the probe in one interpreter; return False when the next one is to be tried."""
        self._python = python
        process = self._start(python, last, tell)
        if process is None:
            return self._cancelled or last
        try:
            return self._follow(process, last, tell, on_begin)
        finally:
            process.end()
            self._process = None

    def _start(self, python: Path, last: bool, tell: OnOutcome) -> Process | None:
        command = [str(python), "-W", "ignore", str(CHILD)]
        with self._lock:
            if self._cancelled:
                return None
            try:
                self._process = Process(
                    command, self._environ, self._folder, json.dumps(self._request.as_json())
                )
            except (OSError, ValueError) as error:  # a ValueError is a variable that no process can have
                log.warning("%s cannot be started: %s", python, self._redactor.text(str(error)))
            else:
                return self._process
        tell(endings.not_started(python))
        if last:
            self._leave(tell, "Not tried, because the interpreter cannot be started.")
        return None

    def _follow(self, process: Process, last: bool, tell: OnOutcome, on_begin: OnBegin) -> bool:
        self._begun = None
        for message in self._messages(process):
            if message["kind"] == "begin":
                step, link, seconds = message["step"], message["link"], message["seconds"]
                self._begun = _Begun(step, link, seconds, monotonic() + seconds + GRACE)
                on_begin(step, link, seconds)
            elif message["kind"] == "outcome":
                outcome = Outcome.of_json(message["outcome"])
                elsewhere = not last and outcome.step == o.PACKAGES and outcome.code in NOT_HERE
                if elsewhere and self._guessed:
                    outcome = outcome._replace(hard=False, advice=_CHOOSE)
                if outcome.step == o.PACKAGES and self._python != self._pythons[0]:
                    outcome = outcome._replace(message=f"{_OWN} {outcome.message}")
                tell(outcome)
                if elsewhere:
                    return False
            else:
                return True
        return self._after_the_end(process, last, tell)

    def _after_the_end(self, process: Process, last: bool, tell: OnOutcome) -> bool:
        """Tell why a child ended that did not say it was done; return False when the next interpreter is to be tried."""
        if self._cancelled:
            return True
        late = monotonic() >= self._deadline()
        status = process.end(0 if late else GRACE)
        words = self._redactor.text(process.log)
        if words:
            log.warning("The probe's process said:\n%s", words)
        if late:
            tell(self._late())
        elif self._begun:
            begun = self._begun
            tell(
                endings.crashed(begun.step, begun.link, status, words, hard=self._ends_the_script(begun.step))
            )
        else:
            tell(endings.never_began(self._python, status, words, last=last))
            if not last:
                return False
        self._leave(tell, "Not tried, because the test ended before.")
        return True

    def _late(self) -> Outcome:
        """Return the failure of the step that was under way when the time for it, or for everything, was over."""
        step, link = (self._begun.step, self._begun.link) if self._begun else (o.PACKAGES, None)
        hard = self._ends_the_script(step)
        if self._begun and self._begun.until <= self._end:
            return endings.hung(step, link, self._begun.seconds, hard=hard)
        return endings.out_of_time(step, link, self._timeout, hard=hard)

    def _ends_the_script(self, step: str) -> bool:
        """Tell whether a test that ends in this step has come to nothing: after MLflow's own call the rest is extra."""
        reached = any(outcome.step == o.EXPERIMENTS and outcome.outcome == "ok" for outcome in self.outcomes)
        return o.STEP_OF[step].hard or not reached

    def _messages(self, process: Process) -> Iterator[Mapping[str, Any]]:
        """Yield what the child says until it ends, hangs, or the probe is cancelled."""
        while True:
            try:
                event = process.events.get(timeout=max(0.0, self._deadline() - monotonic()))
            except queue.Empty:
                return
            if isinstance(event, Ended | _Cancelled) or self._cancelled:
                return
            message = understood(event.text)
            if message is not None:
                yield message

    def _deadline(self) -> float:
        return min(self._end, self._begun.until) if self._begun else self._end

    def _leave(self, tell: OnOutcome, why: str) -> None:
        """Tell of every step without an outcome that it was not reached."""
        done = {outcome.step for outcome in self.outcomes}
        for step in self._request.steps:
            if step not in done and step != o.CONFIGURATION:
                tell(o.not_reached(step, why))


def _where_it_is_set(outcome: Outcome, configuration: Outcome | None) -> Outcome:
    """Return an outcome that tells to take a variable out with the place in a file that sets it: there `unset` helps nobody."""
    words = (outcome.command or "").split()
    origins = configuration.details.get("variables") if configuration else None
    if words[:1] != ["unset"] or not origins:
        return outcome
    places = [f"{origins[name]} sets {name}." for name in words if name in origins]
    if not places:
        return outcome
    return outcome._replace(command=None, advice=" ".join([outcome.advice or "", *places]).strip())


def _for_this_system(outcome: Outcome) -> Outcome:
    if os.name != "nt" or outcome.command is None:
        return outcome
    return outcome._replace(command=in_powershell(outcome.command))


def _patient(request: Request, timeout: float) -> Request:
    """Return the request with limits that are longer by as much as the whole test may take longer."""
    if timeout <= TIMEOUT or request.may_interact:
        return request
    limits = {step.name: step.limit * timeout / TIMEOUT for step in o.STEPS}
    return request._replace(limits={**limits, **request.limits})


_OWN: Final = "azmlflow's own Python goes on."
_CHOOSE: Final = "This Python is only the first on the PATH. If your code runs in another, choose that; azmlflow's own goes on with the test."
