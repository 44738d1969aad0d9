"""The step `credential` asks the links one by one as the plugin's chain would, and tells where that would stop."""

import socket
from pathlib import Path
from typing import Any

import pytest
from azmlflow.azure import credential_links as links
from azmlflow.azure.masking import part_of_user
from azmlflow.probes.child.connections import plain
from azmlflow.probes.child.wording import first_sentence, path_end, without_ids
from azmlflow.probes.outcome import Outcome
from azmlflow.sandbox.box import AzureBox

from tests.probes.children import clean, in_child, of_step, probe
from tests.truth.child import needs

pytestmark = needs("azure.identity", "azureml.mlflow", "trustme")

NAMES = tuple(link.name for link in links.LINKS)

STUBS = """
import threading
from types import SimpleNamespace
from unittest.mock import patch
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError, _internal
from azmlflow.probes.child import credential, interaction, remedies
from azmlflow.probes.child.asking import Within
from azmlflow.probes.child.signing import THE_PLUGIN, Signer
ENV, AZ, PWSH = "EnvironmentCredential", "AzureCliCredential", "AzurePowerShellCredential"
BROWSER, DEVICE = "InteractiveBrowserCredential", "DeviceCodeCredential"
class Stub:
    def __init__(self, name, answer):
        self.name, self.answer = name, answer
    def get_token(self, *scopes):
        asked.append([self.name, *scopes])
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer() if callable(self.answer) else AccessToken(self.answer, 4102444800)
def soft(text="not here"):
    return CredentialUnavailableError(message=text)
def hard(text):
    return ClientAuthenticationError(message=text)
def chain(name, links, **request):
    global asked
    begun.clear()
    asked, context = [], made(**request)
    context.service = SimpleNamespace(cloud=SimpleNamespace(_get_default_scope=lambda: "https://arm/.default"))
    stubs = tuple((name, Stub(name, answer)) for name, answer in links.items())
    context.signer = Signer(THE_PLUGIN, stubs, Within(True, False))
    outcomes = told(credential, context)
    facts[name] = dict(told=outcomes, asked=asked, begun=[*begun], token=context.token, name=getattr(context.credential, 'name', None))
def sign_in():
    interaction._show("https://microsoft.com/devicelogin", "ABC-123", None)
    return AccessToken("t", 4102444800)
def state():
    facts["context"] = [_internal.within_credential_chain.get(), _internal.within_dac.get()]
    return AccessToken("t", 4102444800)

chain("first token", {ENV: soft(), AZ: "t", PWSH: "u"})
for error in (hard("AADSTS7000215: Wrong. More."), OSError("gone"), ValueError("odd")):
    chain(type(error).__name__, {ENV: error, AZ: "t"})
signed_out = soft("Please run 'az login' to set up an account")
with patch.object(interaction.webbrowser, "get", lambda: None):
    chain("browser", {AZ: signed_out, BROWSER: "t", DEVICE: "u"})
chain("no browser", {BROWSER: "t"})
with patch.dict(os.environ, AZURE_TENANT_ID=GUID, AZURE_CLIENT_ID=GUID):
    chain("begun", {ENV: soft()})
chain("hangs", {ENV: threading.Event().wait, AZ: "t"}, limits={"credential": 0.2})
chain("by name", {ENV: hard("no"), AZ: "t", PWSH: "u"}, link=AZ)
chain("by name, none", {ENV: "t", AZ: soft()}, link=AZ)
with patch.dict(os.environ, AZURE_TOKEN_CREDENTIALS="dev"):
    chain("not in chain", {AZ: "t"}, link=ENV)
_internal.within_dac.set(True)
chain("state", {AZ: state})
chain("sign in", {DEVICE: sign_in}, may_interact=True)
with patch.object(remedies, "WASTED", 0.0):
    chain("wasteful", {ENV: soft(), AZ: "t"})
del _internal.within_dac
chain("old", {AZ: "t"})
"""


@pytest.fixture(scope="module")
def stubbed(tmp_path_factory) -> dict[str, Any]:
    """What came of chains of stubs: name -> {told, asked, begun, token, name}."""
    return in_child(tmp_path_factory.mktemp("stubs"), STUBS)


def verdicts(facts: dict[str, Any]) -> list[tuple[str, str]]:
    return [(outcome["link"], outcome["outcome"]) for outcome in facts["told"]]


