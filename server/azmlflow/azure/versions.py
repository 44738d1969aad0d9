"""Which versions of MLflow's, Azure ML's and related packages do not go together, and what their releases allow.

What a release requires is in `releases.py`, which a script writes from the metadata of the wheels. What goes wrong
although the metadata allows it was found by running each pair; the tests in `tests/truth/` repeat it for what is
installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from azmlflow.azure.releases import RELEASES, REQUIRES
from azmlflow.patterns import pattern

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

PLUGIN: Final = "azureml-mlflow"
MLFLOW: Final = "mlflow"
SKINNY: Final = "mlflow-skinny"
SDK: Final = "azure-ai-ml"

ONE_VERSION_SINCE: Final = "2.15.0"
"""From here on mlflow requires mlflow-skinny of its own version. Older ones were independent packages that write into
the same folder (https://github.com/mlflow/mlflow/pull/12426): of two versions the one installed last is what runs."""

DATABASE_SINCE: Final = "3.7.0"
"""From here on runs without a tracking URI go to `mlflow.db`, which mlflow-skinny cannot open without SQLAlchemy."""

ISSUES: Final = "https://github.com/Azure/azure-sdk-for-python/issues"


_NAME: Final = pattern(r"[\w-]+")


class Clash(NamedTuple):
    """Two packages that can be installed together and then do not work.

    The versions are specifiers of PEP 440. `pythons` are those that the bad versions of `second` run on. `fault` says
    in plain words what fails; `error` is what Python says. `implied` tells whether the newest `second` comes along
    where nobody asks for a version of it; protobuf is held back by too many others.
    """

    first: str
    first_versions: str
    second: str
    second_versions: str
    pythons: str
    fault: str
    error: str
    source: str
    checked: str
    implied: bool = True


CLASHES: Final = (
    Clash(
        PLUGIN,
        "<1.61.0",
        SKINNY,
        ">=3.1.2",
        ">=3.9",
        "no artifact or model can be logged",
        "azureml_artifacts_builder() got an unexpected keyword argument 'tracking_uri'",
        f"{ISSUES}/43661",
        "2026-11-23",
    ),
    Clash(
        PLUGIN,
        "==1.61.0",
        SKINNY,
        "<3.5.0",
        ">=3.8",
        "no artifact or model can be logged",
        "ArtifactRepository.__init__() takes 2 positional arguments but 4 were given",
        f"{ISSUES}/44365",
        "2026-11-23",
    ),
    Clash(
        PLUGIN,
        ">=1.55.0,<1.60.0",
        "protobuf",
        ">=6.30.0",
        ">=3.9",
        "no run can be started",
        "cannot import name 'service' from 'google.protobuf'",
        f"{ISSUES}/38748",
        "2026-11-23",
        implied=False,
    ),
    Clash(
        SDK,
        "<1.23.1",
        "marshmallow",
        ">=3.24.0",
        ">=3.9",
        "azure.ai.ml cannot be imported",
        "cannot import name '_T' from 'marshmallow.fields'",
        f"{ISSUES}/39039",
        "2026-11-23",
    ),
    Clash(
        SDK,
        "<1.26.3",
        "marshmallow",
        ">=4.0.0",
        ">=3.9",
        "azure.ai.ml cannot be imported",
        "cannot import name 'FieldInstanceResolutionError' from 'marshmallow.utils'",
        f"{ISSUES}/40565",
        "2026-11-23",
    ),
)

LOGGED_MODELS: Final = Clash(
    PLUGIN,
    "",
    SKINNY,
    ">=3.0.0",
    ">=3.9",
    "logging a model asks the workspace for an API (logged-models) that it may not have",
    "API request to endpoint /api/2.0/mlflow/logged-models failed with error code 404",
    f"{ISSUES}/44896",
    "2026-11-23",
)
"""MLflow 3 creates a logged model before it uploads one. Whether a workspace has that API by now is not known here."""


@lru_cache(1000)
def specifiers(text: str) -> SpecifierSet | None:
    """Return a specifier as an object, or None when it is none; the empty one admits everything."""
    from packaging.specifiers import (
        InvalidSpecifier,
        SpecifierSet,
    )  # most files never need it, and it takes 20 ms

    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None


def admits(specifier: str, version: str) -> bool:
    """Tell whether a version is within a specifier; False when either is malformed. Pre-releases count as others do."""
    parsed = specifiers(specifier)
    return parsed is not None and is_version(version) and parsed.contains(version, prereleases=True)


@lru_cache(1000)
def is_version(text: str) -> bool:
    """Tell whether a text is a version of PEP 440."""
    from packaging.version import InvalidVersion, Version

    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


@lru_cache(100)
def releases(package: str) -> tuple[str, ...]:
    """Return the releases of a package that are known here, the newest first; none for a package without a table."""
    if package == MLFLOW:
        return releases(SKINNY)
    if package in RELEASES:
        return tuple(RELEASES[package].split())
    return tuple(version for group in REQUIRES.get(package, ()) for version in group.split())


@lru_cache(1000)
def requires(package: str, version: str) -> Mapping[str, str] | None:
    """Return the upper-bounded requirements of a release, name -> specifier; None when the release is not known."""
    if package == MLFLOW and is_version(version):
        return {SKINNY: f"=={version}"} if admits(f">={ONE_VERSION_SINCE}", version) else {}
    for group, needs in REQUIRES.get(package, {}).items():
        if version in group.split():
            found = (_NAME.match(need) for need in needs.split())
            return {match[0]: match.string[match.end() :] for match in found if match}
    return None


@lru_cache(1)
def related() -> frozenset[str]:
    """Return the packages that the table says something of."""
    bounded = (
        _NAME.match(need)
        for groups in REQUIRES.values()
        for needs in groups.values()
        for need in needs.split()
    )
    clashing = {name for clash in CLASHES for name in (clash.first, clash.second)}
    return frozenset({MLFLOW, SKINNY, PLUGIN, SDK, *clashing, *(match[0] for match in bounded if match)})


def clashes(installed: Mapping[str, str]) -> Iterator[Clash]:
    """Yield what does not work between packages of given versions, by normalised name."""
    versions = {SKINNY: installed[MLFLOW], **installed} if MLFLOW in installed else installed
    for clash in CLASHES:
        first, second = versions.get(clash.first, ""), versions.get(clash.second, "")
        if first and second and admits(clash.first_versions, first) and admits(clash.second_versions, second):
            yield clash


def unmet(installed: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield (package, other, specifier) for each upper bound that an installed package sets and another breaks."""
    for package in (PLUGIN, SDK, MLFLOW):
        for other, specifier in (requires(package, installed.get(package, "")) or {}).items():
            version = installed.get(other)
            if version and is_version(version) and not admits(specifier, version):
                yield package, other, specifier
