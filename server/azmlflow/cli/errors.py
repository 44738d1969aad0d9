"""What a user did wrong, as one sentence."""

from __future__ import annotations


class WrongUse(Exception):
    """Wrong arguments or unreadable input; the message is shown, and the exit status is 2."""
