"""Where the child begins: makes our few modules importable, and nothing else of azmlflow's own packages.

The interpreter is that of the user's code, which may hold another azmlflow or none. A package that consists of our folder
alone stands in for it; its parent, which may be a folder of packages, is never put on `sys.path`.
"""

import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent


def stand_in() -> None:
    """Make `azmlflow` a package of our folder, and take the folder of this script off the path."""
    package = ModuleType("azmlflow")
    package.__path__ = [str(HERE.parent.parent)]
    sys.modules["azmlflow"] = package
    sys.path[:] = [place for place in sys.path if place and Path(place).resolve() != HERE]


if __name__ == "__main__":
    if sys.version_info < (3, 10):  # noqa: UP036 - this is the user's interpreter, whatever its age
        sys.exit(3)
    stand_in()
    from azmlflow.probes.child.wire import serve

    serve()
