"""What stands between this machine and a host, and how long one may look for it."""

from __future__ import annotations

from time import monotonic


class Blocked(Exception):
    """The way to a host ends here.

    `code` is PROXY, DNS, TCP or TLS; the text is one sentence that names what failed; `advice` says what to do, `command`
    is a line to copy. `silent` says that nothing answered at all, so that whoever tries waits until his time is over.
    """

    def __init__(
        self, code: str, message: str, advice: str, command: str | None = None, *, silent: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice
        self.command = command
        self.silent = silent


class Deadline:
    """A moment by which several things together have to be done."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def within(self, seconds: float) -> float:
        """Return how long one of them may take: so many seconds, or what is left, but never nothing."""
        return max(0.05, min(seconds, self._end - monotonic()))
