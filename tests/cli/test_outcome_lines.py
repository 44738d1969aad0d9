"""Outcomes as lines for people, and the line that is drawn over and over."""

from __future__ import annotations

import io
from typing import Any

import pytest
from azmlflow.cli.output.live import LiveLine
from azmlflow.cli.output.outcomes import Lines
from azmlflow.cli.terminal import Painter
from azmlflow.probes.outcome import Outcome, failed, not_reached, ok, skipped

PLAIN = Painter(False)


def shown(*outcomes: Outcome, width: int = 80, colour: bool = False) -> list[str]:
    lines = Lines(Painter(colour), width)
    return [line for outcome in outcomes for line in lines.of(outcome)]


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (ok("packages", "All there."), "ok         the packages: All there."),
        (failed("token", "No."), "failed     the token: No."),
        (failed("token", "No.", hard=False), "warning    the token: No."),
        (failed("credential", "No.", link="AzureCliCredential"), "failed     AzureCliCredential: No."),
        (
            failed("credential", "No.", link="AzureCliCredential", hard=False),
            "passed on  AzureCliCredential: No.",
        ),
        (
            skipped("credential", "Left.", link="DeviceCodeCredential"),
            "left out   DeviceCodeCredential: Left.",
        ),
        (ok("network", "It answers.", host="a.example"), "ok         a.example: It answers."),
        (ok("network", "a.example answers.", host="a.example"), "ok         a.example answers."),
        (ok("tenant", "It is there.", host="a.example"), "ok         the tenant: It is there."),
        (ok("packages", "Slow.", seconds=12.34), "ok         the packages: Slow. (12.3 s)"),
        (ok("packages", "Quick.", seconds=0.04), "ok         the packages: Quick."),
        (ok("of-tomorrow", "New."), "ok         of-tomorrow: New."),
    ],
)
def test_a_line_tells_what_came_of_what(outcome: Outcome, line: str) -> None:
    assert shown(outcome) == [line]


def test_what_to_do_stands_under_what_failed() -> None:
    outcome = failed(
        "workspace",
        "Refused.",
        advice="Ask for a role.",
        command="az role assignment create",
        url="https://x.example",
    )
    assert shown(outcome)[1:] == [
        "           = Ask for a role.",
        "             az role assignment create",
        "             https://x.example",
    ]


def test_what_to_do_is_said_again_only_where_the_script_ends() -> None:
    remedy = {"advice": "Ask for a role.", "command": "az role", "url": "https://x.example"}
    lines = shown(
        failed("workspace", "No.", hard=False, **remedy | {"advice": "Ask for a role. It may do without."}),
        failed("permissions", "No.", hard=False, **remedy),
        failed("experiments", "No.", **remedy),
        failed("sdk", "No.", hard=False, **remedy),
    )
    assert lines == [
        "warning    the workspace: No.",
        "           = Ask for a role. It may do without.",
        "             az role",
        "             https://x.example",
        "warning    the permissions: No.",
        "           = Ask for a role.",
        "failed     the search for experiments: No.",
        "           = Ask for a role.",
        "             az role",
        "             https://x.example",
        "warning    azure-ai-ml: No.",
        "           = As above.",
    ]


def test_warnings_stand_under_the_step_that_has_them() -> None:
    outcome = ok("configuration", "The target is w.", details={"warnings": [".env:2 sets PATH: x.", "y."]})
    assert shown(outcome)[1:] == ["           ! .env:2 sets PATH: x.", "           ! y."]


@pytest.mark.parametrize("warnings", [None, "text", 3, {"a": 1}])
def test_details_of_another_shape_are_no_warnings(warnings: Any) -> None:
    assert len(shown(ok("configuration", "Good.", details={"warnings": warnings}))) == 1


def test_what_was_not_reached_for_one_reason_is_told_in_one_line() -> None:
    why, never = "Not tried, because x failed.", "Never tried."
    lines = shown(
        not_reached("credential", never, link="A"),
        not_reached("credential", never, link="B"),
        not_reached("credential", never, link="C"),
        not_reached("token", why),
        not_reached("workspace", why),
        not_reached("sdk", "Another reason."),
        failed("summary", "Stopped at A."),
    )
    assert lines == [
        "not tried  A and 2 more credentials: Never tried.",
        "not tried  the token and 1 more step: Not tried, because x failed.",
        "not tried  azure-ai-ml: Another reason.",
        "",
        "Stopped at A. (0.0 s)",
    ]


def test_long_lines_are_wrapped_under_their_text_and_a_command_never() -> None:
    outcome = failed("token", "word " * 40, command="az " + "--option " * 30, seconds=1.0)
    lines = shown(outcome, width=60)

    assert all(len(line) <= 60 for line in lines if "az" not in line)
    assert all(line.startswith(" " * 11) for line in lines[1:])
    assert any(line.endswith("word (1.0 s)") for line in lines)
    assert lines[-1].strip() == ("az " + "--option " * 30).strip()


def test_nothing_that_a_server_says_moves_the_cursor() -> None:
    evil = "a\x1b[2Jb\r\nc\u202ed\x07"
    outcome = failed("workspace", evil, advice=evil, command=evil, url=evil, details={"warnings": [evil]})
    text = "\n".join(shown(outcome, failed("summary", evil), not_reached("sdk", evil)))

    assert not {"\x1b", "\r", "\u202e", "\x07"} & set(text)


def test_colours_mark_the_verdict_and_the_title() -> None:
    (line,) = shown(ok("packages", "Good."), colour=True)
    assert line == "\x1b[1;32mok\x1b[0m         \x1b[1mthe packages\x1b[0m: Good."


def test_the_heading_names_what_is_tested() -> None:
    assert Lines(PLAIN, 80).heading("src/train.py", "python3 (the first on PATH)") == (
        "Testing src/train.py with python3 (the first on PATH)"
    )
    assert Lines(PLAIN, 80).heading(".", "python") == "Testing this folder with python"


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    made = _Clock()
    monkeypatch.setattr("azmlflow.cli.output.live.monotonic", made)
    return made


def test_the_running_step_is_drawn_over_itself_and_removed(clock: _Clock) -> None:
    stream = io.StringIO()
    live = LiveLine(stream, 60, enabled=True)
    live.begin("the tenant", 20)
    clock.now += 3
    live.draw()
    live.clear()
    live.end()
    live.draw()

    first, second, gone = stream.getvalue().split("\r")[1:]
    assert first.endswith("          the tenant\x1b[K")
    assert second.endswith("          the tenant (3 s of 20)\x1b[K")
    assert gone == "\x1b[K"


def test_what_does_not_fit_is_cut_so_that_the_line_never_wraps(clock: _Clock) -> None:
    stream = io.StringIO()
    LiveLine(stream, 30, enabled=True).begin("\u6a5f\u68b0\u5b66\u7fd2" * 20, 20)
    drawn = stream.getvalue().removeprefix("\r").removesuffix("\x1b[K")

    wide = sum(2 if char > "\u3000" else 1 for char in drawn)
    assert 27 <= wide <= 29


@pytest.mark.usefixtures("clock")
def test_where_nobody_looks_nothing_is_drawn() -> None:
    stream = io.StringIO()
    live = LiveLine(stream, 60, enabled=False)
    live.begin("x", 1)
    live.draw()
    live.clear()
    live.end()
    assert stream.getvalue() == ""


@pytest.mark.usefixtures("clock")
def test_an_old_terminal_gets_plain_characters() -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, "ascii", write_through=True)
    LiveLine(stream, 60, enabled=True).begin("x", 1)
    assert written.getvalue()[1:2] in b"|/-\\"
