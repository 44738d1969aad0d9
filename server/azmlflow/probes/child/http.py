"""One small GET, sent as the SDKs send theirs: through `requests`, with the proxy and the certificates that it takes.

A redirect is not followed, no more than a megabyte is read, and what ~/.netrc holds is not sent. A token goes only to the
Resource Manager of the cloud in use.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from azmlflow.probes.child.context import Context

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
LONGEST: Final = 1_000_000


class Reply(NamedTuple):
    """An answer: names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body's JSON object, empty when it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def arm_error(self) -> tuple[str, str]:
        """Code and message of Resource Manager's error, each empty when there is none."""
        error = self.json.get("error")
        values = error if isinstance(error, dict) else {}
        return text_of(values.get("code")), text_of(values.get("message"))

    @property
    def code(self) -> str:
        """The code of Resource Manager's error, else one that says which status came."""
        return self.arm_error[0] or status_code(self.status)


class NoReply(Exception):
    """Nothing came back that is an answer: `code` says where it failed (PROXY, TCP, TLS, ...), the text why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def get(host: str, path: str, query: Mapping[str, str] | None = None) -> Reply:
    """Return the answer to a GET without any credential; NoReply when there is none."""
    return _get(host, path, query or {}, _unchanged)


def get_from_arm(context: Context, path: str, query: Mapping[str, str]) -> Reply:
    """Return what the cloud's Resource Manager answers to the bearer of the token; NoReply when nothing comes."""
    token = context.token
    if not token:
        raise NoReply("TOKEN", "there is no token")

    def sign(prepared: Any) -> Any:
        prepared.headers["Authorization"] = f"Bearer {token}"
        return prepared

    return _get(context.cloud.arm_host, path, query, sign)


def next_page(context: Context, link: Any) -> tuple[str, dict[str, str]] | None:
    """Return path and query of the page that Resource Manager says comes next, None where it is not its own."""
    parts = _split(link)
    if parts is None or parts.scheme != "https" or parts.netloc.lower() != context.cloud.arm_host:
        return None
    return unquote(parts.path), dict(parse_qsl(parts.query))


def status_code(status: int) -> str:
    """Return the code of an outcome for an answer of which nothing but its status is known."""
    return f"HTTP_{status}"


def text_of(value: Any) -> str:
    """Return a text of a JSON answer, empty for anything else."""
    return value if isinstance(value, str) else ""


def _get(host: str, path: str, query: Mapping[str, str], sign: Callable[[Any], Any]) -> Reply:
    url = f"https://{host}{quote(path, safe='/')}" + (f"?{urlencode(query)}" if query else "")
    try:
        import requests
    except ImportError:
        raise NoReply("PACKAGES", "the package requests is not installed") from None
    try:
        with requests.Session() as session:
            response = session.get(
                url,
                auth=sign,
                headers={"Accept": "application/json"},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
            return Reply(int(response.status_code), headers, _read(response))
    except (OSError, ValueError) as error:
        raise _no_reply(error) from None


def _read(response: Any) -> bytes:
    body, end = b"", monotonic() + READ_SECONDS
    for piece in response.iter_content(16_384):
        body += piece
        if len(body) > LONGEST:
            raise NoReply("TOO_LONG", "the answer is longer than a megabyte")
        if monotonic() > end:
            raise NoReply("TIMEOUT", "the answer does not come to an end")
    return body


def _no_reply(error: Exception) -> NoReply:
    """Return the reason in plain words; what requests says of itself may repeat the proxy's password."""
    from requests import exceptions

    reasons: tuple[tuple[type[Exception], str, str], ...] = (
        (exceptions.ProxyError, "PROXY", "the proxy does not let the request through"),
        (exceptions.InvalidURL, "PROXY", "the address of the proxy is malformed"),
        (exceptions.SSLError, "TLS", "no secure connection comes about"),
        (exceptions.ConnectTimeout, "TCP", f"there is no connection within {CONNECT_SECONDS:.0f} seconds"),
        (exceptions.ReadTimeout, "TIMEOUT", f"there is no answer within {READ_SECONDS:.0f} seconds"),
        (exceptions.ChunkedEncodingError, "TCP", "the connection breaks off"),
        (exceptions.ConnectionError, "TCP", "there is no connection"),
        (exceptions.InvalidSchema, "PROXY", "the proxy is of a kind for which a package is missing"),
        (exceptions.RequestException, "HTTP", f"requests raises {type(error).__name__}"),
        (OSError, "TLS", "requests does not find the file of trusted certificates"),
    )
    if isinstance(error, exceptions.ProxyError) and _is_broken_off(error):
        return NoReply("TCP", "the connection breaks off")
    found = ((code, why) for kind, code, why in reasons if isinstance(error, kind))
    return NoReply(*next(found, ("PROXY", "the address of the proxy is malformed")))


def _is_broken_off(error: Exception) -> bool:
    """Tell whether a host behind a proxy hung up: urllib3 says "Unable to connect to proxy" of that too."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(getattr(reason, "original_error", None), ConnectionResetError)


def _split(link: Any) -> Any:
    try:
        return urlsplit(link) if isinstance(link, str) else None
    except ValueError:
        return None


def _unchanged(prepared: Any) -> Any:
    return prepared
