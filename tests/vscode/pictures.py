"""Makes the pictures of VS Code that the README, docs/ and the walkthrough show: `python -m tests.vscode.pictures [NAME...]`.

Each is taken in a real VS Code against the sandbox, with the steps of tests/vscode/look.py.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.vscode import look
from tests.vscode.driver import vsix
from tests.vscode.driver.machine import ROOT

QUICKSTART = ("examples/quickstart", "file=train.py", "problem=AZM101")
CONNECTED = ("examples/connected", "file=train.py", "status=ws-churn: not tested")
FIXED = (*QUICKSTART, "fix=Take the tracking URI", "press=Control+J", "save=")
SANDBOX = (
    "command=azmlflow: Try It in the Sandbox",
    "notification=This window now uses",
    "status=not tested",
)
TEST = ("command=azmlflow: Test Connection", "see=Connected to workspace", "click=Connected to workspace")
SMALL = ("--theme=dark", "--size=900x600", "press=Control+B")
"""As the walkthrough shows them: beside its text there is room for no more."""

PICTURES: dict[str, tuple[str, ...]] = {
    "docs/pictures/vscode.png": (*QUICKSTART, "fixes="),
    "docs/pictures/vscode-finding.png": QUICKSTART,
    "docs/pictures/vscode-report.png": (*FIXED, *SANDBOX, "close=", *TEST),
    "docs/pictures/vscode-failed.png": (
        *(*CONNECTED, "command=azmlflow: Test Connection", "status=failed"),
        "--scenario=wrong-secret",
    ),
    "docs/pictures/vscode-status.png": (*CONNECTED, *TEST, "menu=", "see=Test Authentication"),
    "client-ts/walkthrough/open.png": ("examples/quickstart", "file=train.py", *SMALL, "hover=warning"),
    "client-ts/walkthrough/explain.png": (
        *("examples/quickstart", "file=train.py", *SMALL),
        *("command=azmlflow: Explain Where This Logs", "see=Runs go to a local store"),
    ),
    "client-ts/walkthrough/fix.png": (*QUICKSTART, "press=Control+J", *SMALL, "fixes="),
    "client-ts/walkthrough/sandbox.png": (*FIXED, *SMALL, *SANDBOX),
    "client-ts/walkthrough/test.png": (*FIXED, *SMALL, *SANDBOX, "close=", *TEST),
}


def main() -> int:
    """Make the pictures whose path holds one of the names, or all; return 1 when one could not be taken."""
    names = sys.argv[1:] or [""]
    with tempfile.TemporaryDirectory(prefix="azmlflow-pictures-") as folder:
        extension = vsix.build(Path(folder))
        chosen = [path for path in PICTURES if any(name in path for name in names)]
        return max(take(path, extension) for path in chosen)


def take(path: str, extension: Path) -> int:
    """Take one picture."""
    example, *steps = PICTURES[path]
    folder = str(ROOT / example)
    return look.main([folder, *steps, f"shot={ROOT / path}", f"--vsix={extension}"])


if __name__ == "__main__":
    sys.exit(main())
