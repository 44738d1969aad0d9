"""Builds the extension for VS Code: dist/azmlflow-VERSION.vsix, with the wheel of the server and its lock files in it.

The extension is put together in build/extension and packaged there, so that what is in it is what this file names and
nothing else. `azmlflow-VERSION.whl` must be in dist/ already: `python dev.py package` builds both.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STAGE = ROOT / "build" / "extension"
DIST = ROOT / "dist"

FILES = {
    "CHANGELOG.md": "CHANGELOG.md",
    "LICENSE": "LICENSE",
    "client-ts/icon/icon.png": "client-ts/icon/icon.png",
    "client-ts/walkthrough": "client-ts/walkthrough",
    "l10n": "l10n",
    "package.nls.json": "package.nls.json",
    "examples/quickstart": "examples/quickstart",
    "requirements/editor.txt": "server-packages/editor.txt",
    "requirements/complete.txt": "server-packages/complete.txt",
}
"""What goes into the extension, and under which name."""

DEVELOPER_ONLY = ("scripts", "devDependencies", "prettier", "private")
"""Parts of package.json that say how the extension is built."""


def main() -> int:
    """Build the .vsix; return 1, with the reason on standard error, when something is missing or vsce warns."""
    manifest = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    version = manifest["version"]
    wheel = DIST / f"azmlflow-{version}-py3-none-any.whl"
    if not wheel.is_file():
        return fail(
            f"{wheel.relative_to(ROOT)} is missing: package.json and the server must have one version."
        )
    stage(manifest, wheel)
    return pack(DIST / f"azmlflow-{version}.vsix")


def stage(manifest: dict[str, object], wheel: Path) -> None:
    """Put together the folder that is packaged."""
    shutil.rmtree(STAGE, ignore_errors=True)
    for source, target in FILES.items():
        copy(ROOT / source, STAGE / target)
    for bundle in sorted((ROOT / "client-ts" / "dist").iterdir()):
        if bundle.suffix != ".map":
            copy(bundle, STAGE / "client-ts" / "dist" / bundle.name)
    copy(wheel, STAGE / "server-packages" / wheel.name)
    # vsce makes addresses at GitHub of the links in the page, and takes them for links from the repository's root.
    page = (ROOT / "client-ts" / "README.md").read_text(encoding="utf-8").replace("](../", "](")
    (STAGE / "README.md").write_text(page, encoding="utf-8")
    kept = {key: value for key, value in manifest.items() if key not in DEVELOPER_ONLY}
    (STAGE / "package.json").write_text(json.dumps(kept | {"files": ["**"]}, indent=2), encoding="utf-8")


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, without what running its scripts has left in it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        left_behind = shutil.ignore_patterns("__pycache__", "mlruns", "mlflow.db", ".env")
        shutil.copytree(source, target, ignore=left_behind)
    else:
        shutil.copyfile(source, target)


def pack(target: Path) -> int:
    """Run vsce, show what it says, and fail when it has anything to find fault with."""
    program = ROOT / "node_modules" / ".bin" / ("vsce.cmd" if os.name == "nt" else "vsce")
    command = [str(program), "package", "--no-dependencies", "--out", str(target)]
    done = subprocess.run(
        command,
        cwd=STAGE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    print(done.stdout, end="")
    if done.returncode != 0:
        return done.returncode
    if "WARN" in done.stdout.upper():
        return fail("vsce has a warning; see above.")
    return 0


def fail(sentence: str) -> int:
    """Say why there is no extension."""
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
