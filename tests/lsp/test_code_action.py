"""The repairs: applied, they make the finding go."""

from __future__ import annotations

from lsprotocol import types

from tests.lsp.editor import Editor, assignments

FIX_ALL = "source.fixAll.azmlflow"
START = types.Range(types.Position(2, 0), types.Position(2, 0))
TOP = types.Range(types.Position(0, 0), types.Position(0, 0))
WHOLE = types.Range(types.Position(0, 0), types.Position(99, 0))


async def opened(editor: Editor, workspace, text: str) -> str:
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, text)
    await editor.diagnostics_of(uri)
    return uri


async def test_the_quick_fix_makes_the_finding_go(start, workspace):
    for client in ("visual_studio_code", "neovim", "pulling"):
        editor = await start(client)
        uri = await opened(editor, workspace, assignments(1, "x = '😀'; "))
        diagnostics = await editor.diagnostics_of(uri)
        action = (await editor.actions(uri, diagnostics[0].range, ["quickfix"]))[0]
        assert action.title == "Call mlflow.set_tracking_uri"
        assert action.kind == "quickfix"
        assert action.is_preferred
        assert action.diagnostics == diagnostics
        editor.apply(action.edit)
        assert 'mlflow.set_tracking_uri("azureml' in editor.texts[uri]
        await editor.until_codes(uri, [])


async def test_an_edit_names_the_version_it_was_made_for(start, workspace):
    editor = await start("visual_studio_code")
    uri = await opened(editor, workspace, assignments())
    editor.type(uri, 0, 0, "\n")
    await editor.diagnostics_of(uri)
    moved = types.Range(types.Position(3, 0), types.Position(3, 0))
    (change,) = (await editor.actions(uri, moved))[0].edit.document_changes
    assert change.text_document.version == 2


async def test_a_client_without_versions_gets_plain_changes(start, workspace):
    editor = await start("neovim")
    uri = await opened(editor, workspace, assignments())
    edit = (await editor.actions(uri, START))[0].edit
    assert edit.document_changes is None
    assert list(edit.changes) == [uri]


async def test_a_client_without_code_action_literals_gets_none(start, workspace):
    editor = await start("minimal")
    uri = await opened(editor, workspace, assignments())
    assert await editor.actions(uri, START) == []


async def test_fix_all_repairs_everything_at_once(start, workspace):
    editor = await start("visual_studio_code")
    uri = await opened(editor, workspace, assignments(3))
    (action,) = await editor.actions(uri, TOP, ["source.fixAll"])
    assert action.kind == FIX_ALL
    editor.apply(action.edit)
    await editor.until_codes(uri, [])


async def test_only_what_was_asked_for_is_offered(start, workspace):
    editor = await start("visual_studio_code")
    uri = await opened(editor, workspace, assignments())
    assert {action.kind for action in await editor.actions(uri, WHOLE)} == {"quickfix", FIX_ALL}
    assert {action.kind for action in await editor.actions(uri, WHOLE, ["quickfix"])} == {"quickfix"}
    assert {action.kind for action in await editor.actions(uri, WHOLE, ["source"])} == {FIX_ALL}
    assert await editor.actions(uri, WHOLE, ["refactor"]) == []
    assert await editor.actions(uri, TOP) == []


async def test_silencing_comes_last_and_silences(start, workspace):
    editor = await start("visual_studio_code")
    uri = await opened(editor, workspace, assignments())
    last = (await editor.actions(uri, START))[-1]
    assert last.title == "Disable AZM111 for this line"
    assert not last.is_preferred
    editor.apply(last.edit)
    assert editor.texts[uri].splitlines()[2].endswith("  # azmlflow: ignore[AZM111]")
    await editor.until_codes(uri, [])


async def test_silencing_adds_to_a_comment_that_is_there(start, workspace):
    editor = await start("visual_studio_code")
    text = assignments().rstrip("\n") + "  # azmlflow: ignore[AZM110]\n"
    uri = await opened(editor, workspace, text)
    action = next(a for a in await editor.actions(uri, START) if a.title == "Disable AZM111 for this line")
    editor.apply(action.edit)
    assert editor.texts[uri].splitlines()[2].endswith("# azmlflow: ignore[AZM110, AZM111]")


async def test_a_line_inside_a_string_cannot_be_silenced_in_its_midst(start, workspace):
    editor = await start("visual_studio_code")
    text = 'import mlflow\n\nmlflow.set_tracking_uri = """azureml://x\n"""\n'
    uri = await opened(editor, workspace, text)
    for action in await editor.actions(uri, START, ["quickfix"]):
        if action.title.startswith("Disable"):
            editor.apply(action.edit)
    assert "ignore" not in editor.texts[uri].splitlines()[2]


async def test_in_a_dockerfile_only_a_shell_reads_a_comment_behind_a_command(start, workspace):
    editor = await start("visual_studio_code")
    await opened(editor, workspace, "import mlflow\nfrom azure.ai.ml import MLClient\n")
    uri = (workspace / "Dockerfile").as_uri()
    editor.open(
        uri,
        "FROM python:3.11\n"
        "ENV AZUREML_CURRENT_CLOUD=azurecloud\n"
        "RUN pip install \\\n"
        "    azureml-mlflow==1.60.0 \\\n"
        "    mlflow==3.4.0\n"
        "RUN pip install mlflow==3.4.0 azureml-mlflow==1.60.0\n",
        "dockerfile",
    )
    found = await editor.diagnostics_of(uri)
    assert {(d.code, d.range.start.line) for d in found} == {("AZM501", 1), ("AZM602", 3), ("AZM602", 5)}
    titles = {action.title for action in await editor.actions(uri, WHOLE, ["quickfix"])}
    assert "Disable AZM501 for this line" not in titles
    for diagnostic in found:
        offered = await editor.actions(uri, diagnostic.range, ["quickfix"])
        silencing = [action for action in offered if action.title.startswith("Disable")]
        assert len(silencing) == (1 if diagnostic.range.start.line == 5 else 0)


async def test_lines_end_as_the_documents_do(start, workspace):
    editor = await start("neovim")
    uri = await opened(editor, workspace, assignments(2).replace("\n", "\r\n"))
    (action,) = await editor.actions(uri, TOP, [FIX_ALL])
    editor.apply(action.edit)
    assert editor.texts[uri].count("\n") == editor.texts[uri].count("\r\n")
    await editor.until_codes(uri, [])
