"""What an installer would make of the versions that somebody asks for: nothing, or a set that does not work.

pip and uv take the first requirement they meet and give it the newest release that nothing forbids; a later one has to
fit, and goes back to older releases until it does. Both answer `mlflow azureml-mlflow` with the newest MLflow, beside
the last azureml-mlflow that set no upper bound; turned round, they answer with a pair that works.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from azmlflow.azure.versions import (
    CLASHES,
    MLFLOW,
    ONE_VERSION_SINCE,
    PLUGIN,
    SDK,
    SKINNY,
    Clash,
    admits,
    is_version,
    related,
    releases,
    requires,
    specifiers,
)
from azmlflow.patterns import pattern

BOUNDED_SINCE: Final = "1.61.0"
"""The first azureml-mlflow whose upper bounds on MLflow are those of what it works with."""

_PYTHONS: Final = tuple(f"3.{minor}" for minor in range(7, 21))
_OF_NEWEST: Final = ">=3.10"
"""The Pythons that an MLflow above the plugin's bound runs on (3.2 and newer)."""
_PINNED: Final = pattern(r"={2,3}\s*([^\s,;*]{1,100})")
_POST: Final = pattern(r"(.+)\.post\d+")


class Trouble(NamedTuple):
    """What is wrong with the versions asked for; `package` is the one whose line shows it.

    unresolvable: no release of `other` takes what `package` asks for. clash: both are installed, and fail. older: the
    installer goes back to releases of `other` from before their upper bounds, `other_version` if it is known which.
    mixed: both put different versions into one folder.
    """

    kind: Literal["unresolvable", "clash", "older", "mixed"]
    package: str
    other: str
    version: str = ""
    other_version: str = ""
    limit: str = ""
    """What `other` allows of `package`, or of what it brings along."""
    clash: Clash | None = None
    certain: bool = True
    """False where a release that is not known here could make it right."""
    by_order: bool = False
    """Whether it would go well if `other` were listed before `package`."""


def troubles(wishes: Mapping[str, str], python: str = "", ordered: bool = True) -> Iterator[Trouble]:
    """Yield what is wrong with a set of wishes, name -> specifier, in the order in which they are listed.

    `python` is a specifier of the Pythons it is for, empty when that is not known. `ordered` tells whether the
    installer goes by the order of the lines, as pip and uv do.
    """
    wishes = {n: wish for n, wish in wishes.items() if n in related() or n.startswith("azureml-")}
    if any(specifiers(wish) is None for wish in wishes.values()):
        return
    mixed = list(_mixed(wishes))
    yield from mixed
    for package in (PLUGIN, SDK):
        if package in wishes:
            found = _of_package(package, wishes, ordered)
            yield from (
                trouble for trouble in found if _on_python(trouble, python) and not _same(trouble, mixed)
            )


def _on_python(trouble: Trouble, python: str) -> bool:
    if trouble.clash is None or not python:
        return True
    pythons = _OF_NEWEST if trouble.by_order else trouble.clash.pythons
    return any(admits(python, each) and admits(pythons, each) for each in _PYTHONS)


def _same(trouble: Trouble, mixed: list[Trouble]) -> bool:
    """Tell whether a clash with MLflow follows from MLflow being there twice."""
    return bool(mixed) and trouble.clash is not None and trouble.clash.second == SKINNY


# ---- MLflow and its smaller self ----


