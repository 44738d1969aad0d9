"""The search of from_config and what the file must hold."""

import json
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.azure.workspace_config import (
    SEARCH_ORDER,
    candidate_paths,
    config_text,
    missing_keys,
    right_key,
    workspace_of_config,
    workspace_of_scope,
)
from hypothesis import given
from hypothesis import strategies as st

REF = WorkspaceRef("0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c", "rg", "ws")
GOOD = {"subscription_id": REF.subscription_id, "resource_group": "rg", "workspace_name": "ws"}


def test_the_order_of_the_names():
    assert SEARCH_ORDER == (
        ".azureml/config.json",
        ".azureml/project.json",
        "aml_config/config.json",
        "aml_config/project.json",
        "config.json",
        "project.json",
    )


def test_each_name_is_looked_for_in_all_parents_before_the_next():
    found = [str(path) for path in candidate_paths(PurePosixPath("/home/me"))]
    assert found[:4] == [
        "/home/me/.azureml/config.json",
        "/home/.azureml/config.json",
        "/.azureml/config.json",
        "/home/me/.azureml/project.json",
    ]
    assert found[-3:] == ["/home/me/project.json", "/home/project.json", "/project.json"]
    assert len(found) == 18


def test_a_file_name_is_looked_for_alone():
    found = [str(path) for path in candidate_paths(PurePosixPath("/a"), "team.json")]
    assert found == [
        "/a/.azureml/team.json",
        "/.azureml/team.json",
        "/a/aml_config/team.json",
        "/aml_config/team.json",
        "/a/team.json",
        "/team.json",
    ]


def test_twenty_levels_up_and_no_further():
    deep = PurePosixPath("/" + "/".join(f"d{level}" for level in range(30)))
    folders = [
        path.parent
        for path in candidate_paths(deep)
        if path.name == "config.json" and path.parent.name[0] == "d"
    ]
    assert folders[0] == deep
    assert folders[-1] == deep.parents[19]
    assert len(folders) == 21
    assert PurePosixPath("/config.json") in candidate_paths(deep, levels=None)


def test_windows_paths():
    found = list(candidate_paths(PureWindowsPath("C:/code")))
    assert found[0] == PureWindowsPath("C:/code/.azureml/config.json")
    assert PureWindowsPath("C:/config.json") in found


def test_missing_keys():
    assert missing_keys(GOOD) == ()
    assert missing_keys({}) == ("subscription_id", "resource_group", "workspace_name")
    assert missing_keys({**GOOD, "workspace_name": None}) == ()
    assert missing_keys({"Scope": REF.arm_id}) == ()
    assert missing_keys({"Scope": ""}) == ("subscription_id", "resource_group", "workspace_name")


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("subscriptionId", "subscription_id"),
        ("SUBSCRIPTION_ID", "subscription_id"),
        ("resource_group_name", "resource_group"),
        ("resourceGroup", "resource_group"),
        ("workspace", "workspace_name"),
        ("name", "workspace_name"),
        ("scope", "Scope"),
        ("Scope", None),
        ("subscription_id", None),
        ("location", None),
    ],
)
def test_right_key(written, right):
    assert right_key(written) == right


def test_the_workspace_of_a_config():
    assert workspace_of_config(GOOD) == REF
    assert workspace_of_config({"Id": None, "Scope": REF.arm_id}) == REF
    assert workspace_of_config(
        {**GOOD, "Scope": REF._replace(workspace_name="other").arm_id}
    ) == REF._replace(workspace_name="other")
    assert workspace_of_config({**GOOD, "workspace_name": None}) is None
    assert workspace_of_config({**GOOD, "workspace_name": ""}) is None
    assert workspace_of_config({"Scope": 3}) is None
    assert workspace_of_config({}) is None


def test_a_scope_is_read_by_position():
    assert workspace_of_scope("a/b/S/d/R/f/g/h/W") == WorkspaceRef("S", "R", "W")
    assert workspace_of_scope("/subscriptions/S/resourceGroups/R") is None


@given(st.builds(WorkspaceRef, st.text(min_size=1), st.text(min_size=1), st.text(min_size=1)))
def test_what_is_written_is_read_again(ref):
    assert workspace_of_config(json.loads(config_text(ref))) == ref
