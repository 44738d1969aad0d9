"""What the Azure CLI prints: JSON, unless told otherwise, so that a string comes in quotation marks.

Source: https://learn.microsoft.com/cli/azure/format-output-azure-cli; `az` takes any clear beginning of a long option.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from azmlflow.patterns import pattern

_URI_QUERY: Final = pattern(r"[\w.\[\]]*mlflow_?tracking_?uri", re.IGNORECASE)
_OUTPUT: Final = pattern(r"(?:(-o)=?|(--ou(?:t(?:p(?:u(?:t)?)?)?)?)(?:=|$))(.*)", re.DOTALL)
_OUTPUT_SETTING: Final = pattern(r"AZURE_CORE_OUTPUT|core\.output", re.IGNORECASE)


class Output(NamedTuple):
    """The output option of a command: which word holds its value, and what stands there before it."""

    at: int
    prefix: str
    value: str


def asks_for_tracking_uri(words: Sequence[str]) -> bool:
    """Tell whether a command is `az ... --query mlflow_tracking_uri`, and so prints that one string."""
    if not words or words[0].rpartition("/")[2] not in ("az", "az.cmd"):
        return False
    for at, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option == "--query":
            query = value if equals else (words[at + 1] if at + 1 < len(words) else "")
            return _URI_QUERY.fullmatch(query) is not None
    return False


def output_of(words: Sequence[str]) -> Output | None:
    """Return the output option of an `az` command, None when it has none and JSON is printed."""
    for at, word in enumerate(words):
        match = _OUTPUT.fullmatch(word)
        if match and match[3]:
            return Output(at, word[: match.start(3)], match[3])
        if match and at + 1 < len(words):
            return Output(at + 1, "", words[at + 1])
    return None


def sets_default_output(text: str) -> bool:
    """Tell whether a script sets the output format for all commands."""
    return _OUTPUT_SETTING.search(text) is not None
