"""`azmlflow rule` and `--version`: quick answers about the rules."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from azmlflow import __version__
from azmlflow.cli.rule import FIELDS, record
from azmlflow.rules import RULES, all_rules

from tests.cli.process import azmlflow, environment

HEAVY = {
    "argparse",
    "dataclasses",
    "typing",
    "pathlib",
    "logging",
    "azmlflow.parsing",
    "azmlflow.rules.base",
    "yaml",
}


def test_version(tmp_path: Path):
    done = azmlflow("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"azmlflow {__version__}\n")


def test_help_names_every_command(tmp_path: Path):
    done = azmlflow("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert all(f"\n  {command} " in done.stdout for command in ("check", "explain", "rule", "lsp"))
    for command in ("check", "explain", "rule", "lsp"):
        assert f"usage: azmlflow {command}" in azmlflow(command, "--help", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    "arguments", [[], ["chek"], ["rule", "AZM000"], ["rule", "--format", "xml"], ["rule", "--al"]]
)
def test_wrong_use_is_status_2(tmp_path: Path, arguments: list[str]):
    done = azmlflow(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("azmlflow: ")


def test_a_path_in_place_of_a_command_is_told_apart(tmp_path: Path):
    done = azmlflow(tmp_path, cwd=tmp_path)
    assert f"run azmlflow check {tmp_path}" in done.stderr


def test_what_is_read_from_a_file_is_what_an_import_gives():
    for module, (_, name) in zip(all_rules(), RULES, strict=True):
        read = record(name)
        assert {field: read[field] for field in FIELDS} == {
            field: getattr(module.rule, field) for field in FIELDS
        }
        assert read["url"] == module.rule.url
        assert read["documentation"] == module.documentation.strip()


def test_a_rule_is_printed_by_code_or_name(tmp_path: Path):
    by_code = azmlflow("rule", "azm111", cwd=tmp_path)
    by_name = azmlflow("rule", "tracking-function-assigned", cwd=tmp_path)
    assert by_code.stdout == by_name.stdout
    assert by_code.stdout.startswith("AZM111 tracking-function-assigned\n====")
    assert "## Use instead" in by_code.stdout


def test_without_a_code_the_rules_are_listed(tmp_path: Path):
    lines = azmlflow("rule", cwd=tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [code for code, _ in RULES]


def test_all_prints_every_page(tmp_path: Path):
    done = azmlflow("rule", "--all", cwd=tmp_path)
    assert done.stdout.count("\n## References\n") == len(RULES)


def test_json(tmp_path: Path):
    listed = json.loads(azmlflow("rule", "--all", "--format", "json", cwd=tmp_path).stdout)
    assert [rule["code"] for rule in listed] == [code for code, _ in RULES]
    (one,) = json.loads(azmlflow("rule", "AZM111", "--format=json", cwd=tmp_path).stdout)
    assert set(one) == {*FIELDS, "url", "documentation"}


@pytest.mark.parametrize("arguments", [["--version"], ["rule", "AZM111"], ["rule"]])
def test_quick_answers_import_nothing_heavy(tmp_path: Path, arguments: list[str]):
    code = (
        "import sys; before = set(sys.modules); from azmlflow.cli.main import main;"
        f"main({arguments!r}); print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert not HEAVY & set(done.stdout.splitlines()[-1].split())


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path):
    command = [sys.executable, "-m", "azmlflow", "rule", *["AZM111"] * 2000]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0
