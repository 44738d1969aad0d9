"""The chain by version, what AZURE_TOKEN_CREDENTIALS leaves of it, and which variables make a principal."""

import pytest
from azmlflow.azure.credential_chain import OWN_LINKS, TOKEN_CREDENTIALS, chain_of, links_left
from azmlflow.azure.credential_links import (
    AZURE_CLI,
    BROKER,
    BROWSER,
    ENVIRONMENT,
    LINKS,
    MANAGED_IDENTITY,
    VS_CODE,
    WORKLOAD_IDENTITY,
)
from azmlflow.azure.environment_credential import (
    Choice,
    Mode,
    choose,
    environment_fault,
    interactive_fault,
    is_tenant_allowed,
)

PLUGIN = "1.62.0.post6"
GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
PRINCIPAL = {"AZURE_TENANT_ID": GUID, "AZURE_CLIENT_ID": GUID}


def left(value, version="1.27.0"):
    found = chain_of(version, PLUGIN).left(value)
    assert found is not None
    return found


def test_thirteen_links_end_in_two_that_wait_for_somebody():
    names = [link.name for link in chain_of("1.27.0", PLUGIN).links]
    assert names == [link.name for link in LINKS]
    assert len(names) == 13
    assert names[-2:] == ["InteractiveBrowserCredential", "DeviceCodeCredential"]


@pytest.mark.parametrize(
    ("identity", "links"),
    [("1.12.0", 9), ("1.13.0", 11), ("1.22.0", 11), ("1.23.1", 11), ("1.24.0", 13), ("1.27.0", 13)],
)
def test_older_versions_build_shorter_chains(identity, links):
    chain = chain_of(identity, PLUGIN)
    assert chain.known
    assert len(chain.links) == links


@pytest.mark.parametrize(
    ("identity", "plugin"),
    [
        ("1.11.0", PLUGIN),
        ("1.28.0", PLUGIN),
        ("2.0.0", PLUGIN),
        ("1.24.0b1", PLUGIN),
        ("1.27.0.dev3", PLUGIN),
        ("", PLUGIN),
        ("1", PLUGIN),
        ("x.y", PLUGIN),
        (None, PLUGIN),
        ("1.27.0", None),
        ("1.27.0", "1.63.0"),
        ("1.27.0", "1.43.0"),
    ],
)
def test_a_version_that_nobody_looked_at_is_not_known(identity, plugin):
    assert not chain_of(identity, plugin).known


@pytest.mark.parametrize("value", [None, "", "   "])
def test_no_choice_leaves_every_link(value):
    assert links_left(value) == tuple(link.name for link in LINKS)


@pytest.mark.parametrize("value", [*TOKEN_CREDENTIALS, "DEV", " prod ", "azureclicredential"])
def test_every_choice_leaves_the_four_of_the_plugin(value):
    assert left(value)[-4:] == OWN_LINKS


def test_choices():
    assert left("prod")[:-4] == (ENVIRONMENT, WORKLOAD_IDENTITY, MANAGED_IDENTITY)
    assert ENVIRONMENT not in left("dev")
    assert left("AzureCliCredential")[:-4] == (AZURE_CLI,)
    assert left("InteractiveBrowserCredential").count(BROWSER) == 2


@pytest.mark.parametrize(
    "value",
    [
        "cli",
        "development",
        "SharedTokenCacheCredential",
        "BrokerCredential",
        "DeviceCodeCredential",
        "dev,prod",
    ],
)
def test_what_is_no_choice(value):
    assert links_left(value) is None


def test_choices_by_version():
    """1.22 does not read the variable, 1.23 knows two words, 1.24 names, and only 1.25 counts the broker to dev."""
    assert chain_of("1.22.0", PLUGIN).left("nonsense") == chain_of("1.22.0", PLUGIN).left(None)
    assert chain_of("1.23.0", PLUGIN).left("AzureCliCredential") is None
    assert VS_CODE not in left("dev", "1.23.0")
    assert BROKER not in left("dev", "1.24.0")
    assert BROKER in left("dev", "1.25.0")


@pytest.mark.parametrize(
    ("environment", "choice"),
    [
        ({}, Choice(None)),
        ({"AZURE_CLIENT_ID": GUID}, Choice(None)),
        ({"AZURE_TENANT_ID": GUID}, Choice(None)),
        (PRINCIPAL, Choice(None, (("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"),))),
        ({"AZURE_CLIENT_SECRET": "s"}, Choice(None, (("AZURE_TENANT_ID",), ("AZURE_CLIENT_ID",)))),
        ({**PRINCIPAL, "AZURE_CLIENT_SECRET": ""}, Choice(Mode.SECRET)),
        ({"AZURE_CLIENT_ID": GUID, "AZURE_PASSWORD": "p"}, Choice(None, (("AZURE_USERNAME",),))),
        ({"AZURE_CLIENT_ID": GUID, "AZURE_USERNAME": "u", "AZURE_PASSWORD": "p"}, Choice(Mode.PASSWORD)),
        (
            {
                "AZURE_CLIENT_ID": GUID,
                "AZURE_CLIENT_SECRET": "s",
                "AZURE_USERNAME": "u",
                "AZURE_PASSWORD": "p",
            },
            Choice(Mode.PASSWORD, unread=("AZURE_CLIENT_SECRET",)),
        ),
        (
            {**PRINCIPAL, "AZURE_CLIENT_CERTIFICATE_PATH": "x", "AZURE_CLIENT_CERTIFICATE_PASSWORD": "p"},
            Choice(Mode.CERTIFICATE),
        ),
        (
            {**PRINCIPAL, "AZURE_CLIENT_SECRET": "s", "AZURE_CLIENT_CERTIFICATE_PATH": "x"},
            Choice(Mode.SECRET, unread=("AZURE_CLIENT_CERTIFICATE_PATH",)),
        ),
    ],
)
def test_which_set_wins_and_what_is_missing(environment, choice):
    assert choose(environment) == choice


def test_faults_name_the_variable():
    assert environment_fault({**PRINCIPAL, "AZURE_CLIENT_SECRET": ""}).variable == "AZURE_CLIENT_SECRET"
    assert environment_fault({**PRINCIPAL, "AZURE_CLIENT_SECRET": "s"}) is None
    assert environment_fault({"AZURE_TENANT_ID": "<tenant>"}) is None
    assert interactive_fault({"AZURE_TENANT_ID": "<tenant>"}).variable == "AZURE_TENANT_ID"
    assert interactive_fault({"AZURE_TENANT_ID": ""}) is None


@pytest.mark.parametrize(
    ("tenant", "allowed"), [(GUID, True), ("contoso.onmicrosoft.com", True), ("", False)]
)
def test_tenants(tenant, allowed):
    assert is_tenant_allowed(tenant) is allowed
    assert not is_tenant_allowed(f"<{tenant}>")
    assert not is_tenant_allowed(f"{tenant} ")
