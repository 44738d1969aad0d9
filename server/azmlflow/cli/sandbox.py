"""`azmlflow sandbox`: an Azure on this machine, with no account and no network."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azmlflow.cli.errors import WrongUse

if TYPE_CHECKING:
    from azmlflow.sandbox.box import AzureBox
    from azmlflow.sandbox.creation import Played
    from azmlflow.sandbox.journal import Exchange
    from azmlflow.sandbox.scenarios import Scenario

_PURPOSE = """\
Plays Azure on this machine, with no account and no network: prints the variables that lead a
program there, and goes on until Ctrl-C. The Azure SDKs, and MLflow with azureml-mlflow, can then
sign in, read the workspace and log runs. Nothing leaves the machine.
"""


def run(arguments: list[str]) -> int:
    """Serve until Ctrl-C, SIGTERM or, if that is asked for, the end of standard input, and return 0."""
    from azmlflow.sandbox.store import store_of

    options = _parser().parse_args(arguments)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with _opened(options.scenario, options.port, options.workspace_of) as box:
        _introduce(box, options.credential or box.scenario.credential, options.format, options.workspace_of)
        store_of(box.world).start()  # so that the first run need not wait for it
        if not options.quiet:
            box.journal.listen(_print_json if options.format == "json" else _print_line)
        if options.until_stdin_closes:
            threading.Thread(target=_when_stdin_closes, args=(ended,), daemon=True).start()
        _wait(ended)
    return 0


@contextmanager
def _opened(scenario: str, port: int, workspace_of: str | None) -> Iterator[AzureBox]:
    from azmlflow.sandbox.box import AzureBox
    from azmlflow.sandbox.extras import MissingExtra
    from azmlflow.sandbox.scenarios import SCENARIOS

    if scenario not in SCENARIOS:
        raise WrongUse(f"there is no scenario '{scenario}': azmlflow sandbox --help lists them")
    played = _played(workspace_of, SCENARIOS[scenario])
    with ExitStack() as stack:
        try:
            box = stack.enter_context(AzureBox(scenario, port, played=played))
        except MissingExtra as error:
            raise WrongUse(str(error)) from None
        except OSError as error:
            raise WrongUse(f"cannot listen on port {port}: {error.strerror}") from None
        yield box


def _played(path: str | None, scenario: Scenario) -> Played:
    """Return the workspace that a project is aimed at; the sandbox's own where none is asked for."""
    from azmlflow.azure.clouds import AZURE_CLOUD
    from azmlflow.sandbox.creation import Played

    if path is None:
        return Played()
    from azmlflow.azure.tracking_uri import parse_tracking_uri
    from azmlflow.cli.project import examine
    from azmlflow.resolution.connection import connection_of

    project = examine(Path(path), None)
    connection = connection_of(project.snapshot, project.absolute)
    if connection.workspace is None:
        said = connection.problem.message if connection.problem else "it names no workspace."
        raise WrongUse(f"--workspace-of {path}: {said}")
    uri = parse_tracking_uri(connection.uri or "")
    region, cloud = (uri.region, uri.cloud) if uri else (None, None)
    if cloud is not None and scenario.cloud not in (AZURE_CLOUD, cloud):
        raise WrongUse(
            f"--workspace-of {path}: that workspace is in {cloud.name}, the scenario {scenario.name} in {scenario.cloud.name}"
        )
    return Played(connection.workspace, region, cloud)


def _parser() -> argparse.ArgumentParser:
    from azmlflow.sandbox.scenarios import CREDENTIALS, SCENARIOS

    scenarios = {name: scenario.summary for name, scenario in SCENARIOS.items()}
    parser = argparse.ArgumentParser(
        "azmlflow sandbox",
        description=_PURPOSE,
        epilog=f"scenarios:\n{_table(scenarios)}\n\ncredentials:\n{_table(CREDENTIALS)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="the port to listen on (a free one)"
    )
    parser.add_argument(
        "--scenario", default="healthy", metavar="NAME", help="what goes wrong (healthy: nothing)"
    )
    parser.add_argument(
        "--credential", choices=CREDENTIALS, metavar="KIND", help="who signs in (what the scenario is about)"
    )
    parser.add_argument(
        "--workspace-of",
        metavar="PATH",
        help="play the workspace that this script, config or folder is aimed at (one of the sandbox's own)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (text)")
    parser.add_argument("--quiet", action="store_true", help="print no requests")
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="end when standard input is closed, as it is when the program that started this one ends (for editors)",
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not int(text) < 65536:
        raise argparse.ArgumentTypeError(f"'{text}' is no port")
    return int(text)


