"""Hands a subcommand's arguments to its file, and turns whatever goes wrong into one sentence.

`--version` and `rule` answer before a heavier import could: this file needs nothing that Python has not loaded.
"""

from __future__ import annotations

import os
import sys

from azmlflow import __version__
from azmlflow.cli.errors import WrongUse

COMMANDS: dict[str, str] = {
    "check": "find what is wrong in files and folders, and repair it",
    "explain": "say where a script would log, and why",
    "doctor": "say what this machine and project are like: packages, variables, credentials; offline",
    "test-connection": "tell step by step whether the code here reaches its workspace",
    "dry-run": "run a command against a sandbox, and say where its runs would land",
    "rule": "print what a rule is about",
    "sandbox": "play Azure on this machine, to try things with no account",
    "lsp": "start the language server",
}
"""Subcommand -> what it does; each has a module of its name with `run(arguments) -> exit status`."""

USAGE = "usage: azmlflow [-h] [--version] COMMAND ..."


def main(arguments: list[str]) -> int:
    """Run a command line and return its exit status: 0 nothing found, 1 findings, 2 wrong use."""
    try:
        status = _run(arguments)
        sys.stdout.flush()
        return status
    except WrongUse as error:
        print(f"azmlflow: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        drop_output()
        return 0
    except Exception as error:  # noqa: BLE001 - a traceback is of no use to the person who reads it
        print(f"azmlflow: {_fault(error)}", file=sys.stderr)
    return 2


def drop_output() -> None:
    """Send what is still to be written nowhere: whoever read it has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command in {"-V", "--version"}:
        print(f"azmlflow {__version__}")
    elif command in {"-h", "--help", "help"}:
        print(_help())
    elif command in COMMANDS:
        _start_log(command)
        from importlib import import_module

        status: int = import_module(f"azmlflow.cli.{command.replace('-', '_')}").run(rest)
        return status
    else:
        raise WrongUse(f"{_unknown(command)}\n{USAGE}")
    return 0


def _help() -> str:
    lines = [f"  {name:<15} {purpose}" for name, purpose in COMMANDS.items()]
    return "\n".join(
        [
            USAGE,
            "",
            "Tells where MLflow code for Azure Machine Learning will log, why, and what will stop it.",
            "",
            "commands:",
            *lines,
            "",
            "azmlflow COMMAND --help says more. AZMLFLOW_LOG=debug writes a log to standard error.",
        ]
    )


def _unknown(command: str) -> str:
    if not command:
        return "which command?"
    if os.path.exists(command):  # noqa: PTH110 - pathlib would double the time that --version takes
        return f"'{command}' is a path, not a command: run azmlflow check {command}"
    return f"there is no command '{command}': run azmlflow --help"


def _start_log(command: str) -> None:
    """Log what AZMLFLOW_LOG asks for to standard error, otherwise nothing; the language server keeps its own."""
    level = os.environ.get("AZMLFLOW_LOG", "").upper()
    if command in {"rule", "lsp"}:
        return
    import logging

    logging.getLogger("azmlflow").addHandler(logging.NullHandler())
    if level in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


def _fault(error: Exception) -> str:
    """Say that it is our fault; an exception's own words may quote a file, so they are for the log alone."""
    if os.environ.get("AZMLFLOW_LOG", "").lower() == "debug":
        import traceback

        traceback.print_exc()
    return (
        f"failed with {type(error).__name__}: run it again with AZMLFLOW_LOG=debug and report what it prints"
    )
