"""The table of versions, and what an installer would make of wishes; each outcome was seen with pip 26 and uv 0.13."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest
from azmlflow.azure.releases import CHECKED, RELEASES, REQUIRES
from azmlflow.azure.version_outlook import Trouble, joint, troubles
from azmlflow.azure.version_remedies import remedies
from azmlflow.azure.versions import (
    CLASHES,
    LOGGED_MODELS,
    PLUGIN,
    admits,
    clashes,
    is_version,
    releases,
    requires,
    specifiers,
    unmet,
)
from hypothesis import given, settings
from hypothesis import strategies as st

WISH = re.compile(r"([a-z-]+[a-z])(.*)")


def wishes(written: str) -> dict[str, str]:
    """`mlflow>=2 azureml-mlflow` as a mapping, in that order."""
    found = [WISH.fullmatch(word) for word in written.split()]
    return {match[1]: match[2] for match in found if match}


def only(written: str, python: str = "", ordered: bool = True) -> Trouble:
    (trouble,) = troubles(wishes(written), python, ordered)
    return trouble


def cured(written: str) -> list[tuple[str, str]]:
    asked = wishes(written)
    return [
        (remedy.package, remedy.specifier)
        for trouble in troubles(asked)
        for remedy in remedies(asked, trouble)
    ]


# ---- the table ----


def test_every_row_can_be_read_and_says_where_it_is_from() -> None:
    assert date.fromisoformat(CHECKED) >= date(2026, 11, 23)
    for clash in (*CLASHES, LOGGED_MODELS):
        assert specifiers(clash.first_versions) is not None
        assert specifiers(clash.second_versions) is not None
        assert specifiers(clash.pythons) is not None
        assert clash.source.startswith("https://github.com/")
        assert date.fromisoformat(clash.checked) <= date.fromisoformat(CHECKED)
        assert clash.fault[0].islower()
        assert not clash.fault.endswith(".")


def test_releases_are_listed_once_and_from_the_newest_down() -> None:
    for package in (*RELEASES, *REQUIRES):
        known = releases(package)
        assert all(map(is_version, known))
        assert len(set(known)) == len(known)
        assert all(
            admits(f">{older}", newer) or newer.startswith(f"{older}.post")
            for newer, older in pairwise(known)
        )


def test_the_caps_of_the_plugin_on_mlflow_are_those_of_its_wheels() -> None:
    caps = {version: (requires(PLUGIN, version) or {}).get("mlflow-skinny") for version in releases(PLUGIN)}

    assert caps["1.62.0.post6"] == "<=3.15.0"
    assert caps["1.62.0.post4"] == "<=3.9.0"
    assert caps["1.62.0.post3"] == "<=3.13.0"
    assert caps["1.62.0.post1"] == "<=3.5.0"
    assert caps["1.62.0"] == "<=3.9.0"
    assert caps["1.61.0"] == "<=3.5.0"
    assert caps["1.60.0.post1"] == "<3.0.0"
    assert caps["1.60.0"] is None
    assert caps["1.59.0"] == "<=2.15.1"
    assert caps["1.57.0"] is None


def test_mlflow_brings_its_own_mlflow_skinny_since_2_15() -> None:
    assert requires("mlflow", "3.5.0") == {"mlflow-skinny": "==3.5.0"}
    assert requires("mlflow", "2.14.3") == {}
    assert requires(PLUGIN, "0.0.1") is None
    assert requires("numpy", "1.0") is None


@pytest.mark.parametrize(
    ("installed", "error"),
    [
        ("azureml-mlflow 1.60.0 mlflow 3.5.0 mlflow-skinny 3.5.0", "azureml_artifacts_builder"),
        ("azureml-mlflow 1.60.0.post1 mlflow 3.1.4", "azureml_artifacts_builder"),
        ("azureml-mlflow 1.61.0 mlflow-skinny 2.22.4", "ArtifactRepository"),
        ("azureml-mlflow 1.58.0.post3 mlflow-skinny 2.20.0 protobuf 6.31.1", "google.protobuf"),
        ("azure-ai-ml 1.22.4 marshmallow 3.26.1", "marshmallow.fields"),
        ("azure-ai-ml 1.23.1 marshmallow 4.0.0", "marshmallow.utils"),
    ],
)
def test_installed_packages_that_do_not_work_together_are_known(installed: str, error: str) -> None:
    words = installed.split()
    (clash,) = clashes(dict(zip(words[::2], words[1::2], strict=True)))

    assert error in clash.error


@pytest.mark.parametrize(
    "installed",
    [
        "azureml-mlflow 1.62.0.post6 mlflow 3.17.2",
        "azureml-mlflow 1.60.0 mlflow 3.1.1",
        "azureml-mlflow 1.61.0.post1 mlflow 2.22.0",
        "azureml-mlflow 1.61.0 mlflow 3.5.0",
        "azureml-mlflow 1.54.0.post1 mlflow-skinny 2.20.0 protobuf 6.33.0",
        "azureml-mlflow 1.57.0 mlflow-skinny 2.20.0 protobuf 5.29.5",
        "azure-ai-ml 1.23.1 marshmallow 3.26.1",
        "azure-ai-ml 1.16.0 marshmallow 3.23.0",
        "azure-ai-ml 1.35.2 marshmallow 3.26.2",
        "azureml-mlflow  mlflow 3.5.0".replace("  ", " nonsense "),
        "mlflow 3.5.0",
    ],
)
def test_installed_packages_that_work_are_let_be(installed: str) -> None:
    words = installed.split()

    assert not list(clashes(dict(zip(words[::2], words[1::2], strict=True))))


def test_a_bound_that_is_broken_is_told_with_its_package() -> None:
    installed = {
        "azureml-mlflow": "1.62.0.post6",
        "mlflow": "3.17.2",
        "mlflow-skinny": "3.17.2",
        "pytz": "2026.1",
        "jsonpickle": "4.1.4",
    }

    assert list(unmet(installed)) == [
        ("azureml-mlflow", "mlflow-skinny", "<=3.15.0"),
        ("azureml-mlflow", "pytz", "<=2025.2"),
    ]
    assert list(unmet({"mlflow": "3.5.0", "mlflow-skinny": "3.4.0"})) == [
        ("mlflow", "mlflow-skinny", "==3.5.0")
    ]


# ---- what an installer makes of wishes ----


@pytest.mark.parametrize(
    "written",
    [
        "azureml-mlflow",
        "azureml-mlflow mlflow",
        "azureml-mlflow mlflow>=2.10",
        "mlflow-skinny azureml-mlflow",
        "mlflow==2.22.0 azureml-mlflow",
        "mlflow>=3.1,<3.5 azureml-mlflow",
        "mlflow<=3.1.1 azureml-mlflow<=1.60.0",
        "mlflow<3 azureml-mlflow~=1.60.0",
        "mlflow azureml-mlflow>=1.62",
        "mlflow==3.15.0 azureml-mlflow==1.62.0.post6",
        "mlflow>=3.16",
        "mlflow==2.9.2",
        "mlflow==2.9.2 mlflow-skinny==2.9.2 azureml-mlflow==1.53.0",
        "azureml-mlflow>=1.63 mlflow==9.0",
        "azureml-mlflow==1.57.0 mlflow==2.15.1",
        "azureml-mlflow==1.42.0 azureml-core==1.42.0",
        "azureml-mlflow azureml-core mlflow-skinny",
        "azure-ai-ml",
        "azure-ai-ml>=1.10",
        "azure-ai-ml==1.20.0 marshmallow==3.23.2",
        "azure-ai-ml==1.24.0 marshmallow<4",
        "azureml-mlflow cryptography==49.0.1",
        "azureml-mlflow pytz",
        "azureml-mlflow==not-a-version mlflow==3.17.2",
        "",
    ],
)
def test_wishes_that_go_well(written: str) -> None:
    assert not list(troubles(wishes(written)))


def test_mlflow_listed_before_the_plugin_ends_with_a_plugin_that_fails() -> None:
    trouble = only("mlflow azureml-mlflow")

    assert (trouble.kind, trouble.package, trouble.version, trouble.other) == (
        "clash",
        PLUGIN,
        "1.60.0",
        "mlflow",
    )
    assert trouble.by_order
    assert not trouble.certain
    assert not list(troubles(wishes("mlflow azureml-mlflow"), ordered=False))
    assert cured("mlflow azureml-mlflow") == [(PLUGIN, ">=1.62.0"), ("mlflow", "<=3.15.0")]


def test_an_mlflow_that_is_newer_than_any_plugin_takes() -> None:
    trouble = only("azureml-mlflow mlflow==3.17.2")

    assert (trouble.kind, trouble.version, trouble.by_order, trouble.certain) == (
        "clash",
        "1.60.0",
        False,
        False,
    )
    assert cured("azureml-mlflow mlflow==3.17.2") == [("mlflow", "==3.15.0")]


def test_a_pair_of_pins_that_cannot_be_installed() -> None:
    trouble = only("mlflow==3.17.2 azureml-mlflow==1.62.0.post6")

    assert (trouble.kind, trouble.package, trouble.other) == ("unresolvable", "mlflow", PLUGIN)
    assert trouble.limit == "mlflow-skinny<=3.15.0"
    assert trouble.certain
    assert cured("mlflow==3.17.2 azureml-mlflow==1.62.0.post6") == [("mlflow", "==3.15.0")]


def test_a_release_to_come_could_still_take_it() -> None:
    trouble = only("mlflow==3.17.2 azureml-mlflow>=1.62")

    assert trouble.kind == "unresolvable"
    assert not trouble.certain


def test_a_pair_of_pins_that_is_installed_and_fails() -> None:
    trouble = only("mlflow==3.4.0 azureml-mlflow==1.60.0")

    assert (trouble.kind, trouble.certain) == ("clash", True)
    assert cured("mlflow==3.4.0 azureml-mlflow==1.60.0") == [
        (PLUGIN, "==1.62.0.post6"),
        ("mlflow", "==3.1.1"),
    ]


def test_an_old_plugin_pulls_in_the_newest_mlflow() -> None:
    trouble = only("azureml-mlflow==1.60.0")

    assert (trouble.kind, trouble.other, trouble.certain) == ("clash", "mlflow-skinny", False)
    assert only("azureml-mlflow==1.60.0", python=">=3.9").kind == "clash"
    assert not list(troubles(wishes("azureml-mlflow==1.60.0"), python="==3.8.*"))


@pytest.mark.parametrize(
    ("written", "limit", "fix"),
    [
        ("azureml-mlflow==1.62.0.post6 pytz==2026.1", "pytz<=2025.2", ("pytz", "==2025.2")),
        ("azureml-mlflow==1.62.0.post5 cryptography>=49", "cryptography<49.0.0", ("cryptography", "<49.0.0")),
        ("azureml-mlflow==1.62.0.post6 jsonpickle==5.0.0", "jsonpickle<5.0.0", ("jsonpickle", "<5.0.0")),
        (
            "azureml-mlflow==1.62.0.post6 azure-storage-blob~=12.28",
            "azure-storage-blob<=12.27.1,>=12.5.0",
            ("azure-storage-blob", "==12.27.1"),
        ),
    ],
)
def test_a_pin_above_what_the_plugin_allows(written: str, limit: str, fix: tuple[str, str]) -> None:
    trouble = only(written)

    assert (trouble.kind, trouble.limit, trouble.package) == ("unresolvable", limit, fix[0])
    assert fix in cured(written)


def test_a_pin_that_sends_the_installer_back_years() -> None:
    back = only("azureml-mlflow azure-storage-blob==12.28.0")
    less = only("azureml-mlflow pytz==2026.1")

    assert (back.kind, back.package, back.other_version) == ("older", "azure-storage-blob", "")
    assert (less.kind, less.package, less.other_version) == ("older", "pytz", "1.60.0.post1")


def test_an_old_mlflow_gets_another_mlflow_on_top() -> None:
    trouble = only("mlflow==2.12.1 azureml-mlflow")

    assert (trouble.kind, trouble.version, trouble.other, trouble.other_version) == (
        "mixed",
        "2.12.1",
        PLUGIN,
        "3.15.0",
    )
    assert cured("mlflow==2.12.1 azureml-mlflow") == [("mlflow-skinny", "==2.12.1")]
    assert only("mlflow==2.9.2 mlflow-skinny==2.10.0").kind == "mixed"
    assert only("mlflow==3.4.0 mlflow-skinny==3.5.0").kind == "unresolvable"


def test_the_order_matters_only_where_python_is_new_enough() -> None:
    assert not list(troubles(wishes("mlflow azureml-mlflow"), python="==3.9.*"))
    assert only("mlflow azureml-mlflow", python=">=3.9").by_order


def test_the_sdk_of_before_2025_cannot_be_imported_with_what_is_installed_beside_it() -> None:
    assert cured("azure-ai-ml==1.20.0") == [("marshmallow", "<3.24.0"), ("azure-ai-ml", "==1.35.2")]
    assert cured("azure-ai-ml==1.24.0 marshmallow==4.0.0") == [("marshmallow", "==3.26.2")]
    assert not list(troubles(wishes("azure-ai-ml==1.20.0"), python="==3.8.*"))


def test_two_troubles_are_cured_one_at_a_time() -> None:
    written = "mlflow==3.17.2 azureml-mlflow==1.62.0.post6 azure-ai-ml==1.20.0"

    assert cured(written) == [("mlflow", "==3.15.0"), ("marshmallow", "<3.24.0"), ("azure-ai-ml", "==1.35.2")]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (">=3.16", "<=3.15.0", False),
        (">3.14", "<=3.15.0", True),
        ("==12.*", "<=12.27.1,>=12.5.0", True),
        ("<12.5", "<=12.27.1,>=12.5.0", False),
        ("~=3.15.0", "<=3.15.0", True),
        ("!=3.15.0", "==3.15.0", False),
        (">3.14.9,<3.15", "<=3.15.0", True),
        ("", "<1", True),
        ("nonsense", "<1", True),
    ],
)
def test_two_specifiers_may_leave_room_for_a_version(one: str, other: str, expected: bool) -> None:
    assert joint(one, other) is expected


SPECIFIERS = st.lists(
    st.builds(
        lambda operator, version: f"{operator}{version}",
        st.sampled_from(["==", ">=", "<=", "<", ">", "!=", "~="]),
        st.sampled_from(["1.0", "1.60.0", "2.12.1", "3.1.2", "3.15.0", "3.17.2", "4.0"]),
    ),
    max_size=3,
).map(",".join)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["mlflow", "mlflow-skinny", "azureml-mlflow", "azure-ai-ml", "marshmallow", "pytz"]),
        SPECIFIERS,
        max_size=4,
    )
)
def test_every_remedy_removes_its_trouble(asked: dict[str, str]) -> None:
    found = list(troubles(asked))
    for trouble in found:
        for remedy in remedies(asked, trouble):
            after = list(troubles({**asked, remedy.package: remedy.specifier}))
            assert trouble not in after
            assert len(after) < len(found)
