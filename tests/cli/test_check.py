"""`azmlflow check` as a process: exit status, formats, repairs."""

from __future__ import annotations

import codecs
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator

from tests.cli.conftest import SCRIPT
from tests.cli.process import azmlflow, environment
from tests.cli.test_outputs import SARIF_SCHEMA

ONLY = ("--select", "AZM111")
FIXED = SCRIPT.replace(' = "file:./mlruns"', '("file:./mlruns")').replace(' = "forecast"', '("forecast")')


def found(project: Path, *arguments: str) -> list[dict[str, Any]]:
    done = azmlflow("check", *ONLY, "--format", "json", *arguments, cwd=project)
    assert done.stderr == ""
    return json.loads(done.stdout)["findings"]


def test_findings_are_shown_with_their_code_and_status_1(project: Path):
    done = azmlflow("check", *ONLY, "src", cwd=project)
    assert (done.returncode, done.stderr) == (1, "")
    first, *rest = done.stdout.splitlines()
    assert first == (
        "src/train.py:3:1: error[AZM111] tracking-function-assigned: "
        "mlflow.set_tracking_uri is assigned, not called: the tracking URI stays what it was"
    )
    assert rest[1:3] == ['3 | mlflow.set_tracking_uri = "file:./mlruns"', "  | ^^^^^^^^^^^^^^^^^^^^^^^"]
    assert rest[-1] == "Found 2 findings in 1 file, 2 fixable with --fix."


def test_nothing_found_is_status_0(project: Path):
    done = azmlflow("check", "--select", "AZM903", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "All checks passed: 1 file.\n", "")


