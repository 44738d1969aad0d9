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
    "status=ws-churn: not tested",
)
TEST = ("command=azmlflow: Test Connection", "see=Connected to workspace", "click=Connected to workspace")
SMALL = ("--size=900x600", "--scale=2", "press=Control+B")

PICTURES: dict[str, tuple[str, ...]] = {
    "docs/pictures/vscode.png": (*QUICKSTART, "fixes="),
    "docs/pictures/vscode-finding.png": QUICKSTART,
    "docs/pictures/vscode-report.png": (*FIXED, *SANDBOX, "close=", *TEST),
    "docs/pictures/vscode-failed.png": (
        *(*CONNECTED, "command=azmlflow: Test Connection", "status=failed"),
        "--scenario=wrong-secret",
    ),
    "docs/pictures/vscode-status.png": (*CONNECTED, *TEST, "menu=", "see=Test Authentication"),
}
WALKTHROUGH: dict[str, tuple[str, tuple[str, ...]]] = {
    "open": (
        "70,350,420x180",
        ("examples/quickstart", "file=train.py", *SMALL, "hover=warning", "press=Escape"),
    ),
    "explain": (
        "475,36,420x210",
        (
            *("examples/quickstart", "file=train.py", *SMALL),
            *("command=azmlflow: Explain Where This Logs", "see=Runs go to a local store"),
        ),
    ),
    "fix": (
        "118,420,480x175",
        ("examples/quickstart", "file=train.py", *SMALL, "click=start_run(", "fixes="),
    ),
    "sandbox": ("0,480,390x120", (*FIXED, *SMALL, *SANDBOX, "close=")),
    "test": (
        "475,36,420x210",
        (*FIXED, *SMALL, *SANDBOX, "close=", *TEST),
    ),
}
"""The part of the window that a step of the walkthrough is about.

VS Code gives a picture 200 points of height and 500 of width: what is to be read there is broad and low.
"""

for name, (part, steps) in WALKTHROUGH.items():
    for theme in ("light", "dark"):
        PICTURES[f"client-ts/walkthrough/{name}-{theme}.png"] = (*steps, f"--theme={theme}", f"@{part}")


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
    part = steps.pop() if steps[-1].startswith("@") else ""
    return look.main([str(ROOT / example), *steps, f"shot={ROOT / path}{part}", f"--vsix={extension}"])


if __name__ == "__main__":
    sys.exit(main())
