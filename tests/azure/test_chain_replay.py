"""The chain replayed without asking anybody: what is said of each link, and where the chain stops."""

from dataclasses import dataclass, replace

import pytest
from azmlflow.azure.chain_finders import FINDERS, State
from azmlflow.azure.chain_replay import replay
from azmlflow.azure.credential_chain import TOKEN_CREDENTIALS, chain_of
from azmlflow.azure.credential_links import LINKS
from hypothesis import given
from hypothesis import strategies as st

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
SECRET_VALUE = "kAnAry8Q~planted.and.never.to.be.seen.again"
PRINCIPAL = {"AZURE_TENANT_ID": GUID, "AZURE_CLIENT_ID": GUID}
SECRET = {**PRINCIPAL, "AZURE_CLIENT_SECRET": SECRET_VALUE}
CERTIFICATE = {**PRINCIPAL, "AZURE_CLIENT_CERTIFICATE_PATH": "/somewhere.pem"}
POD = {
    **PRINCIPAL,
    "AZURE_FEDERATED_TOKEN_FILE": "/token",
    "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com",
}
CHAIN = chain_of("1.27.0", "1.62.0")


@dataclass(frozen=True)
class FakeMachine:
    azure_cli: bool = False
    azure_accounts: int | None = 0
    powershell: bool = False
    developer_cli: bool = False
    vs_code_account: bool = False
    broker: bool | None = False
    has_broker_system: bool = False
    token_file: bool | None = None


MACHINE = FakeMachine()


def states(environment, machine=MACHINE, chain=CHAIN, certificate=None):
    replayed = replay(environment, machine, chain, certificate)
    return {verdict.link.name: verdict.state for verdict in replayed.verdicts}


def reason(name, environment, machine=MACHINE, chain=CHAIN):
    return next(v.reason for v in replay(environment, machine, chain).verdicts if v.link.name == name)


def test_a_machine_with_nothing_is_left_with_a_browser():
    replayed = replay({}, MACHINE, CHAIN)
    assert replayed.first.link.name == "InteractiveBrowserCredential"
    assert states({}) == {
        "EnvironmentCredential": State.UNUSABLE,
        "WorkloadIdentityCredential": State.UNUSABLE,
        "ManagedIdentityCredential": State.UNKNOWN,
        "SharedTokenCacheCredential": State.UNKNOWN,
        "VisualStudioCodeCredential": State.UNUSABLE,
        "AzureCliCredential": State.UNUSABLE,
        "AzurePowerShellCredential": State.UNUSABLE,
        "AzureDeveloperCliCredential": State.UNUSABLE,
        "BrokerCredential": State.UNUSABLE,
        "_ArcadiaAuthentication": State.UNUSABLE,
        "_DatabricksClusterAuthentication": State.UNUSABLE,
        "InteractiveBrowserCredential": State.TRIED,
        "DeviceCodeCredential": State.TRIED,
    }


@pytest.mark.parametrize("environment", [SECRET, CERTIFICATE])
def test_behind_a_whole_principal_nothing_is_ever_reached(environment):
    found = states(environment, replace(MACHINE, azure_cli=True, azure_accounts=3))
    assert found.pop("EnvironmentCredential") is State.TRIED
    assert set(found.values()) == {State.NEVER}


def test_half_a_principal_is_passed_over_and_says_what_is_missing():
    environment = {"AZURE_CLIENT_ID": GUID, "AZURE_CLIENT_SECRET": SECRET_VALUE}
    assert reason("EnvironmentCredential", environment) == "AZURE_TENANT_ID is missing"
    assert (
        reason("EnvironmentCredential", PRINCIPAL)
        == "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH is missing"
    )
    assert "for the identity AZURE_CLIENT_ID" in reason("ManagedIdentityCredential", environment)


def test_a_secret_leaves_the_certificate_unread():
    told = reason("EnvironmentCredential", {**SECRET, "AZURE_CLIENT_CERTIFICATE_PATH": "/x.pem"})
    assert told.endswith("AZURE_CLIENT_CERTIFICATE_PATH then not read")