def test_exit_zero(project: Path):
    assert azmlflow("check", *ONLY, "--exit-zero", cwd=project).returncode == 0
    assert azmlflow("check", *ONLY, "--exit-zero", "nowhere", cwd=project).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.py"], ["nowhere.py", "does not exist"]),
        (["picture.png"], ["picture.png", "not a kind of file"]),
        (["--select", "AZM4O4"], ["AZM4O4"]),
        (["--fix", "--diff"], ["choose one"]),
        (["--watch", "--format", "json"], ["--watch"]),
        (["--statistics", "--format", "json"], ["--statistics"]),
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(project: Path, arguments: list[str], words: list[str]):
    (project / "picture.png").write_bytes(b"\x89PNG")
    done = azmlflow("check", *arguments, cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert all(word in done.stderr for word in words)
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_status_2_when_named_and_skipped_when_met(project: Path):
    script = project / "src" / "train.py"
    script.chmod(0)
    assert azmlflow("check", script, cwd=project).returncode == 2
    done = azmlflow("check", cwd=project)
    assert "src/train.py: not checked: " in done.stdout


def test_options_of_argparse_are_checked_too(project: Path):
    done = azmlflow("check", "--format", "yaml", cwd=project)
    assert done.returncode == 2
    assert "invalid choice: 'yaml'" in done.stderr


def test_json_points_at_the_code_points_of_the_place(project: Path):
    first, second = found(project, "src")
    assert (first["path"], first["cell"]) == ("src/train.py", None)
    assert (first["start"], first["end"]) == ({"line": 3, "column": 1}, {"line": 3, "column": 24})
    assert second["start"] == {"line": 4, "column": 1}
    (repair,) = first["fixes"]
    assert repair["edits"] == [
        {
            "path": "src/train.py",
            "cell": None,
            "start": {"line": 3, "column": 24},
            "end": {"line": 3, "column": 42},
            "text": '("file:./mlruns")',
        }
    ]


def test_paths_outside_the_current_folder_are_absolute(
    project: Path, tmp_path_factory: pytest.TempPathFactory
):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    first, _ = found(elsewhere, str(project / "src" / "train.py"))
    assert first["path"] == (project / "src" / "train.py").as_posix()


def test_sarif_of_a_real_check_is_valid(project: Path):
    write_notebook(project / "nb.ipynb")
    done = azmlflow("check", *ONLY, "--format", "sarif", cwd=project)
    document = json.loads(done.stdout)
    Draft4Validator(SARIF_SCHEMA).validate(document)
    assert {result["ruleId"] for result in document["runs"][0]["results"]} == {"AZM111"}


def test_sarif_places_and_repairs_a_cell_in_the_notebooks_own_text(project: Path):
    path = project / "nb.ipynb"
    write_notebook(path)
    done = azmlflow("check", *ONLY, "--format", "sarif", path, cwd=project)
    (result,) = json.loads(done.stdout)["runs"][0]["results"]
    (location,) = result["locations"]
    assert location["logicalLocations"] == [{"name": "cell 2", "kind": "cell"}]
    text = path.read_text(encoding="utf-8")
    assert region_of(text, location["physicalLocation"]["region"]) == "mlflow.set_tracking_uri"
    for change in result["fixes"][0]["artifactChanges"]:
        for replacement in change["replacements"]:
            old = region_of(text, replacement["deletedRegion"])
            text = text.replace(old, replacement["insertedContent"]["text"], 1)
    source = "".join(json.loads(text)["cells"][1]["source"])
    assert source == '# "名" \U0001f600\nmlflow.set_tracking_uri("a\\\\b")\nmlflow.autolog()'


def test_a_cell_is_counted_from_1_for_people_and_from_0_for_programs(project: Path):
    write_notebook(project / "nb.ipynb")
    done = azmlflow("check", *ONLY, "nb.ipynb", cwd=project)
    assert done.stdout.startswith("nb.ipynb:cell 2:2:1: error[AZM111]")
    (found_one,) = found(project, "nb.ipynb")
    assert (found_one["cell"], found_one["start"]) == (1, {"line": 2, "column": 1})
    github = azmlflow("check", *ONLY, "--format", "github", "nb.ipynb", cwd=project).stdout
    text = (project / "nb.ipynb").read_text(encoding="utf-8").split("\n")
    line = next(number for number, one in enumerate(text, start=1) if "set_tracking_uri" in one)
    assert github.startswith(f"::error file=nb.ipynb,line={line},endLine={line},")
    assert "::cell 2: mlflow.set_tracking_uri" in github


def test_junit_of_a_real_check_is_well_formed(project: Path):
    done = azmlflow("check", *ONLY, "--format", "junit", cwd=project)
    suite = ElementTree.fromstring(done.stdout).find("testsuite")
    assert suite is not None
    assert (suite.get("name"), suite.get("failures")) == ("src/train.py", "2")


def test_fix_repairs_and_then_rests(project: Path):
    done = azmlflow("check", *ONLY, "--fix", cwd=project)
    assert (done.returncode, done.stdout) == (0, "Fixed 2 findings. All checks passed: 1 file.\n")
    script = project / "src" / "train.py"
    assert script.read_text(encoding="utf-8") == FIXED
    before = script.stat()
    assert azmlflow("check", *ONLY, "--fix", cwd=project).returncode == 0
    assert (script.stat().st_mtime_ns, script.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert sorted(path.name for path in script.parent.iterdir()) == ["train.py"]


@pytest.mark.parametrize(
    ("mark", "encoding", "newline"),
    [(b"", "utf-8", "\r\n"), (codecs.BOM_UTF8, "utf-8", "\n")],
)
def test_fix_keeps_mode_encoding_mark_and_line_ends(project: Path, mark: bytes, encoding: str, newline: str):
    script = project / "src" / "train.py"
    write = lambda text: mark + ("# é名\n" + text).replace("\n", newline).encode(encoding)  # noqa: E731
    script.write_bytes(write(SCRIPT))
    script.chmod(0o640)
    azmlflow("check", *ONLY, "--fix", cwd=project)
    assert script.read_bytes() == write(FIXED)
    assert os.name == "nt" or script.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("mark", "encoding"), [(codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le")]
)
def test_fix_keeps_the_encoding_that_powershell_writes(project: Path, mark: bytes, encoding: str):
    env = project / ".env"
    env.write_bytes(mark + "A=é名 # azmlflow: ignore\r\n".encode(encoding))
    azmlflow("check", "--select", "AZM902", "--fix", cwd=project)
    assert env.read_bytes() == mark + "A=é名\r\n".encode(encoding)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_fix_repairs_behind_a_link_and_keeps_the_link(project: Path):
    script, link = project / "src" / "train.py", project / "train.py"
    link.symlink_to(script)
    azmlflow("check", *ONLY, "--fix", link, cwd=project)
    assert link.is_symlink()
    assert script.read_text(encoding="utf-8") == FIXED


def test_fix_repairs_a_notebook_and_touches_nothing_else_in_it(project: Path):
    path = project / "nb.ipynb"
    write_notebook(path)
    before = json.loads(path.read_text(encoding="utf-8"))
    azmlflow("check", *ONLY, "--fix", path, cwd=project)
    text = path.read_text(encoding="utf-8")
    before["cells"][1]["source"][1] = 'mlflow.set_tracking_uri("a\\\\b")\n'
    assert json.loads(text) == before
    assert text == json.dumps(before, indent=1, ensure_ascii=False) + "\n"


def test_diff_shows_the_changes_and_makes_none(project: Path):
    done = azmlflow("check", *ONLY, "--diff", cwd=project)
    assert (done.returncode, done.stderr) == (1, "Would fix 2 findings in 1 file.\n")
    assert done.stdout.splitlines()[:2] == ["--- src/train.py", "+++ src/train.py"]
    assert '-mlflow.set_tracking_uri = "file:./mlruns"\n' in done.stdout
    assert '+mlflow.set_tracking_uri("file:./mlruns")\n' in done.stdout
    assert (project / "src" / "train.py").read_text(encoding="utf-8") == SCRIPT
    azmlflow("check", *ONLY, "--fix", cwd=project)
    done = azmlflow("check", *ONLY, "--diff", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Nothing to fix.\n")


def test_unsafe_fixes_are_made_only_when_asked_for(project: Path):
    script = project / "src" / "train.py"
    script.write_text("import mlflow  # azmlflow: ignore[AZM9O1]\n", encoding="utf-8")
    select = ("--select", "AZM901")
    done = azmlflow("check", *select, "--fix", cwd=project)
    assert done.returncode == 1
    assert done.stdout.endswith("Found 1 finding in 1 file, 1 fixable with --fix --unsafe-fixes.\n")
    assert azmlflow("check", *select, "--fix", "--unsafe-fixes", cwd=project).returncode == 0
    assert script.read_text(encoding="utf-8") == "import mlflow  # azmlflow: ignore[AZM901]\n"


def test_statistics(project: Path):
    done = azmlflow("check", *ONLY, "--statistics", cwd=project)
    assert done.stdout.splitlines()[0] == "2  AZM111 [*] tracking-function-assigned"


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "0"}, False),
    ],
)
def test_colours_are_written_when_wanted(project: Path, variables: dict[str, str], coloured: bool):
    done = azmlflow("check", *ONLY, cwd=project, **variables)
    assert ("\x1b[" in done.stdout) is coloured


