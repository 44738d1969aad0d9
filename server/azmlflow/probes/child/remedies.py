"""What to do when the chain has no token, gets it too slowly, or would go on to ask a user."""

from __future__ import annotations

import os
from typing import Any, Final

from azmlflow.azure import variables as v
from azmlflow.azure.advice import aadsts_codes
from azmlflow.azure.credential_links import AZURE_CLI, MANAGED_IDENTITY
from azmlflow.azure.proxies import MANAGED_IDENTITY_HOST, exception_command, is_proxied
from azmlflow.probes.child.bounded import SILENT
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.gaps import advice_for
from azmlflow.probes.child.interaction import could_open_browser
from azmlflow.probes.child.packages import known_chain
from azmlflow.probes.child.signing import Signer
from azmlflow.probes.child.unavailable import is_not_assigned, missing_of_principal
from azmlflow.probes.outcome import CREDENTIAL, Outcome, failed

SLOW: Final = 3.0
"""Seconds of one link that somebody notices at every call of MLflow."""
WASTED: Final = 1.0
"""Seconds in all that are worth a line of advice when there is a token in the end."""

_PLEASE_RUN: Final = "Please run"
"""How azure-identity begins what it says of a tool that nobody is signed in to."""
SIGNED_OUT: Final = "SIGNED_OUT"
NOT_ASSIGNED: Final = "NOT_ASSIGNED"
ALMOST: Final = (SIGNED_OUT, NOT_ASSIGNED)
"""Codes of links that somebody meant to use and one step short of a token."""
_AGAIN: Final = "The plugin asks again at every call of MLflow"


def not_in_chain(signer: Signer, link: str) -> str:
    """Return why a link that was asked for cannot be tried."""
    asked = os.environ.get(v.AZURE_TOKEN_CREDENTIALS, "").strip()
    if asked:
        return f"{v.AZURE_TOKEN_CREDENTIALS}={asked} leaves {link} out of the chain."
    if signer.is_plugin:
        return f"The plugin's chain has no link {link}."
    return f"The code signs in with {signer.title}, which has no link {link}."


def of_unavailable(context: Context, link: str, text: str, seconds: float) -> dict[str, Any]:
    """Return the advice on a link that passed on; most need none, because nobody meant to use them."""
    again = (
        f"{_AGAIN}, {seconds:.0f} s each time." if context.signer.is_plugin else f"It takes {seconds:.0f} s."
    )
    if link == MANAGED_IDENTITY and seconds > SLOW and _is_misdirected():
        return {"code": "SLOW", **_no_proxy(again)}
    if seconds > SLOW:
        return {"code": "SLOW", "advice": f"{again} {_CHOOSE}"}
    if text.startswith(_PLEASE_RUN):
        return {**advice_for(context, text, CREDENTIAL, link), "code": SIGNED_OUT}
    if aadsts_codes(text):  # within DefaultAzureCredential even a sign-in that has expired only passes on
        return advice_for(context, text, CREDENTIAL, link)
    if link == MANAGED_IDENTITY and is_not_assigned(text):
        return {**advice_for(context, text, CREDENTIAL, link), **_of_identity()}
    return {}


def too_long(signer: Signer, link: str, limit: float, seconds: float) -> Outcome:
    """Return the failure of a link that gave no answer; `seconds` is how long the code would go on waiting."""
    more: dict[str, Any] = {"advice": SILENT}
    if link == MANAGED_IDENTITY:
        more = _no_proxy("") if _is_misdirected() else {"advice": _CHOOSE}
    often = ", at every call of MLflow" if signer.is_plugin else ""
    message = (
        f"No answer within {limit:.0f} s. {_capital(signer.title)} waits up to {seconds:.0f} s here{often}."
    )
    return failed(CREDENTIAL, message, link=link, code="TIMEOUT", seconds=limit, **more)


