"""The stand-ins of az, azd and pwsh, started by the real credentials of azure-identity."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress

import pytest
from azmlflow.sandbox import names, stand_ins
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.tool_words import BEHAVIOURS

from tests.sandbox.wire import noted
from tests.sandbox.worker import Worker
from tests.truth.child import KEPT, needs

pytestmark = needs("azure.identity")
NAMES = {
    "az": "AzureCliCredential",
    "azd": "AzureDeveloperCliCredential",
    "pwsh": "AzurePowerShellCredential",
}
IMPORTS = """
from azure import identity
from azure.identity._internal import within_credential_chain

def said(name, tenant='', scope='https://management.azure.com/.default', **kwargs):
    '''What the credential gives or says in a chain that is not DefaultAzureCredential, as azureml-mlflow's.'''
    import jwt
    within_credential_chain.set(True)
    try:
        token = getattr(identity, name)(**kwargs).get_token(scope, **({"tenant_id": tenant} if tenant else {}))
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    claims = jwt.decode(token.token, options={"verify_signature": False})
    return [claims["upn"], claims["aud"], claims["tid"], token.expires_on - claims["exp"]]

shared.update(said=said)
"""
SAYS = {
    "az-signed-out": "CredentialUnavailableError: Please run 'az login' to set up an account",
    "az-expired": "ClientAuthenticationError: ERROR: AADSTS700082: The refresh token has expired due to inactivity.",
    "az-mfa": "ClientAuthenticationError: ERROR: AADSTS50076: Due to a configuration change made by your administrator",
    "az-garbage": "ClientAuthenticationError: Unexpected output from Azure CLI: 'WARNING: something\nnot json\n'",
    "az-broken": "ClientAuthenticationError: Traceback (most recent call last):",
    "az-hangs": "CredentialUnavailableError: Failed to invoke the Azure CLI",
    "azd-signed-out": "CredentialUnavailableError: Please run 'azd auth login' from a command prompt",
    "azd-expired": "ClientAuthenticationError: fetching token: failed to authenticate:\n(invalid_grant) AADSTS700082:",
    "azd-garbage": "ClientAuthenticationError: Unexpected output from Azure Developer CLI: 'WARNING: something\nnot json\n'",
    "azd-broken": "ClientAuthenticationError: panic: runtime error",
    "azd-hangs": "CredentialUnavailableError: Failed to invoke the Azure Developer CLI",
    "pwsh-signed-out": 'CredentialUnavailableError: Please run "Connect-AzAccount" to set up account',
    "pwsh-no-module": "CredentialUnavailableError: Az.Account module >= 2.2.0 is not installed",
    "pwsh-blocked": "CredentialUnavailableError: Execution policy prevented invoking Azure PowerShell",
    "pwsh-garbage": 'ClientAuthenticationError: Unexpected output from Get-AzAccessToken: "WARNING: something\n"',
    "pwsh-broken": "CredentialUnavailableError: Failed to invoke PowerShell. Enable debug logging",
    "pwsh-hangs": "CredentialUnavailableError: Failed to invoke PowerShell.",
}


@pytest.mark.parametrize("tool", stand_ins.TOOLS)
def test_a_tool_that_is_signed_in_gives_a_token(box: AzureBox, child: Worker, tool: str):
    found = child.run(f"facts['found'] = said({NAMES[tool]!r})")["found"]
    resource = "https://management.azure.com"
    assert found[:3] == [names.USER_NAME, resource, names.TENANT_ID]
    if tool != "azd":  # of its time in UTC azure-identity thinks that it is local
        assert abs(found[3]) <= 2
    assert [(each.path, each.note) for each in box.journal] == [(f"/{tool}", "a token")]


def test_every_behaviour_has_its_text_here():
    behaviours = {f"{tool}-{behaviour}" for tool, each in BEHAVIOURS.items() for behaviour in each}
    assert behaviours == set(SAYS)


@pytest.mark.parametrize("scenario", [name for name in SAYS if not name.endswith("-hangs")])
def test_a_tool_that_gives_no_token(box: AzureBox, child: Worker, scenario: str):
    box.use(scenario)
    found = child.run(f"facts['found'] = said({NAMES[scenario.partition('-')[0]]!r})")["found"]
    assert found.startswith(SAYS[scenario])
    assert box.journal[-1].note == scenario.partition("-")[2]


@pytest.mark.parametrize("tool", ["az", "azd"])
def test_a_tool_that_hangs_is_given_up(box: AzureBox, child: Worker, tool: str):
    box.use(f"{tool}-hangs")
    child.begin(f"facts['found'] = said({NAMES[tool]!r}, process_timeout=5)")
    assert child.result()["found"].startswith(SAYS[f"{tool}-hangs"])
    pid = int(stand_ins.pid_file(box.folder / "bin" / tool, tool).read_text())
    assert box.journal[0].note == "hangs"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_powershell_that_hangs_is_given_up(box: AzureBox, child: Worker):
    """What azure-identity ends is the shell in which it has started it, which need not be the same process."""
    box.use("pwsh-hangs")
    found = child.run(f"facts['found'] = said({NAMES['pwsh']!r}, process_timeout=5)")["found"]
    assert found.startswith(SAYS["pwsh-hangs"])
    with suppress(ProcessLookupError):
        os.kill(int(stand_ins.pid_file(box.folder / "bin" / "pwsh", "pwsh").read_text()), 9)


def test_two_at_once_are_two(box: AzureBox, child: Worker):
    box.world.tools["az"] = "signed-out"
    script = f"facts['found'] = [said({NAMES['az']!r}), said({NAMES['azd']!r})]"
    found = child.run(script)["found"]
    assert found[0] == SAYS["az-signed-out"]
    assert found[1][0] == names.USER_NAME


def test_a_tenant_can_be_asked_for(box: AzureBox, child: Worker):
    box.use("dry-run")
    other = "6f000000-0000-4000-8000-00000000000a"
    script = f"facts['found'] = [said(name, {other!r}, additionally_allowed_tenants=['*']) for name in {list(NAMES.values())!r}]"
    assert [each[2] for each in child.run(script)["found"]] == [other] * 3


def test_a_tool_is_good_for_tokens_only_and_ends_with_the_box():
    with AzureBox("az-hangs") as box:
        environment = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            **box.environment("az"),
        }
        path = stand_ins.write(box.folder / "bin" / "az", "az", box.proxy.port, box.proxy.credentials)
        waits = noted(box, "hangs")
        waiting = subprocess.Popen(
            [str(path), "account", "get-access-token"], env=environment, stderr=subprocess.PIPE
        )
        assert waits.wait(20)
        box.use("healthy")
        asked = subprocess.run([str(path), "group", "list"], env=environment, capture_output=True, text=True)
        assert (asked.returncode, asked.stderr) == (
            2,
            "ERROR: the sandbox's az can give a token and nothing else.\n",
        )
        given = subprocess.run(
            [str(path), "account", "get-access-token"], env=environment, capture_output=True
        )
        assert set(json.loads(given.stdout)) == {
            "accessToken",
            "expiresOn",
            "expires_on",
            "tenant",
            "tokenType",
        }
        assert waiting.poll() is None
    _, errors = waiting.communicate(timeout=20)
    assert b"the azmlflow sandbox that this stand-in belongs to is closed" in errors
    assert waiting.returncode == 1


def test_another_user_of_the_machine_learns_no_password():
    with AzureBox() as box:
        box.environment("any")
        modes = {path.name: path.stat().st_mode & 0o077 for path in box.folder.rglob("*.py")}
        assert modes == {"az.py": 0, "azd.py": 0, "pwsh.py": 0}
        assert box.folder.stat().st_mode & 0o077 == 0