@pytest.mark.parametrize(
    ("environment", "variable", "link"),
    [
        ({**SECRET, "AZURE_CLIENT_SECRET": ""}, "AZURE_CLIENT_SECRET", "EnvironmentCredential"),
        ({**SECRET, "AZURE_TENANT_ID": ""}, "AZURE_TENANT_ID", "EnvironmentCredential"),
        ({"AZURE_TENANT_ID": "<your-tenant>"}, "AZURE_TENANT_ID", "InteractiveBrowserCredential"),
        ({**POD, "AZURE_CLIENT_ID": ""}, "AZURE_CLIENT_ID", "ManagedIdentityCredential"),
        ({"AZURE_TOKEN_CREDENTIALS": "cli"}, "AZURE_TOKEN_CREDENTIALS", None),
        ({"AZUREML_CURRENT_CLOUD": "azurecloud"}, "AZUREML_CURRENT_CLOUD", None),
        ({"AZUREML_CURRENT_CLOUD": ""}, "AZUREML_CURRENT_CLOUD", None),
    ],
)
def test_what_keeps_the_chain_from_being_built(environment, variable, link):
    replayed = replay(environment, replace(MACHINE, azure_cli=True, azure_accounts=1), CHAIN)
    assert (replayed.fault.fault.variable, replayed.fault.link) == (variable, link)
    assert replayed.first is None
    stopping = [v.link.name for v in replayed.verdicts if v.state is State.STOPS]
    assert stopping == ([link] if link else [])


@pytest.mark.parametrize(
    "environment",
    [
        {"AZUREML_CURRENT_CLOUD": "AzureStackOfOurs"},
        {"AZUREML_CURRENT_CLOUD": "azurecloud", "ARM_CLOUD_METADATA_URL": "https://ours"},
        {"AZUREML_CURRENT_CLOUD": "AzureChinaCloud"},
    ],
)
def test_a_cloud_of_ones_own_is_no_fault(environment):
    assert replay(environment, MACHINE, CHAIN).fault is None


def test_a_certificate_that_cannot_be_loaded_stops_everything():
    replayed = replay(CERTIFICATE, MACHINE, CHAIN, "names a file that is not there")
    assert replayed.verdicts[0].reason == "AZURE_CLIENT_CERTIFICATE_PATH names a file that is not there"
    assert replay(SECRET, MACHINE, CHAIN, "names a file that is not there").fault is None


def test_what_a_choice_leaves_out_is_not_judged():
    environment = {**SECRET, "AZURE_CLIENT_SECRET": "", "AZURE_TOKEN_CREDENTIALS": "AzureCliCredential"}
    found = states(environment, replace(MACHINE, azure_cli=True, azure_accounts=1))
    assert found["EnvironmentCredential"] is State.REMOVED
    assert found["AzureCliCredential"] is State.TRIED
    assert found["DeviceCodeCredential"] is State.TRIED


def test_the_browser_can_come_twice():
    replayed = replay({"AZURE_TOKEN_CREDENTIALS": "InteractiveBrowserCredential"}, MACHINE, CHAIN)
    tried = [v.link.name for v in replayed.verdicts if v.state is State.TRIED]
    assert tried == ["InteractiveBrowserCredential", "InteractiveBrowserCredential", "DeviceCodeCredential"]


@pytest.mark.parametrize(
    ("accounts", "state"), [(0, State.UNUSABLE), (None, State.UNKNOWN), (1, State.TRIED), (7, State.TRIED)]
)
def test_az(accounts, state):
    assert (
        states({}, replace(MACHINE, azure_cli=True, azure_accounts=accounts))["AzureCliCredential"] is state
    )
    assert states({}, replace(MACHINE, azure_accounts=accounts))["AzureCliCredential"] is State.UNUSABLE


