"""What the disk says about the machine: the tools of Azure, and whether somebody is signed in to them."""

import json
import os
import platform
import stat
import sys

import pytest
from azmlflow.workspace.machine import AzureProfile, look_at_machine, read_profile

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
NAME = "somebody@contoso.com"
SUBSCRIPTION = {
    "id": "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c",
    "name": "Contoso",
    "state": "Enabled",
    "user": {"name": NAME, "type": "user"},
    "isDefault": False,
    "tenantId": "another",
    "environmentName": "AzureChinaCloud",
}
DEFAULT = {**SUBSCRIPTION, "isDefault": True, "tenantId": TENANT, "environmentName": "AzureCloud"}


def profile(*subscriptions, encoding="utf-8-sig"):
    return json.dumps({"installationId": "x", "subscriptions": subscriptions}).encode(encoding)


def tool(folder, name):
    path = folder / (f"{name}.bat" if os.name == "nt" else name)
    path.write_text("must not be run", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def environ(home, **variables):
    return {"HOME": str(home), "USERPROFILE": str(home), "PATH": str(home / "bin"), **variables}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{}", AzureProfile(0)),
        (profile(), AzureProfile(0)),
        (profile(SUBSCRIPTION, DEFAULT), AzureProfile(2, "user", "AzureCloud", TENANT)),
        (profile(DEFAULT, encoding="utf-8"), AzureProfile(1, "user", "AzureCloud", TENANT)),
        (profile(SUBSCRIPTION), AzureProfile(1, "user", "AzureChinaCloud", "another")),
        (profile({"user": {"type": "servicePrincipal"}}), AzureProfile(1, "servicePrincipal")),
        (profile({"user": "odd", "tenantId": 3}), AzureProfile(1)),
        (profile("odd"), AzureProfile(0)),
        (b"", None),
        (b"not json", None),
        (b"[]", None),
        (b'{"subscriptions": 3}', None),
        (b"\xff\xfe{", None),
        (b"[" * 100_000, None),
    ],
)
def test_a_profile(data, expected):
    found = read_profile(data)
    assert found == expected
    assert NAME not in repr(found)


def test_a_machine_with_nothing(tmp_path):
    facts = look_at_machine(environ(tmp_path))
    assert not facts.azure_cli
    assert not facts.powershell
    assert not facts.developer_cli
    assert not facts.vs_code_account
    assert facts.azure_accounts == 0
    assert facts.token_file is None


def test_tools_are_found_on_the_path_of_the_environment_and_never_run(tmp_path):
    (tmp_path / "bin").mkdir()
    for name in ("az", "pwsh", "azd"):
        tool(tmp_path / "bin", name)
    facts = look_at_machine(environ(tmp_path))
    assert (facts.azure_cli, facts.powershell, facts.developer_cli) == (True, True, True)
    assert not look_at_machine(environ(tmp_path, PATH="")).azure_cli


def test_who_is_signed_in_to_az(tmp_path):
    folder = tmp_path / ".azure"
    folder.mkdir()
    (folder / "azureProfile.json").write_bytes(profile(DEFAULT))
    (folder / "msal_token_cache.json").mkdir()  # opening it would fail
    facts = look_at_machine(environ(tmp_path))
    assert facts.profile == AzureProfile(1, "user", "AzureCloud", TENANT)
    assert facts.azure_accounts == 1
    assert NAME not in repr(facts)


def test_az_can_keep_its_files_elsewhere(tmp_path):
    (tmp_path / "azureProfile.json").write_bytes(profile(DEFAULT, DEFAULT))
    assert look_at_machine(environ(tmp_path, AZURE_CONFIG_DIR=str(tmp_path))).azure_accounts == 2
    assert look_at_machine(environ(tmp_path, AZURE_CONFIG_DIR="")).azure_accounts == 0


@pytest.mark.parametrize("content", [b"torn {", b"\x00" * 1_100_000, None])
def test_a_profile_that_cannot_be_read_is_not_known(tmp_path, content):
    path = tmp_path / "azureProfile.json"
    path.mkdir() if content is None else path.write_bytes(content)
    assert look_at_machine(environ(tmp_path, AZURE_CONFIG_DIR=str(tmp_path))).azure_accounts is None


def test_without_permission_no_file_of_the_home_is_opened(tmp_path):
    (tmp_path / "azureProfile.json").write_bytes(profile(DEFAULT))
    facts = look_at_machine(environ(tmp_path, AZURE_CONFIG_DIR=str(tmp_path)), may_read=False)
    assert facts.azure_accounts is None


def test_without_a_home_nothing_is_known_of_az():
    assert look_at_machine({"PATH": ""}).azure_accounts is None


@pytest.mark.parametrize("folder", [".azure", ".Azure"])
def test_the_record_of_visual_studio_code(tmp_path, folder):
    path = tmp_path / folder / "ms-azuretools.vscode-azureresourcegroups"
    path.mkdir(parents=True)
    (path / "authRecord.json").write_text("{}", encoding="utf-8")
    assert look_at_machine(environ(tmp_path)).vs_code_account


def test_the_token_file(tmp_path):
    present = tmp_path / "token"
    present.touch()
    assert look_at_machine(environ(tmp_path, AZURE_FEDERATED_TOKEN_FILE=str(present))).token_file is True
    assert look_at_machine(environ(tmp_path, AZURE_FEDERATED_TOKEN_FILE="/no/where")).token_file is False
    assert look_at_machine(environ(tmp_path, AZURE_FEDERATED_TOKEN_FILE="a\0b")).token_file is False
    assert look_at_machine(environ(tmp_path, AZURE_FEDERATED_TOKEN_FILE="")).token_file is None


@pytest.mark.parametrize(
    ("system", "release", "has"),
    [
        ("linux", "5.15.153.1-microsoft-standard-WSL2", True),
        ("linux", "6.1.0-generic", False),
        ("darwin", "23.1.0", False),
    ],
)
def test_where_the_broker_works(tmp_path, monkeypatch, system, release, has):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "release", lambda: release)
    assert look_at_machine(environ(tmp_path)).has_broker_system is has
