"""The headline of a probe: the first failure that ends the script, or what lies behind it."""

from __future__ import annotations

import pytest
from azmlflow.probes.outcome import STEPS, Outcome, failed, not_reached, ok, skipped, with_needs
from azmlflow.probes.request import Request
from azmlflow.probes.summary import summarise

TOKEN = ok("token", "A token for app 1234…", details={"identity": "app 1234…", "expires_on": 1_800_000_000})
READ = ok(
    "workspace", "It is there.", details={"workspace": "ws", "uri": "azureml://x", "region": "westeurope"}
)
LISTED = ok("experiments", "3 experiments.")


def test_a_connection_names_the_workspace_and_who_one_is() -> None:
    summary = summarise([TOKEN, READ, LISTED], 2.0)
    assert (summary.step, summary.outcome) == ("summary", "ok")
    assert summary.message == "Connected to workspace ws as app 1234…."
    assert summary.details["uri"] == "azureml://x"
    assert summary.details["checked"] == ["token", "workspace", "experiments"]


def test_warnings_are_counted_and_soft_links_are_none() -> None:
    soft = failed("credential", "not set", link="EnvironmentCredential", hard=False)
    warning = failed("models", "404", hard=False)
    assert summarise([soft, TOKEN, READ, LISTED, warning], 2.0).message.endswith(", with 1 warning.")


def test_without_the_plugins_own_step_nobody_is_connected() -> None:
    assert summarise([TOKEN], 1.0).message == "Signed in as app 1234…."


def test_the_first_hard_failure_is_the_headline() -> None:
    soft = failed("credential", "not set", link="EnvironmentCredential", hard=False)
    hard = failed(
        "credential", "Expired.", link="AzureCliCredential", code="AADSTS700082", command="az login"
    )
    summary = summarise([soft, hard, not_reached("token", "Not tried.")], 2.0)
    assert summary.outcome == "failed"
    assert summary.hard
    assert summary.message == "Stopped at 'a credential gives a token' (AzureCliCredential): Expired."
    assert (summary.code, summary.command) == ("AADSTS700082", "az login")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (failed("tenant", "Other tenant.", hard=False), failed("workspace", "401")),
        (
            failed("network", "No such host.", hard=False, details={"role": "arm"}),
            failed("workspace", "x"),
        ),
    ],
)
def test_what_lies_behind_a_failure_is_its_headline(earlier: Outcome, later: Outcome) -> None:
    assert earlier.message in summarise([earlier, later], 1.0).message


def test_what_has_nothing_to_do_with_a_failure_does_not_take_its_place() -> None:
    arm = failed("network", "No such host.", host="management.azure.com", hard=False)
    assert "Wrong secret." in summarise([arm, failed("credential", "Wrong secret.")], 1.0).message


def test_a_login_host_that_was_not_needed_stops_nobody() -> None:
    login = failed("network", "No such host.", host="login.microsoftonline.com", details={"role": "login"})
    refused = failed("credential", "Cannot be reached.")
    taken = ok("credential", "A token.", link="ManagedIdentityCredential")
    assert "No such host." in summarise([login, refused], 1.0).message
    assert summarise([login, taken, TOKEN, READ, LISTED], 1.0).outcome == "ok"


def test_nothing_is_ok_when_nothing_was_called() -> None:
    said = ok("configuration", "Workspace ws.")
    assert summarise([said, skipped("sdk", "Not installed.")], 0.1).outcome == "skipped"
    assert summarise([said, TOKEN], 0.1, cancelled=True).outcome == "skipped"


def test_a_step_brings_what_it_needs() -> None:
    assert with_needs(("token",)) == ("configuration", "packages", "chain", "credential", "token")
    assert with_needs(()) == ()
    with pytest.raises(KeyError):
        with_needs(("tokens",))


def test_every_need_stands_before_the_step() -> None:
    seen: set[str] = set()
    for step in STEPS:
        assert seen.issuperset(step.needs)
        seen.add(step.name)


def test_a_request_and_an_outcome_survive_the_wire() -> None:
    from azmlflow.azure.workspace import WorkspaceRef

    where = WorkspaceRef("s", "g", "w")
    link, limits = "AzureCliCredential", {"token": 1.0}
    request = Request("azureml://h", where, "e", ("token",), link, "DefaultAzureCredential", True, limits)
    assert Request.of_json(request.as_json()) == request
    assert Outcome.of_json(READ.as_json()) == READ
