"""Hides secrets in whatever leaves a probe: the values of secret variables, and what has the shape of a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from azmlflow.azure.secret_shapes import certain_secrets
from azmlflow.azure.variables import is_secret
from azmlflow.patterns import pattern
from azmlflow.probes.outcome import Outcome

HIDDEN: Final = "***"
SHORTEST: Final = 4
"""A shorter value hides nothing worth hiding, and would cut into ordinary words."""

_TOKEN: Final = pattern(r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2}")
_USER_INFO: Final = pattern(r"(?<=://)[^/@\s'\"]{1,200}@")
_OF_OTHERS: Final = frozenset({"message", "host", "advice", "command", "url", "details"})
"""Fields of an outcome in which the words of others may stand: of the SDKs, of files, of the network."""
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class Redactor:
    """Knows the secrets of one environment."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self._secrets = sorted(secrets, key=len, reverse=True)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Redactor:
        """Return a redactor for secret variables, passwords of proxies, and secrets in variables of another meaning."""
        found = {value for name, value in environ.items() if is_secret(name)}
        found |= {_password(value) for name, value in environ.items() if name.upper() in _PROXIES}
        found |= {secret for value in environ.values() for secret in _shaped(value)}
        stripped = {value.strip().strip("'\"") for value in found} | found
        cased = stripped | {value.lower() for value in stripped}
        written = {form for value in cased for form in (value, quote(value, safe=""), unquote(value))}
        return cls(frozenset(value for value in written if len(value) >= SHORTEST))

    def outcome(self, outcome: Outcome) -> Outcome:
        """Return an outcome without secrets. What azmlflow itself names (steps, links, codes) is left whole."""
        values = outcome._asdict()
        theirs = _OF_OTHERS if (outcome.code or "_").isidentifier() else _OF_OTHERS | {"code"}
        return outcome._replace(**{name: self.hide(values[name]) for name in theirs})

    def hide(self, value: Any) -> Any:
        """Return a JSON value of the same shape without the secrets in its texts; a key that is a plain name stays."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                key if str(key).isidentifier() else self.text(str(key)): self.hide(item)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.hide(item) for item in value]
        return value

    def text(self, text: str) -> str:
        """Return a text without the secrets in it."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for shaped in reversed(tuple(certain_secrets(text))):
            text = text[: shaped.start] + HIDDEN + text[shaped.end :]
        return _USER_INFO.sub(f"{HIDDEN}@", _TOKEN.sub(HIDDEN, text))


def _shaped(value: str) -> Iterator[str]:
    """Yield what looks like a secret in a value, and in the parts of a path: somebody swapped two variables."""
    for text in (value, *value.replace("\\", "/").split("/")):
        yield from (text[secret.start : secret.end] for secret in certain_secrets(text))


def _password(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""
