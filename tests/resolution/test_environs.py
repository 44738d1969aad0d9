"""The environment as a program would get it, merged from the files that have a part in it."""

from __future__ import annotations

from pathlib import Path

from azmlflow.resolution.environs import Environ, concerns_azure, set_elsewhere
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.wanted import wanted
from azmlflow.workspace.load import load
from azmlflow.workspace.snapshot import Snapshot

SCRIPT = "import mlflow\n"


def snapshot_of(root: Path, files: dict[str, str], process: dict[str, str] | None = None) -> Snapshot:
    (root / ".git").mkdir(exist_ok=True)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load([root], process or {}).snapshot


def environs(snapshot: Snapshot, path: Path) -> tuple[Environ, ...]:
    return Resolution(snapshot, snapshot.files[path]).environs


def texts(environ: Environ) -> dict[str, str | None]:
    return {name: variable.value for name, variable in environ.variables.items()}


def test_an_environment_file_is_joined_by_the_process(tmp_path: Path) -> None:
    files = {"train.py": SCRIPT, ".env": "AZURE_CLIENT_ID=a\nB=${A}\n"}
    snapshot = snapshot_of(tmp_path, files, {"AZURE_CLIENT_SECRET": "s", "AZURE_CLIENT_ID": "other"})

    (environ,) = environs(snapshot, tmp_path / ".env")

    assert texts(environ) == {"AZURE_CLIENT_ID": "a", "AZURE_CLIENT_SECRET": "s", "B": None}
    assert environ.own == {"AZURE_CLIENT_ID", "B"}
    assert environ.setting("AZURE_CLIENT_SECRET") is None
    assert environ.has("B")
    assert environ.filled("B")
    assert environ.text("MISSING") is None
    assert environ.folders == (tmp_path,)


def test_a_launch_configuration_takes_in_its_file_and_else_the_default(tmp_path: Path) -> None:
    launch = """{"configurations": [
        {"name": "a", "env": {"X": "1"}, "envFile": "${workspaceFolder}/dev.env"},
        {"name": "b", "env": {"Y": "2"}},
        {"name": "c", "env": {"Z": "3"}, "envFile": "gone.env"}]}"""
    files = {"train.py": SCRIPT, ".vscode/launch.json": launch, ".env": "E=env\n", "dev.env": "D=dev\nX=0\n"}
    snapshot = snapshot_of(tmp_path, files)

    a, b, c = environs(snapshot, tmp_path / ".vscode/launch.json")

    assert texts(a) == {"D": "dev", "X": "1"}
    assert texts(b) == {"E": "env", "Y": "2"}
    assert (texts(c), c.more) == ({"Z": "3"}, "gone.env is not in the project")
    assert a.own == {"X"}


def test_a_script_has_what_it_writes_until_it_uses_mlflow(tmp_path: Path) -> None:
    script = (
        "import os, mlflow\nfrom dotenv import load_dotenv\nload_dotenv()\n"
        "os.environ['AZURE_CLIENT_ID'] = 'a'\nos.environ.setdefault('FROM_FILE', 'x')\n"
        "os.environ['AZURE_TENANT_ID'] = '1'\ndel os.environ['AZURE_TENANT_ID']\n"
        "if later():\n    os.environ['MAYBE'] = '1'\n"
        "mlflow.start_run()\nos.environ['TOO_LATE'] = '1'\n"
    )
    snapshot = snapshot_of(tmp_path, {"train.py": script, ".env": "FROM_FILE=f\nAZURE_CLIENT_ID=file\n"})

    (environ,) = environs(snapshot, tmp_path / "train.py")

    assert texts(environ) == {"FROM_FILE": "f", "AZURE_CLIENT_ID": "a", "MAYBE": None}
    assert environ.own == {"AZURE_CLIENT_ID", "MAYBE"}
    setting = environ.setting("AZURE_CLIENT_ID")
    assert setting is not None
    assert snapshot.files[tmp_path / "train.py"].text.slice(setting.written.span) == "'a'"


def test_a_script_that_computes_names_may_set_more(tmp_path: Path) -> None:
    script = "import os, mlflow\nos.environ['A'] = '1'\nos.environ[name()] = '2'\nmlflow.start_run()\n"
    snapshot = snapshot_of(tmp_path, {"train.py": script})

    (environ,) = environs(snapshot, tmp_path / "train.py")

    assert environ.more == "the code sets variables whose names are computed"


def test_a_script_that_writes_nothing_has_no_environment_of_its_own(tmp_path: Path) -> None:
    assert environs(snapshot_of(tmp_path, {"train.py": SCRIPT}), tmp_path / "train.py") == ()


def test_settings_of_all_files_are_found_by_name(tmp_path: Path) -> None:
    compose = "services:\n  a:\n    environment: {AZURE_CLIENT_ID: c}\n"
    snapshot = snapshot_of(
        tmp_path, {"train.py": SCRIPT, ".env": "AZURE_CLIENT_ID=a\n", "compose.yml": compose}
    )

    found = set_elsewhere(snapshot, tmp_path)

    assert [(s.place.path.name, s.value) for s in found["AZURE_CLIENT_ID"]] == [
        (".env", "a"),
        ("compose.yml", "c"),
    ]


def test_a_project_without_python_for_azure_does_not_concern_us(tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, {"index.js": "", ".env": "AZURE_CLIENT_ID=a\n", "tool.py": "print()\n"})
    file = snapshot.files[tmp_path / ".env"]
    assert not concerns_azure(Resolution(snapshot, file))

    with_script = snapshot_of(tmp_path, {"train.py": SCRIPT})
    assert concerns_azure(Resolution(with_script, file))


def test_what_variables_name_is_wanted_from_every_folder_it_may_be_meant_from(tmp_path: Path) -> None:
    files = {
        "train.py": SCRIPT,
        "conf/.env": "AZURE_CLIENT_CERTIFICATE_PATH=certs/a.pem\nAZURE_CLIENT_CERTIFICATE_PASSWORD=p\n",
        ".env": "SSL_CERT_FILE=~/ca.pem\nREQUESTS_CA_BUNDLE=/etc/ca.pem\nCURL_CA_BUNDLE=${X}\n",
        "code.py": "import os, mlflow\nos.environ['AZURE_CLIENT_CERTIFICATE_PATH'] = 'b.pem'\n",
    }
    snapshot = snapshot_of(tmp_path, files, {"HOME": "/home/me"})

    found = wanted(snapshot)

    near, far = tmp_path / "certs/a.pem", tmp_path / "conf/certs/a.pem"
    assert found.paths == {near, far, Path("/home/me/ca.pem"), Path("/etc/ca.pem"), tmp_path / "b.pem"}
    passwords = {(path, password) for path in (near, far) for password in (None, "p")}
    assert found.certificates == passwords | {(tmp_path / "b.pem", None)}
    assert found.interpreters == {tmp_path}
    assert {near, far, tmp_path / ".env", tmp_path / "conf/.env"} <= found.repositories[tmp_path]
