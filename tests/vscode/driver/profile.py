"""A profile of VS Code in a folder of its own: settings, and the extension installed from its .vsix."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.vscode.driver.machine import Machine

QUIET: Mapping[str, Any] = {
    "security.workspace.trust.enabled": False,
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
    "workbench.reduceMotion": "on",
    "workbench.enableExperiments": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "editor.cursorBlinking": "solid",
    "editor.minimap.enabled": False,
    "terminal.integrated.gpuAcceleration": "off",  # so that its text is in the page
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
    "extensions.ignoreRecommendations": True,
    "git.enabled": False,
    "remote.autoForwardPorts": False,
    "search.followSymlinks": False,  # the .venv of projects.copy is a link
    "files.watcherExclude": {"**/.venv/**": True},
    "files.autoSave": "off",
    "window.restoreWindows": "none",
    "chat.commandCenter.enabled": False,
    "chat.disableAIFeatures": True,
}
"""Settings under which VS Code asks nobody, moves nothing by itself, and shows nothing but what a test is about."""

KEPT = ("LANG", "TMPDIR", "TZ", "CI")


class Profile:
    """The folders of one VS Code; `home` is what its processes take for the user's."""

    def __init__(self, folder: Path, user: Mapping[str, Any] = {}, machine: Mapping[str, Any] = {}) -> None:
        self.folder = folder
        self.home = folder / "home" / "alice"
        self.data = folder / "data"
        self.extensions = folder / "extensions"
        for path in (self.home, folder / "run", self.extensions, self.data / "User", self.data / "Machine"):
            path.mkdir(parents=True, exist_ok=True)
        (folder / "run").chmod(0o700)
        self.set("User", {**QUIET, **user})
        self.set("Machine", machine)

    def set(self, scope: str, settings: Mapping[str, Any]) -> None:
        """Write the settings of the `User` or the `Machine`: those of a program's path count in the latter only."""
        (self.data / scope / "settings.json").write_text(json.dumps(settings, indent=2), encoding="utf-8")

    @property
    def logs(self) -> Path:
        """The folder of VS Code's log files, output channels among them."""
        return self.data / "logs"

    @property
    def log(self) -> str:
        """What the extension has logged of its own doing, in all windows."""
        found = self.logs.rglob("azmlflow.azmlflow/azmlflow.log")
        return "".join(path.read_text(encoding="utf-8") for path in found)

    @property
    def storage(self) -> Path:
        """The folder in which the extension may keep what all windows share."""
        return self.data / "User" / "globalStorage" / "azmlflow.azmlflow"

    def environ(self, variables: Mapping[str, str] = {}) -> dict[str, str]:
        """Return the environment of a process of this profile: nothing of the developer's, and then `variables`."""
        own = {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_DATA_HOME": str(self.home / ".local" / "share"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "EXTENSIONS_GALLERY": "{}",
        }
        return {**{name: os.environ[name] for name in KEPT if name in os.environ}, **own, **variables}

    def arguments(self) -> list[str]:
        """Return the options with which VS Code keeps to this profile."""
        return [
            f"--user-data-dir={self.data}",
            f"--server-data-dir={self.folder / 'server'}",
            f"--extensions-dir={self.extensions}",
        ]

    def install(self, machine: Machine, vsix: Path) -> None:
        """Install an extension; RuntimeError when this VS Code will not have it."""
        command = [machine.node, str(machine.code), *self.arguments(), "--install-extension", str(vsix)]
        done = subprocess.run(command, env=self.environ(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
