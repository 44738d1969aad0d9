"""Addresses of workspaces in the studio."""

from __future__ import annotations

import re

import pytest
from azmlflow.azure.clouds import AZURE_CLOUD, AZURE_GERMAN_CLOUD, CLOUDS, Cloud
from azmlflow.azure.studio import STUDIO_HOSTS, studio_address
from azmlflow.azure.tracking_uri import FaultKind, faults
from azmlflow.azure.workspace import WorkspaceRef, parse_portal_address, tenant_of_portal_address

WORKSPACE = WorkspaceRef("0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c", "rg-vision (west)", "ws-vision")
TENANT = "3F6D0C1A-52B7-4C0E-9D8E-0A1B6F7C2D10"


def address_of(cloud: Cloud, tenant: str | None = None, workspace: WorkspaceRef = WORKSPACE) -> str:
    found = studio_address(workspace, cloud, tenant)
    assert found is not None
    return found


def test_the_address_of_a_workspace():
    assert address_of(AZURE_CLOUD, TENANT) == (
        "https://ml.azure.com/?wsid=/subscriptions/0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c/resourcegroups/"
        "rg-vision%20%28west%29/workspaces/ws-vision&tid=3f6d0c1a-52b7-4c0e-9d8e-0a1b6f7c2d10"
    )


@pytest.mark.parametrize("cloud", [cloud for cloud in CLOUDS if cloud.name in STUDIO_HOSTS])
def test_the_address_in_each_cloud_is_understood_when_it_is_pasted(cloud):
    address = address_of(cloud, TENANT)
    assert address.startswith(f"https://{STUDIO_HOSTS[cloud.name]}/?wsid=")
    assert parse_portal_address(address) == WORKSPACE
    assert tenant_of_portal_address(address) == TENANT.lower()
    assert FaultKind.portal_address in {fault.kind for fault in faults(address)}


@pytest.mark.parametrize("tenant", [None, "", "contoso.com", "common", "x&wsid=/subscriptions/other"])
def test_a_tenant_that_is_no_id_is_left_out(tenant):
    assert "tid" not in address_of(AZURE_CLOUD, tenant)


def test_names_cannot_add_to_the_address():
    strange = WorkspaceRef("a&tid=b", "../..", "ws?x#y")
    address = address_of(AZURE_CLOUD, workspace=strange)
    assert re.fullmatch(
        r"https://ml\.azure\.com/\?wsid=/subscriptions/[^&?#/]+/resourcegroups/[^&?#/]+/workspaces/[^&?#/]+",
        address,
    )


def test_a_cloud_without_a_studio():
    assert studio_address(WORKSPACE, AZURE_GERMAN_CLOUD) is None
