"""The parent of a probe, against children that answer, hang, crash and refuse: it always comes to an end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from azmlflow.probes import runner
from azmlflow.probes.outcome import Outcome, failed, ok
from azmlflow.probes.request import Request
from azmlflow.probes.runner import Probe

from tests.probes.processes import at_best, open_files, wait_until_gone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the children are scripts with a first line")

PRELUDE = f"""#!{sys.executable}
import json, os, signal, subprocess, sys, time
request = json.loads(sys.stdin.readline())
def begin(step, link=None, seconds=30):
    print(json.dumps(dict(kind="begin", step=step, link=link, seconds=seconds)), flush=True)
def outcome(step, verdict="ok", message="Good.", **more):
    print(json.dumps(dict(kind="outcome", outcome=dict(step=step, outcome=verdict, message=message, **more))), flush=True)
def end():
    print(json.dumps(dict(kind="end")), flush=True)
def start_tool():
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid
"""


class Run:
    """A probe with a child of our own making, its outcomes and what it began."""

    def __init__(
        self, folder: Path, *scripts: str, environ: dict[str, str] | None = None, **options: Any
    ) -> None:
        pythons = [self._write(folder / f"python{number}", script) for number, script in enumerate(scripts)]
        steps = options.pop("steps", ("packages", "chain", "credential", "token"))
        environ = environ or {"PATH": os.defpath}
        self.probe = Probe(Request(steps=steps), pythons, environ, folder, **options)
        self.told: list[Outcome] = []
        self.begun: list[str] = []
        self.something = threading.Event()

    def _write(self, path: Path, script: str) -> Path:
        path.write_text(PRELUDE + script, encoding="utf-8")
        path.chmod(0o755)
        return path

    def run(self) -> Outcome:
        def begun(step: str, link: str | None, seconds: float) -> None:
            self.begun.append(link or step)
            self.something.set()

        return self.probe.run(self.told.append, begun)

    @property
    def verdicts(self) -> list[tuple[str, str]]:
        return [(outcome.step, outcome.outcome) for outcome in self.told]


def test_outcomes_are_told_as_they_come_and_the_summary_last(tmp_path: Path) -> None:
    run = Run(tmp_path, "begin('packages'); outcome('packages'); begin('token'); outcome('token'); end()")
    summary = run.run()
    assert run.begun == ["packages", "token"]
    assert run.verdicts == [("packages", "ok"), ("token", "ok"), ("summary", "ok")]
    assert run.told[-1] is summary


def test_the_configuration_comes_first_and_a_bad_one_starts_nothing(tmp_path: Path) -> None:
    said = failed("configuration", "No workspace is named.", code="NO_WORKSPACE")
    run = Run(tmp_path, "open('started', 'w')", configuration=said)
    assert run.run().message.endswith("No workspace is named.")
    assert run.verdicts[:2] == [("configuration", "failed"), ("packages", "not-reached")]
    assert not (tmp_path / "started").exists()


def test_cancelling_ends_the_child_and_its_tools_at_once(tmp_path: Path) -> None:
    def once() -> float:
        run = Run(
            tmp_path,
            "open('pids', 'w').write(f'{os.getpid()} {start_tool()}'); begin('credential'); time.sleep(600)",
        )
        result: list[Outcome] = []
        thread = threading.Thread(target=lambda: result.append(run.run()))
        thread.start()
        assert run.something.wait(30)
        started = time.monotonic()
        run.probe.cancel()
        thread.join(30)
        taken = time.monotonic() - started
        wait_until_gone(*map(int, (tmp_path / "pids").read_text().split()))
        assert result[0].message == "The test was cancelled."
        assert run.verdicts[-2] == ("token", "not-reached")
        return taken

    assert at_best(once, 0.2)


def test_cancelled_before_it_began_it_starts_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path, "open('started', 'w')")
    run.probe.cancel()
    assert run.run().message == "The test was cancelled."
    assert not (tmp_path / "started").exists()


def test_it_does_not_wait_longer_than_it_was_told(tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        "print(start_tool(), file=open('pid', 'w'), flush=True); begin('credential', 'AzureCliCredential', 600); time.sleep(600)",
        timeout=3,
    )
    summary = run.run()
    assert summary.code == "TIMEOUT"
    assert "The whole test was given 3 s" in summary.message
    assert "--timeout" in (summary.advice or "")
    assert run.told[0].link == "AzureCliCredential"
    assert run.verdicts[-2] == ("token", "not-reached")
    wait_until_gone(int((tmp_path / "pid").read_text()))


def test_a_step_that_hangs_beyond_its_limit_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GRACE", 0.2)
    run = Run(tmp_path, "begin('chain', None, 0.1); time.sleep(600)")
    summary = run.run()
    assert (summary.code, summary.advice) == ("TIMEOUT", run.told[0].advice)
    assert "No answer within 0 s, and the process of the test hung" in summary.message


def test_more_time_for_everything_is_more_time_for_each_step(tmp_path: Path) -> None:
    script = "outcome('token', message=str(request['limits'].get('packages'))); end()"
    for timeout, limit in ((None, "None"), (100, "None"), (360, "60.0")):
        run = Run(tmp_path, script, timeout=timeout)
        run.run()
        assert run.told[0].message == limit


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_crash_is_told_with_the_step_it_happened_in(tmp_path: Path, number: signal.Signals) -> None:
    run = Run(tmp_path, f"outcome('packages'); begin('chain'); os.kill(os.getpid(), {int(number)})")
    summary = run.run()
    assert summary.code == "CRASHED"
    assert f"status {-number}" in summary.message
    assert summary.advice
    assert run.verdicts[1:3] == [("chain", "failed"), ("credential", "not-reached")]


def test_a_crash_after_mlflow_reached_the_workspace_is_a_warning(tmp_path: Path) -> None:
    script = "[outcome(step) for step in ('packages', 'token', 'experiments')]; begin('sdk'); os.abort()"
    run = Run(tmp_path, script, steps=("packages", "token", "experiments", "sdk"))
    summary = run.run()
    assert (summary.outcome, run.told[3].code, run.told[3].hard) == ("ok", "CRASHED", False)
    before = Run(tmp_path, script.replace(", 'experiments'", ""), steps=("packages", "token", "sdk"))
    assert before.run().outcome == "failed"


def test_the_last_words_of_a_crash_are_told_without_secrets(tmp_path: Path) -> None:
    script = "begin('chain'); print('x\\nno symbol in', os.environ['AZURE_CLIENT_SECRET'], file=sys.stderr); sys.exit(7)"
    run = Run(tmp_path, script, environ={"PATH": os.defpath, "AZURE_CLIENT_SECRET": "kT8~9fQ.verysecret"})
    assert run.run().message.endswith("ended with status 7: no symbol in ***")


def test_an_interpreter_that_starts_and_dies_is_told_with_its_reason_and_the_next_one_goes_on(
    tmp_path: Path,
) -> None:
    first = "print('cannot open shared object file', file=sys.stderr); sys.exit(127)"
    run = Run(tmp_path, first, "outcome('packages'); outcome('token'); end()")
    summary = run.run()
    assert (summary.code, summary.outcome) == ("NO_PYTHON", "failed")
    assert summary.message.endswith("before it ran anything: cannot open shared object file")
    assert "Choose another interpreter" in (summary.advice or "")
    assert run.verdicts == [
        ("packages", "failed"),
        ("packages", "ok"),
        ("token", "ok"),
        ("summary", "failed"),
    ]


def test_without_the_packages_the_next_interpreter_goes_on(tmp_path: Path) -> None:
    first = (
        "outcome('packages', 'failed', 'Not installed.', code='PLUGIN_MISSING', hard=True); time.sleep(600)"
    )
    run = Run(tmp_path, first, "outcome('packages'); outcome('token'); end()")
    summary = run.run()
    assert run.verdicts == [
        ("packages", "failed"),
        ("packages", "ok"),
        ("token", "ok"),
        ("summary", "failed"),
    ]
    assert "Not installed." in summary.message


def test_an_interpreter_that_was_only_guessed_fails_softly(tmp_path: Path) -> None:
    first = (
        "outcome('packages', 'failed', 'Not installed.', code='PLUGIN_MISSING', hard=True); time.sleep(600)"
    )
    run = Run(tmp_path, first, "outcome('packages'); outcome('token'); end()", guessed=True)
    assert run.run().outcome == "ok"
    assert "choose" in (run.told[0].advice or "")


def test_the_last_interpreter_goes_on_without_the_packages(tmp_path: Path) -> None:
    only = "outcome('packages', 'failed', 'Not installed.', code='PLUGIN_MISSING', hard=True); outcome('chain', 'not-reached'); end()"
    assert Run(tmp_path, only).run().code == "PLUGIN_MISSING"


def test_an_interpreter_too_old_or_gone_is_told(tmp_path: Path) -> None:
    run = Run(tmp_path, "sys.exit(3)", "outcome('token'); end()")
    run.run()
    assert [outcome.code for outcome in run.told] == ["OLD_PYTHON", None, None]
    gone = Run(tmp_path, "")
    (tmp_path / "python0").unlink()
    assert gone.run().code == "NO_PYTHON"
    assert gone.verdicts[1] == ("chain", "not-reached")


def test_what_a_package_prints_is_not_taken_for_an_outcome(tmp_path: Path) -> None:
    run = Run(tmp_path, "print('[1]'); print('To sign in, ...'); print('{}'); outcome('token'); end()")
    run.run()
    assert run.verdicts == [("token", "ok"), ("summary", "ok")]


def test_a_secret_that_a_child_lets_slip_is_hidden(tmp_path: Path) -> None:
    secret = "kT8~9fQ.verysecret_value"
    run = Run(
        tmp_path,
        "outcome('token', message='A ' + os.environ['AZURE_CLIENT_SECRET'], details={'x': ['eyJhbGciOiJ.abc.def']}); end()",
        environ={"PATH": os.defpath, "AZURE_CLIENT_SECRET": secret},
    )
    run.run()
    assert run.told[0].message == "A ***"
    assert run.told[0].details == {"x": ["***"]}


@pytest.mark.parametrize("password", ["pack", "outcome", "token", "test", "chain", "ok"])
def test_a_short_secret_cuts_into_nothing_of_our_own(tmp_path: Path, password: str) -> None:
    run = Run(
        tmp_path,
        "begin('packages'); outcome('packages', details={'outcome': 1}); outcome('token', code='TOKEN_x'); end()",
        environ={"PATH": os.defpath, "AZURE_CLIENT_CERTIFICATE_PASSWORD": password},
    )
    summary = run.run()
    assert run.verdicts == [("packages", "ok"), ("token", "ok"), ("summary", "ok")]
    assert (run.told[0].details, run.told[1].code) == ({"outcome": 1}, "TOKEN_x")
    assert summary.message == "Signed in."


def test_a_variable_that_a_file_sets_is_to_be_taken_out_there(tmp_path: Path) -> None:
    said = ok("configuration", "Workspace ws.", details={"variables": {"AZURE_CLIENT_SECRET": ".env:3"}})
    script = "outcome('chain', 'failed', 'It is empty.', hard=True, advice='Remove it.', command='unset {}'); end()"
    run = Run(tmp_path, script.format("AZURE_CLIENT_SECRET"), configuration=said)
    summary = run.run()
    assert (summary.advice, summary.command) == ("Remove it. .env:3 sets AZURE_CLIENT_SECRET.", None)
    other = Run(tmp_path, script.format("AZURE_TENANT_ID"), configuration=said)
    assert other.run().command == "unset AZURE_TENANT_ID"


def test_the_child_gets_the_environment_it_is_given_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZMLFLOW_TEST_OF_OURS", "1")
    run = Run(
        tmp_path, "outcome('token', message=str('AZMLFLOW_TEST_OF_OURS' in os.environ) + os.getcwd()); end()"
    )
    run.run()
    assert run.told[0].message == f"False{tmp_path}"


def test_many_probes_leave_no_file_and_no_thread(tmp_path: Path) -> None:
    Run(tmp_path, "outcome('token'); end()").run()
    files, threads = open_files(), threading.active_count()
    for _ in range(10):
        assert Run(tmp_path, "outcome('token'); end()").run().outcome == "ok"
    assert (open_files(), threading.active_count()) == (files, threads)


def test_a_good_probe_says_so(tmp_path: Path) -> None:
    run = Run(tmp_path, "outcome('token'); end()", configuration=ok("configuration", "Workspace ws."))
    assert run.run().outcome == "ok"


@pytest.mark.parametrize(
    "line",
    [
        "[" * 200_000,
        '{"kind": "outcome", "outcome": {"step": "chain", "outcome": "ok", "message": "-", "details": '
        + '{"a":' * 600 + "1" + "}" * 602,
        '{"kind": "begin"}',
        '{"kind": "begin", "step": "chain", "link": null, "seconds": "x"}',
        '{"kind": "begin", "step": "no such step", "link": null, "seconds": 1}',
        '{"kind": "outcome"}',
        '{"kind": "outcome", "outcome": {"step": "chain"}}',
        '{"kind": "outcome", "outcome": {"step": ["chain"], "outcome": "ok", "message": "-"}}',
        '{"kind": "outcome", "outcome": {"step": "chain", "outcome": "splendid", "message": "-"}}',
        '{"kind": "outcome", "outcome": {"step": "chain", "outcome": "ok", "message": "-", "details": 1}}',
        '{"kind": []}',
    ],
    ids=range(11),
)  # fmt: skip
def test_a_line_that_is_none_of_ours_says_nothing(tmp_path: Path, line: str) -> None:
    run = Run(tmp_path, f"print({line!r}, flush=True); outcome('packages'); outcome('token'); end()")
    run.run()
    assert run.verdicts == [("packages", "ok"), ("token", "ok"), ("summary", "ok")]


@pytest.mark.parametrize(
    "environ", [{"A=B": "x"}, {"A": "\ud800"}, {"A": "a\0b"}, {"\ud800": "x"}], ids=range(4)
)
def test_variables_that_no_process_can_have_are_an_outcome(tmp_path: Path, environ: dict[str, str]) -> None:
    run = Run(tmp_path, "end()", environ=environ)
    run.run()
    assert run.told[0].code == "NO_PYTHON"
    assert run.told[-1].step == "summary"