def test_a_reader_who_leaves_early_is_no_error(project: Path):
    # More than a pipe holds, so that somebody must notice.
    lines = "".join(f"mlflow.set_experiment = 'x{number}'\n" for number in range(3000))
    (project / "src" / "train.py").write_text(f"import mlflow\n{lines}", encoding="utf-8")
    command = [sys.executable, "-m", "azmlflow", "check", *ONLY]
    with subprocess.Popen(
        command, cwd=project, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def test_a_console_that_knows_few_characters_is_no_error(project: Path):
    (project / "src" / "train.py").write_text(
        "import mlflow\nmlflow.set_experiment = '名\u202e'\n", encoding="utf-8"
    )
    for form in ("text", "json", "sarif", "github", "junit"):
        done = azmlflow("check", *ONLY, "--format", form, cwd=project, PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (1, ""), form


def test_secrets_stay_out_of_every_format(project: Path):
    (project / "src" / "train.py").write_text(
        "import os\nimport mlflow\nos.environ['AZURE_CLIENT_SECRET'] = 'canary-secret'  # azmlflow: ignore[AZM1O1]\n",
        encoding="utf-8",
    )
    (project / ".env").write_text(
        "AZURE_CLIENT_SECRET=canary-secret # azmlflow: ignore[AZM111]\n", encoding="utf-8"
    )
    for arguments in (
        *(["--format", form] for form in ("text", "json", "sarif", "github", "junit")),
        ["--diff"],
    ):
        done = azmlflow("check", *arguments, cwd=project, AZMLFLOW_LOG="debug")
        assert done.returncode == 1, arguments
        assert "canary-secret" not in done.stdout + done.stderr, arguments


def test_neither_azure_nor_mlflow_nor_pygls_is_imported(project: Path):
    code = (
        "import sys; from azmlflow.cli.main import main; main(['check', '--exit-zero']);"
        "print([m for m in sys.modules if m.split('.')[0] in {'azure', 'azureml', 'mlflow', 'pygls', 'lsprotocol'}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def region_of(text: str, region: dict[str, int]) -> str:
    lines = text.split("\n")
    assert region["startLine"] == region["endLine"]
    return lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1]


def write_notebook(path: Path) -> None:
    source = ['# "名" \U0001f600\n', 'mlflow.set_tracking_uri = "a\\\\b"\n', "mlflow.autolog()"]
    cells = [
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "outputs": [],
            "source": ["import mlflow"],
        },
        {"cell_type": "code", "execution_count": None, "metadata": {"x": 1}, "outputs": [], "source": source},
    ]
    notebook = {
        "cells": cells,
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