def test_the_first_token_is_taken_and_the_links_behind_it_are_not_asked(stubbed):
    facts = stubbed["first token"]
    assert verdicts(facts) == [
        (links.ENVIRONMENT, "failed"),
        (links.AZURE_CLI, "ok"),
        (links.POWERSHELL, "not-reached"),
    ]
    assert facts["told"][0]["hard"] is False
    assert facts["told"][2]["message"] == "Not tried: the plugin takes the token of AzureCliCredential."
    assert facts["asked"] == [
        [links.ENVIRONMENT, "https://arm/.default"],
        [links.AZURE_CLI, "https://arm/.default"],
    ]
    assert (facts["token"], facts["name"]) == ("t", links.AZURE_CLI)
    assert [what[1] for what in facts["begun"]] == [links.ENVIRONMENT, links.AZURE_CLI]


@pytest.mark.parametrize("error", ["ClientAuthenticationError", "OSError", "ValueError"])
def test_whatever_is_not_unavailable_stops_the_chain(stubbed, error):
    facts = stubbed[error]
    first, second = facts["told"]
    assert (first["outcome"], first["hard"]) == ("failed", True)
    assert first["message"].endswith(" The plugin stops here.")
    assert second["outcome"] == "not-reached"
    assert second["message"] == "Never tried: the plugin stops at EnvironmentCredential."
    assert facts["token"] is None
    assert len(facts["asked"]) == 1


def test_interactive_links_are_left_out_and_what_the_plugin_would_do_is_said(stubbed):
    az, browser, device, last = stubbed["browser"]["told"]
    assert (az["code"], az["command"]) == ("SIGNED_OUT", "az login")
    assert (browser["outcome"], device["outcome"]) == ("skipped", "skipped")
    assert browser["message"] == "It would open a browser and wait up to 300 s."
    assert device["message"].endswith("wait up to 900 s.")
    assert (last["link"], last["outcome"], last["hard"], last["code"]) == (None, "failed", True, "NO_TOKEN")
    assert "would now open a browser and wait 300 s" in last["message"]
    assert last["command"] == "az login"
    assert stubbed["browser"]["asked"] == [[links.AZURE_CLI, "https://arm/.default"]]


def test_without_a_browser_the_plugin_would_wait_for_a_code(stubbed):
    assert "would now print a code and wait 900 s" in stubbed["no browser"]["told"][-1]["message"]


def test_a_set_of_variables_that_was_begun_is_what_to_complete(stubbed):
    first, last = stubbed["begun"]["told"]
    missing = "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH is not set, so that"
    assert first["message"].startswith(missing)
    assert last["advice"].startswith(missing)


def test_a_link_that_gives_no_answer_ends_the_chain_within_its_limit(stubbed):
    slow, after = stubbed["hangs"]["told"]
    assert (slow["outcome"], slow["hard"], slow["code"], slow["seconds"]) == ("failed", True, "TIMEOUT", 0.2)
    assert "The plugin waits up to 1207 s here" in slow["message"]
    assert after["message"] == "Never tried: the plugin would still be waiting for EnvironmentCredential."
    assert stubbed["hangs"]["begun"] == [["credential", links.ENVIRONMENT, 0.2]]


def test_one_link_is_tried_by_name_whatever_comes_before(stubbed):
    facts = stubbed["by name"]
    assert verdicts(facts) == [
        (links.ENVIRONMENT, "skipped"),
        (links.AZURE_CLI, "ok"),
        (links.POWERSHELL, "skipped"),
    ]
    assert len(facts["asked"]) == 1
    last = stubbed["by name, none"]["told"][-1]
    assert (last["message"], last["hard"]) == ("AzureCliCredential gave no token.", True)


def test_a_link_that_is_not_in_the_chain_says_who_left_it_out(stubbed):
    (outcome,) = stubbed["not in chain"]["told"]
    assert outcome["message"] == "AZURE_TOKEN_CREDENTIALS=dev leaves EnvironmentCredential out of the chain."
    assert (outcome["hard"], outcome["code"]) == (True, "NOT_IN_CHAIN")
    assert stubbed["not in chain"]["asked"] == []


def test_links_are_asked_as_in_a_plain_chain_and_not_as_in_the_default_credential(stubbed):
    assert stubbed["context"] == [True, False]


def test_an_old_azure_identity_without_that_state_is_asked_all_the_same(stubbed):
    assert verdicts(stubbed["old"]) == [(links.AZURE_CLI, "ok")]


def test_a_code_to_type_in_reaches_the_user_before_the_token_does(stubbed):
    prompt, given = stubbed["sign in"]["told"]
    assert (prompt["outcome"], prompt["code"]) == ("skipped", "SIGN_IN")
    assert prompt["message"] == (
        "To sign in, open https://microsoft.com/devicelogin and type in the code ABC-123."
    )
    assert given["outcome"] == "ok"
    assert stubbed["sign in"]["begun"] == [["credential", links.DEVICE_CODE, 905]]


