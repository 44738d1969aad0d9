"""Installs the VS Code that tests/vscode drives: npm's code-server, and what its own install scripts would have made.

`python install.py [FOLDER]`; FOLDER holds a package.json that names code-server, and is this one if left out. Only the
standard library is used. No script of a package is run: code-server's own refuses root and other releases of Node.js.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
NATIVE = {
    "@vscode/spdlog": "VS Code keeps no logs",  # log files and output channels stay empty, and nothing says so
    "node-pty": "VS Code has no terminal",
}
"""Modules that must be compiled, and what is so without each."""


def main() -> int:
    """Install, and return 0; what could not be done is said."""
    folder = Path(sys.argv[1] if sys.argv[1:] else Path(__file__).parent).resolve()
    npm = shutil.which("npm") or sys.exit("npm is not on PATH.")
    call(npm, "ci" if (folder / "package-lock.json").is_file() else "install", *QUIET, cwd=folder)
    code = folder / "node_modules" / "code-server" / "lib" / "vscode"
    call(npm, "install", "--omit=dev", *QUIET, cwd=code)  # obeys the npm-shrinkwrap.json that lies there
    link(code / "node_modules.asar", Path("node_modules"))
    link_ripgrep(code / "node_modules" / "@vscode" / "ripgrep")
    for module, without in NATIVE.items():
        if not any((code / "node_modules" / module).glob("prebuilds/*")):
            build(npm, code / "node_modules" / module, without)
    return 0


def link_ripgrep(package: Path) -> None:
    """Put the machine's ripgrep where VS Code looks for the one that a script would have downloaded."""
    program = shutil.which("rg")
    if package.is_dir() and program:
        (package / "bin").mkdir(exist_ok=True)
        link(package / "bin" / "rg", Path(program))


def link(place: Path, target: Path) -> None:
    """Make a symbolic link, in place of one that was there."""
    place.unlink(missing_ok=True)
    place.symlink_to(target)


def build(npm: str, package: Path, without: str) -> None:
    """Compile a native module with the node-gyp that npm carries and the headers that Node.js came with."""
    node = Path(shutil.which("node") or sys.exit("node is not on PATH.")).resolve()
    headers = node.parents[1]
    gyp = Path(npm).resolve().parents[1] / "node_modules" / "node-gyp" / "bin" / "node-gyp.js"
    missing = [name for name in ("g++", "make") if not shutil.which(name)]
    missing += [str(path) for path in (headers / "include" / "node" / "node.h", gyp) if not path.is_file()]
    if missing:
        print(f"{package.name} is not compiled, so {without}: {', '.join(missing)} not found.")
        return
    call(str(node), str(gyp), "rebuild", f"--nodedir={headers}", "--silent", cwd=package)
    call(str(node), "-e", "require('.')", cwd=package)


def call(*command: str, cwd: Path) -> None:
    """Run a command; end with what it printed if it fails."""
    done = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-3000:]}\n`{' '.join(command)}` failed in {cwd}.")


if __name__ == "__main__":
    sys.exit(main())
