"""Which env file sets a variable that leads a dry run's command past the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

_MOST_PARENTS: Final = 12
_PROXIES: Final = (
    "https_proxy",
    "HTTPS_PROXY",
    "http_proxy",
    "HTTP_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
)
_ISOLATING: Final = frozenset("IES")


def past_the_box(names: Sequence[str], command: Sequence[str], here: Path) -> list[dict[str, str]]:
    """Return each with the file that sets it, "" where none does that python-dotenv would look for."""
    return [{"what": name, "file": _file_with(name, command, here)} for name in names]


def unkept(command: Sequence[str], here: Path) -> str | None:
    """Say why a command must not be run: nothing keeps its Python in the sandbox, and an env file could lead it out."""
    if not _is_isolated(command):
        return None
    for name in _PROXIES:
        if file := _file_with(name, command, here):
            return (
                f"{file} sets {name}, and nothing keeps a Python with -I, -E or -S from following it past the sandbox: "
                "leave the option out, or take the variable out of the file for the dry run"
            )
    return None


def _is_isolated(command: Sequence[str]) -> bool:
    """Tell whether a command is a Python that takes neither PYTHONPATH nor `sitecustomize`."""
    if not Path(command[0]).name.startswith("python"):
        return False
    options = iter(command[1:])
    for option in options:
        if not option.startswith("-") or option.startswith(("-c", "-m")):
            return False
        if not _ISOLATING.isdisjoint(option[1:]) and not option.startswith(("--", "-W", "-X")):
            return True
        if option in ("-W", "-X"):
            next(options, None)
    return False


def _file_with(name: str, command: Sequence[str], here: Path) -> str:
    for file in dict.fromkeys(_env_files(here, command)):
        if name in _names_in(file):
            return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()
    return ""


def _env_files(here: Path, command: Sequence[str]) -> Iterator[Path]:
    """Yield env files from nearest to farthest: python-dotenv looks beside the script, and upwards."""
    scripts = [here / each for each in command if each.endswith((".py", ".ipynb"))]
    for start in [*(script.parent for script in scripts), here]:
        for folder in (start, *start.parents)[:_MOST_PARENTS]:
            found = sorted([*folder.glob(".env*"), *folder.glob("*.env")])
            yield from (each for each in found if each.is_file())


def _names_in(file: Path) -> set[str]:
    from dotenv import dotenv_values

    try:
        return set(dotenv_values(file, interpolate=False))
    except (OSError, ValueError):
        return set()
