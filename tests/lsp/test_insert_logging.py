"""The action that turns on the log of azure-identity: where it is offered, what it writes, and that it is heard."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.editor import Editor
from tests.lsp.test_notebooks import CODE, Notebook
from tests.truth.child import is_installed

TITLE = "Log what azure-identity does (troubleshoot authentication)"
REFACTOR = ["refactor"]
URI = (
    "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/11111111-2222-4333-8444-555555555555"
    "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
)
SCRIPT = f'import mlflow\n\nx = 1\nmlflow.set_tracking_uri("{URI}")\nmlflow.set_experiment("churn")\n'
SIGNS_IN = (
    "from azure.identity import DefaultAzureCredential\n\n"
    "import mlflow\n\n"
    "credential = DefaultAzureCredential()\n"
    "mlflow.MlflowClient()\n"
)
DETAIL = "import logging as log\nlog.getLogger('azure.identity').debug('a detail')\n"


def at(line: int) -> types.Range:
    return types.Range(types.Position(line, 0), types.Position(line, 0))


async def logging_actions(
    editor: Editor, uri: str, line: int, only: list[str] | None = None
) -> list[types.CodeAction]:
    return [action for action in await editor.actions(uri, at(line), only) if action.title == TITLE]


async def applied(editor: Editor, workspace: Path, text: str, line: int = 0) -> str:
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, text)
    (action,) = await logging_actions(editor, uri, line, REFACTOR)
    assert action.kind
    assert action.kind.startswith("refactor.")
    editor.apply(action.edit)
    return editor.texts[uri]


async def test_it_writes_the_lines_of_the_article_and_a_handler(start, workspace):
    for client in ("visual_studio_code", "neovim"):
        editor = await start(client)
        assert await applied(editor, workspace, SCRIPT) == (
            "import logging\nimport mlflow\n\nlogging.basicConfig()\n"
            'logging.getLogger("azure").setLevel(logging.DEBUG)\n\n'
            + SCRIPT.removeprefix("import mlflow\n\n")
        )


async def test_it_is_offered_at_calls_of_mlflow_and_azure_and_when_asked_for(start, workspace):
    editor = await start("visual_studio_code")
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, SCRIPT)
    assert len(await logging_actions(editor, uri, 3)) == 1
    assert len(await logging_actions(editor, uri, 4)) == 1
    assert await logging_actions(editor, uri, 2) == []
    assert len(await logging_actions(editor, uri, 2, REFACTOR)) == 1
    assert await logging_actions(editor, uri, 3, ["quickfix"]) == []
    assert await logging_actions(editor, uri, 3, ["source"]) == []


@pytest.mark.parametrize(
    "text",
    [
        "import mlflow\n\nmlflow.start_run()\n",
        "from azure.identity import DefaultAzureCredential\n",
        SCRIPT.replace("x = 1", 'import logging; logging.getLogger("azure.identity").setLevel(10)'),
    ],
)
async def test_it_is_not_offered_without_azure_without_mlflow_or_where_the_log_is_on(start, workspace, text):
    editor = await start("visual_studio_code")
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, text)
    await editor.diagnostics_of(uri)
    assert await logging_actions(editor, uri, 0, REFACTOR) == []


@pytest.mark.parametrize("place", ["x = 1", "mlflow.set_experiment"])
async def test_a_script_that_sets_up_its_logging_keeps_its_own(start, workspace, place):
    editor = await start("visual_studio_code")
    own = "import logging\nlogging.basicConfig(level=logging.INFO)\n"
    text = await applied(editor, workspace, SCRIPT.replace(place, own + place))
    assert text.count("basicConfig") == 1
    assert 'logging.getLogger("azure").setLevel(logging.DEBUG)' in text


async def test_so_does_one_whose_module_sets_it_up(start, workspace):
    helper = "import logging\nimport mlflow\n\ndef set_up():\n    logging.basicConfig(filename='x.log')\n"
    (workspace / "helper.py").write_text(helper, encoding="utf-8")
    editor = await start("visual_studio_code")
    text = await applied(editor, workspace, SCRIPT.replace("x = 1", "from helper import set_up"))
    assert "basicConfig" not in text


async def test_in_a_notebook_it_goes_before_the_first_call(start, workspace):
    editor = await start("visual_studio_code")
    notebook = Notebook(editor, (workspace / "train.ipynb").as_uri())
    notebook.open(("a", CODE, "import mlflow"), ("b", CODE, SCRIPT.removeprefix("import mlflow\n\n")))
    (action,) = await logging_actions(editor, notebook.cell("b"), 1, REFACTOR)
    editor.apply(action.edit)
    told = 'logging.basicConfig()\nlogging.getLogger("azure").setLevel(logging.DEBUG)'
    assert any(told in editor.texts[notebook.cell(name)] for name in ("a", "b"))


@pytest.mark.skipif(not is_installed("azure.identity"), reason="not installed: azure.identity")
@pytest.mark.parametrize(
    "text",
    [
        SIGNS_IN,
        f"import logging\nlogging.basicConfig(level=logging.INFO)\n{SIGNS_IN}",
        f"import logging\n{SIGNS_IN.replace('credential =', 'logging.basicConfig()' + chr(10) + 'credential =')}",
        f"import logging\nlogging.getLogger().addHandler(logging.StreamHandler())\n{SIGNS_IN}",
    ],
)
async def test_the_log_is_heard_on_standard_error(start, workspace, text):
    """Run for real: with no handler of the script's own, with one, and with one that is set up later."""
    editor = await start("visual_studio_code")
    script = workspace / "signs_in.py"
    uri = script.as_uri()
    editor.open(uri, text)
    (action,) = await logging_actions(editor, uri, 0, REFACTOR)
    editor.apply(action.edit)
    stub = "import sys, types\nsys.modules['mlflow'] = types.SimpleNamespace(MlflowClient=lambda: None)\n"
    outcome = [
        subprocess.run(
            [sys.executable, "-I", "-c", stub + written + DETAIL],
            env={"HOME": str(workspace)},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stderr
        for written in (text, editor.texts[uri])
    ]
    assert "a detail" not in outcome[0]
    assert "a detail" in outcome[1]
    assert "No environment configuration found" in outcome[1]
