"""What an SDK said, in one sentence and without whole ids; and the advice on it."""

from __future__ import annotations

from typing import Any, Final

from azmlflow.patterns import pattern
from azmlflow.probes.child.connections import plain

LONGEST: Final = 240
"""Characters of a message that are shown."""
_READ: Final = 4000
"""Characters of a text that are looked at."""

_GUID: Final = pattern(r"\b([0-9a-fA-F]{8})-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b")
_MAIL: Final = pattern(r"(?<![\w.+#-])([\w.+#-])[\w.+#-]{0,63}@([\w-]+\.)")
_UNAVAILABLE: Final = pattern(r"\w+ (?:authentication )?unavailable\. (?=\S)")
_LEAD: Final = pattern(r"(?:Authentication failed|ERROR): ")
_OUTPUT: Final = pattern(r"(Unexpected output from [\w -]{1,60}):.*")
"""What a tool printed is not repeated: nobody knows what is in it."""
_SENTENCE: Final = pattern(r"[.!?](?=\s+[A-Z\[(]|\s*$)|\. ?(?=\n)")
_TAIL: Final = pattern(
    r"\s*(?:Trace ID:|Correlation ID:|To mitigate this issue|To troubleshoot, visit|Visit https?:).*"
)
_CODE: Final = "AADSTS"
_QUOTABLE: Final = pattern(r"[\w.:/\\@%+=,~ ()#-]{0,1999}[\w.:/@%+=,~ ()#-]")


def first_sentence(text: str, host: str = "the host") -> str:
    """Return the sentence of an SDK's text that says what is wrong, with ids only in part.

    `host` is what to say of a connection whose host the text does not name.
    """
    text = text[:_READ].strip()
    line = plain(text, host) or _telling_line(text)
    line = _OUTPUT.sub(r"\1.", line, count=1)
    line = _UNAVAILABLE.sub("", _LEAD.sub("", _TAIL.sub("", line), count=1), count=1)
    end = _SENTENCE.search(line)
    sentence = without_ids(" ".join(line[: end.end() if end else None].split()))
    return sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST - 1]}…"


def as_sentence(text: str) -> str:
    """Return a text with a full stop at its end."""
    return text if not text or text[-1] in ".!?…" else f"{text}."


def without_ids(text: str) -> str:
    """Return a text with only the beginning of every GUID and user name in it."""
    return _MAIL.sub(r"\1…@\2", _GUID.sub(r"\1…", text))


def may_be_quoted(text: str) -> bool:
    """Tell whether a text stays one word within double quotes in a line to copy, whatever the shell: it is somebody else's."""
    return _QUOTABLE.fullmatch(text) is not None


def path_end(path: str, parts: int = 3) -> str:
    """Return the last parts of a path, which tell enough and name no user."""
    names = [name for name in path.replace("\\", "/").split("/") if name]
    return "/".join(("…", *names[-parts:])) if len(names) > parts else path


def advice_on(text: str, step: str, link: str | None = None) -> dict[str, Any]:
    """Return what to do about a failure, as the fields of an outcome: its code, a sentence, a command, an address."""
    from azmlflow.azure.advice import advice_fields, advise  # only a failure needs the table

    return advice_fields(advise(text, step, link))


def _telling_line(text: str) -> str:
    """Return the line of a text that says it: what a tool wrote to standard error may begin with other things."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [""]
    if lines[0].startswith("Traceback"):
        return lines[-1]
    coded = next((line for line in lines if _CODE in line), None)
    if coded is not None:
        return coded[coded.index(_CODE) :]
    return next((line for line in lines if not line.startswith("WARNING")), lines[0])
