"""Hover: the documentation of the rule whose finding is under the pointer."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.lsp.editor import assignments


@pytest.mark.parametrize(
    ("client", "kind"),
    [("visual_studio_code", "markdown"), ("minimal", "plaintext"), ("pulling", "markdown")],
)
async def test_a_finding_explains_its_rule(start, workspace, client, kind):
    editor = await start(client)
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments())
    await editor.diagnostics_of(uri)
    hover = await editor.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(2, 10))
    )
    assert isinstance(hover.contents, types.MarkupContent)
    assert hover.contents.kind == kind
    assert "AZM111" in hover.contents.value
    assert "Why it is bad" in hover.contents.value
    assert hover.range.start == types.Position(2, 0)


async def test_elsewhere_there_is_nothing_to_say(start, workspace):
    editor = await start()
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments())
    for position, where in (
        (types.Position(0, 0), uri),
        (types.Position(99, 99), uri),
        (types.Position(0, 0), "git:/x"),
    ):
        assert (
            await editor.text_document_hover_async(
                types.HoverParams(types.TextDocumentIdentifier(where), position)
            )
            is None
        )


async def test_links_between_the_pages_of_rules_lead_to_the_documentation(start, workspace):
    editor = await start()
    (workspace / "config.json").write_text(
        '{"subscription_id": "6f0c1a52-8f6b-4f0e-9d37-2b7c5c1f4e11", "resource_group": "rg", "workspace_name": "ws"}'
    )
    uri = (workspace / "lonely.py").as_uri()
    editor.open(uri, "import mlflow\n\nif __name__ == '__main__':\n    mlflow.start_run()\n")
    await editor.diagnostics_of(uri)
    hover = await editor.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(3, 8))
    )
    assert "AZM101" in hover.contents.value
    assert "](https://azmlflow.github.io/rules/dotenv-not-loaded)" in hover.contents.value
    assert ".md)" not in hover.contents.value
