"""Why the chain could not be built: the constructors raise bare errors that name neither variable nor credential."""

from __future__ import annotations

import os
from traceback import walk_tb

from azmlflow.azure import variables as v
from azmlflow.azure.chain_replay import ChainFault, building_fault
from azmlflow.azure.credential_chain import Chain
from azmlflow.azure.credential_links import ENVIRONMENT, LINKS
from azmlflow.azure.environment_credential import Mode, choose
from azmlflow.probes.child.plugin import takes_job_token
from azmlflow.probes.child.wording import advice_on, as_sentence, first_sentence, path_end
from azmlflow.probes.outcome import CHAIN, Outcome, failed

CONSTRUCTION = "CONSTRUCTION"

_NAMES = frozenset(link.name for link in LINKS)


def construction_fault(error: Exception, chain: Chain, credential: str | None = None) -> Outcome:
    """Return the failure for what a constructor raised, with the link that it was and the variable to look at.

    `credential` is the class that the code makes itself, None where the plugin builds its chain.
    """
    link = link_of(error)
    if takes_job_token(os.environ):
        message = f"{v.MLFLOW_TRACKING_TOKEN} cannot be read: {_said(error)}"
    else:
        message = _foreseen(error, chain) or _of_certificate(error, link) or _said(error)
    advice = advice_on(str(error), CHAIN, link)
    builds = f"{credential} is made" if credential else "The plugin builds its whole chain"
    ends = f"{builds} first, so that no credential is tried at all."
    return failed(CHAIN, f"{message} {ends}", link=link, **{**advice, "code": CONSTRUCTION})


def link_of(error: BaseException) -> str | None:
    """Return the link in whose constructor an error was raised, None when it was before any."""
    for frame, _ in walk_tb(error.__traceback__):
        owner = frame.f_locals.get("self")
        name = type(owner).__name__
        if owner is not None and name in _NAMES and frame.f_code.co_name in ("__init__", "build"):
            return name
    return None


def _foreseen(error: Exception, chain: Chain) -> str | None:
    """Return what is wrong with which variable, where the same error was to be expected from the environment."""
    expected = building_fault(os.environ, chain)
    if expected is None or not _is_same(error, expected):
        return None
    return as_sentence(f"{expected.fault.variable} {expected.fault.wrong}")


def _is_same(error: Exception, expected: ChainFault) -> bool:
    kind, _, text = expected.fault.error.partition(": ")
    return type(error).__name__ == kind and text in str(error)


def _of_certificate(error: Exception, link: str | None) -> str | None:
    if link != ENVIRONMENT or choose(os.environ).mode is not Mode.CERTIFICATE:
        return None
    path = os.environ[v.AZURE_CLIENT_CERTIFICATE_PATH]
    named = f"{v.AZURE_CLIENT_CERTIFICATE_PATH} ({path_end(path, 1)})"
    if isinstance(error, FileNotFoundError):
        hint = " (~ and variables in it are not expanded)" if path.startswith("~") or "$" in path else ""
        return f"{named} names a file that is not there{hint}."
    if isinstance(error, OSError):
        return f"{named} cannot be read: {as_sentence(error.strerror or type(error).__name__)}"
    return f"{named} cannot be used: {_said(error)}"


def _said(error: Exception) -> str:
    return as_sentence(first_sentence(str(error)) or type(error).__name__)