def _mixed(wishes: Mapping[str, str]) -> Iterator[Trouble]:
    """Yield the trouble of two versions of MLflow, which is installed as mlflow and as mlflow-skinny."""
    if MLFLOW not in wishes:
        return
    full = _newest(MLFLOW, wishes[MLFLOW])
    if full is None:
        return
    if admits(f">={ONE_VERSION_SINCE}", full):
        if SKINNY in wishes and not joint(wishes[SKINNY], wishes[MLFLOW]):
            yield Trouble("unresolvable", SKINNY, MLFLOW, full, limit=f"{SKINNY}=={full}")
        return
    if SKINNY in wishes:
        other, package = _newest(SKINNY, wishes[SKINNY]), SKINNY
    elif PLUGIN in wishes:
        plugin = next(iter(_fitting(PLUGIN, wishes)), None)
        cap = (requires(PLUGIN, plugin) or {}).get(SKINNY, "") if plugin else ""
        other, package = _newest(SKINNY, cap), PLUGIN
    else:
        return
    if other is not None and other != full:
        yield Trouble("mixed", MLFLOW, package, full, other, certain=False)


def _of_skinny(wishes: Mapping[str, str]) -> str:
    """Return what is asked of mlflow-skinny, by itself or through mlflow."""
    asked = [wishes[SKINNY]] if wishes.get(SKINNY) else []
    full = _newest(MLFLOW, wishes[MLFLOW]) if wishes.get(MLFLOW) else None
    if full is not None and admits(f">={ONE_VERSION_SINCE}", full):
        asked.append(wishes[MLFLOW])
    return ",".join(asked)


# ---- the packages that set bounds ----


def _of_package(package: str, wishes: Mapping[str, str], ordered: bool) -> Iterator[Trouble]:
    wish = wishes[package]
    options = admitted(package, wish)
    if not options:
        return
    fitting = _fitting(package, wishes)
    if not fitting:
        yield _refused(package, options[0], wishes)
        return
    first = _listed_first(package, wishes) if ordered else None
    asked = {**wishes, SKINNY: f"=={first}"} if first else wishes
    chosen = next(iter(_fitting(package, asked)), fitting[0])
    clash = next(_clashes(package, chosen, asked), None)
    if clash is not None:
        forced = chosen == options[0] and clash.certain
        yield clash._replace(by_order=chosen != fitting[0], certain=forced)
    elif (
        package == PLUGIN
        and admits(f"<{BOUNDED_SINCE}", chosen)
        and not admits(f"<{BOUNDED_SINCE}", options[0])
    ):
        refused = _refused(package, options[0], wishes)
        yield refused._replace(kind="older", other_version=chosen, certain=False)


def _fitting(package: str, wishes: Mapping[str, str]) -> tuple[str, ...]:
    """Return the releases whose bounds leave room for every other wish, the newest first."""
    others = {**wishes, SKINNY: _of_skinny(wishes)}
    found = (
        version for version in admitted(package, wishes[package]) if not _barrier(package, version, others)
    )
    return tuple(found)


def _barrier(package: str, version: str, others: Mapping[str, str]) -> str | None:
    """Return the package of which a release allows nothing that is asked for."""
    bounds = requires(package, version) or {}
    return next((name for name, bound in bounds.items() if not joint(others.get(name, ""), bound)), None)


def _refused(package: str, newest: str, wishes: Mapping[str, str]) -> Trouble:
    """Return the trouble of a package no release of which takes what is asked for beside it."""
    name = _barrier(package, newest, {**wishes, SKINNY: _of_skinny(wishes)}) or SKINNY
    limit = f"{name}{(requires(package, newest) or {}).get(name, '')}"
    blamed = MLFLOW if name == SKINNY and MLFLOW in wishes else name
    wish = wishes[package]
    if admits(wish, _before_the_table(package)):
        return Trouble("older", blamed, package, limit=limit, version=newest, certain=False)
    closed = not any(admits(wish, version) for version in _to_come(newest))
    return Trouble("unresolvable", blamed, package, limit=limit, version=newest, certain=closed)