def test_what_costs_time_at_every_call_comes_with_the_variable_that_spares_it(stubbed):
    assert stubbed["wasteful"]["told"][1]["command"] == "export AZURE_TOKEN_CREDENTIALS=AzureCliCredential"


def boxed(
    box: AzureBox, tmp_path: Path, scenario: str, kind: str, *steps: str, **request: Any
) -> list[Outcome]:
    box.use(scenario)
    environ = clean(tmp_path / "home", **box.environment(kind))
    return probe(
        tmp_path,
        environ,
        *(steps or ("credential",)),
        uri=box.workspace_uri,
        workspace=box.workspace,
        **request,
    )


ENDS = {
    "wrong-secret": (
        "secret",
        links.ENVIRONMENT,
        "AADSTS7000215",
        "AADSTS7000215: Invalid client secret provided.",
    ),
    "unknown-tenant": (
        "secret",
        links.ENVIRONMENT,
        "AADSTS90002",
        "Unable to get authority configuration for ",
    ),
    "certificate-not-registered": (
        "certificate",
        links.ENVIRONMENT,
        "AADSTS700027",
        "AADSTS700027: The certificate with identifier used to sign ",
    ),
    "mfa-required": ("az", links.AZURE_CLI, "AADSTS50076", "AADSTS50076: "),
    "az-garbage": ("az", links.AZURE_CLI, None, "Unexpected output from Azure CLI."),
}


@pytest.mark.parametrize("scenario", ENDS)
def test_a_refusal_of_azure_ends_the_chain_with_its_code_and_advice(box, tmp_path, scenario):
    kind, link, code, message = ENDS[scenario]
    outcomes = of_step(boxed(box, tmp_path, scenario, kind), "credential")
    (end,) = [outcome for outcome in outcomes if outcome.hard]
    assert (end.link, end.code) == (link, code)
    assert end.message.startswith(message)
    assert end.message.endswith(" The plugin stops here.")
    assert end.advice
    assert [outcome.link for outcome in outcomes] == [*NAMES]
    after = outcomes[NAMES.index(link) + 1 :]
    assert {outcome.outcome for outcome in after} == {"not-reached"}
    assert not any(box.client_id in outcome.message for outcome in outcomes)


def test_nobody_signed_in_is_soft_at_every_link_and_hard_in_the_end(box, tmp_path):
    outcomes = of_step(boxed(box, tmp_path, "az-signed-out", "az"), "credential")
    *each, last = outcomes
    assert [outcome.link for outcome in each] == [*NAMES]
    assert not any(outcome.hard for outcome in each)
    assert [outcome.outcome for outcome in each] == ["failed"] * 11 + ["skipped"] * 2
    assert (last.code, last.command) == ("NO_TOKEN", "az login")
    assert [exchange for exchange in box.journal if "devicecode" in exchange.path] == []


def test_the_token_is_told_in_part_and_whose_it_is(box, tmp_path):
    outcomes = boxed(box, tmp_path, "healthy", "az", "token")
    (token,) = of_step(outcomes, "token")
    assert token.outcome == "ok"
    assert token.details["kind"] == "user"
    assert token.details["identity"].endswith("…@contoso.onmicrosoft.com")
    assert token.details["tenant"] == f"{box.tenant_id[:8]}…"
    assert token.details["expires_on"] > 0
    text = repr([outcome.as_json() for outcome in outcomes])
    assert box.tenant_id not in text
    assert "eyJ" not in text


def test_a_token_of_another_tenant_than_the_subscriptions_says_where_to_sign_in(box, tmp_path):
    outcomes = boxed(box, tmp_path, "wrong-tenant", "az", "tenant", "token", "workspace")
    (token,) = of_step(outcomes, "token")
    assert (token.outcome, token.hard, token.code) == ("failed", False, "WRONG_TENANT")
    assert token.command.startswith("az login --tenant ")
    assert of_step(outcomes, "workspace")[0].outcome == "failed"


def test_a_silent_sign_in_host_ends_within_the_limit(box, tmp_path):
    outcomes = of_step(boxed(box, tmp_path, "silent", "secret", limits={"credential": 1.0}), "credential")
    assert (outcomes[0].code, outcomes[0].seconds) == ("TIMEOUT", 1.0)
    assert outcomes[1].outcome == "not-reached"


