"""ARM ids, studio addresses, GUIDs, placeholders and stray characters."""

import time
from urllib.parse import quote

import pytest
from azmlflow.azure.workspace import (
    WorkspaceRef,
    is_guid,
    is_placeholder,
    is_stray,
    parse_arm_scope,
    parse_portal_address,
    stray_characters,
    tenant_of_portal_address,
)
from hypothesis import given
from hypothesis import strategies as st

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
TENANT = "7d1f3c1e-1111-4a63-8a6e-0d6c7a1f2b3c"
REF = WorkspaceRef(GUID, "rg-ml", "ws-dev")
OLD_WSID = f"/subscriptions/{GUID}/resourcegroups/rg-ml/workspaces/ws-dev"

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_().", min_size=1, max_size=20)
refs = st.builds(WorkspaceRef, st.uuids().map(str), names, names)


def test_an_arm_id_names_its_workspace():
    assert parse_arm_scope(REF.arm_id) == REF
    assert parse_arm_scope(f"  {REF.arm_id}\n") == REF
    assert parse_arm_scope(REF.arm_id + "/jobs/abc") == REF


@given(refs)
def test_arm_ids_are_read_whatever_their_case(ref):
    assert parse_arm_scope(ref.arm_id) == ref
    upper = parse_arm_scope(ref.arm_id.upper())
    assert upper is not None
    assert upper.same_as(ref)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "subscriptions",
        f"/subscriptions/{GUID}",
        f"/subscriptions/{GUID}/resourceGroups/rg",
        f"/subscriptions/{GUID}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces",
        f"/subscriptions/{GUID}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/",
        f"/subscriptions/{GUID}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/registries/r",
        f"/subscriptions/{GUID}/resourceGroups/rg/providers/Microsoft.Storage/workspaces/ws",
        "/subscriptions//resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws",
        f"x/subscriptions/{GUID}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws",
        OLD_WSID,
    ],
)
def test_what_is_no_workspace_id(text):
    assert parse_arm_scope(text) is None


@pytest.mark.parametrize(
    "address",
    [
        f"https://ml.azure.com/?wsid={OLD_WSID}",
        f"https://ml.azure.com/?wsid={OLD_WSID}&tid={TENANT}",
        f"https://ml.azure.com/experiments/id/1?wsid={REF.arm_id}&tid={TENANT}#overview",
        f"https://ml.azure.com/runs/abc?tid={TENANT}&wsid={quote(REF.arm_id, safe='')}",
        f"https://ml.azure.us/?wsid={OLD_WSID}",
        f"https://ai.azure.com/projectOverview?wsid={REF.arm_id}",
        f"https://portal.azure.com/#@contoso.com/resource{REF.arm_id}/overview",
        f"https://portal.azure.com/?feature.x=1#@{TENANT}/resource{REF.arm_id}",
        f"azureml://westeurope.api.azureml.ms/mlflow/v1.0{REF.arm_id}?",
        f"<{REF.arm_id}>",
        f' "{REF.arm_id}" ',
        REF.arm_id,
    ],
)
def test_pasted_addresses(address):
    assert parse_portal_address(address) == REF


@pytest.mark.parametrize(
    "text", ["", "https://ml.azure.com/", "https://ml.azure.com/?wsid=/subscriptions/x", "ws"]
)
def test_addresses_that_name_no_workspace(text):
    assert parse_portal_address(text) is None


def test_the_tenant_in_an_address():
    assert tenant_of_portal_address(f"https://ml.azure.com/?wsid={OLD_WSID}&tid={TENANT}") == TENANT
    assert tenant_of_portal_address(f"https://ml.azure.com/?wsid={OLD_WSID}&tid=contoso.com") is None
    assert tenant_of_portal_address("https://ml.azure.com/") is None


def test_names_compare_without_regard_to_case():
    assert REF.same_as(WorkspaceRef(GUID.upper(), "RG-ML", "Ws-Dev"))
    assert not REF.same_as(REF._replace(workspace_name="ws-prod"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GUID, True),
        (GUID.upper(), True),
        ("{" + GUID + "}", False),
        (GUID.replace("-", ""), False),
        (GUID[:-1], False),
        (GUID[:-1] + "g", False),
        (" " + GUID, False),
        ("", False),
    ],
)
def test_guid(text, expected):
    assert is_guid(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "<subscription-id>",
        "<your subscription id>",
        "your-subscription-id",
        "YOUR_WORKSPACE",
        "your_resource_group",
        "{{subscription_id}}",
        "{subscription_id}",
        "${SUBSCRIPTION_ID}",
        "$(az account show)",
        "[workspace]",
        "xxx",
        "XXXX-XXXX",
        "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "***",
        "...",
        "…",
        "TODO",
        "changeme",
        "SUBSCRIPTION_ID",
        "AZURE_SUBSCRIPTION_ID",
        "subscription_id",
        "RESOURCE_GROUP",
        "resource_group",
        "WORKSPACE",
        "workspace-name",
        "00000000-0000-0000-0000-000000000000",
        '"<workspace>"',
    ],
)
def test_placeholders(text):
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        " ",
        ".",
        "..",
        "./mlruns",
        "x",
        "xx",
        "box",
        "ws-dev",
        "my-workspace",
        "workspace",
        "resource-group",
        "rg",
        "region",
        "yourself",
        "a<b",
        "todos",
    ],
)
def test_real_names_are_no_placeholders(text):
    assert not is_placeholder(text)
    assert not is_placeholder("")


def test_stray_characters():
    assert stray_characters("clean") == ()
    leading, inner, trailing = stray_characters("\u00a0a b\n")
    assert (leading.start, leading.end, leading.name, leading.inside) == (0, 1, "a no-break space", False)
    assert (inner.start, inner.end, inner.name, inner.inside) == (2, 3, "white space", True)
    assert (trailing.start, trailing.end, trailing.inside) == (4, 5, False)
    assert stray_characters("a\u200bb")[0].name == "a zero-width space"
    assert stray_characters(" \t ") == ((0, 3, "white space", False),)


@given(st.text())
def test_strays_are_exactly_the_stray_characters(text):
    covered = {at for stray in stray_characters(text) for at in range(stray.start, stray.end)}
    assert covered == {at for at, character in enumerate(text) if is_stray(character)}


@given(st.text())
def test_nothing_raises(text):
    parse_arm_scope(text)
    parse_portal_address(text)
    tenant_of_portal_address(text)
    is_guid(text)
    is_placeholder(text)


@pytest.mark.parametrize("piece", ["/subscriptions/", "-", "<", "{", "wsid=", "%2F", "x" * 10])
def test_long_texts_take_no_time(piece):
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    parse_arm_scope(text)
    parse_portal_address(text)
    is_placeholder(text)
    is_guid(text)
    stray_characters(text)
    assert time.process_time() - started < 2
