"""`azmlflow doctor`: the whole state of a machine and a project on one page, without asking anybody anything."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from azmlflow.cli.errors import WrongUse

if TYPE_CHECKING:
    from azmlflow.azure.workspace import WorkspaceRef
    from azmlflow.resolution.doctor.report import Examined

ROLES = ("json", "bicep", "az")


def run(arguments: list[str]) -> int:
    """Print the page, or a role; return 1 when something is wrong."""
    options = _parser().parse_args(arguments)
    if options.role and options.format == "json":
        raise WrongUse("--role prints a role in a format of its own: leave out --format")
    examined = _examine(Path(options.path), options.python, redact=not options.no_redact)

    from azmlflow.cli.terminal import output

    with output() as stream:
        if options.role:
            print(_role(options.role, _workspace(examined), options.path), end="", file=stream)
            _tell_what_clients_need()
            return 0
        report = _report(examined)
        if options.format == "json":
            print(json.dumps(report, indent=2), file=stream)
        else:
            _print_page(report, stream)

    from azmlflow.resolution.doctor.report import wrong

    return 1 if wrong(report) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("azmlflow doctor", description=__doc__, allow_abbrev=False)
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="a folder or a script (.)")
    parser.add_argument("--python", metavar="EXE", help="the interpreter that the code runs in")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (text)")
    parser.add_argument("--no-redact", action="store_true", help="show names, ids and paths; never a secret")
    parser.add_argument(
        "--role", choices=ROLES, help="print a custom role with the permissions that MLflow needs, and end"
    )
    return parser


def _examine(path: Path, python: str | None, *, redact: bool) -> Examined:
    from azmlflow.cli.project import examine
    from azmlflow.resolution.doctor.packages import BROKER
    from azmlflow.resolution.doctor.report import Examined
    from azmlflow.resolution.redaction import Redactor
    from azmlflow.workspace.machine import look_at_machine

    project = examine(path, python)
    broker = BROKER in project.interpreter.packages if project.interpreter else None
    return Examined(
        snapshot=project.snapshot,
        machine=look_at_machine(os.environ, broker),
        folder=project.folder,
        targets=project.targets,
        redactor=Redactor.of(os.environ, project.folder, redact),
        asked_about_file=project.is_file,
    )


def _report(examined: Examined) -> dict[str, Any]:
    from azmlflow.resolution.doctor.report import report_of
    from azmlflow.rules.counting import count_wrong

    return {**report_of(examined), "findings": count_wrong(examined.snapshot, examined.targets)}


def _print_page(report: dict[str, Any], stream: TextIO) -> None:
    from azmlflow.cli.terminal import painter, width
    from azmlflow.resolution.doctor.page import page_of

    for line in page_of(report, painter(stream), width(stream)):
        print(line, file=stream)


def _workspace(examined: Examined) -> WorkspaceRef:
    from azmlflow.azure.permissions import PLACEHOLDERS
    from azmlflow.resolution.doctor.report import workspaces_named

    found = workspaces_named(examined)
    if len(found) > 1:
        names = ", ".join(workspace.workspace_name for workspace in found)
        raise WrongUse(f"the scripts log to several workspaces ({names}): name one script or config.json")
    if not found:
        print("azmlflow: no workspace was found: fill in what stands in <...>", file=sys.stderr)
    return found[0] if found else PLACEHOLDERS


def _tell_what_clients_need() -> None:
    """Say what the role leaves out, where it is not in the way of what reads the role."""
    from azmlflow.azure.permissions import READ_WORKSPACE_ACTION

    print(
        f"Code that asks MLClient for the tracking URI needs one action more: {READ_WORKSPACE_ACTION}",
        file=sys.stderr,
    )


def _role(kind: str, workspace: WorkspaceRef, path: str) -> str:
    from azmlflow.azure import permissions

    if kind == "json":
        return permissions.role_json(workspace)
    if kind == "bicep":
        return permissions.role_bicep(workspace)
    of = f" {shlex.quote(path)}" if path != "." else ""
    write = f"azmlflow doctor{of} --role json > {permissions.JSON_FILE}"
    return "\n".join((write, *permissions.role_commands(workspace), ""))
