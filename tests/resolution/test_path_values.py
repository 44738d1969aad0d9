"""load_dotenv with the path forms that real projects use."""

from __future__ import annotations

from pathlib import Path

import pytest
from azmlflow.resolution.environs import environ_at_use
from azmlflow.resolution.resolve import Resolution
from azmlflow.workspace.load import load

HEAD = (
    "import os\nfrom pathlib import Path\nimport pathlib\nfrom os.path import dirname, join\nimport mlflow\n"
)
HEAD += "from dotenv import load_dotenv\nfrom src import config\n"


def loaded(root: Path, path: str) -> str | None:
    """Return where the variable comes from when `src/app/train.py` calls load_dotenv with an expression."""
    files = {
        ".env": "WHERE=root\n",
        "src/.env": "WHERE=src\n",
        "src/app/dev.env": "WHERE=app\n",
        "src/config.py": "from pathlib import Path\nimport mlflow\nROOT = Path(__file__).resolve().parents[1]\n",
        "src/app/train.py": f"{HEAD}HERE = Path(__file__).parent\nload_dotenv({path})\nmlflow.start_run()\n",
    }
    (root / ".git").mkdir()
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    snapshot = load([root], {}).snapshot
    script = Resolution(snapshot, snapshot.files[root / "src/app/train.py"]).script
    assert script is not None
    return environ_at_use(script).text("WHERE")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ('Path(__file__).resolve().parent.parent / ".env"', "src"),
        ('Path(__file__).parents[2] / ".env"', "root"),
        ('pathlib.Path(__file__).absolute().parent.joinpath("..", "..", ".env")', "root"),
        ('HERE / "dev.env"', "app"),
        ('dotenv_path=str(HERE / "dev.env")', "app"),
        ('os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".env")', "src"),
        ('join(dirname(dirname(dirname(__file__))), ".env")', "root"),
        ('config.ROOT / ".env"', "root"),
        ('Path(HERE, "dev.env").as_posix()', "app"),
        ('Path(".env")', None),
        ('Path(__file__).parents[99] / ".env"', None),
        ('HERE / os.environ["NAME"]', None),
        ('Path.cwd() / ".env"', None),
        ("1 / 2", None),
    ],
)
def test_the_file_that_is_meant_is_read(tmp_path: Path, path: str, found: str | None) -> None:
    assert loaded(tmp_path, path) == found
