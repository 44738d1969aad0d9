"""What to ask for instead, so that an installer arrives at versions that work together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

from azmlflow.azure.version_outlook import Trouble, troubles
from azmlflow.azure.versions import MLFLOW, PLUGIN, SDK, SKINNY, admits, releases, specifiers

MOST_TRIED: Final = 60
"""Releases that are tried in place of the one asked for, from the newest down."""


_Cures: TypeAlias = Callable[[str, str], bool]
"""Tells whether asking for these versions of a package removes the trouble and brings no other."""


class Remedy(NamedTuple):
    """Ask for these versions of a package; it is to be added where nobody asks for it yet."""

    package: str
    specifier: str


def remedies(
    wishes: Mapping[str, str], trouble: Trouble, python: str = "", ordered: bool = True
) -> Iterator[Remedy]:
    """Yield changes of one wish each that leave no trouble, the one that changes least first."""
    seen: set[str] = set()
    others = {_key(each) for each in troubles(wishes, python, ordered)} - {_key(trouble)}

    def cures(package: str, specifier: str) -> bool:
        left = troubles({**wishes, package: specifier}, python, ordered)
        return all(_key(each) in others for each in left)

    for remedy in _proposals(wishes, trouble, cures):
        if remedy.package not in seen and cures(*remedy):
            seen.add(remedy.package)
            yield remedy


def _key(trouble: Trouble) -> tuple[object, ...]:
    return trouble.kind, trouble.package, trouble.other, trouble.clash


def _proposals(wishes: Mapping[str, str], trouble: Trouble, cures: _Cures) -> Iterator[Remedy]:
    if trouble.kind == "mixed":
        yield Remedy(SKINNY, wishes[MLFLOW])
        return
    if trouble.by_order:
        yield Remedy(PLUGIN, f">={_base(releases(PLUGIN)[0])}")
    if trouble.package == SDK and trouble.clash is not None and not _is_pin(wishes.get(trouble.other, "")):
        yield Remedy(trouble.other, trouble.clash.second_versions.replace(">=", "<"))
    both = trouble.package, trouble.other
    for package in both if trouble.kind != "unresolvable" or trouble.other == MLFLOW else both[::-1]:
        if releases(package):
            yield from islice(_others(package, wishes, cures), 1)
        else:
            yield Remedy(package, _upper(wishes.get(package, ""), trouble.limit))


def _others(package: str, wishes: Mapping[str, str], cures: _Cures) -> Iterator[Remedy]:
    """Yield the newest releases that work, written as the wish is: pinned, or with a bound."""
    written = wishes.get(package, "")
    for version in islice(releases(package), MOST_TRIED):
        if not cures(package, f"=={version}"):
            continue
        if package not in (PLUGIN, SDK):
            yield Remedy(package, f"=={version}" if _is_pin(written) else _bounded(written, version))
        elif is_newer(version, written):
            yield Remedy(package, f"=={version}" if _is_pin(written) else f">={_base(version)}")


def _bounded(written: str, version: str) -> str:
    """Return a wish with its lower bounds kept and the version as its upper one."""
    kept = [clause.strip() for clause in written.split(",") if clause.strip().startswith((">", "!"))]
    return ",".join([*(clause for clause in kept if admits(clause, version)), f"<={version}"])


def _upper(written: str, limit: str) -> str:
    """Return the upper bound in `name<=2,>=1`; as a pin where the wish is one and the bound names a version."""
    upper = next((clause for clause in limit[limit.find("<") :].split(",") if clause.startswith("<")), "")
    return f"=={upper[2:]}" if upper.startswith("<=") and _is_pin(written) else upper


def _is_pin(written: str) -> bool:
    parsed = specifiers(written)
    return parsed is not None and any(clause.operator in ("==", "===", "~=") for clause in parsed)


def _base(version: str) -> str:
    return version.partition(".post")[0]


def is_newer(version: str, written: str) -> bool:
    """Tell whether a version is above all that a wish names."""
    return all(
        admits(f">{clause.version.removesuffix('.*')}", version) for clause in specifiers(written) or ()
    )
