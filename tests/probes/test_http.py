"""The one GET of the steps: who gets the token, what is not followed, how much is read."""

import json
import sys

import pytest
from azmlflow.probes.child import http
from azmlflow.probes.child.http import NoReply, get, get_from_arm, next_page
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.http import Response
from azmlflow.sandbox.world import Fault

from tests.probes.boxed import clear, context_in, enter

ARM, LOGIN = "management.azure.com", "login.microsoftonline.com"


@pytest.fixture
def seen(box, monkeypatch):
    """Every request that arrives in the box, with its headers."""
    enter(monkeypatch, box)
    requests = []
    real = box.proxy.answer

    def answer(request):
        requests.append(request)
        return real(request)

    monkeypatch.setattr(box.proxy, "answer", answer)
    return requests


def test_the_token_goes_to_the_resource_manager_of_the_cloud_and_nowhere_else(box, seen):
    context = context_in(box)
    context.token = "canary-secret"
    assert get_from_arm(context, "/subscriptions", {"api-version": "2020-01-01"}).status == 401
    get(LOGIN, "/common/discovery/instance")
    get(ARM, "/subscriptions")
    assert [(each.host, each.headers.get("authorization")) for each in seen] == [
        (ARM, "Bearer canary-secret"),
        (LOGIN, None),
        (ARM, None),
    ]


def test_without_a_token_nothing_is_sent(box, seen):
    with pytest.raises(NoReply, match="there is no token"):
        get_from_arm(context_in(box), "/subscriptions", {})
    assert seen == []


def test_a_netrc_is_not_read(box, seen, monkeypatch, tmp_path):
    path = tmp_path / "netrc"
    path.write_text(f"machine {ARM} login somebody password canary-secret\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(path))
    context = context_in(box)
    context.token = "token"
    get(ARM, "/subscriptions")
    get_from_arm(context, "/subscriptions", {})
    assert [each.headers.get("authorization") for each in seen] == [None, "Bearer token"]


def test_a_redirect_is_not_followed(box, seen):
    box.world.faults["arm"] = Fault(status=302, headers={"Location": "https://login.microsoftonline.com/x"})
    context = context_in(box)
    context.token = "token"
    assert get_from_arm(context, "/subscriptions", {}).status == 302
    assert [each.host for each in seen] == [ARM]


def test_no_more_than_a_megabyte_is_read(box, seen):
    box.world.faults["arm"] = Fault(status=200, body="x" * (http.LONGEST + 1))
    with pytest.raises(NoReply) as error:
        get(ARM, "/subscriptions")
    assert error.value.code == "TOO_LONG"


def test_an_answer_that_does_not_come(box, seen, monkeypatch):
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    box.world.faults["arm"] = Fault(ending="silent")
    with pytest.raises(NoReply) as error:
        get(ARM, "/subscriptions")
    assert error.value.code == "TIMEOUT"


def test_an_answer_that_breaks_off(box, seen):
    box.world.faults["arm"] = Fault(ending="reset")
    with pytest.raises(NoReply) as error:
        get(ARM, "/metadata/endpoints", {"api-version": "2019-05-01"})
    assert error.value.code == "TCP"


def test_an_answer_that_drips(box, seen, monkeypatch):
    moments = iter((0.0, 5.0, 99.0))
    monkeypatch.setattr(http, "monotonic", lambda: next(moments))
    box.world.faults["arm"] = Fault(status=200, body="x" * 30_000)
    with pytest.raises(NoReply, match="does not come to an end"):
        get(ARM, "/subscriptions")


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"HTTPS_PROXY": "http://127.0.0.1:9"}, "PROXY"),
        ({"HTTPS_PROXY": "http://user:canary-secret#@127.0.0.1:9"}, "PROXY"),
        ({"HTTPS_PROXY": "http://"}, "PROXY"),
        ({"REQUESTS_CA_BUNDLE": "/no/such/file"}, "TLS"),
        ({}, "TCP"),
    ],
)
def test_why_there_is_no_answer(monkeypatch, variables, code):
    clear(monkeypatch)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(NoReply) as error:
        get(ARM, "/subscriptions")
    assert error.value.code == code
    assert "canary" not in str(error.value)


def test_a_certificate_that_is_not_trusted(monkeypatch):
    with AzureBox("tls-intercepted") as other:
        enter(monkeypatch, other)
        with pytest.raises(NoReply) as error:
            get(ARM, "/subscriptions")
    assert error.value.code == "TLS"


def test_without_requests(monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(NoReply) as error:
        get(ARM, "/")
    assert error.value.code == "PACKAGES"


@pytest.mark.parametrize(
    ("body", "value", "error"),
    [
        (b"{}", {}, ("", "")),
        (b"[1]", {}, ("", "")),
        (b"<html>", {}, ("", "")),
        (b"\xff", {}, ("", "")),
        (b'{"error": "text"}', {"error": "text"}, ("", "")),
        (b'{"error": {"code": "C", "message": 7}}', {"error": {"code": "C", "message": 7}}, ("C", "")),
    ],
)
def test_what_an_answer_says(body, value, error):
    reply = http.Reply(200, {}, body)
    assert (reply.json, reply.arm_error) == (value, error)


@pytest.mark.parametrize(
    ("link", "page"),
    [
        (f"https://{ARM}/a%20b/c?x=1&y=%24", ("/a b/c", {"x": "1", "y": "$"})),
        (f"https://{ARM.upper()}/a", ("/a", {})),
        (f"http://{ARM}/a", None),
        (f"https://{ARM}:8443/a", None),
        (f"https://{ARM}@evil.example/a", None),
        ("https://evil.example/a", None),
        ("https://[", None),
        (7, None),
        (None, None),
    ],
)
def test_only_the_resource_managers_own_pages_are_turned(box, link, page):
    assert next_page(context_in(box), link) == page


def test_the_body_of_the_box_is_json(box, seen, monkeypatch):
    body = Response(200, json.dumps({"a": 1}).encode())
    monkeypatch.setattr(box.proxy, "answer", lambda request: body)
    assert get(ARM, "/a b").json == {"a": 1}


def test_an_answer_that_is_nested_without_end_is_none(box, seen):
    box.world.faults["arm"] = Fault(status=200, body="[" * 200_000)
    assert get(ARM, "/subscriptions").json == {}
