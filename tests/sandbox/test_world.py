"""What the box is made of, apart: roles, hosts, the journal's secrets, tokens, what is kept for handlers."""

from __future__ import annotations

import io
import threading
from email.message import Message
from pathlib import Path

import pytest
from azmlflow.azure.clouds import CLOUDS
from azmlflow.sandbox import jwt
from azmlflow.sandbox.backstage import Backstage
from azmlflow.sandbox.hosts import is_known, place_of
from azmlflow.sandbox.http import Request
from azmlflow.sandbox.journal import Exchange, Journal, shown_path, without_secrets
from azmlflow.sandbox.transport.body import BadBody, read_body
from azmlflow.sandbox.world import Fault, Grant, allows

from tests.sandbox.made import ARM, a_world, get


@pytest.mark.parametrize(
    ("pattern", "action", "fits"),
    [
        ("*", "Microsoft.Storage/accounts/read", True),
        ("*/read", "Microsoft.Storage/accounts/read", True),
        ("*/read", "Microsoft.Storage/accounts/write", False),
        ("A/workspaces/experiments/*", "a/Workspaces/experiments/runs/write", True),
        ("A/workspaces/experiments/*", "A/workspaces/experiments", False),
        ("A/workspaces/models/*/*", "A/workspaces/models/versions/read", True),
        ("A/workspaces/models/*/*", "A/workspaces/models/read", False),
        ("A/*/read", "A/b/c/read", True),
        ("a*a", "a", False),
        ("a*b*a", "aba", True),
        ("A/read", "a/READ", True),
        ("A/read", "A/read/more", False),
        ("", "A/read", False),
    ],
)
def test_patterns_of_roles(pattern: str, action: str, fits: bool):
    assert allows([Grant((pattern,))], "somebody", action) is fits


def test_a_pattern_of_stars_takes_no_time():
    assert not allows([Grant(("*a" * 200 + "!",))], "somebody", "a" * 5000)


def test_a_grant_may_leave_actions_out_and_another_give_them():
    reader = Grant(("*/read",), ("A/secret/*",))
    assert allows([reader], "somebody", "A/things/read")
    assert not allows([reader], "somebody", "A/secret/read")
    assert allows([reader, Grant(("A/secret/read",), principal="me")], "me", "A/secret/read")
    assert not allows([reader, Grant(("A/secret/read",), principal="me")], "somebody", "A/secret/read")


@pytest.mark.parametrize(
    ("host", "role", "cloud"),
    [
        ("login.microsoftonline.com", "login", "AzureCloud"),
        ("login.windows.net", "login", "AzureCloud"),
        ("LOGIN.chinacloudapi.cn.", "login", "AzureChinaCloud"),
        ("management.usgovcloudapi.net", "arm", "AzureUSGovernment"),
        ("westeurope.api.azureml.ms", "tracking", "AzureCloud"),
        ("1f-2.workspace.westeurope.api.azureml.ms", "tracking", "AzureCloud"),
        ("chinaeast2.api.ml.azure.cn", "tracking", "AzureChinaCloud"),
        ("account.blob.core.windows.net", "blob", "AzureCloud"),
        ("account.blob.core.usgovcloudapi.net", "blob", "AzureUSGovernment"),
        ("169.254.169.254", "imds", "AzureCloud"),
    ],
)
def test_hosts_of_azure(host: str, role: str, cloud: str):
    found = place_of(host)
    assert found is not None
    assert (found[0], found[1].name) == (role, cloud)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "blob.core.windows.net",
        "api.azureml.ms.example.com",
        "evilapi.azureml.ms",
        "127.0.0.1",
        "",
        "pypi.org",
    ],
)
def test_other_hosts(host: str):
    assert place_of(host) is None
    assert not is_known(host, True)
    assert not is_known(host, False)


def test_every_cloud_has_its_hosts():
    assert [place_of(cloud.arm_host) for cloud in CLOUDS] == [("arm", cloud) for cloud in CLOUDS]


def test_secrets_of_forms_and_addresses_are_hidden():
    form = "client_id=me&client_secret=CANARY&Client_Assertion=CANARY&device_code=CANARY&scope=a+b&empty="
    shown = without_secrets(form)
    assert "CANARY" not in shown
    assert shown == "client_id=me&client_secret=***&Client_Assertion=***&device_code=***&scope=a+b&empty="
    assert shown_path(Request("GET", "h", "/a", "sv=1&sig=CANARY")) == "/a?sv=1&sig=***"
    assert shown_path(Request("GET", "h", "/a")) == "/a"


