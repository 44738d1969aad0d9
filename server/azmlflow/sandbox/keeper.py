"""Keeps a Python of a dry run in the sandbox; it is copied there as `sitecustomize.py`, which Python imports first of all.

The variables for proxies lead to the sandbox. Code can change them, and so can a `.env` that it loads with `override=True`. From
then on no connection is made that would lead past the sandbox, and the report tells which variable it was. Nothing else is
changed: who only looks, or puts the variables back, is not held up.

It says what it saw in a file beside it, a line each. Only the standard library, and of that what is there at a start anyway.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # to import typing would hold up every Python of the dry run
    from collections.abc import Callable
    from typing import Any, NoReturn

LOOPBACK = ("127.0.0.1", "localhost", "::1", "0.0.0.0", "")  # noqa: S104 - nothing is bound to it
WEB_PROXIES = ("https_proxy", "http_proxy")
SOURCES = (
    "IDENTITY_ENDPOINT",
    "MSI_ENDPOINT",
    "IMDS_ENDPOINT",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "ARM_CLOUD_METADATA_URL",
)
"""What names another source of tokens; it is left out at the start, so that a `.env` sets it without further ado."""


class Keeper:
    """Judges each connection before it is made."""

    def __init__(self, folder: str) -> None:
        with open(os.path.join(folder, "settings"), encoding="utf-8") as file:
            self.proxy, *self.hosts = file.read().split("\n")
        self.port = self.proxy.rpartition(":")[2]
        self.seen = os.path.join(folder, "seen")
        self.told: set[str] = set()

    def sets(self, name: Any, value: Any) -> None:
        """Remember each tracking URI: MLflow puts it into the environment for whatever the program starts."""
        if os.fsdecode(name) == "MLFLOW_TRACKING_URI":
            self.tell("uri", os.fsdecode(value))

    def connects(self, socket: Any, address: Any) -> None:
        if (
            not isinstance(address, tuple) or socket.type != 1
        ):  # a file, or UDP, by which programs ask for their address
            return
        host, port = str(address[0]), str(address[1])
        is_here = host.startswith("127.") or host in LOOPBACK
        if host == "127.0.0.1" and port == self.port:
            return
        source = next((each for each in SOURCES if f":{port}" in os.environ.get(each, "")), "")
        if is_here and source:
            self.refuse(source)
        name, value = self.astray()
        if name and (not is_here or f":{port}" in value):
            self.refuse(name)
        self.tell("here" if is_here else "direct", f"{host}:{port}")

    def looks_up(self, host: Any, *rest: Any) -> None:
        """Judge a name before it is looked for; whoever heeds the proxy looks for no host of Azure's."""
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        if name.replace(".", "").isdigit() or ":" in name or name.lower() in LOOPBACK:
            return
        variable, _ = self.astray()
        if variable:
            self.refuse(variable)
        if any(f".{name.lower()}".endswith(f".{each}") for each in self.hosts):
            self.refuse(name)

    def astray(self) -> tuple[str, str]:
        """Return the first variable that no longer leads to the sandbox, and its value; two empty texts when all do."""
        for name in (*WEB_PROXIES, "all_proxy"):
            values = {each: os.environ.get(each) for each in (name, name.upper())}
            for each, value in values.items():
                if value is not None and value != self.proxy:
                    return each, value
            if name in WEB_PROXIES and self.proxy not in values.values():
                return name.upper(), ""
        for name in ("no_proxy", "NO_PROXY"):
            entries = os.environ.get(name, "").replace(" ", "").split(",")
            if any(each.strip("[].") not in LOOPBACK and not each.startswith("127.") for each in entries):
                return name, ""
        return "", ""

    def refuse(self, what: str) -> NoReturn:
        is_new = self.tell("past", what)
        if "." in what:
            why = f"{what} was to be reached without the proxy that leads to the sandbox"
        else:
            why = f"{what} has been changed since the start and leads past the sandbox"
        text = f"azmlflow dry-run: {why}. Nothing was sent."
        if is_new:  # the packages often swallow what is raised
            os.write(2, f"{text}\n".encode())
        raise RuntimeError(text)

    def tell(self, kind: str, what: str) -> bool:
        """Write down what was seen, once; return whether it is new."""
        line = f"{kind} {what}".replace("\n", " ").replace("\r", " ")
        if line in self.told:
            return False
        self.told.add(line)
        try:
            file = os.open(self.seen, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError:  # the dry run is over
            return True
        try:
            os.write(file, f"{line}\n".encode("utf-8", "replace"))
        finally:
            os.close(file)
        return True


def begin(folder: str) -> None:
    """Keep this Python, and let it have the `sitecustomize` that it would have had without us."""
    sys.path[:] = [each for each in sys.path if os.path.abspath(each) != folder]
    keeper = Keeper(folder)
    heard: dict[str, Callable[..., None]] = {
        "socket.connect": keeper.connects,
        "socket.getaddrinfo": keeper.looks_up,
        "os.putenv": keeper.sets,
    }

    def hear(event: str, args: tuple[Any, ...]) -> None:
        """Take an event of Python's audit, of which there are millions; what is raised keeps it from happening."""
        if event in heard:
            heard[event](*args)

    sys.addaudithook(hear)
    ours = sys.modules.pop(__name__)
    try:
        __import__(__name__)
    except ImportError as error:
        if error.name != __name__:
            raise
        sys.modules[__name__] = ours


if __name__ == "sitecustomize":
    begin(os.path.dirname(os.path.abspath(__file__)))
