"""What secrets look like: shapes that nothing else has, names that mean one, and what only stands in for one.

Sources: https://learn.microsoft.com/purview/sit-defn-azure-ad-client-secret (client secrets of Entra),
https://learn.microsoft.com/purview/sit-defn-azure-storage-account-key (a key carries the signature `+ASt`),
https://learn.microsoft.com/rest/api/storageservices/create-service-sas (`sv`, `se` and `sig` of a shared access
signature), RFC 7519 (tokens), https://learn.microsoft.com/azure/storage/common/storage-use-azurite (its key is public).
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from enum import Enum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from azmlflow.azure.variables import AZURE_CLIENT_SECRET, SECRETS
from azmlflow.azure.workspace import is_guid, is_placeholder
from azmlflow.patterns import pattern

MASKED: Final = pattern(
    r"(?<=://)[^/@:\s]{0,200}:([^/@\s]+)(?=@)"
    r"|([\w.~-]{3}\dQ~[\w.~-]{28,34})"
    r"|((?:(?<![\w-])|(?<=\\[nrt]))eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)"
    r"|([A-Za-z0-9+/]{86}==)"
    r"|[?&]sig=([^&\s\"']+)"
)
"""All that may be a secret by its shape, in one of the groups: what is hidden where source is shown."""


class Kind(Enum):
    """What a secret opens."""

    CLIENT_SECRET = "client secret"
    ACCESS_TOKEN = "access token"
    STORAGE_KEY = "storage account key"
    SHARED_ACCESS = "shared access signature"


class Secret(NamedTuple):
    """A stretch of a text that is a secret for certain; `expires` is when it opens nothing any more, if ever."""

    kind: Kind
    start: int
    end: int
    expires: datetime | None = None


class _Shape(NamedTuple):
    """`pattern` is tried `before` characters ahead of each `anchor`; its first group is the secret."""

    kind: Kind
    anchor: str
    before: int
    pattern: re.Pattern[str]


_START: Final = r"(?:(?<![\w~+/.-])|(?<=\\[nrt]))"
"""Where a word begins, also behind an escape in a literal."""
_SHAPES: Final = (
    _Shape(
        Kind.CLIENT_SECRET,
        "Q~",
        4,
        re.compile(_START + r"([A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{28,34})(?![\w~.-])"),
    ),
    _Shape(
        Kind.ACCESS_TOKEN,
        "eyJ",
        0,
        re.compile(_START + r"(eyJ[\w-]{16,4000}\.eyJ[\w-]{16,16000}\.[\w-]{16,2000})(?![\w.-])", re.ASCII),
    ),
    _Shape(Kind.STORAGE_KEY, "AccountKey=", 0, re.compile(r"AccountKey=([A-Za-z0-9+/]{86}==)(?!=)")),
    _Shape(
        Kind.STORAGE_KEY,
        "+ASt",
        76,
        re.compile(_START + r"([A-Za-z0-9+/]{76}\+ASt[A-Za-z0-9+/]{5}[AQgw]==)(?!=)"),
    ),
    _Shape(
        Kind.SHARED_ACCESS, "sig=", 0, re.compile(r"(?<=[?&;6])sig=([A-Za-z0-9%/+_-]{40,80}={0,2})(?![\w%])")
    ),
)
_AZURITE: Final = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_FEWEST_CHARACTERS: Final = {Kind.CLIENT_SECRET: 14, Kind.STORAGE_KEY: 24, Kind.SHARED_ACCESS: 14}
"""How many different characters a real one has at the very least; examples repeat a few."""
_ADDRESS: Final = 600
"""How far from its signature the rest of an address is looked for."""
_NOT_ADDRESS: Final = pattern(r"[\s\"'<>\\`]+")
_SIGNED: Final = pattern(r"[?&;6]sv=20\d\d-\d\d-\d\d")
_UNTIL: Final = pattern(r"[?&;6]se=(20\d\d-\d\d-\d\d)")
_SIGNERS: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "ES256"})
"""How an identity provider signs; what is signed with a shared key is some program's own."""


def certain_secrets(text: str) -> Iterator[Secret]:
    """Yield the secrets of a text that no other thing looks like, in order; takes time in proportion to the text."""
    found = {secret.start: secret for shape in _SHAPES for secret in _of_shape(text, shape)}
    yield from (found[start] for start in sorted(found))


def may_hold_secrets(text: str) -> bool:
    """Tell whether it is worth while to look for secrets in a text."""
    return any(shape.anchor in text for shape in _SHAPES)


