"""The report of `azmlflow doctor` as plain data. Its shape is a contract: `version` changes when a field changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from azmlflow import __version__
from azmlflow.azure.permissions import (
    ACTIONS,
    DEFAULT_ROLES,
    PLACEHOLDERS,
    READ_WORKSPACE_ACTION,
    role_commands,
)
from azmlflow.azure.variables import AZURE_FEDERATED_TOKEN_FILE
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.resolution.configs import read_candidate, search
from azmlflow.resolution.doctor import certificate, credentials, places, variables
from azmlflow.resolution.doctor.packages import packages_report
from azmlflow.resolution.doctor.scripts import Followed, Situation, follow, situations
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.redaction import Redactor, printable
from azmlflow.resolution.wanted import candidates
from azmlflow.workspace.machine import MachineFacts
from azmlflow.workspace.snapshot import Snapshot

VERSION: Final = 1
MOST_SITUATIONS: Final = 5


@dataclass(frozen=True, slots=True)
class Examined:
    """What a report is made of: the project, the machine, and which part of the project was asked about.

    `folder` is where from_config would be called, `targets` are the files asked about.
    """

    snapshot: Snapshot
    machine: MachineFacts
    folder: Path
    targets: tuple[Path, ...]
    redactor: Redactor
    asked_about_file: bool = False


def report_of(examined: Examined) -> dict[str, Any]:
    """Return the whole report; what is wrong is in `problems`, one sentence each."""
    snapshot, redactor = examined.snapshot, examined.redactor
    followed = follow(snapshot, examined.targets)
    found = situations(snapshot, followed.scripts)
    interpreter, packages, problems = packages_report(snapshot, examined.folder, redactor)
    environments = [_environment(examined, s, packages, followed) for s in found[:MOST_SITUATIONS]]
    for environment in environments:
        problems += environment.pop("problems")
    report: dict[str, Any] = printable(
        {
            "version": VERSION,
            "tool": f"azmlflow {__version__}",
            "redacted": redactor.active,
            "interpreter": interpreter,
            "packages": packages,
            "environments": environments,
            "machine": _machine(examined.machine, redactor),
            "configs": places.configs_report(snapshot, examined.folder, followed.scripts, redactor),
            "scripts": places.scripts_report(followed.scripts, redactor),
            "scripts_left_out": followed.left_out + max(0, len(followed.scripts) - places.MOST_LISTED),
            "permissions": _permissions(redactor),
            "problems": list(dict.fromkeys(problems)),
        }
    )
    return report


def workspaces_named(examined: Examined) -> tuple[WorkspaceRef, ...]:
    """Return the workspaces that a role can be meant for: of the file asked about, of the nearest config, of the scripts."""
    snapshot, targets = examined.snapshot, examined.targets
    if len(targets) == 1 and examined.asked_about_file:
        own = read_candidate(snapshot, targets[0]).workspace
        return (own,) if own else places.workspaces_of(follow(snapshot, targets).scripts)
    met = search(snapshot, examined.folder).found
    if met is not None and met.workspace is not None:
        return (met.workspace,)
    return places.workspaces_of(follow(snapshot, targets).scripts)


def _environment(
    examined: Examined, situation: Situation, packages: Sequence[Mapping[str, Any]], followed: Followed
) -> dict[str, Any]:
    snapshot, redactor, environ = examined.snapshot, examined.redactor, situation.environ
    rows, left_out = variables.rows_of(snapshot, situation, redactor)
    cert = certificate.certificate_of(snapshot, environ, redactor)
    machine = _for_environment(examined, environ)
    versions = {row["name"]: row["version"] for row in packages if row["version"]}
    chain, problems = credentials.chain_report(environ, machine, versions, cert.fault if cert else None)
    scripts = [s for s in followed.scripts if s.file.path in situation.scripts or not situation.scripts]
    profile = examined.machine.profile
    cloud, cloud_problems = places.cloud_report(environ, scripts, profile.cloud if profile else None)
    if cert is not None and cert.useless and cert.data["read"]:
        problems.append(f"The certificate is of no use: {cert.useless}.")
    return {
        "scripts": [redactor.path(path) for path in situation.scripts],
        "may_hold_more": environ.more,
        "variables": [row.as_dict() for row in rows],
        "variables_left_out": left_out,
        "certificate": cert.data if cert else None,
        "cloud": cloud,
        "chain": chain,
        "problems": problems + cloud_problems,
    }


def _for_environment(examined: Examined, environ: Environ) -> MachineFacts:
    """Return the machine as seen with an environment: the token file may be named by a file of the project."""
    seen = examined.snapshot.surroundings
    named = candidates(environ, AZURE_FEDERATED_TOKEN_FILE, examined.snapshot.process.values)
    states = [seen.paths.get(path) for path in named] if seen else []
    if not states or any(state is None for state in states):
        return examined.machine
    return replace(examined.machine, token_file=any(state.kind == "file" for state in states if state))


def _machine(machine: MachineFacts, redactor: Redactor) -> dict[str, Any]:
    profile = machine.profile
    return {
        "azure_cli": {
            "on_path": machine.azure_cli,
            "subscriptions": machine.azure_accounts,
            "signed_in_as": profile.user_type if profile else None,
            "tenant": redactor.identifier(profile.tenant) if profile and profile.tenant else None,
        },
        "powershell": {"on_path": machine.powershell},
        "azure_developer_cli": {"on_path": machine.developer_cli},
    }


def _permissions(redactor: Redactor) -> dict[str, Any]:
    return {
        "actions": list(ACTIONS),
        "to_read_the_workspace": READ_WORKSPACE_ACTION,
        "sufficient_roles": list(DEFAULT_ROLES),
        "commands": list(role_commands(PLACEHOLDERS)),
    }


def wrong(report: Mapping[str, Any]) -> bool:
    """Tell whether the report says that something is wrong."""
    findings: Iterable[int] = (report.get("findings") or {}).values()
    return bool(report["problems"]) or any(findings)
