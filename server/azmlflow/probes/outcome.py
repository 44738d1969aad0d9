"""The vocabulary of a probe: its steps in order, and what came of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

Verdict = Literal["ok", "failed", "skipped", "not-reached"]


class Step(NamedTuple):
    """One step: `limit` is how many seconds it may take, `needs` are the steps without which it cannot be tried.

    A step `by_name` is done only when it is asked for: it changes something in the workspace. `hard` tells whether the
    user's script ends too when the step itself comes to nothing: it gives no answer, or its process dies.
    """

    name: str
    title: str
    limit: float
    needs: tuple[str, ...] = ()
    hard: bool = True
    by_name: bool = False


CONFIGURATION: Final = "configuration"
PACKAGES: Final = "packages"
CHAIN: Final = "chain"
NETWORK: Final = "network"
TENANT: Final = "tenant"
CREDENTIAL: Final = "credential"
TOKEN: Final = "token"
WORKSPACE: Final = "workspace"
PERMISSIONS: Final = "permissions"
EXPERIMENTS: Final = "experiments"
REGISTRY: Final = "registry"
MODELS: Final = "models"
SDK: Final = "sdk"
WRITE: Final = "write"
SUMMARY: Final = "summary"

STEPS: Final = (
    Step(CONFIGURATION, "the configuration", 10),
    Step(PACKAGES, "the packages", 30, (CONFIGURATION,)),
    Step(CHAIN, "the chain of credentials", 40, (PACKAGES,)),
    Step(NETWORK, "the network", 30, (CONFIGURATION,), hard=False),
    Step(TENANT, "the tenant", 20, (CONFIGURATION,), hard=False),
    Step(CREDENTIAL, "the sign-in", 20, (CHAIN,)),
    Step(TOKEN, "the token", 5, (CREDENTIAL,)),
    Step(WORKSPACE, "the workspace", 20, (TOKEN,), hard=False),
    Step(PERMISSIONS, "the permissions", 20, (TOKEN,), hard=False),
    Step(EXPERIMENTS, "the search for experiments", 40, (TOKEN,)),
    Step(REGISTRY, "the search for models", 20, (EXPERIMENTS,), hard=False),
    Step(MODELS, "MLflow 3's models", 20, (EXPERIMENTS,), hard=False),
    Step(SDK, "azure-ai-ml", 40, (TOKEN,), hard=False),
    Step(WRITE, "the write test", 40, (EXPERIMENTS,), by_name=True),
)
"""The steps in their order, cheap and telling first. The limit of `credential` is that of each of its links."""

MORE_TIME: Final = "In a terminal, `--timeout 600` gives every step more time."
"""What to do when the time was too short."""

STEP_OF: Final[Mapping[str, Step]] = {step.name: step for step in STEPS}
TEST_CONNECTION: Final = tuple(step.name for step in STEPS if not step.by_name)
TEST_AUTHENTICATION: Final = TEST_CONNECTION[: TEST_CONNECTION.index(WORKSPACE)]


class Outcome(NamedTuple):
    """What came of a step, or of one link or host within it.

    `hard` says of a failure that it ends the user's script: a link that fails softly only passes on to the next.
    `advice` is a sentence, `command` a line to copy, `url` where to read on. `details` holds what was learned, as plain
    JSON values without secrets.
    """

    step: str
    outcome: Verdict
    message: str
    link: str | None = None
    host: str | None = None
    hard: bool = False
    seconds: float = 0.0
    code: str | None = None
    advice: str | None = None
    command: str | None = None
    url: str | None = None
    details: Mapping[str, Any] = {}

    @property
    def word(self) -> str:
        """The outcome as people are told it: only some failures end the script, and a link that fails softly is no fault."""
        if self.outcome == "failed" and not self.hard:
            return "passed on" if self.link else "warning"
        return _WORDS[self.outcome]

    @property
    def title(self) -> str:
        """The title of the step, for people."""
        return title_of(self.step)

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as `test-connection --format json` prints it, with what a person is told: title and word."""
        rounded = {"seconds": round(self.seconds, 3), "details": dict(self.details)}
        return {**self._asdict(), **rounded, "title": self.title, "word": self.word}

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Outcome:
        """Return the outcome that `as_json` made."""
        return cls(**{name: values[name] for name in cls._fields if name in values})


_WORDS: Final[Mapping[Verdict, str]] = {
    "ok": "ok",
    "failed": "failed",
    "skipped": "left out",
    "not-reached": "not tried",
}
_WHOLE: Final = "the whole test"


def title_of(step: str) -> str:
    """Return the title of a step, or of what is said of all of them."""
    return STEP_OF[step].title if step in STEP_OF else _WHOLE


def ok(step: str, message: str, **more: Any) -> Outcome:
    """Return the outcome of a step for which a call was made and succeeded."""
    return Outcome(step, "ok", message, **more)


def failed(step: str, message: str, **more: Any) -> Outcome:
    """Return the outcome of a step that failed; `hard` unless it is said otherwise."""
    return Outcome(step, "failed", message, **{"hard": True, **more})


def skipped(step: str, message: str, **more: Any) -> Outcome:
    """Return the outcome of a step that was left out on purpose."""
    return Outcome(step, "skipped", message, **more)


def not_reached(step: str, message: str, **more: Any) -> Outcome:
    """Return the outcome of a step that an earlier failure kept from being tried."""
    return Outcome(step, "not-reached", message, **more)


def because_failed(step: str) -> str:
    """Return the message of a step that is not tried because another one, which it needs, failed."""
    return f"Not tried, because {STEP_OF[step].title} failed."


def because_not_tried(step: str) -> str:
    """Return the message of a step that is not tried because another one, which it needs, was not tried either."""
    return f"Not tried, because {STEP_OF[step].title} was not tried either."


def with_needs(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the steps and all that they need, in order; KeyError for a name that is no step."""
    wanted: set[str] = set()
    left = list(names)
    while left:
        step = STEP_OF[left.pop()]
        if step.name not in wanted:
            wanted.add(step.name)
            left += step.needs
    return tuple(step.name for step in STEPS if step.name in wanted)
