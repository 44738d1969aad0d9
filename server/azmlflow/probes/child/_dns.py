"""The addresses of a host, and whether they are private, as those behind a private link are."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Final

from azmlflow.probes.child._blocked import Blocked
from azmlflow.probes.child.bounded import TookTooLong, bounded

SECONDS: Final = 5.0
MOST: Final = 4
"""How many addresses of a host are tried."""


def look_up(host: str, seconds: float = SECONDS) -> tuple[str, ...]:
    """Return the addresses of a host in the order in which they are to be tried; Blocked when there are none."""
    try:
        found = bounded(seconds, lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except TookTooLong:
        raise Blocked("DNS", _SILENT.format(host=host, seconds=seconds), _NETWORK, silent=True) from None
    except socket.gaierror as error:
        raise _blocked(host, error) from None
    except (OSError, UnicodeError):
        raise Blocked("DNS", f"The name {host} cannot be looked up.", _NETWORK) from None
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))[:MOST]
    if all(_is_nowhere(address) for address in addresses):
        raise Blocked(
            "DNS", f"The name server answers {addresses[0]} for {host}, which leads nowhere.", _SINKHOLE
        )
    return addresses


def is_private(address: str) -> bool:
    """Tell whether an address is one of a private network."""
    try:
        return not ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return False


def _is_nowhere(address: str) -> bool:
    try:
        return ip_address(address.partition("%")[0]).is_unspecified
    except ValueError:
        return False


def _blocked(host: str, error: socket.gaierror) -> Blocked:
    if error.errno in _UNKNOWN:
        return Blocked("DNS", f"No name server knows {host}.", _NO_SUCH_NAME)
    return Blocked("DNS", f"The name {host} cannot be looked up: no name server answers.", _NETWORK)


_UNKNOWN: Final = frozenset(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)
) | {11001, 11004}
"""That there is no such name, also as Windows says it (WSAHOST_NOT_FOUND, WSANO_DATA)."""

_SILENT: Final = "No name server answers the question for {host} within {seconds:.0f} seconds."
_NETWORK: Final = (
    "Check that this machine is connected, with the VPN where one is needed, and that HTTPS_PROXY is set where a proxy is: "
    "behind a proxy it is the proxy that looks names up."
)
_NO_SUCH_NAME: Final = (
    "Check the spelling of the host. Where it is right, this network only knows names of its own: connect the VPN, set "
    "HTTPS_PROXY where there is a proxy, or have the private DNS zone of the workspace linked to this network."
)
_SINKHOLE: Final = "Something in this network (an ad blocker, a DNS filter) blocks the name. Have it allowed."
