"""The storage account of a workspace: blocks are put, files are read, and a signature in the address is asked for.

Only what azure-storage-blob sends for `upload_blob` and `download_blob`
(https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api).
"""

from __future__ import annotations

from email.utils import formatdate
from typing import Final
from urllib.parse import unquote
from uuid import uuid4
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from azmlflow.sandbox.envelope import UNKNOWN
from azmlflow.sandbox.files import CONTAINER, ArtifactId, File, Files, files_of
from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.world import Workspace, World


def answer(request: Request, world: World) -> Response:
    """Answer a request to a storage account."""
    workspace = next((each for each in world.workspaces if each.blob_host == request.host), None)
    if workspace is None:
        response = _error(404, "ResourceNotFound", "The specified resource does not exist.")
        name = f"{unquote(request.path).lstrip('/')} in the storage account {request.host.partition('.')[0]}"
        return response._replace(note=f"{UNKNOWN}{name}")
    if request.parameters().get("sig") != workspace.sas:
        return _error(403, "AuthenticationFailed", "Server failed to authenticate the request.")
    files = files_of(world)
    file = _find(files, workspace, request)
    if file is None:
        return _error(404, "BlobNotFound", "The specified blob does not exist.")
    if request.method == "PUT":
        return _put(request, files, file)
    if request.method in ("GET", "HEAD"):
        return _get(request, file)
    return _error(405, "UnsupportedHttpVerb", "The resource doesn't support specified Http Verb.")


def _find(files: Files, workspace: Workspace, request: Request) -> File | None:
    container, _, name = unquote(request.path).lstrip("/").partition("/")
    parts = name.split("/", 2)
    if container != CONTAINER or len(parts) != 3:
        return None
    return files.find(workspace, ArtifactId(*parts))


def _put(request: Request, files: Files, file: File) -> Response:
    """Take a whole blob, one of its blocks, or the order in which the blocks belong together."""
    part = request.parameters().get("comp")
    if part == "block":
        file.blocks[request.parameters().get("blockid", "")] = files.keep(request.body)
        return Response(201, headers=_headers())
    if file.content is not None and request.headers.get("if-none-match") == "*":
        return _error(409, "BlobAlreadyExists", "The specified blob already exists.")
    if part == "blocklist":
        wanted = _block_ids(request.body)
        if wanted is None or not all(each in file.blocks for each in wanted):
            return _error(400, "InvalidBlockList", "The specified block list is invalid.")
        file.content = files.keep(*(file.blocks[each] for each in wanted))
        file.blocks.clear()
    elif part is None:
        file.content = files.keep(request.body)
    else:
        return _error(400, "UnsupportedQueryParameter", "One of the query parameters is not supported.")
    return Response(201, headers=_headers())


def _block_ids(body: bytes) -> list[str] | None:
    """Return the ids in a block list; it comes from the SDK of who runs the box, and has no use for an entity."""
    if b"<!" in body:
        return None
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - without declarations there is nothing to expand
    except ElementTree.ParseError:
        return None
    return [each.text or "" for each in root]


def _get(request: Request, file: File) -> Response:
    if file.content is None:
        return _error(404, "BlobNotFound", "The specified blob does not exist.")
    body = file.content.read_bytes()
    headers = {**_headers(), "Content-Type": "application/octet-stream", "Accept-Ranges": "bytes"}
    wanted = request.headers.get("x-ms-range") or request.headers.get("range")
    if request.method == "HEAD" or not wanted:
        return Response(200, body, headers)
    first, last = _range(wanted, len(body))
    if first >= len(body):
        return _error(
            416, "InvalidRange", "The range specified is invalid for the current size of the resource."
        )
    headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
    return Response(206, body[first : last + 1], headers)


def _range(text: str, size: int) -> tuple[int, int]:
    """Return the first and the last byte that are asked for; what is not understood means everything."""
    first, _, last = text.strip().lower().removeprefix("bytes=").partition("-")
    start = int(first) if first.isdigit() else 0
    return start, min(int(last), size - 1) if last.isdigit() else size - 1


def _headers() -> dict[str, str]:
    return {
        "ETag": f'"0x{uuid4().hex[:15].upper()}"',
        "Last-Modified": formatdate(usegmt=True),
        "x-ms-request-id": str(uuid4()),
        "x-ms-version": _VERSION,
        "x-ms-request-server-encrypted": "true",
        "x-ms-blob-type": "BlockBlob",
    }


def _error(status: int, code: str, message: str) -> Response:
    text = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    body = f'<?xml version="1.0" encoding="utf-8"?>{text}'.encode()
    headers = {"Content-Type": "application/xml", "x-ms-error-code": code, "x-ms-request-id": str(uuid4())}
    return Response(status, body, headers, note=code)


_VERSION: Final = "2024-11-04"
