"""What is in the .vsix, which the other tests install."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vscode.driver.machine import ROOT

MOST_MEGABYTES = 2.5
READ = (
    *("displayName", "description", "title", "contents", "altText"),
    *("markdownDescription", "markdownEnumDescriptions", "enumDescriptions"),
)
WIDEST = 2 * 500
"""Of a picture of the walkthrough, with two dots for each point that there is room for."""
HOST_OF_PICTURES = "https://github.com/azmlflow/azmlflow/raw/HEAD/"


@pytest.fixture(scope="module")
def archive(extension: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(extension)


def text_of(archive: zipfile.ZipFile, name: str) -> str:
    return archive.read(f"extension/{name}").decode("utf-8")


def test_it_is_small_and_holds_nothing_of_the_developers(extension: Path, archive: zipfile.ZipFile) -> None:
    assert extension.stat().st_size < MOST_MEGABYTES * 1024 * 1024
    top = {name.removeprefix("extension/").split("/")[0] for name in archive.namelist()}
    assert top == {
        "[Content_Types].xml",
        "extension.vsixmanifest",
        "package.json",
        "package.nls.json",
        "readme.md",
        "changelog.md",
        "LICENSE.txt",
        "client-ts",
        "examples",
        "l10n",
        "server-packages",
    }
    assert not [name for name in archive.namelist() if name.endswith((".map", ".ts", ".pyc", ".env"))]


def test_the_server_and_its_locks_are_those_of_the_checkout(archive: zipfile.ZipFile) -> None:
    version = json.loads(text_of(archive, "package.json"))["version"]
    for lock in ("editor.txt", "complete.txt"):
        assert text_of(archive, f"server-packages/{lock}") == (ROOT / "requirements" / lock).read_text(
            "utf-8"
        )
    with archive.open(f"extension/server-packages/azmlflow-{version}-py3-none-any.whl") as file:
        wheel = zipfile.ZipFile(file)
        assert "azmlflow/lsp/server.py" in wheel.namelist()
        metadata = wheel.read(f"azmlflow-{version}.dist-info/METADATA").decode("utf-8")
    assert f"\nVersion: {version}\n" in metadata


def test_what_the_manifest_and_the_page_name_is_there(archive: zipfile.ZipFile) -> None:
    manifest = json.loads(text_of(archive, "package.json"))
    (guide,) = manifest["contributes"]["walkthroughs"]
    pictures = {picture for step in guide["steps"] for picture in step["media"]["image"].values()}
    for picture in pictures:
        width, height = size_of(archive.read(f"extension/{picture}"))
        assert width <= WIDEST
        assert height <= width / 2, "what is higher is made smaller, and can no longer be read"
    for name in (manifest["icon"], f"{manifest['main'].removeprefix('./')}", *pictures):
        assert f"extension/{name}" in archive.namelist()
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text_of(archive, "readme.md"))
    assert len(shown) >= 3
    for address in shown:
        assert address.startswith(HOST_OF_PICTURES)
        assert (ROOT / address.removeprefix(HOST_OF_PICTURES)).is_file()


def test_every_text_of_the_manifest_can_be_translated(archive: zipfile.ZipFile) -> None:
    used = set(re.findall(r'"%([^%"]+)%"', text_of(archive, "package.json")))
    written = json.loads(text_of(archive, "package.nls.json"))
    shown = list(texts(json.loads(text_of(archive, "package.json"))))
    assert {"displayName", "description", "title", "altText"} <= {name for name, _ in shown}
    assert not [text for _, text in shown if not re.fullmatch("%[^%]+%", text)]
    assert used == written.keys()


def size_of(picture: bytes) -> tuple[int, int]:
    """Return the width and height of a PNG, in dots."""
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def texts(part: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield what people read of a manifest, each text with the name of its field."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from texts(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value, name)
    elif isinstance(part, str) and name in READ:
        yield name, part
