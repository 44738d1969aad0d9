"""The generated pages say what the rules say."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def _imported() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = _imported()


def test_generated_pages_are_up_to_date():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_extensions_own_settings_and_texts_are_left_alone(monkeypatch, tmp_path):
    own = {"type": "string", "default": "", "description": "%setting.server.path%"}
    gone = {"type": "string", "markdownDescription": "%settings.gone.description%"}
    properties = {"azmlflow.server.path": own, "azmlflow.gone": gone, "azmlflow.select": {"type": "string"}}
    manifest = {"name": "x", "contributes": {"configuration": {"properties": properties}}}
    (tmp_path / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    texts = {"command.x": "X", "settings.gone.description": "Gone.", "setting.server.path": "Theirs."}
    (tmp_path / "package.nls.json").write_text(json.dumps(texts), encoding="utf-8")
    monkeypatch.setattr(generate, "ROOT", tmp_path)

    made = json.loads(generate.manifest())["contributes"]["configuration"]["properties"]
    found = json.loads(generate.messages())
    assert list(made)[:2] == ["azmlflow.server.path", "azmlflow.select"]
    assert made["azmlflow.server.path"] == own
    assert "azmlflow.gone" not in made
    assert made["azmlflow.testInterval"] == {
        "type": "number",
        "default": 0,
        "minimum": 0,
        "maximum": 10080,
        "markdownDescription": "%settings.testInterval.description%",
        "scope": "window",
    }
    assert list(found)[:2] == ["command.x", "setting.server.path"]
    assert "settings.gone.description" not in found
    for described in list(made.values())[1:]:
        for key in (described["markdownDescription"], *described.get("markdownEnumDescriptions", ())):
            assert found[key.strip("%")].endswith(".")