def _clashes(package: str, version: str, wishes: Mapping[str, str]) -> Iterator[Trouble]:
    known = requires(package, version)
    bounds = known or {}
    for clash in CLASHES:
        if clash.first != package or not admits(clash.first_versions, version):
            continue
        implied = not _is_wished(clash.second, wishes)
        if implied and (known is None or not (clash.implied and _is_free(clash.second, wishes))):
            continue  # what a release brings along is known of those in the table only
        asked = _of_skinny(wishes) if clash.second == SKINNY else wishes.get(clash.second, "")
        other = _newest(clash.second, ",".join(filter(None, (asked, bounds.get(clash.second, "")))))
        if other is not None and admits(clash.second_versions, other):
            second = MLFLOW if clash.second == SKINNY and MLFLOW in wishes else clash.second
            yield Trouble("clash", package, second, version, other, clash=clash, certain=not implied)


def _is_wished(package: str, wishes: Mapping[str, str]) -> bool:
    return package in wishes or (package == SKINNY and MLFLOW in wishes)


def _is_free(package: str, wishes: Mapping[str, str]) -> bool:
    """Tell whether the newest release may be expected; packages of the SDK v1 hold MLflow back."""
    return package != SKINNY or not any(name.startswith("azureml-") and name != PLUGIN for name in wishes)


def _listed_first(package: str, wishes: Mapping[str, str]) -> str | None:
    """Return the MLflow that is taken before the package gets its turn.

    Only mlflow is: where the package's own requirement meets mlflow-skinny, both installers change their choice.
    """
    names = list(wishes)
    if package != PLUGIN or MLFLOW not in wishes or names.index(MLFLOW) > names.index(PLUGIN):
        return None
    newest = _newest(MLFLOW, _of_skinny(wishes) or wishes[MLFLOW])
    return newest if newest is not None and admits(f">={ONE_VERSION_SINCE}", newest) else None


# ---- versions ----


def admitted(package: str, wish: str) -> tuple[str, ...]:
    """Return the releases that a wish admits, the newest first; a pinned one also where it is not known here."""
    known = tuple(version for version in releases(package) if _is_asked(wish, version))
    return known or _pinned(wish)


def _is_asked(wish: str, version: str) -> bool:
    parsed = specifiers(wish)
    return parsed is not None and parsed.contains(version)


def _pinned(wish: str) -> tuple[str, ...]:
    return tuple(version for version in _PINNED.findall(wish) if admits(wish, version))[:1]


def _newest(package: str, wish: str) -> str | None:
    return next(iter(admitted(package, wish)), None)


def _before_the_table(package: str) -> str:
    """Return a version older than every release that is known here."""
    from packaging.version import Version

    known = releases(package)
    release = Version(known[-1]).release if known else (0,)
    return f"{release[0]}.{max(release[1] - 1, 0)}.0" if len(release) > 1 else "0"


def _to_come(newest: str) -> tuple[str, ...]:
    """Return versions such as may follow the newest one."""
    from packaging.version import Version

    major, minor, *rest = (*Version(newest).release, 0, 0)
    plain = _POST.sub(r"\1", newest)
    return f"{plain}.post9999", f"{major}.{minor}.{rest[0] + 1}", f"{major}.{minor + 1}", f"{major + 1}"


@lru_cache(1000)
def joint(one: str, other: str) -> bool:
    """Tell whether some version can be within both specifiers; True when either cannot be read.

    Between two neighbouring bounds all versions are alike, so the bounds and what lies beside them are enough to try.
    """
    both = specifiers(",".join(filter(None, (one, other))))
    if both is None:
        return True
    return any(both.contains(version, prereleases=True) for version in _points(str(both)))


def _points(specifier: str) -> Iterator[str]:
    from packaging.version import Version

    yield from ("0", "99999")
    for clause in specifier.split(","):
        written = clause.lstrip("=<>!~ ").removesuffix(".*")
        if not is_version(written):
            continue
        release = list(Version(written).release)
        yield written
        yield ".".join(map(str, [*release, 0, 1]))
        while release and release[-1] == 0:
            release.pop()
        if release:
            yield ".".join(map(str, [*release[:-1], release[-1] - 1, 99999]))
