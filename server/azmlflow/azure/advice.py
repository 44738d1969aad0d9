"""One table from what Azure, its SDKs and MLflow say when they fail to what one can do about it.

The rows stand by where they come from: `aadsts` (Microsoft Entra ID), `arm_errors` (Azure Resource Manager), `chain_errors`
(before any credential is tried), `link_errors` (one credential), `network_errors`, `mlflow_errors` (packages, MLflow, the
workspace). A code counts before a text. Every text is looked for with `in`, so that the time is linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from azmlflow.azure import aadsts, chain_errors, link_errors, mlflow_errors, network_errors
from azmlflow.azure.arm_errors import ARM_ERRORS, COMMON_ERRORS
from azmlflow.azure.remedy import AZ_LOGIN, JOIN, SCOPE, SIGN_IN, SIGN_IN_OF, TENANT, Remedy
from azmlflow.patterns import pattern


class Advice(NamedTuple):
    """What to do about an error: `command` is a line to copy, `url` where to read on, `code` the error's own name."""

    code: str | None
    sentence: str
    command: str | None
    url: str | None


def advise(text: str, step: str | None = None, link: str | None = None) -> Advice:
    """Return advice about an error's text; for an unknown one it says so. Never raises.

    `step` is the name of the probe's step and `link` the name of the credential's class, where they are known.
    """
    text = text[:_LONGEST]
    found = _by_code(text) or _by_text(text, step, link)
    if found is None:
        return _unknown(text, step, link)
    code, remedy = found
    return Advice(code, remedy.sentence, _command(remedy, text, link), remedy.url)


def advice_fields(advice: Advice) -> dict[str, Any]:
    """Return advice as the keywords of a probe's outcome."""
    return {"code": advice.code, "advice": advice.sentence, "command": advice.command, "url": advice.url}


def aadsts_codes(text: str) -> list[int]:
    """Return the codes of Microsoft Entra ID in a text, in order."""
    return [int(match[1]) for match in _AADSTS.finditer(text)]


def _by_code(text: str) -> tuple[str, Remedy] | None:
    for number in aadsts_codes(text):
        remedy = aadsts.AADSTS.get(number)
        if remedy is not None:
            return f"AADSTS{number}", remedy._replace(url=remedy.url or aadsts.error_page(number))
    match = next(_ARM.finditer(text), None)
    if match is None:
        return None
    remedy = ARM_ERRORS[match[0]]
    return match[0], remedy._replace(url=remedy.url or COMMON_ERRORS)


def _by_text(text: str, step: str | None, link: str | None) -> tuple[str | None, Remedy] | None:
    if aadsts_codes(text):
        return None
    lowered = text.lower()
    for remedy in ROWS:
        if remedy.link not in (None, link) or remedy.step not in (None, step):
            continue
        if any(_occurs(part, lowered) for part in remedy.texts):
            return remedy.code, remedy
    return None


def _occurs(part: str, lowered: str) -> bool:
    at = 0
    for piece in part.split(JOIN):
        found = lowered.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _command(remedy: Remedy, text: str, link: str | None) -> str | None:
    command = remedy.command
    if command == SIGN_IN:
        command = SIGN_IN_OF.get(link or "", AZ_LOGIN)
    if command is None:
        return None
    return command.replace(TENANT, _tenant(text) or TENANT).replace(SCOPE, _scope(text) or SCOPE)


def _tenant(text: str) -> str | None:
    """Return the tenant that Azure Resource Manager says the token should be of."""
    match = _RIGHT_TENANT.search(text)
    return match[1] if match else None


def _scope(text: str) -> str | None:
    """Return the workspace that the message names; a name of other characters than usual is left out."""
    match = _WORKSPACE.search(text)
    return match[0] if match else None


def _unknown(text: str, step: str | None, link: str | None) -> Advice:
    codes = aadsts_codes(text)
    if codes:
        number = codes[0]
        again = link in SIGN_IN_OF and any(hint in text.lower() for hint in _SIGN_IN_HINTS)
        sentence = f"{_REFUSED} {_WANTS_SOMEBODY if again else _SEE_PAGE}"
        command = _command(Remedy("", SIGN_IN), text, link) if again else None
        return Advice(f"AADSTS{number}", sentence, command, aadsts.error_page(number))
    return Advice(
        None,
        "azmlflow has no advice on this message; it is given as it came.",
        None,
        _GUIDES.get(step or ""),
    )


ROWS: Final = (
    *chain_errors.CHAIN_ERRORS,
    *link_errors.ENDING,
    *mlflow_errors.PACKAGE_ERRORS,
    *network_errors.NETWORK_ERRORS,
    *link_errors.WHOLE_CHAIN,
    *link_errors.PASSING,
    *mlflow_errors.SERVICE_ERRORS,
)
"""The rows that are recognised by their text, in the order in which they are tried."""


def table() -> Iterator[tuple[str, Remedy]]:
    """Yield every row with what it is recognised by, for the documentation."""
    for number, remedy in sorted(aadsts.AADSTS.items()):
        yield f"AADSTS{number}", remedy._replace(url=remedy.url or aadsts.error_page(number))
    for code, remedy in ARM_ERRORS.items():
        yield code, remedy._replace(url=remedy.url or COMMON_ERRORS)
    for remedy in ROWS:
        yield remedy.texts[0].replace(JOIN, " ... "), remedy


_REFUSED: Final = "Microsoft Entra ID refused the sign-in for a reason that azmlflow has no advice on."
_SEE_PAGE: Final = "Microsoft's page on the code says what is known."
_WANTS_SOMEBODY: Final = "The tool itself asks for somebody to sign in again."
_SIGN_IN_HINTS: Final = ("interactive authentication is needed", "please run", "run the command")
"""What the Azure CLI, Azure PowerShell and azd say where a new sign-in helps."""
_LONGEST: Final = 100_000
_AADSTS: Final = pattern(r"AADSTS(\d{4,10})(?!\d)")
_ARM: Final = pattern(r"(?<![A-Za-z])(?:" + "|".join(ARM_ERRORS) + r")(?![A-Za-z])")
_GUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_RIGHT_TENANT: Final = pattern(
    r"must match (?:one of )?the tenants? '(?:https://[a-z.]{1,60}/)?(" + _GUID + r")", re.IGNORECASE
)
_WORKSPACE: Final = pattern(
    r"/subscriptions/" + _GUID + r"/resourceGroups/[\w.()-]{1,90}/providers/"
    r"Microsoft\.MachineLearningServices/workspaces/[\w-]{1,260}",
    re.IGNORECASE | re.ASCII,
)
_GUIDES: Final = {
    "chain": "https://aka.ms/azsdk/python/identity/troubleshoot",
    "credential": "https://aka.ms/azsdk/python/identity/troubleshoot",
    "workspace": COMMON_ERRORS,
    "permissions": "https://learn.microsoft.com/azure/role-based-access-control/troubleshooting",
    "experiments": mlflow_errors.TRACKING,
    "registry": mlflow_errors.TRACKING,
    "models": mlflow_errors.TRACKING,
    "sdk": COMMON_ERRORS,
    "write": mlflow_errors.TRACKING,
}
