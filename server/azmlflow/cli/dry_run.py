"""`azmlflow dry-run`: runs a command against an Azure in a box, and tells where its runs would have landed.

Nothing leaves this machine: the proxy and certificate variables lead the command to the box, which passes nothing on. No
account is needed, and no sign-in of yours is touched. A command that does not heed proxies is its own master.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from azmlflow.cli.errors import WrongUse
from azmlflow.cli.supervise import told_to_end

if TYPE_CHECKING:
    from azmlflow.cli.supervise import Ended
    from azmlflow.sandbox.box import AzureBox

PACKAGES: Final = ("trustme", "cryptography", "flask", "sqlalchemy", "alembic", "mlflow")
KEPT: Final = 200_000
"""How many requests the report rests on: the first half of them, and the latest."""
USAGE: Final = (
    "azmlflow dry-run [-h] [--format {text,json}] [--timeout SECONDS] [--until-stdin-closes] [--] COMMAND ..."
)
_TOOLS: Final = {"az": ("az",), "azd": ("azd",), "pwsh": ("pwsh", "powershell")}
_KEEPER: Final = "keeper"
_SIGNALS: Final = {"interrupted": 130, "terminated": 143}


def run(arguments: list[str]) -> int:
    """Run the command, print the report, and return 1 when something is wrong."""
    options = _parser().parse_args(arguments)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    _check(command, options.timeout)
    with told_to_end():
        report = _dry_run(command, options)
        _print(report, options.format)
    return _SIGNALS.get(report["ended"]["because"], 1 if report["found"] else 0)


def _parser() -> argparse.ArgumentParser:
    first, _, rest = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        "azmlflow dry-run", usage=USAGE, description=first, epilog=rest.strip(), allow_abbrev=False
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text",
        help="how to print the report (text); with json the command prints to standard error",
    )  # fmt: skip
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="end the command after so long")
    parser.add_argument(
        "--until-stdin-closes", action="store_true",
        help="give the command no standard input, and end it when that of azmlflow is closed (for editors)",
    )  # fmt: skip
    parser.add_argument(
        "command", metavar="COMMAND", nargs=argparse.REMAINDER, help="what to run, such as: python train.py"
    )
    return parser


def _check(command: list[str], timeout: float | None) -> None:
    if not command:
        raise WrongUse("which command? For example: azmlflow dry-run -- python train.py")
    if command[0].endswith((".py", ".ipynb")) and not os.access(command[0], os.X_OK):
        raise WrongUse(f"{command[0]} is not a program: azmlflow dry-run -- python {' '.join(command)}")
    if timeout is not None and not 0 < timeout < 10_000_000:
        raise WrongUse("--timeout is a number of seconds, more than 0")


def _dry_run(command: list[str], options: argparse.Namespace) -> dict[str, Any]:
    from azmlflow.cli import local_stores
    from azmlflow.cli.env_files import past_the_box, unkept
    from azmlflow.cli.output.dry_run_json import report_json
    from azmlflow.sandbox import kept
    from azmlflow.sandbox.box import AzureBox
    from azmlflow.sandbox.extras import MissingExtra, require
    from azmlflow.sandbox.report import report_on
    from azmlflow.sandbox.store import StoreFailed, store_of

    folder, environ, since = _here(), dict(os.environ), int(time.time() * 1000)
    if why := unkept(command, folder):
        raise WrongUse(why)
    before = local_stores.look(folder, environ)
    try:
        require(*PACKAGES)
        with AzureBox("dry-run", keeps=KEPT) as box:
            store_of(box.world).start()
            ended = _run_in(box, command, environ, options)
            report, seen = report_on(box.world, box.journal), kept.read(box.folder / _KEEPER)
    except MissingExtra as error:
        raise WrongUse(str(error)) from None
    except StoreFailed as error:
        raise WrongUse(f"the sandbox failed. {error}") from None
    after = local_stores.look(folder, environ, seen.uris)
    local = local_stores.compare(before, after, folder, since)
    past = past_the_box(seen.past, command, folder)
    return report_json(command, folder, ended, report, local, _would_try(environ), past, seen)


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise WrongUse("the working folder does not exist any more") from None


def _run_in(
    box: AzureBox, command: list[str], environ: Mapping[str, str], options: argparse.Namespace
) -> Ended:
    from azmlflow.cli import supervise

    try:
        return supervise.run(
            command,
            child_environment(box, environ),
            timeout=options.timeout,
            output_to_error=options.format == "json",
            until_stdin_closes=options.until_stdin_closes,
        )
    except FileNotFoundError:
        missing = (
            "is there, but not the program that its first line names" if shutil.which(command[0]) else ""
        )
        raise WrongUse(
            f"'{command[0]}' {missing}" if missing else f"there is no program '{command[0]}'"
        ) from None
    except OSError as error:
        raise WrongUse(f"'{command[0]}' cannot be started: {error.strerror}") from None


def child_environment(box: AzureBox, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the user's own environment, led into the box.

    A stand-in takes the place of a command-line tool that is installed, so that no real sign-in is touched; for one that
    is not, code that needs it fails as it would. AZURE_CONFIG_DIR is an empty folder, and no browser is opened. Every Python has
    a keeper, without which code that changes the variables would leave the box.
    """
    from azmlflow.sandbox import kept, stand_in_browser

    path = environ.get("PATH", "")
    made = box.environment("any", base=environ, keep_credentials=True)
    missing = {
        tool for tool, names in _TOOLS.items() if not any(shutil.which(name, path=path) for name in names)
    }
    folders = made["PATH"].split(os.pathsep)
    chosen = [
        each for each in folders if not (Path(each).is_relative_to(box.folder) and Path(each).name in missing)
    ]
    config = box.folder / "azure-config"
    config.mkdir(exist_ok=True)
    return {
        **made,
        "PATH": os.pathsep.join(chosen),
        "PYTHONPATH": kept.python_path(
            kept.write(box.folder / _KEEPER, made["HTTPS_PROXY"]), environ.get("PYTHONPATH", "")
        ),
        "AZURE_CONFIG_DIR": str(config),
        "BROWSER": str(stand_in_browser.write(box.folder / "bin" / "browser")),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
    }


def _would_try(environ: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what each link of the plugin's chain would find in this environment and on this machine, unasked."""
    from azmlflow.azure.chain_replay import replay
    from azmlflow.azure.credential_chain import chain_of
    from azmlflow.workspace.machine import look_at_machine

    found = replay(environ, look_at_machine(environ, None), chain_of(None, None))
    return [
        {"link": verdict.link.name, "state": verdict.state.value, "reason": verdict.reason}
        for verdict in found.verdicts
    ]


def _print(report: dict[str, Any], kind: str) -> None:
    from azmlflow.cli.output.landing import page_of
    from azmlflow.cli.terminal import Painter, output, painter, width

    with output() as stream:
        if kind == "json":
            text = "\n".join(page_of(report, Painter(False))) + "\n"
            print(json.dumps({**report, "text": text}, indent=2, allow_nan=False), file=stream)
        else:
            sys.stderr.flush()
            for line in ("", *page_of(report, painter(stream), width(stream))):
                print(line, file=stream)