def shorter_chain(context: Context, link: str) -> dict[str, Any]:
    """Return the advice to name the link that gives the token, where those before it cost time at every call."""
    before = sum(outcome.seconds for outcome in context.outcomes if outcome.step == CREDENTIAL)
    values = known_chain().era.values or {}
    if not context.signer.is_plugin:
        return {}
    if before < WASTED or link.lower() not in values or os.environ.get(v.AZURE_TOKEN_CREDENTIALS, "").strip():
        return {}
    return {
        "advice": f"{_AGAIN}: {before:.1f} s for the links before {link}, unless it is named as the only one.",
        "command": f"export {v.AZURE_TOKEN_CREDENTIALS}={link}",
    }


def nothing_left(context: Context) -> Outcome:
    """Return the failure of a chain that has no token to give without a user, and what the plugin would do next."""
    if context.request.link is not None:
        message = f"{context.request.link} gave no token."
    elif not context.signer.is_plugin:
        message = f"The code signs in with {context.signer.title} alone, which gives no token."
    elif context.request.may_interact:
        message = "No credential gave a token."
    elif could_open_browser():
        message = "No credential gives a token by itself. The plugin would now open a browser and wait 300 s for a sign-in."
    else:
        message = (
            "No credential gives a token by itself. The plugin would now print a code and wait 900 s until somebody "
            "types it in on another device."
        )
    almost = _almost(context)
    if almost is not None:
        message = f"{message} {almost.link}: {almost.message}"
    return failed(CREDENTIAL, message, **{**_most_useful(context), "code": "NO_TOKEN"})


def _almost(context: Context) -> Outcome | None:
    """Return the first link that passed on although somebody meant to use it, one step short of a token."""

    def is_one(outcome: Outcome) -> bool:
        code = outcome.code or ""
        return outcome.step == CREDENTIAL and (code in ALMOST or code.startswith("AADSTS"))

    return next(filter(is_one, context.outcomes), None)


def _most_useful(context: Context) -> dict[str, Any]:
    begun = missing_of_principal()
    if begun is not None:
        return {"advice": begun}
    names = [name for name, _ in context.links]
    if AZURE_CLI not in names and os.environ.get(v.AZURE_TOKEN_CREDENTIALS):
        advice = f"{v.AZURE_TOKEN_CREDENTIALS} leaves out the account of the Azure CLI; remove it, or set what it leaves."
        return {"advice": advice, "command": f"unset {v.AZURE_TOKEN_CREDENTIALS}"}
    almost = _almost(context)
    if almost is not None:
        return {"advice": almost.advice, "command": almost.command, "url": almost.url}
    if os.environ.get("CI"):
        return {"advice": f"Nobody signs in here: {_PRINCIPAL}."}
    return {"advice": f"Install the Azure CLI and sign in with `az login`, or {_PRINCIPAL}."}


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _of_identity() -> dict[str, Any]:
    """Return code and command for a machine without the identity: the variable that picks one can be wrong."""
    command = None
    if os.environ.get(v.DEFAULT_IDENTITY_CLIENT_ID):
        command = f"export {v.AZURE_CLIENT_ID}=${v.DEFAULT_IDENTITY_CLIENT_ID}"
    elif os.environ.get(v.AZURE_CLIENT_ID):
        command = f"unset {v.AZURE_CLIENT_ID}"
    return {"code": NOT_ASSIGNED, "command": command}


def _is_misdirected() -> bool:
    return is_proxied("http", MANAGED_IDENTITY_HOST, os.environ)


def _no_proxy(before: str) -> dict[str, Any]:
    advice = f"{before} A proxy is asked for {MANAGED_IDENTITY_HOST}, which is an address of this machine's own host."
    return {"advice": advice.strip(), "command": exception_command(MANAGED_IDENTITY_HOST, os.environ)}


_PRINCIPAL: Final = (
    f"set {v.AZURE_TENANT_ID}, {v.AZURE_CLIENT_ID} and {v.AZURE_CLIENT_SECRET} "
    f"or {v.AZURE_CLIENT_CERTIFICATE_PATH} of a service principal"
)
_CHOOSE: Final = (
    f"{v.AZURE_TOKEN_CREDENTIALS} with the name of the credential that you use leaves out all others."
)
