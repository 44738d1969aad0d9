"""Extensions that stand for those of Microsoft which know the selected interpreter, with the interface that they publish.

`@vscode/python-environments` and `@vscode/python-extension` on npm hold it in types.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import NamedTuple

SELECTED = "STUB_SELECTED_PYTHON"
"""The variable that names what is selected when a window opens."""

MAIN = """
const vscode = require('vscode');
exports.activate = () => {
  let selected = process.env.%s;
  const changes = new vscode.EventEmitter();
  vscode.commands.registerCommand('%s', async () => {
    selected = await vscode.window.showInputBox({ prompt: 'Path of the interpreter' });
    changes.fire({});
  });
  return %s;
};
"""
ENVIRONMENTS = """{
    onDidChangeEnvironment: changes.event,
    getEnvironment: async () => ({ environmentPath: vscode.Uri.file(selected) }),
    resolveEnvironment: async (context) => {
      if (!(context instanceof vscode.Uri)) {
        throw new TypeError('The context is no Uri');
      }
      return { environmentPath: context, execInfo: { run: { executable: context.fsPath } } };
    },
  }"""
PYTHON = """{
    environments: {
      onDidChangeActiveEnvironmentPath: changes.event,
      getActiveEnvironmentPath: () => ({ path: selected }),
      resolveEnvironment: async ({ path }) => ({ executable: { uri: vscode.Uri.file(path) } }),
    },
  }"""
MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata><Identity Id="{name}" Version="1.0.0" Publisher="ms-python"/><DisplayName>{name}</DisplayName></Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/></Assets>
</PackageManifest>
"""
TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="json" ContentType="application/json"/><Default Extension="js" ContentType="text/javascript"/>
  <Default Extension="vsixmanifest" ContentType="text/xml"/>
</Types>
"""


class Stub(NamedTuple):
    """An extension; `select` is the command with which a user selects another interpreter in it."""

    name: str
    select: str
    api: str


PYTHON_ENVIRONMENTS = Stub("vscode-python-envs", "Select in Python Environments", ENVIRONMENTS)
PYTHON_EXTENSION = Stub("python", "Select in Python", PYTHON)


def build(stub: Stub, folder: Path) -> Path:
    """Write the .vsix of a stub."""
    command = f"stub.{stub.name}"
    package = {
        "name": stub.name,
        "publisher": "ms-python",
        "version": "1.0.0",
        "engines": {"vscode": "^1.91.0"},
        "main": "./main.js",
        "activationEvents": ["onStartupFinished"],
        "contributes": {"commands": [{"command": command, "title": stub.select}]},
    }
    file = folder / f"{stub.name}.vsix"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("extension.vsixmanifest", MANIFEST.format(name=stub.name))
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("extension/package.json", json.dumps(package))
        archive.writestr("extension/main.js", MAIN % (SELECTED, command, stub.api))
    return file