def _of_shape(text: str, shape: _Shape) -> Iterator[Secret]:
    at = text.find(shape.anchor)
    while at >= 0:
        match = shape.pattern.match(text, at - shape.before) if at >= shape.before else None
        secret = _judged(text, shape.kind, *match.span(1)) if match else None
        if secret is not None:
            yield secret
        at = text.find(shape.anchor, max(at + 1, secret.end if secret else 0))


def _judged(text: str, kind: Kind, start: int, end: int) -> Secret | None:
    """Return the secret between two offsets, None for an example and for what is none after all."""
    value = text[start:end]
    if len(set(value)) < _FEWEST_CHARACTERS.get(kind, 0) or value == _AZURITE:
        return None
    if kind is Kind.ACCESS_TOKEN:
        expires = _end_of_token(value)
    elif kind is Kind.SHARED_ACCESS:
        expires = _end_of_access(text, start, end)
    else:
        return Secret(kind, start, end)
    return Secret(kind, start, end, expires) if expires else None


def _end_of_token(token: str) -> datetime | None:
    """Return when a token of an identity provider expires, None for any other token."""
    header, payload = (_claims(part) for part in token.split(".")[:2])
    until = payload.get("exp")
    if header.get("alg") not in _SIGNERS or not isinstance(until, (int, float)):
        return None
    return _moment(until)


def _claims(part: str) -> dict[str, Any]:
    try:
        value = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _end_of_access(text: str, start: int, end: int) -> datetime | None:
    """Return when a shared access signature expires, None where the address around it does not say."""
    before = text[max(start - _ADDRESS, 0) : start].replace("\\u0026", "&")
    after = text[end : end + _ADDRESS].replace("\\u0026", "&")
    address = f"{_NOT_ADDRESS.split(before)[-1]}{_NOT_ADDRESS.split(after)[0]}"
    until = _UNTIL.search(address)
    if until is None or not _SIGNED.search(address):
        return None
    try:
        return datetime.fromisoformat(until[1]).replace(tzinfo=timezone.utc) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=4096)
def means_secret(name: str) -> str | None:
    """Return the variable of azure-identity or MLflow whose secret a name stands for; None for every other name."""
    normal = name.upper().replace("-", "_")
    if normal in SECRETS:
        return normal
    return AZURE_CLIENT_SECRET if normal.replace("_", "") in _CLIENT_SECRETS else None


def is_given(value: str) -> bool:
    """Tell whether the value of a variable that holds a secret is one, and not empty, a gap to fill or an example."""
    if len(value) < _SHORTEST or is_placeholder(value) or is_guid(value) or _COMPOSED.search(value):
        return False
    if value.rstrip("'\"").endswith(("...", "…")):
        return False  # cut short by whoever shows it
    words = [word for word in _WORD.split(value.lower().strip("'\"")) if word]
    if all(word.rstrip("0123456789") in _FILLERS or word.isdecimal() for word in words):
        return False
    numbered = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    cased = any(c.isupper() for c in value) and any(c.islower() for c in value)
    return len(set(value)) >= _VARIED and (numbered or (cased and _ODD.search(value) is not None))


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHORTEST: Final = 8
_VARIED: Final = 6
_ODD: Final = pattern(r"[^\w\s.-]")
"""What words and names do not hold."""
_COMPOSED: Final = pattern(r"\$[({\w]|\{\{|%\w+%|^[<@]|\s|://")
_WORD: Final = pattern(r"[^a-z0-9]+")
_FILLERS: Final = _names(
    "a an the my your our some any this is not real here for to secret secrets password passwd pwd passphrase token key "
    "value string text client azure aad ad sp app service principal mlflow tracking certificate cert pfx pem id user "
    "admin root super top very strong long random test tests testing fake dummy mock sample example demo placeholder "
    "foo bar baz abc abcdef xyz xxx xxxx changeme change me replace replaceme insert fill in set todo tbd fixme none "
    "null nil empty redacted hidden masked removed true false default local dev prod env supersecret mysecret "
    "mypassword yoursecret notasecret clientsecret topsecret letmein qwerty"
)
"""Words of which people make up a stand-in."""
_CLIENT_SECRETS: Final = _names(
    "CLIENTSECRET AZURECLIENTSECRET ARMCLIENTSECRET AADCLIENTSECRET AMLCLIENTSECRET AZUREMLCLIENTSECRET AZCLIENTSECRET "
    "SPCLIENTSECRET SPSECRET SPPASSWORD AZURESPPASSWORD SERVICEPRINCIPALPASSWORD SERVICEPRINCIPALSECRET "
    "SERVICEPRINCIPALKEY AMLSPPASSWORD AZURESERVICEPRINCIPALPASSWORD AZURESPCLIENTSECRET AZURESPSECRET"
)
"""Names that people give to the secret of a service principal, without their underscores."""
