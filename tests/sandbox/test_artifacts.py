"""Files of runs: announced to the history, written to and read from the storage account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from azmlflow.sandbox import hosts, names
from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.world import World

from tests.sandbox.made import a_token, a_world, body, get

HOST = "westeurope.api.azureml.ms"
RUN = f"/history/v1.0{names.WORKSPACE.arm_id}/experiments/1/runs/r1/artifacts"
UPLOAD = f"/artifact/v2.0{names.WORKSPACE.arm_id}/artifacts/LocalUpload/261123T100000-ab12cd34"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def announce(world: World, *paths: str, place: str = RUN) -> Response:
    headers = {"authorization": f"Bearer {a_token(world)}", "content-type": "application/json"}
    asked = json.dumps({"paths": [{"path": path} for path in paths]}).encode()
    return hosts.answer(Request("POST", HOST, f"{place}/batch/metadata", "", headers, asked), world)


def address(world: World, path: str, place: str = RUN) -> str:
    return str(body(announce(world, path, place=place))["artifactContentInformation"][path]["contentUri"])


def at(world: World, method: str, url: str, content: bytes = b"", more: str = "", **headers: str) -> Response:
    """Send a request to an address of the storage account."""
    parts = urlsplit(url)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    query = parts.query + more
    return hosts.answer(Request(method, str(parts.hostname), parts.path, query, sent, content), world)


def listed(world: World, path: str, place: str = RUN) -> list[str]:
    found = body(get(world, HOST, f"{place}{path}", a_token(world)))
    return [each["path"] for each in found["value"]]


def code_of(response: Response) -> Any:
    return response.headers.get("x-ms-error-code")


@pytest.mark.parametrize("place", [RUN, RUN.replace("/experiments/", "/experimentids/"), UPLOAD])
def test_a_file_is_announced_written_listed_and_read(world: World, place: str):
    name = "model/a file, 100% ü.txt"
    url = address(world, name, place)
    assert at(world, "PUT", url, b"0123456789", x_ms_blob_type="BlockBlob").status == 201
    assert listed(world, "", place) == [name]
    content = body(get(world, HOST, f"{place}/contentinfo?path={quote(name)}", a_token(world)))
    assert content["contentUri"] == url
    whole = at(world, "GET", url)
    assert (whole.status, whole.body) == (200, b"0123456789")
    part = at(world, "GET", url, x_ms_range="bytes=2-5")
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"2345", "bytes 2-5/10")


def test_a_file_in_blocks_is_put_together_in_the_order_of_the_list(world: World):
    url = address(world, "big.bin")
    at(world, "PUT", url, b"world", more="&comp=block&blockid=Mg%3D%3D")
    at(world, "PUT", url, b"hello ", more="&comp=block&blockid=MQ%3D%3D")
    wrong = b"<BlockList><Latest>Mw==</Latest></BlockList>"
    assert code_of(at(world, "PUT", url, wrong, more="&comp=blocklist")) == "InvalidBlockList"
    right = b"<?xml version='1.0'?><BlockList><Latest>MQ==</Latest><Latest>Mg==</Latest></BlockList>"
    assert at(world, "PUT", url, right, more="&comp=blocklist").status == 201
    assert at(world, "GET", url).body == b"hello world"


@pytest.mark.parametrize("text", [b"<!DOCTYPE x [<!ENTITY a 'b'>]><BlockList/>", b"<BlockList>", b""])
def test_a_block_list_that_is_none_is_refused(world: World, text: bytes):
    assert code_of(at(world, "PUT", address(world, "x"), text, more="&comp=blocklist")) == "InvalidBlockList"


def test_nothing_is_overwritten(world: World):
    first = body(announce(world, "a.txt", "b.txt"))
    assert first["errors"] == {}
    again = announce(world, "b.txt", "c.txt")
    assert again.status == 200
    error = body(again)["errors"]["b.txt"]["error"]
    text = "Resource Conflict: ArtifactId ExperimentRun/dcid.r1/b.txt already exists."
    assert (error["code"], error["message"]) == ("UserError", text)
    assert list(body(again)["artifacts"]) == ["c.txt"]
    assert again.note == f"a workspace refuses this: {text}"
    url = first["artifactContentInformation"]["a.txt"]["contentUri"]
    at(world, "PUT", url, b"1", if_none_match="*")
    assert code_of(at(world, "PUT", url, b"2", if_none_match="*")) == "BlobAlreadyExists"


def test_at_most_100_files_are_announced_at_once(world: World):
    assert announce(world, *map(str, range(100))).status == 200
    refused = announce(world, *map(str, range(1000, 1101)))
    assert refused.status == 400
    assert body(refused)["error"]["message"] == "Artifact batch size exceeded the limit of 100"


def test_files_below_a_path_are_listed(world: World):
    announce(world, "model/MLmodel", "model/data/x", "models/y", "z")
    assert listed(world, "/path?path=model") == ["model/MLmodel", "model/data/x"]
    assert listed(world, "/prefix/contentinfo?path=model%2Fdata") == ["model/data/x"]
    assert (
        body(get(world, HOST, f"{RUN}/metadata?path=z", a_token(world)))["artifactId"]
        == "ExperimentRun/dcid.r1/z"
    )


def test_what_was_not_announced_or_not_written_is_not_there(world: World):
    assert get(world, HOST, f"{RUN}/contentinfo?path=no", a_token(world)).status == 404
    assert get(world, HOST, f"{RUN}/metadata?path=no", a_token(world)).status == 404
    url = address(world, "only-announced")
    assert code_of(at(world, "GET", url)) == "BlobNotFound"
    assert code_of(at(world, "PUT", url.replace("only-announced", "other"), b"x")) == "BlobNotFound"
    at(world, "PUT", url, b"")
    assert code_of(at(world, "GET", url, x_ms_range="bytes=0-99")) == "InvalidRange"
    assert at(world, "GET", url).body == b""


def test_an_address_needs_its_signature_and_its_account(world: World):
    url = address(world, "a.txt")
    assert code_of(at(world, "PUT", url.partition("?")[0], b"x")) == "AuthenticationFailed"
    assert code_of(at(world, "GET", f"{url}0")) == "AuthenticationFailed"
    elsewhere = url.replace("https://box", "https://other")
    assert code_of(at(world, "GET", elsewhere)) == "ResourceNotFound"
    assert code_of(at(world, "DELETE", url)) == "UnsupportedHttpVerb"


def test_the_history_asks_who_it_is_and_what_they_may(world: World):
    assert get(world, HOST, RUN).status == 401
    world.workspaces[0].grants = []
    assert get(world, HOST, RUN, a_token(world)) == Response(
        403,
        note="nobody has granted Microsoft.MachineLearningServices/workspaces/experiments/runs/artifacts/read",
    )


@pytest.mark.parametrize(
    "path", ["/history/v1.0/nothing", f"{RUN}/unknown", f"{UPLOAD}/zip", "/artifact/v2.0"]
)
def test_another_path_is_not_there(world: World, path: str):
    assert get(world, HOST, path, a_token(world)).status == 404
