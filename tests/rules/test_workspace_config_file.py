"""Workspace configs made from what a user pasted, completed and written anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.parsing.base import Text
from azmlflow.parsing.json import parse_json
from azmlflow.parsing.tree import Mapping
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.apply import edit_text
from azmlflow.rules.base import Fix
from azmlflow.rules.engine import check_file
from azmlflow.rules.workspace_config_file import completed, config_from_pasted, rewritten
from azmlflow.workspace.load import load
from hypothesis import given
from hypothesis import strategies as st

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
REF = WorkspaceRef(GUID, "rg", "ws")
PATH = Path("/project/config.json").absolute()
NAMES = {"subscription_id": GUID, "resource_group": "rg", "workspace_name": "ws"}


@pytest.mark.parametrize(
    "pasted",
    [
        f"azureml://westeurope.api.azureml.ms/mlflow/v2.0{REF.arm_id}",
        f' "azureml://westeurope.api.azureml.ms/mlflow/v2.0{REF.arm_id}" ',
        REF.arm_id,
        f"https://ml.azure.com/?wsid=/subscriptions/{GUID}/resourcegroups/rg/workspaces/ws&tid={GUID}",
        f"https://portal.azure.com/#@tenant/resource{REF.arm_id}/overview",
    ],
)
def test_what_names_a_workspace_becomes_a_config(pasted: str) -> None:
    fix = config_from_pasted(pasted, PATH)
    assert isinstance(fix, Fix)
    assert fix.title == "Create config.json for the workspace ws"
    (edit,) = fix.edits
    assert edit.create
    assert edit.location.path == PATH
    assert json.loads(edit.text) == NAMES
    assert edit.text.endswith("}\n")


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "Nothing was pasted"),
        ("https://example.com", "names no workspace"),
        ("azureml", "names no workspace"),
        (REF._replace(subscription_id="<id>").arm_id, "The subscription_id is still a placeholder"),
        (REF._replace(subscription_id="mine").arm_id, "must be an id (a GUID), not 'mine'"),
        (REF._replace(resource_group="r g").arm_id, "There is white space in the resource_group"),
        (
            f"azureml://x.api.azureml.ms/mlflow/v2.0{REF.arm_id}".replace(
                "workspaces/ws", "registries/shared"
            ),
            "names the registry shared, not a workspace",
        ),
    ],
)
def test_anything_else_is_refused_in_one_sentence(pasted: str, said: str) -> None:
    answer = config_from_pasted(pasted, PATH)
    assert isinstance(answer, str)
    assert said in answer
    assert answer.count(". ") == 0
    assert answer.endswith(".")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{\n    "a": "1",\n    "b": "2"\n}'),
        ('{"x": []}', '{"x": [], "a": "1", "b": "2"}'),
        ('{\r\n\t"x": {}\r\n}\r\n', '{\r\n\t"x": {},\r\n\t"a": "1",\r\n\t"b": "2"\r\n}\r\n'),
    ],
)
def test_keys_are_added_in_the_files_own_form(before: str, after: str) -> None:
    text = Text(before)
    root = parse_json(text).root
    assert isinstance(root, Mapping)
    assert edit_text(text, [completed(text, root, {"a": "1", "b": "2"})]) == after


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), values, max_size=4), st.sampled_from([None, 2, "\t"]), values)
def test_a_completed_file_says_the_same_and_more(
    content: dict[str, object], indent: int | str | None, new: object
) -> None:
    text = Text(json.dumps(content, indent=indent, ensure_ascii=False))
    root = parse_json(text).root
    assert isinstance(root, Mapping)
    added = {"subscription_id": str(new)}
    assert json.loads(edit_text(text, [completed(text, root, added)])) == {**content, **added}
    assert json.loads(rewritten(text, root)) == content


def test_a_config_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    folder = tmp_path / ".azureml"
    folder.mkdir()
    (folder / "config.json").write_bytes(json.dumps(NAMES).encode("utf-16"))
    snapshot = load([tmp_path], {}).snapshot
    (finding,) = check_file(Resolution(snapshot, snapshot.files[folder / "config.json"]))
    assert (finding.code, finding.fixes()) == ("AZM701", ())
    assert "save it as UTF-8" in finding.message
