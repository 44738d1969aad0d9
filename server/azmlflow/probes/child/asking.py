"""Asks one credential for a token, in the state in which the plugin's chain would ask it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any, NamedTuple

from azmlflow.probes.child.interaction import Prompts


class Granted(NamedTuple):
    """A token, and when it expires, in seconds since 1970."""

    token: str
    expires_on: int


class SignIn(NamedTuple):
    """What the user has to do before the credential goes on."""

    address: str
    code: str


class Within(NamedTuple):
    """What a credential takes itself for a part of: a chain, and the chain of DefaultAzureCredential.

    Within the latter several are softer: there a failure of `az` lets the chain go on. azureml-mlflow takes these
    credentials out of it and puts them in a plain chain of its own.
    """

    chain: bool
    default: bool


def ask(credential: Any, scope: str, within: Within) -> Iterator[Granted | SignIn]:
    """Yield what the user has to do, if anything, and then the token; raises what the credential raises.

    The credential is asked in a thread of its own, because it calls back in the middle of it.
    """
    arrived: SimpleQueue[Granted | SignIn | BaseException] = SimpleQueue()

    def work() -> None:
        try:
            take_for(within)
            token = credential.get_token(scope)
            arrived.put(Granted(token.token, int(token.expires_on)))
        except BaseException as error:  # noqa: BLE001 - it is raised again by whoever asked
            arrived.put(error)

    Prompts.show = lambda address, code: arrived.put(SignIn(address, code))
    threading.Thread(target=work, daemon=True).start()
    answer = arrived.get()
    while isinstance(answer, SignIn):
        yield answer
        answer = arrived.get()
    if isinstance(answer, BaseException):
        raise answer
    yield answer


def take_for(within: Within) -> None:
    """Have the credentials called from this thread take themselves for a part of that.

    Old versions of azure-identity make no such difference and lack one of the two, or both.
    """
    from azure.identity import _internal

    for name, value in (("within_credential_chain", within.chain), ("within_dac", within.default)):
        variable = getattr(_internal, name, None)
        if variable is not None:
            variable.set(value)
