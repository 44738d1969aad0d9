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
    assert summary.message == "Stopped at the sign-in (AzureCliCredential): Expired."
    assert (summary.code, summary.command) == ("AADSTS700082", "az login")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (failed("tenant", "Other tenant.", hard=False, code="WRONG_TENANT"), failed("workspace", "401")),
        (failed("token", "Other tenant.", hard=False, code="WRONG_TENANT"), failed("experiments", "403")),
        (
            failed("tenant", "Other tenant.", hard=False, code="WRONG_TENANT"),
            failed("credential", "No app.", link="EnvironmentCredential", code="AADSTS700016"),
        ),
        (
            failed("tenant", "Other cloud.", hard=False, code="WRONG_CLOUD"),
            failed("credential", "No authority.", link="EnvironmentCredential"),
        ),
        (
            failed("network", "No such host.", hard=False, details={"role": "arm"}),
            failed("workspace", "x"),
        ),
    ],
)
def test_what_lies_behind_a_failure_is_its_headline(earlier: Outcome, later: Outcome) -> None:
    assert earlier.message in summarise([earlier, later], 1.0).message


def test_the_headline_tells_where_the_script_ends_from_what_lies_behind_it() -> None:
    unreached = failed("network", "No such host.", host="login", hard=False, details={"role": "login"})
    refused = failed("credential", "Connection error.", link="EnvironmentCredential")
    where = "Stopped at the sign-in (EnvironmentCredential), because of the network (login): No such host."
    assert summarise([unreached, refused], 1.0).message == where


UNREAD = failed("workspace", "No connection.", hard=False)
NOT_LISTED = not_reached("experiments", "Not tried, because the workspace's tracking URI is not known.")


def test_a_script_that_cannot_ask_for_its_tracking_uri_ends_there() -> None:
    summary = summarise([TOKEN, UNREAD, NOT_LISTED, failed("sdk", "No connection.", hard=False)], 1.0)
    assert (summary.outcome, summary.hard) == ("failed", True)
    assert summary.message == "Stopped at the workspace: No connection."


def test_a_script_that_has_its_tracking_uri_or_is_told_it_goes_on() -> None:
    assert summarise([TOKEN, UNREAD, LISTED], 1.0).outcome == "ok"
    assert summarise([TOKEN, UNREAD, NOT_LISTED, ok("sdk", "MLClient reads it.")], 1.0).outcome == "ok"


def test_whose_python_it_was_is_said_where_that_of_the_code_lacks_packages() -> None:
    lacks = failed("packages", "It lacks mlflow-skinny.", hard=False, code="PLUGIN_MISSING")
    said = summarise([lacks, TOKEN, READ, LISTED], 1.0).message
    assert said.endswith(
        ", with 1 warning. This was tested with azmlflow's own Python, because the code's lacks packages."
    )


def test_what_has_nothing_to_do_with_a_failure_does_not_take_its_place() -> None:
    arm = failed("network", "No such host.", host="management.azure.com", hard=False)
    assert "Wrong secret." in summarise([arm, failed("credential", "Wrong secret.")], 1.0).message


UNASKED = failed("tenant", "management.azure.com could not be asked.", hard=False, code="TCP")
OTHER_TENANT = failed("tenant", "Other tenant.", hard=False, code="WRONG_TENANT")


@pytest.mark.parametrize(
    ("earlier", "link", "code"),
    [
        (UNASKED, "EnvironmentCredential", "AADSTS7000215"),
        (UNASKED, "EnvironmentCredential", "AADSTS50126"),
        (OTHER_TENANT, "EnvironmentCredential", "AADSTS7000222"),
        (OTHER_TENANT, "AzureCliCredential", "AADSTS700082"),
    ],
)
def test_a_doubt_about_the_tenant_does_not_hide_what_the_sign_in_says(
    earlier: Outcome, link: str, code: str
) -> None:
    refused = failed("credential", "Refused.", link=link, code=code, command="the remedy")
    summary = summarise([earlier, refused], 1.0)
    assert (summary.code, summary.command) == (code, "the remedy")


def test_an_answer_of_entra_itself_counts_more_than_a_look_at_the_way_to_it() -> None:
    slow = failed("network", "No tunnel in time.", details={"role": "login"})
    refused = failed("credential", "Refused.", link="EnvironmentCredential", code="AADSTS7000215")
    assert summarise([slow, refused], 1.0).code == "AADSTS7000215"


@pytest.mark.parametrize(
    "earlier",
    [
        failed("network", "No tunnel in time.", host="h", details={"role": "tracking"}, code="TCP"),
        failed("network", "No answer within 30 s.", hard=False, code="TIMEOUT"),
        failed("tenant", "Tenant not found.", code="AADSTS90002"),
    ],
)
def test_what_mlflow_got_through_is_a_warning(earlier: Outcome) -> None:
    summary = summarise([earlier, TOKEN, READ, LISTED], 1.0)
    assert (summary.outcome, summary.message) == (
        "ok",
        "Connected to workspace ws as app 1234…, with 1 warning.",
    )


def test_a_tenant_that_no_link_used_stops_nobody() -> None:
    unknown = failed("tenant", "Tenant not found.", code="AADSTS90002")
    taken = ok("credential", "A token.", link="AzureCliCredential")
    assert summarise([unknown], 1.0).outcome == "failed"
    assert summarise([unknown, taken, TOKEN], 1.0).outcome == "ok"


def test_a_workspace_that_is_reached_is_told_not_to_be_where_the_script_logs() -> None:
    doubt = "train.py would log to a local store."
    said = failed("configuration", doubt, hard=False, code="NOT_LOGGED_THERE", details={"doubt": doubt})
    summary = summarise([said, TOKEN, READ, LISTED], 1.0)
    assert (summary.outcome, summary.code) == ("ok", "NOT_LOGGED_THERE")
    assert summary.message == f"Connected to workspace ws as app 1234…. But {doubt}"
    assert summary.details["uri"] == "azureml://x"
    assert summarise([said, TOKEN], 1.0).code is None


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
