"""Positions mean the same on both sides, whatever the client counts in."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.lsp.editor import assignments, capabilities_of

BEFORE = "x = '😀é'; "


@pytest.mark.parametrize(
    ("encoding", "column"),
    [("utf-8", 4 + 1 + 4 + 2 + 1 + 2), ("utf-16", 4 + 1 + 2 + 1 + 1 + 2), ("utf-32", 11), (None, 12 - 1)],
)
async def test_a_finding_behind_an_emoji(start, workspace, encoding, column):
    client = capabilities_of("visual_studio_code")
    client.general = types.GeneralClientCapabilities(
        position_encodings=[types.PositionEncodingKind(encoding)] if encoding else None
    )
    editor = await start(client)
    chosen = encoding or "utf-16"
    assert editor.server_abilities.position_encoding == chosen
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments(1, BEFORE))
    (diagnostic,) = await editor.diagnostics_of(uri)
    units = {"utf-8": 14, "utf-16": 11, "utf-32": 10}[chosen]
    assert diagnostic.range.start == types.Position(2, units)
    assert diagnostic.range.end == types.Position(2, units + len("mlflow.set_tracking_uri"))
    # An edit behind the emoji lands where the client put it.
    editor.type(uri, 2, units, "# ")
    assert await editor.codes_of(uri) == []
