"""Diagnostics follow the document: pushed or pulled, for the version they were made for."""

from __future__ import annotations

from lsprotocol import types

from tests.lsp.editor import Editor, assignments

GOOD = "import mlflow\n"


async def test_an_opened_document_has_its_findings(editor: Editor, workspace):
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments())
    (diagnostic,) = await editor.diagnostics_of(uri)
    assert (diagnostic.code, diagnostic.source) == ("AZM111", "azmlflow")
    assert diagnostic.severity is types.DiagnosticSeverity.Error
    assert diagnostic.range == types.Range(types.Position(2, 0), types.Position(2, 23))
    if diagnostic.code_description:
        assert diagnostic.code_description.href.endswith("/tracking-function-assigned")


async def test_the_findings_follow_what_is_typed(editor: Editor, workspace):
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, GOOD)
    assert await editor.codes_of(uri) == []
    editor.type(uri, 1, 0, "mlflow.set_tracking_uri = 'azureml://x'\n")
    assert await editor.codes_of(uri) == ["AZM111"]
    editor.type(uri, 1, 0, "# ")
    assert await editor.codes_of(uri) == []
    editor.replace(uri, assignments(3))
    assert await editor.codes_of(uri) == ["AZM111"] * 3


async def test_several_changes_in_one_message_are_applied_in_order(editor: Editor, workspace):
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, GOOD)
    insert = types.Range(types.Position(1, 0), types.Position(1, 0))
    editor.versions[uri] = 7
    editor.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(7, uri),
            [
                types.TextDocumentContentChangePartial(insert, "\n\n"),
                types.TextDocumentContentChangePartial(insert, "mlflow.set_experiment = 'x'"),
            ],
        )
    )
    (diagnostic,) = await editor.diagnostics_of(uri)
    assert diagnostic.range.start.line == 1


async def test_a_closed_document_has_no_findings(start, workspace):
    editor = await start("visual_studio_code")
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments())
    assert await editor.codes_of(uri) == ["AZM111"]
    editor.close(uri)
    await editor.until_codes(uri, [])
    editor.open(uri, GOOD, version=1)
    assert await editor.codes_of(uri) == []


async def test_documents_opened_at_once_are_all_checked(editor: Editor, workspace):
    uris = [(workspace / f"train_{number}.py").as_uri() for number in range(5)]
    for uri in uris:
        editor.open(uri, assignments())
    for uri in uris:
        assert await editor.codes_of(uri) == ["AZM111"]


async def test_a_document_never_saved_is_checked(editor: Editor):
    editor.open("untitled:Untitled-1", assignments())
    assert await editor.codes_of("untitled:Untitled-1") == ["AZM111"]


async def test_a_client_that_has_it_already_is_told_unchanged(start, workspace):
    editor = await start("pulling")
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments())
    first = await editor.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    )
    assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
    again = types.DocumentDiagnosticParams(
        types.TextDocumentIdentifier(uri), previous_result_id=first.result_id
    )
    assert isinstance(
        await editor.text_document_diagnostic_async(again), types.RelatedUnchangedDocumentDiagnosticReport
    )
    editor.replace(uri, GOOD)
    report = await editor.text_document_diagnostic_async(again)
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    assert list(report.items) == []
    assert editor.published == {}


async def test_a_client_that_cannot_be_told_to_ask_again_is_not_asked_to_pull(start):
    editor = await start("neovim")
    assert editor.capabilities.text_document.diagnostic is not None
    assert editor.server_abilities.diagnostic_provider is None


async def test_a_change_in_one_document_reaches_those_that_depend_on_it(editor: Editor, workspace):
    script, config = (workspace / "train.py").as_uri(), (workspace / "config.json").as_uri()
    editor.open(script, "import mlflow\n\nwith mlflow.start_run():\n    mlflow.log_metric('loss', 0.1)\n")
    await editor.until_codes(script, [])
    editor.open(
        config,
        '{"subscription_id": "11111111-2222-3333-4444-555555555555", "resource_group": "rg", "workspace_name": "ws"}\n',
        "json",
    )
    await editor.until_codes(script, ["AZM101"])
    editor.replace(config, "{}\n")
    await editor.until_codes(script, [])