def test_a_device_code_is_shown_and_then_gives_a_token(box, tmp_path):
    box.use("healthy")
    box.world.device_code = "approved"
    environ = clean(tmp_path / "home", **box.environment("none"))
    outcomes = of_step(
        probe(
            tmp_path,
            environ,
            "credential",
            uri=box.workspace_uri,
            workspace=box.workspace,
            link=links.DEVICE_CODE,
            may_interact=True,
        ),
        "credential",
    )
    prompt, given = [outcome for outcome in outcomes if outcome.link == links.DEVICE_CODE]
    assert prompt.code == "SIGN_IN"
    assert prompt.details["user_code"] in prompt.message
    assert given.outcome == "ok"


@pytest.mark.parametrize(
    ("variables", "command"),
    [
        ({}, "export NO_PROXY=169.254.169.254"),
        ({"no_proxy": "x"}, "export no_proxy=$no_proxy,169.254.169.254"),
    ],
)
def test_a_proxy_that_swallows_the_question_for_managed_identity_is_told_with_the_exception_to_set(
    tmp_path, variables, command
):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environ = clean(tmp_path / "home", HTTP_PROXY=proxy, **variables)
        outcomes = of_step(probe(tmp_path, environ, "credential", limits={"credential": 1.0}), "credential")
    machine = outcomes[2]
    assert (machine.link, machine.code, machine.seconds) == (links.MANAGED_IDENTITY, "TIMEOUT", 1.5)
    assert machine.command == command


CONNECTIONS = {
    "HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Read timed out. (read timeout=300)": (
        "login.microsoftonline.com accepts the connection and gives no answer."
    ),
    "('Unable to connect to proxy', NewConnectionError(\"HTTPSConnection(host='127.0.0.1', port=9): Failed\"))": (
        "The proxy cannot be reached."
    ),
    "HTTPSConnection(host='a.example', port=443): Failed to resolve 'a.example' ([Errno -3] Temporary failure)": (
        "The name a.example cannot be resolved."
    ),
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1)": (
        "The certificate of the host is not trusted: unable to get local issuer certificate."
    ),
    "Could not find a suitable TLS CA certificate bundle, invalid path: /home/me/nope.pem": (
        "The file of certificates to be trusted is not there."
    ),
    "ProxyError('Tunnel connection failed: 407 Proxy Authentication Required') HTTPSConnectionPool": (
        "The proxy asks for a user name and a password (407)."
    ),
    "HTTPConnection(host='127.0.0.1', port=1): Failed to establish: [Errno 111] Connection refused": (
        "127.0.0.1 refuses the connection."
    ),
}


@pytest.mark.parametrize("text", CONNECTIONS)
def test_a_failed_connection_is_told_without_the_nesting_of_its_exceptions(text):
    assert plain(text, "the host") == CONNECTIONS[text]
    assert first_sentence(f"Authentication failed: {text}") == CONNECTIONS[text]


def test_what_is_not_about_a_connection_is_left_alone():
    assert plain("AADSTS50076: you must use multi-factor authentication.", "the host") is None


SENTENCES = {
    "Authentication failed: AADSTS700016: No application '0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c'. Trace ID: x": (
        "AADSTS700016: No application '0c7a7a4e…'."
    ),
    "SharedTokenCacheCredential authentication unavailable. No accounts were found in the cache.": (
        "No accounts were found in the cache."
    ),
    "WARNING: old\nERROR: AADSTS700082: The token of anna@contoso.com has expired. More.": (
        "AADSTS700082: The token of a…@contoso.com has expired."
    ),
    "Traceback (most recent call last):\n  File x\nImportError: broken": "ImportError: broken",
    "Unexpected output from Azure CLI: 'secret words'. \nTo mitigate this issue, please": (
        "Unexpected output from Azure CLI."
    ),
    "": "",
}


@pytest.mark.parametrize("text", SENTENCES)
def test_of_what_an_sdk_says_the_telling_sentence_is_kept_and_ids_only_in_part(text):
    assert first_sentence(text) == SENTENCES[text]


def test_long_and_odd_texts_are_cut_in_no_time():
    assert len(first_sentence("x" * 1_000_000)) == 240
    assert without_ids("a." * 50_000).endswith("a.")


def test_names_and_paths_are_shown_in_part():
    assert part_of_user("anna@contoso.com") == "a…@contoso.com"
    assert part_of_user("anna") == "a…"
    assert path_end("/home/anna/work/.venv/bin/python") == "…/.venv/bin/python"
    assert path_end("/usr/bin/python3") == "/usr/bin/python3"
    assert path_end("C:\\Users\\anna\\key.pem", 1) == "…/key.pem"
