"""Which requests of Python go through a proxy, as `requests` and `urllib` decide it from the environment.

azure-identity, azureml-mlflow and MLflow all send with `requests`. Sources: `requests/utils.py` (should_bypass_proxies,
get_environ_proxies) and `urllib/request.py` (getproxies_environment, proxy_bypass_environment);
tests/truth/test_clouds.py compares with both.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from azmlflow.azure.clouds import is_plain_host

MANAGED_IDENTITY_HOST: Final = "169.254.169.254"
"""Where a machine in Azure asks for the token of its managed identity, by plain http."""


def proxy_variable(scheme: str, environment: Mapping[str, str]) -> str | None:
    """Return the variable that names the proxy for URLs of a scheme, None when none does.

    A name in lower case goes before one in capitals, and takes it back when it is empty; ALL_PROXY comes last.
    """
    return _deciding(f"{scheme}_proxy", environment) or _deciding("all_proxy", environment)


def exception_variable(environment: Mapping[str, str]) -> str | None:
    """Return the variable whose list of hosts without proxy counts: no_proxy, NO_PROXY where that is empty, or None."""
    return next((name for name in ("no_proxy", "NO_PROXY") if environment.get(name)), None)


def exception_command(host: str, environment: Mapping[str, str]) -> str:
    """Return the line that adds a host to the exceptions from the proxy, in the variable that counts."""
    name = exception_variable(environment)
    return f"export {name}=${name},{host}" if name else f"export NO_PROXY={host}"


def is_proxied(scheme: str, host: str, environment: Mapping[str, str]) -> bool:
    """Tell whether a request to a host goes through a proxy."""
    return proxy_variable(scheme, environment) is not None and not is_excepted(host, environment)


def is_excepted(host: str, environment: Mapping[str, str]) -> bool:
    """Tell whether NO_PROXY covers a host: requests looks first, then urllib, and either is enough."""
    name = exception_variable(environment)
    if name is not None and covers(environment[name], host):
        return True
    theirs = _deciding("no_proxy", environment)
    return theirs is not None and _urllib_covers(environment[theirs], host)


def covers(exceptions: str, host: str) -> bool:
    """Tell whether requests finds a host in a list of exceptions.

    An IPv4 address is covered by itself and by a network (`169.254.0.0/16`), never by `169.254.*`; a name by itself and
    by any domain that it lies in. A port in the list is not compared.
    """
    entries = [entry for entry in exceptions.replace(" ", "").split(",") if entry]
    if _is_ipv4(host):
        return any(_in_network(host, entry) if _is_network(entry) else host == entry for entry in entries)
    return any(host == entry.lstrip(".") or host.endswith(f".{entry.lstrip('.')}") for entry in entries)


def is_public_host(host: str) -> bool:
    """Tell whether a host may be anybody's on the internet: not this machine, a private address or a local name."""
    name = host.lower().rstrip(".")
    try:
        return ip_address(name.strip("[]")).is_global
    except ValueError:
        pass
    return is_plain_host(name) and "." in name and not name.endswith(_LOCAL_ENDS)


def _deciding(wanted: str, environment: Mapping[str, str]) -> str | None:
    if wanted in environment:
        return wanted if environment[wanted] else None
    found = [name for name, value in environment.items() if value and name.lower() == wanted]
    return found[-1] if found else None


def _urllib_covers(exceptions: str, host: str) -> bool:
    if exceptions == "*":
        return True
    name = host.lower()
    entries = (entry.strip().lstrip(".").lower() for entry in exceptions.split(",") if entry.strip())
    return any(name == entry or name.endswith(f".{entry}") for entry in entries)


def _is_ipv4(text: str) -> bool:
    return _number(text) is not None


def _is_network(entry: str) -> bool:
    network, slash, bits = entry.partition("/")
    return bool(slash) and bits.isdecimal() and 1 <= int(bits[:9]) <= 32 and _is_ipv4(network)


def _in_network(host: str, entry: str) -> bool:
    network, _, bits = entry.partition("/")
    shift = 32 - int(bits)
    return (_number(host) or 0) >> shift == (_number(network) or 0) >> shift


def _number(address: str) -> int | None:
    """Return an IPv4 address as a number, as `inet_aton` reads it: fewer than four parts, octal and hex are allowed."""
    parts = address.split(".")
    values = [_part(part) for part in parts]
    if len(parts) > 4 or None in values:
        return None
    *first, last = (value or 0 for value in values)
    if any(value > 255 for value in first) or last >= 256 ** (5 - len(parts)):
        return None
    return sum(value << (24 - 8 * at) for at, value in enumerate(first)) + last


def _part(text: str) -> int | None:
    base = 16 if text[:2].lower() == "0x" else 8 if text[:1] == "0" else 10
    digits = text[2:] if base == 16 else text
    if not digits or len(digits) > _LONGEST_PART or not set(digits.lower()) <= set("0123456789abcdef"[:base]):
        return None
    return int(digits, base)


_LONGEST_PART: Final = 20
_LOCAL_ENDS: Final = (
    ".local",
    ".localhost",
    ".internal",
    ".lan",
    ".intranet",
    ".corp",
    ".home.arpa",
    ".test",
    ".svc",
)
"""The ends of names that no public registry gives away."""