def test_other_tools_are_known_only_when_asked():
    machine = replace(MACHINE, powershell=True, developer_cli=True, broker=True, has_broker_system=True)
    found = states(
        {"AZURE_SERVICE": "Microsoft.ProjectArcadia", "DATABRICKS_RUNTIME_VERSION": "15.4"}, machine
    )
    for name in (
        "AzurePowerShellCredential",
        "AzureDeveloperCliCredential",
        "BrokerCredential",
        "_ArcadiaAuthentication",
        "_DatabricksClusterAuthentication",
    ):
        assert found[name] is State.UNKNOWN, name
    assert found["VisualStudioCodeCredential"] is State.UNUSABLE


@pytest.mark.parametrize(
    ("broker", "state"), [(True, State.TRIED), (None, State.UNKNOWN), (False, State.UNUSABLE)]
)
def test_vs_code_needs_its_package(broker, state):
    machine = replace(MACHINE, vs_code_account=True, broker=broker)
    assert states({}, machine)["VisualStudioCodeCredential"] is state


def test_a_pod():
    found = states(POD, replace(MACHINE, token_file=True))
    assert found["WorkloadIdentityCredential"] is State.TRIED
    assert found["ManagedIdentityCredential"] is State.NEVER
    gone = states(POD, replace(MACHINE, token_file=False))
    assert gone["WorkloadIdentityCredential"] is State.STOPS
    assert gone["DeviceCodeCredential"] is State.NEVER
    alone = reason(
        "ManagedIdentityCredential", {**POD, "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"}
    )
    assert "169.254.169.254" in alone


def test_a_pod_of_older_versions_needs_the_authority_too():
    old = chain_of("1.20.0", "1.59.0")
    environment = {name: value for name, value in POD.items() if name != "AZURE_AUTHORITY_HOST"}
    assert reason("WorkloadIdentityCredential", environment, chain=old) == "AZURE_AUTHORITY_HOST is missing"
    assert states(environment)["WorkloadIdentityCredential"] is State.TRIED


@pytest.mark.parametrize(
    ("environment", "state", "words"),
    [
        ({"IDENTITY_ENDPOINT": "x", "IDENTITY_HEADER": "x"}, State.TRIED, "at IDENTITY_ENDPOINT"),
        ({"IDENTITY_ENDPOINT": "x", "IMDS_ENDPOINT": "x"}, State.TRIED, "at IDENTITY_ENDPOINT"),
        ({"IDENTITY_ENDPOINT": "x"}, State.UNUSABLE, "IDENTITY_HEADER is not"),
        ({"MSI_ENDPOINT": "x"}, State.TRIED, "at MSI_ENDPOINT"),
        ({"HTTP_PROXY": "http://proxy"}, State.UNKNOWN, "300 seconds"),
    ],
)
def test_managed_identity(environment, state, words):
    assert states(environment)["ManagedIdentityCredential"] is state
    assert words in reason("ManagedIdentityCredential", environment)


@pytest.mark.parametrize("without", ["169.254.169.254", "localhost, 169.254.0.0/16", "*"])
def test_a_proxy_that_lets_managed_identity_through(without):
    environment = {"http_proxy": "http://proxy", "no_proxy": without}
    assert "300 seconds" not in reason("ManagedIdentityCredential", environment)


def test_every_link_has_a_judge():
    assert set(FINDERS) == {link.name for link in LINKS}


VALUES = st.sampled_from(["", GUID, "<tenant>", SECRET_VALUE, "dev", *TOKEN_CREDENTIALS])
NAMES = st.sampled_from(sorted({name for link in LINKS for name in link.reads} | {"AZURE_TOKEN_CREDENTIALS"}))


@given(st.dictionaries(NAMES, VALUES), st.sampled_from(["1.12.0", "1.20.0", "1.23.0", "1.24.0", "1.27.0"]))
def test_no_value_is_ever_told_and_every_link_has_a_word(environment, version):
    chain = chain_of(version, "1.62.0")
    replayed = replay(environment, MACHINE, chain)
    assert len(replayed.verdicts) in (len(chain.links), len(chain.links) + 1)
    told = repr([(v.state, v.reason) for v in replayed.verdicts]) + repr(replayed.fault)
    assert GUID not in told
    assert SECRET_VALUE not in told
    assert all(verdict.reason for verdict in replayed.verdicts)
