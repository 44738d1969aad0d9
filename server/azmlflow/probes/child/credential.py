"""The step `credential`: asks each link for a token, one after the other, just as the plugin's chain would."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from azmlflow.azure.credential_links import ENVIRONMENT, LINKS, MANAGED_IDENTITY
from azmlflow.azure.environment_credential import Mode, choose
from azmlflow.azure.proxies import MANAGED_IDENTITY_HOST
from azmlflow.probes.child import plugin, remedies
from azmlflow.probes.child.asking import Granted, SignIn, ask
from azmlflow.probes.child.bounded import TookTooLong, bounded_iterator
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.gaps import advice_for
from azmlflow.probes.child.interaction import INTERACTIVE
from azmlflow.probes.child.unavailable import why_unavailable
from azmlflow.probes.child.wording import as_sentence, first_sentence, without_ids
from azmlflow.probes.outcome import CREDENTIAL, Outcome, failed, not_reached, ok, skipped

SECONDS: Final = {link.name: link.seconds for link in LINKS}
TITLES: Final = {link.name: link.title for link in LINKS}

_LONGER: Final = {MANAGED_IDENTITY: 1.5}
"""A proxy that answers for the address of managed identity with an error costs 24 s, and then the chain goes on."""
_AFTER: Final = 5.0
"""Seconds that somebody who signs in is given beyond what the SDK waits."""


@dataclass
class _Walk:
    """How far the chain has got: the link that gave a token, or the one at which it ended and how."""

    taken: str | None = None
    stop: str | None = None


def run(context: Context) -> Iterator[Outcome]:
    """Yield what comes of each link, and last why there is no token, if no link has told it."""
    chosen = context.request.link
    if chosen is not None and chosen not in [name for name, _ in context.links]:
        yield failed(
            CREDENTIAL, remedies.not_in_chain(context.signer, chosen), link=chosen, code="NOT_IN_CHAIN"
        )
        return
    walk = _Walk()
    for name, credential in context.links:
        reason = _out_of_reach(walk, name, chosen, context.signer.title)
        if reason is not None:
            yield reason
        elif name in INTERACTIVE and not context.request.may_interact:
            yield skipped(CREDENTIAL, _LEFT_OUT[name], link=name)
        else:
            yield from _try(context, walk, name, credential)
    if walk.taken is None and walk.stop is None:
        yield remedies.nothing_left(context)


def _out_of_reach(walk: _Walk, name: str, chosen: str | None, who: str) -> Outcome | None:
    if chosen is not None and name != chosen:
        return skipped(CREDENTIAL, f"Only {chosen} was to be tried.", link=name)
    if walk.taken is not None:
        return not_reached(CREDENTIAL, f"Not tried: {who} takes the token of {walk.taken}.", link=name)
    if walk.stop is not None:
        return not_reached(CREDENTIAL, f"Never tried: {walk.stop}.", link=name)
    return None


def _try(context: Context, walk: _Walk, name: str, credential: Any) -> Iterator[Outcome]:
    limit = _limit(context, name)
    context.begin(CREDENTIAL, name, limit)
    started = monotonic()
    try:
        scope = plugin.scope_of(context.service)
        for answer in bounded_iterator(limit, lambda: ask(credential, scope, context.signer.within)):
            if isinstance(answer, SignIn):
                yield _to_sign_in(name, answer, monotonic() - started)
            else:
                yield _given(context, walk, name, credential, answer)._replace(seconds=monotonic() - started)
    except TookTooLong:
        walk.stop = f"{context.signer.title} would still be waiting for {name}"
        yield remedies.too_long(context.signer, name, limit, SECONDS.get(name, limit))
    except Exception as error:  # noqa: BLE001 - the chain takes any exception for an end
        yield _failure(context, walk, name, error, monotonic() - started)


def _limit(context: Context, name: str) -> float:
    if name in INTERACTIVE:
        return SECONDS[name] + _AFTER
    return context.limit(CREDENTIAL) * _LONGER.get(name, 1.0)


def _to_sign_in(name: str, answer: SignIn, seconds: float) -> Outcome:
    message = f"To sign in, open {answer.address} and type in the code {answer.code}."
    details = {"address": answer.address, "user_code": answer.code}
    return skipped(CREDENTIAL, message, link=name, code="SIGN_IN", seconds=seconds, details=details)


def _given(context: Context, walk: _Walk, name: str, credential: Any, answer: Granted) -> Outcome:
    walk.taken = name
    context.credential = credential
    context.token, context.expires_on = answer.token, answer.expires_on
    takes = f"; {context.signer.title} takes this one" if context.signer.is_chain else ""
    more = remedies.shorter_chain(context, name)
    return ok(CREDENTIAL, f"A token from {_source(name)}{takes}.", link=name, **more)


def _source(name: str) -> str:
    mode = choose(os.environ).mode
    if name == ENVIRONMENT and mode is not None:
        return (
            f"{'a user' if mode is Mode.PASSWORD else 'a service principal'} in variables, with {mode.value}"
        )
    return TITLES.get(name, "the job of Azure ML")


def _failure(context: Context, walk: _Walk, name: str, error: Exception, seconds: float) -> Outcome:
    from azure.identity import CredentialUnavailableError

    text = without_ids(str(getattr(error, "message", None) or error) or type(error).__name__)
    if isinstance(error, CredentialUnavailableError):
        more = remedies.of_unavailable(context, name, text, seconds)
        return failed(CREDENTIAL, why_unavailable(name, text), link=name, hard=False, seconds=seconds, **more)
    who = context.signer.title
    walk.stop = f"{who} stops at {name}"
    last = name == context.links[-1][0]
    ends = "" if last or context.request.link else f" {who[0].upper()}{who[1:]} stops here."
    host = MANAGED_IDENTITY_HOST if name == MANAGED_IDENTITY else context.cloud.login_host
    message = f"{as_sentence(first_sentence(text, host))}{ends}"
    advice = advice_for(context, str(error), CREDENTIAL, name)
    return failed(CREDENTIAL, message, link=name, seconds=seconds, **advice)


_LEFT_OUT: Final = {
    name: f"It would {does} and wait up to {SECONDS[name]:.0f} s."
    for name, does in zip(INTERACTIVE, ("open a browser", "print a code for another device"), strict=True)
}
