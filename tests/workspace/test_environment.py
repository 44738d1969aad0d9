"""Which files set environment variables for whom, and where each variable is written."""

from azmlflow.parsing.base import Span
from azmlflow.workspace.environment import (
    dotenv_for,
    dotenv_of_editor,
    layer_of_dotenv,
)
from azmlflow.workspace.load import load

from tests.workspace.tree import SCRIPT, make


def place(file):
    """Return where a file that has to be found was found."""
    assert file is not None
    return file.path


def snapshot_of(root, files):
    return load([make(root, {".git/": "", **files})], {}).snapshot


def test_load_dotenv_finds_the_nearest_file_upward(tmp_path):
    root = tmp_path / "up" / "root"
    make(tmp_path, {"up/.env": "W=above\n"})
    files = {
        "a/.env": "W=a\n",
        "a/b/train.py": SCRIPT,
        "c/.env.example": "W=x\n",
        "c/d/train.py": SCRIPT,
        ".env.dev": "W=dev",
    }
    snapshot = snapshot_of(root, files)

    assert place(dotenv_for(snapshot, root / "a/b")) == root / "a/.env"
    assert place(dotenv_for(snapshot, root / "c/d")) == tmp_path / "up/.env"
    assert place(dotenv_for(snapshot, root / "c/d", ".env.dev")) == root / ".env.dev"
    assert dotenv_for(snapshot, root / "a", "prod.env") is None


def test_an_environment_file_that_cannot_be_read_hides_those_above_it(tmp_path):
    with make(tmp_path, {"a/b/": ""}).joinpath("a/.env").open("wb") as file:
        file.truncate(2_000_000)
    snapshot = snapshot_of(tmp_path, {".env": "A=1", "a/b/train.py": SCRIPT})

    assert dotenv_for(snapshot, tmp_path / "a/b") is None
    assert place(dotenv_for(snapshot, tmp_path)) == tmp_path / ".env"


def test_a_layer_holds_expanded_values_and_their_places(tmp_path):
    snapshot = snapshot_of(tmp_path, {".env": "A=1\nB = 'x ${A}'\nexport C=${A}-${P}\nEMPTY=\nNONE\nA=2\n"})

    layer = layer_of_dotenv(snapshot.files[tmp_path / ".env"], {"P": "process", "A": "kept"})

    assert layer.origin == ".env"
    assert layer.values == {"A": "2", "B": "x kept", "C": "kept-process", "EMPTY": ""}
    assert layer.locations["C"] == (tmp_path / ".env", None, Span(2, 0, 2, 18))
    assert layer.locations["A"].span.line == 5
    overriding = layer_of_dotenv(
        snapshot.files[tmp_path / ".env"], {"P": "process", "A": "kept"}, override=True
    )
    assert overriding.values["C"] == "1-process"


def test_vs_code_loads_the_file_that_its_settings_name(tmp_path):
    files = {".env": "A=1", "conf/dev.env": "A=2", "conf/prod.env": "A=3"}
    plain = snapshot_of(tmp_path / "plain", files)
    chosen = snapshot_of(
        tmp_path / "chosen",
        files | {".vscode/settings.json": '{"python.envFile": "${workspaceFolder}/conf/dev.env", /* c */}'},
    )
    missing = snapshot_of(
        tmp_path / "missing", files | {".vscode/settings.json": '{"python.envFile": "gone.env"}'}
    )

    assert place(dotenv_of_editor(plain, tmp_path / "plain")) == tmp_path / "plain/.env"
    assert place(dotenv_of_editor(chosen, tmp_path / "chosen")) == tmp_path / "chosen/conf/dev.env"
    assert dotenv_of_editor(missing, tmp_path / "missing") is None


def test_other_files_are_no_environment_files(tmp_path):
    snapshot = snapshot_of(tmp_path, {"train.py": SCRIPT})

    assert layer_of_dotenv(snapshot.files[tmp_path / "train.py"]).values == {}
