"""`python -m azmlflow` and the `azmlflow` command."""

from __future__ import annotations

import sys


def main() -> int:
    """Hand the arguments to the cli and return the exit status."""
    from azmlflow.cli.main import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