def _table(rows: dict[str, str]) -> str:
    return "\n".join(
        textwrap.fill(what, 110, initial_indent=f"  {name:<28} ", subsequent_indent=" " * 31)
        for name, what in rows.items()
    )


def _when_stdin_closes(ended: threading.Event) -> None:
    with suppress(OSError):
        while os.read(0, 4096):
            continue
    ended.set()


def _wait(ended: threading.Event) -> None:
    try:
        while not ended.wait(0.5):  # without a limit Windows would not hear Ctrl-C
            continue
    except KeyboardInterrupt:
        print("", file=sys.stderr)


def _introduce(box: AzureBox, kind: str, form: str, workspace_of: str | None) -> None:
    """Print what a program needs to know; every value is this box's own and ends with it."""
    from azmlflow.sandbox.environment import OF_CREDENTIALS, PAST_THE_BOX, tool_folders

    variables = box.environment(kind)
    variables.pop("PATH", None)
    folders = tool_folders(box, kind)
    unset = sorted((OF_CREDENTIALS | PAST_THE_BOX) - variables.keys())
    if form == "json":
        print(json.dumps(_description(box, kind, variables, folders, unset)), flush=True)
        return
    lines = [
        f"# Azure on this machine: {box.scenario.name} ({box.scenario.summary}).",
        f"# Signs in: {_credential(kind)}. Ctrl-C ends it.",
        *_only_workspace(box, workspace_of),
        f"# In another terminal{', in PowerShell' if os.name == 'nt' else ' (in PowerShell a line reads $env:NAME = ...)'}:",
        *(_powershell if os.name == "nt" else _sh)(variables, folders, unset),
    ]
    print("\n".join(lines), flush=True)


def _only_workspace(box: AzureBox, workspace_of: str | None) -> list[str]:
    """Say which workspace exists, where it is only one: a project of the user's own names another."""
    if box.world.accept_anything:
        return []
    only = (
        f"# Only the workspace {box.workspace.workspace_name} exists, which MLFLOW_TRACKING_URI below names"
    )
    return [f"{only}." if workspace_of else f"{only}; for the one of your own project: --workspace-of PATH."]


def _credential(kind: str) -> str:
    from azmlflow.sandbox.scenarios import CREDENTIALS

    return CREDENTIALS[kind]


def _description(
    box: AzureBox, kind: str, variables: dict[str, str], folders: list[str], unset: list[str]
) -> dict[str, Any]:
    from azmlflow import __version__

    return {
        "version": 1,
        "tool": f"azmlflow {__version__}",
        "scenario": box.scenario.name,
        "credential": kind,
        "port": box.proxy.port,
        "workspace": {**box.workspace._asdict(), "tracking_uri": box.workspace_uri},
        "environment": variables,
        "path": folders,
        "unset": unset,
    }


def _sh(variables: dict[str, str], folders: list[str], unset: list[str]) -> list[str]:
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    lines += [f'export PATH={shlex.quote(folder)}:"$PATH"' for folder in folders]
    return [f"unset {' '.join(unset)}", *lines]


def _powershell(variables: dict[str, str], folders: list[str], unset: list[str]) -> list[str]:
    lines = [f"$env:{name} = {_quoted(value)}" for name, value in variables.items()]
    lines += [f"$env:PATH = {_quoted(folder + ';')} + $env:PATH" for folder in folders]
    return [f"Remove-Item -ErrorAction Ignore {', '.join(f'Env:{name}' for name in unset)}", *lines]


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _print_line(exchange: Exchange) -> None:
    note = f"  ({exchange.note})" if exchange.note else ""
    text = f"{exchange.status or '---'} {exchange.method} {exchange.host} {exchange.path}{note}"
    print("".join(c if c.isprintable() else "?" for c in text), file=sys.stderr, flush=True)


def _print_json(exchange: Exchange) -> None:
    values = {**exchange._asdict(), "seconds": round(exchange.seconds, 3)}
    print(json.dumps(values), flush=True)
