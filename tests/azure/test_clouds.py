"""The clouds and the hosts by which they are told apart."""

import pytest
from azmlflow.azure.clouds import (
    CLOUD_NAMES,
    CLOUDS,
    authority_host,
    cloud_named,
    cloud_of_host,
    cloud_of_login_host,
    is_metadata_host,
    is_sign_in_host,
    nearest_cloud_name,
    region_of_host,
)
from hypothesis import given
from hypothesis import strategies as st

WORKSPACE_ID = "fb7e20a0-8891-458b-b969-55ddb3382f51"


@pytest.mark.parametrize(
    ("host", "cloud", "region"),
    [
        ("westeurope.api.azureml.ms", "AzureCloud", "westeurope"),
        ("WestEurope.API.AzureML.ms", "AzureCloud", "westeurope"),
        ("westeurope.api.azureml.ms.", "AzureCloud", "westeurope"),
        (f"{WORKSPACE_ID}.workspace.eastus.api.azureml.ms", "AzureCloud", "eastus"),
        (f"{WORKSPACE_ID}.workspace.eastus.cert.api.azureml.ms", "AzureCloud", "eastus"),
        ("eastus.experiments.azureml.net", "AzureCloud", "eastus"),
        ("api.azureml.ms", "AzureCloud", None),
        ("chinaeast2.api.ml.azure.cn", "AzureChinaCloud", "chinaeast2"),
        (f"{WORKSPACE_ID}.workspace.usgovarizona.api.ml.azure.us", "AzureUSGovernment", "usgovarizona"),
    ],
)
def test_hosts_of_azure_ml(host, cloud, region):
    found = cloud_of_host(host)
    assert found is not None
    assert found.name == cloud
    assert region_of_host(host) == region


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "evil-api.azureml.ms",
        "westeurope.evil-api.azureml.ms",
        "westeurope.api.azureml.ms.evil.com",
        "westeurope.api.azureml.ms@evil.com",
        "user@westeurope.api.azureml.ms",
        "evil.com\\.api.azureml.ms",
        "evil.com\\@westeurope.api.azureml.ms",
        "evil.com/.api.azureml.ms",
        "evil.com?.api.azureml.ms",
        "evil.com#.api.azureml.ms",
        "evil.com:443.api.azureml.ms",
        "evil.com .api.azureml.ms",
        "evil.com\n.api.azureml.ms",
        "westeurope..api.azureml.ms",
        "westeurope.api.azureml.ms..",
        "westeurope\u3002api.azureml.ms",
        "westeurope.\uff41pi.azureml.ms",
        "westeurope.api.azureml.ms:443",
        "localhost",
        "westeurope.example.com",
        "management.azure.com",
    ],
)
def test_hosts_of_others(host):
    assert cloud_of_host(host) is None
    assert region_of_host(host) is None


@given(st.text(max_size=40), st.sampled_from(["api.azureml.ms", "api.ml.azure.cn", "api.ml.azure.us"]))
def test_a_host_ends_in_its_suffix_or_is_foreign(prefix, suffix):
    host = prefix + suffix
    if cloud_of_host(host) is not None:
        assert host.lower() == suffix or host.lower().endswith("." + suffix)
        assert all(character.isascii() and (character.isalnum() or character in ".-") for character in host)


def test_names_are_exact():
    assert CLOUD_NAMES == ("AzureCloud", "AzureChinaCloud", "AzureUSGovernment", "AzureGermanCloud")
    assert [cloud_named(name) for name in CLOUD_NAMES] == list(CLOUDS)
    assert cloud_named("azurecloud") is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("AzureCloud", "AzureCloud"),
        ("azurecloud", "AzureCloud"),
        (" 'AzureCloud' ", "AzureCloud"),
        ("AzurePublicCloud", "AzureCloud"),
        ("AzureGov", "AzureUSGovernment"),
        ("USGovernment", "AzureUSGovernment"),
        ("azurechinacloud", "AzureChinaCloud"),
        ("Azure China Cloud", "AzureChinaCloud"),
        ("azure-us-government", "AzureUSGovernment"),
        ("AZURE_PUBLIC_CLOUD", "AzureCloud"),
        ("AzureChinaClould", "AzureChinaCloud"),
        ("AzureUSGoverment", "AzureUSGovernment"),
        ("AzureClod", "AzureCloud"),
        ("AzureStack", None),
        ("AzureStackCloud", None),
        ("ContosoCloud", None),
        ("prod", None),
        ("", None),
        ("x" * 100_000, None),
    ],
)
def test_nearest_cloud_name(written, meant):
    assert nearest_cloud_name(written) == meant


@pytest.mark.parametrize(
    ("value", "host", "cloud"),
    [
        ("https://login.microsoftonline.com", "login.microsoftonline.com", "AzureCloud"),
        ("login.microsoftonline.com", "login.microsoftonline.com", "AzureCloud"),
        (" https://LOGIN.chinacloudapi.cn/ ", "login.chinacloudapi.cn", "AzureChinaCloud"),
        ("https://login.partner.microsoftonline.cn/", "login.partner.microsoftonline.cn", "AzureChinaCloud"),
        ("https://login.microsoftonline.us/tenant", "login.microsoftonline.us", "AzureUSGovernment"),
        ("https://sts.windows.net.", "sts.windows.net", "AzureCloud"),
        ("https://login.microsoftonline.com.example.com", "login.microsoftonline.com.example.com", None),
        ("http://login.microsoftonline.com", None, None),
        ("https://user@login.microsoftonline.com", None, None),
        ("https://<login>", None, None),
        ("https://", None, None),
        ("", None, None),
    ],
)
def test_sign_in_hosts(value, host, cloud):
    assert authority_host(value) == host
    found = cloud_of_login_host(host) if host else None
    assert (found.name if found else None) == cloud
    assert is_sign_in_host(host or "") == (cloud is not None)


def test_hosts_for_external_tenants_are_microsofts_too():
    assert is_sign_in_host("contoso.ciamlogin.com")
    assert is_sign_in_host("contoso.b2clogin.com")
    assert not is_sign_in_host("fakeb2clogin.com")


def test_metadata_is_asked_of_resource_manager():
    assert is_metadata_host("management.azure.com")
    assert is_metadata_host("MANAGEMENT.chinacloudapi.cn")
    assert not is_metadata_host("management.azure.com.example.com")
