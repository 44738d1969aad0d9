"""The child's loop: each step within its time, and none tried whose needs failed."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from azmlflow.probes.child.bounded import TookTooLong, bounded, bounded_iterator
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.loop import outcomes
from azmlflow.probes.outcome import Outcome, failed, not_reached, ok, skipped
from azmlflow.probes.request import Request

Steps = Callable[..., list[Outcome]]


@pytest.fixture
def with_steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Return what runs a probe whose steps are the given functions."""

    def run(
        limits: dict[str, float] | None = None, **steps: Callable[[Context], Iterator[Outcome]]
    ) -> list[Outcome]:
        for name, step in steps.items():
            monkeypatch.setitem(sys.modules, f"azmlflow.probes.child.{name}", SimpleNamespace(run=step))
        request = Request(steps=("configuration", *steps), limits=limits or {})
        return list(outcomes(request, lambda *_: None))

    return run


def good(step: str) -> Callable[[Context], Iterator[Outcome]]:
    return lambda context: iter([ok(step, "Good.")])


def bad(step: str, *, hard: bool = True) -> Callable[[Context], Iterator[Outcome]]:
    return lambda context: iter([failed(step, "Bad.", hard=hard)])


def verdicts(came: list[Outcome]) -> list[str]:
    return [outcome.outcome for outcome in came]


def test_what_needs_a_failed_step_is_not_reached(with_steps: Steps) -> None:
    came = with_steps(
        packages=good("packages"), chain=bad("chain"), credential=good("credential"), token=good("token")
    )
    assert verdicts(came) == ["ok", "failed", "not-reached", "not-reached"]
    assert came[3].message == "Not tried, because the chain of credentials failed."


def test_nothing_is_called_failed_that_was_not_tried(with_steps: Steps) -> None:
    away = not_reached("experiments", "Not tried, because the workspace's tracking URI is not known.")
    came = with_steps(experiments=lambda _: iter([away]), models=good("models"))
    assert came[1].message == "Not tried, because the search for experiments was not tried either."


def test_a_soft_failure_stops_nothing(with_steps: Steps) -> None:
    assert verdicts(with_steps(packages=bad("packages", hard=False), chain=good("chain"))) == ["failed", "ok"]


def test_what_needs_only_a_skipped_step_is_tried(with_steps: Steps) -> None:
    came = with_steps(packages=lambda _: iter([skipped("packages", "Left out.")]), chain=good("chain"))
    assert verdicts(came) == ["skipped", "ok"]


def test_an_exception_of_our_own_is_one_failed_step(
    with_steps: Steps, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(context: Context) -> Iterator[Outcome]:
        yield ok("packages", "Half.")
        raise KeyError("secret-value")

    came = with_steps(packages=broken, network=good("network"))
    assert verdicts(came) == ["ok", "failed", "ok"]
    assert came[1].code == "INTERNAL"
    assert "secret-value" not in came[1].message
    assert "The step packages failed." in caplog.text


def test_a_step_that_hangs_keeps_what_it_said_and_loses_its_turn(with_steps: Steps) -> None:
    release = threading.Event()

    def hanging(context: Context) -> Iterator[Outcome]:
        yield ok("network", "The first host.")
        release.wait(60)

    came = with_steps({"network": 0.1}, network=hanging, tenant=good("tenant"))
    release.set()
    assert [(outcome.outcome, outcome.code) for outcome in came] == [
        ("ok", None),
        ("failed", "TIMEOUT"),
        ("ok", None),
    ]


def test_the_time_of_a_step_is_measured(with_steps: Steps) -> None:
    def slow(context: Context) -> Iterator[Outcome]:
        threading.Event().wait(0.05)
        yield ok("packages", "Done.")

    assert 0.05 <= with_steps(packages=slow)[0].seconds < 5


def test_later_steps_see_what_came_before(with_steps: Steps) -> None:
    def looking(context: Context) -> Iterator[Outcome]:
        yield ok("chain", context.outcomes[-1].message)

    assert with_steps(packages=good("packages"), chain=looking)[1].message == "Good."


def test_bounded_returns_raises_and_gives_up() -> None:
    assert bounded(30, lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        bounded(30, lambda: 1 // 0)
    release, started = threading.Event(), time.monotonic()
    with pytest.raises(TookTooLong):
        bounded(0.05, lambda: release.wait(60))
    release.set()
    assert time.monotonic() - started < 30
    assert list(bounded_iterator(30, lambda: iter("abc"))) == ["a", "b", "c"]
