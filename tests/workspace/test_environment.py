"""Which files set environment variables for whom, and where each variable is written."""

from azmlflow.parsing.base import Span
from azmlflow.workspace.environment import (
    dotenv_for,
    dotenv_of_editor,
    env_files_of_launch,
    layer_of_dotenv,
    layers_of,
)
from azmlflow.workspace.load import load

from tests.workspace.tree import SCRIPT, make

LAUNCH = """{
  // how to start
  "configurations": [
    {"name": "train", "env": {"MLFLOW_TRACKING_URI": "azureml://x", "N": 3, "OFF": null}, "envFile": "${workspaceFolder}/dev.env"},
    {"name": "plain", "env": {}},
    "broken",
  ],
}
"""
JOB = """command: python train.py
code: .
environment_variables:
  A: one
jobs:
  step:
    environment_variables: {B: "2", C: true}
"""


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


def test_a_form_to_fill_in_sets_nothing(tmp_path):
    snapshot = snapshot_of(tmp_path, {".env.example": "A=1\n", "prod.env": "A=2\n"})

    assert layers_of(snapshot.files[tmp_path / ".env.example"]) == ()
    assert [layer.values for layer in layers_of(snapshot.files[tmp_path / "prod.env"])] == [{"A": "2"}]


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


def test_launch_configurations_and_terminals_are_layers(tmp_path):
    settings = '{"terminal.integrated.env.linux": {"HTTPS_PROXY": "http://p"}, "python.envFile": 3}'
    snapshot = snapshot_of(tmp_path, {".vscode/launch.json": LAUNCH, ".vscode/settings.json": settings})
    launch = snapshot.files[tmp_path / ".vscode/launch.json"]

    (train,) = layers_of(launch)
    (terminal,) = layers_of(snapshot.files[tmp_path / ".vscode/settings.json"])

    assert (train.origin, train.values) == (
        "launch configuration train",
        {"MLFLOW_TRACKING_URI": "azureml://x", "N": "3"},
    )
    column = LAUNCH.splitlines()[3].index("3,")
    assert train.locations["N"].span == Span(3, column, 3, column + 1)
    assert (terminal.origin, terminal.values) == ("VS Code terminal on linux", {"HTTPS_PROXY": "http://p"})
    assert env_files_of_launch(launch, tmp_path) == (("train", tmp_path / "dev.env"),)


def test_a_job_and_its_steps_are_layers(tmp_path):
    snapshot = snapshot_of(
        tmp_path, {"job.yml": JOB, "broken.yml": "command: x\ncode: .\nenvironment_variables: [1]\n"}
    )

    layers = layers_of(snapshot.files[tmp_path / "job.yml"])

    assert [(layer.origin, layer.values) for layer in layers] == [
        ("job job.yml", {"A": "one"}),
        ("job step", {"B": "2", "C": "True"}),
    ]
    assert layers[0].locations["A"].span == Span(3, 5, 3, 8)
    assert layers_of(snapshot.files[tmp_path / "broken.yml"]) == ()


def test_other_files_set_nothing(tmp_path):
    snapshot = snapshot_of(tmp_path, {"train.py": SCRIPT})

    assert layers_of(snapshot.files[tmp_path / "train.py"]) == ()
    assert layer_of_dotenv(snapshot.files[tmp_path / "train.py"]).values == {}
