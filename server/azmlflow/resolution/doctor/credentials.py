"""The credential chain of the installed packages, as the code of a situation would walk it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from azmlflow.azure import variables as v
from azmlflow.azure.chain_finders import Machine, State
from azmlflow.azure.chain_replay import Replay, replay
from azmlflow.azure.credential_chain import NEWEST_IDENTITY, NEWEST_PLUGIN, chain_of
from azmlflow.azure.credential_links import BROWSER, ENVIRONMENT
from azmlflow.azure.environment_credential import choose
from azmlflow.resolution.environs import Environ

_UNKNOWN: Final = "unknown-value"
"""Stands for a value that is not to be known: present, and not known to be wrong."""
_CHOICES: Final = frozenset({v.AZURE_TOKEN_CREDENTIALS, v.AZUREML_CURRENT_CLOUD})


def values_of(environ: Environ) -> dict[str, str]:
    """Return an environment as plain values; a closed choice whose value is not known is left out."""
    return {
        name: _UNKNOWN if variable.value is None else variable.value
        for name, variable in environ.variables.items()
        if variable.value is not None or name not in _CHOICES
    }


def chain_report(
    environ: Environ, machine: Machine, packages: Mapping[str, str], certificate_fault: str | None
) -> tuple[dict[str, Any], list[str]]:
    """Return the chain link by link, and what is wrong with it."""
    identity, plugin = packages.get("azure-identity"), packages.get("azureml-mlflow")
    chain, values = chain_of(identity, plugin), values_of(environ)
    replayed = replay(values, machine, chain, certificate_fault)
    return {
        "azure_identity": identity,
        "azureml_mlflow": plugin,
        "known": chain.known,
        "note": None if chain.known else _unknown_note(identity, plugin),
        "replaced_by_token": _has_job_context(values),
        "fault": _fault(replayed),
        "links": [
            {
                "name": verdict.link.name,
                "title": verdict.link.title,
                "state": verdict.state.value,
                "says": verdict.reason,
                "seconds": verdict.link.seconds,
            }
            for verdict in replayed.verdicts
        ],
        "headline": _headline(replayed, values),
    }, list(_problems(replayed, values))


def _unknown_note(identity: str | None, plugin: str | None) -> str:
    newest = ".".join(map(str, NEWEST_IDENTITY)), ".".join(map(str, NEWEST_PLUGIN))
    if plugin is None or identity is None:
        missing = "azureml-mlflow" if plugin is None else "azure-identity"
        return f"{missing} was not found: this is the chain of azureml-mlflow {newest[1]} with azure-identity {newest[0]}"
    return (
        f"what these versions do is not known: this is the chain of azureml-mlflow {newest[1]} with "
        f"azure-identity {newest[0]}"
    )


def _has_job_context(values: Mapping[str, str]) -> bool:
    """Tell whether azureml-mlflow takes MLFLOW_TRACKING_TOKEN in place of the chain."""
    experiment = values.get(v.MLFLOW_EXPERIMENT_ID) or values.get(v.MLFLOW_EXPERIMENT_NAME)
    return bool(experiment) and all(values.get(name) for name in v.JOB_CONTEXT)


def _fault(replayed: Replay) -> dict[str, Any] | None:
    if replayed.fault is None:
        return None
    fault = replayed.fault.fault
    return {"variable": fault.variable, "says": fault.wrong, "error": fault.error or None}


def _headline(replayed: Replay, values: Mapping[str, str]) -> str:
    if _has_job_context(values):
        return "The chain is not used: MLFLOW_TRACKING_TOKEN takes its place, as in a job."
    if replayed.fault is not None:
        fault = replayed.fault.fault
        return f"No link is ever tried: building the chain fails, because {fault.variable} {fault.wrong}."
    first = replayed.first
    if first is None or first.link.name == BROWSER:
        return "Only a browser or a code to type in is left, unless a link that is unknown until asked has an account."
    if first.link.name == ENVIRONMENT:
        return f"It begins with {first.link.title}; whatever comes of that, no other link is reached."
    return f"Likely {first.link.title}: nothing before it has what it needs, as far as the disk tells."


def _problems(replayed: Replay, values: Mapping[str, str]) -> list[str]:
    if replayed.fault is not None and not _has_job_context(values):
        fault = replayed.fault.fault
        return [
            f"{fault.variable} {fault.wrong}: the credential chain cannot be built, not even for `az login`."
        ]
    begun = choose(values)
    first = next((one for one in replayed.verdicts if one.link.name == ENVIRONMENT), None)
    if first is None or first.state is not State.UNUSABLE or not _is_half(values) or begun.mode is not None:
        return []
    return [
        f"Part of a service principal is set, but {first.reason}: azure-identity passes it over without saying why."
    ]


def _is_half(values: Mapping[str, str]) -> bool:
    """Tell whether what is set can only be meant for a service principal: ids alone may be meant for something else."""
    telling = (v.AZURE_CLIENT_SECRET, v.AZURE_CLIENT_CERTIFICATE_PATH)
    return any(values.get(name) for name in telling)