def test_the_journal_is_written_by_many_at_once():
    journal = Journal()
    heard: list[Exchange] = []
    journal.listen(heard.append)

    def add() -> None:
        for number in range(200):
            journal.add(Exchange("h", "GET", f"/{number}", 200))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal) == len(heard) == 800
    assert len(journal.of("h", "/199")) == 4
    assert journal[-1].path == "/199"
    journal.clear()
    assert list(journal) == []


def test_a_part_is_made_once_and_closed_with_the_box(tmp_path: Path):
    closed: list[str] = []

    class Part:
        def __init__(self, name: str) -> None:
            self.name = name

        def close(self) -> None:
            closed.append(self.name)

    backstage = Backstage(tmp_path)
    first = backstage.part("a", lambda: Part("a"))
    assert backstage.part("a", lambda: Part("again")) is first
    backstage.part("b", lambda: Part("b"))
    backstage.part("plain", lambda: 1)
    backstage.close()
    assert closed == ["b", "a"]


def test_a_part_that_could_not_be_made_is_tried_again(tmp_path: Path):
    backstage = Backstage(tmp_path)
    with pytest.raises(ZeroDivisionError):
        backstage.part("a", lambda: 1 // 0)
    assert backstage.part("a", lambda: 2) == 2


def test_a_fault_is_limited_to_paths_and_times(tmp_path: Path):
    world = a_world(tmp_path)
    world.faults["arm"] = Fault(status=503, body="later", path="/metadata", times=2)
    statuses = [get(world, ARM, "/metadata/endpoints").status for _ in range(3)]
    assert statuses == [503, 503, 200]
    world.faults["arm"] = Fault(delay=1.5, ending="reset", path="/subscriptions")
    answer = get(world, ARM, "/subscriptions?api-version=1")
    assert (answer.status, answer.delay, answer.ending) == (401, 1.5, "reset")
    assert get(world, ARM, "/metadata/endpoints").delay == 0


@pytest.mark.parametrize(
    "text",
    ["", "a.b", "a.b.c", "e30.e30", "e30.W10.e30", "e30.e30.\u00e4", "e30.e30.e30.e30", "e3 0.e30.e30"],
)
def test_what_is_no_token(text: str):
    assert jwt.read(text) is None


def test_base64_of_addresses_with_and_without_padding():
    for data in (b"", b"a", b"ab", b"abc", bytes(range(256))):
        assert jwt.decode(jwt.encode(data)) == data
    assert jwt.decode("YQ==") == b"a"


def headers(**values: str) -> Message:
    message = Message()
    for name, value in values.items():
        message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize(
    ("given", "wire", "body"),
    [
        ({}, b"left", b""),
        ({"Content_Length": "3"}, b"abcd", b"abc"),
        (
            {"Transfer_Encoding": "chunked"},
            b"3\r\nabc\r\n2;x=1\r\nde\r\n0\r\nTrailer: 1\r\n\r\nleft",
            b"abcde",
        ),
    ],
)
def test_bodies(given: dict[str, str], wire: bytes, body: bytes):
    assert read_body(headers(**given), io.BytesIO(wire)) == body


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ({"Content_Length": "-1"}, b""),
        ({"Content_Length": "99999999999999"}, b""),
        ({"Content_Length": "5"}, b"abc"),
        ({"Transfer_Encoding": "chunked"}, b"-3\r\nabc\r\n0\r\n\r\n"),
        ({"Transfer_Encoding": "chunked"}, b"3\r\nabcd\r\n0\r\n\r\n"),
        ({"Transfer_Encoding": "chunked"}, b"FFFFFFFFF\r\n"),
        ({"Transfer_Encoding": "chunked"}, b"7FFFFFFF\r\nabc\r\n"),
        ({"Transfer_Encoding": "chunked"}, b""),
    ],
)
def test_bodies_that_have_no_end(given: dict[str, str], wire: bytes):
    with pytest.raises(BadBody):
        read_body(headers(**given), io.BytesIO(wire))


def test_requests_are_read_in_their_parts():
    request = Request("POST", "h", "/a%20b//c%2Fd/", "x=1&x=2&y=", {}, b"p=1&q=%26")
    assert request.segments == ["a b", "c/d"]
    assert request.parameters() == {"x": "2", "y": ""}
    assert request.form() == {"p": "1", "q": "&"}
    assert request.json() is None
    assert Request("POST", "h", "/", body=b"[1]").json() == [1]
