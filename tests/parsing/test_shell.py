"""The shell parser: what scripts set and run, in sh, PowerShell and cmd."""

from __future__ import annotations

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.shell import Assignment, parse_shell
from hypothesis import given

from tests.parsing.inputs import LONG, any_bytes, any_text, assert_linear, is_inside, monotonous, mutated

SAMPLE = """#!/usr/bin/env bash
set -euo pipefail
# the workspace
RG="my rg"; WS='ws'
export AZURE_TENANT_ID=11111111-2222-3333-4444-555555555555
MLFLOW_TRACKING_URI=$(az ml workspace show --query mlflow_tracking_uri \\
    --resource-group "$RG" -w ${WS})
export MLFLOW_TRACKING_URI
if az account show >/dev/null 2>&1; then
  cat <<'EOF' > .env
AZURE_CLIENT_SECRET=in-a-heredoc
EOF
  MLFLOW_EXPERIMENT_NAME=train python -m pkg.train --lr 0.1 # run
fi
"""
POWERSHELL = """$env:MLFLOW_TRACKING_URI = "azureml://x"
$uri = az ml workspace show -o tsv
${env:AZURE_TENANT_ID}=$tenant
[Environment]::SetEnvironmentVariable("AZURE_CLIENT_ID", 'abc', "User")
az login `
   --tenant x
"""


def one(source: str) -> Assignment:
    (assignment,) = parse_shell(Text(source)).assignments
    return assignment


def test_reads_the_sample() -> None:
    facts = parse_shell(Text(SAMPLE))
    assert [(a.name, a.value, a.exported, a.command_only) for a in facts.assignments] == [
        ("RG", "my rg", False, False),
        ("WS", "ws", False, False),
        ("AZURE_TENANT_ID", "11111111-2222-3333-4444-555555555555", True, False),
        (
            "MLFLOW_TRACKING_URI",
            '$(az ml workspace show --query mlflow_tracking_uri \\\n    --resource-group "$RG" -w ${WS})',
            False,
            False,
        ),
        ("MLFLOW_TRACKING_URI", None, True, False),
        ("MLFLOW_EXPERIMENT_NAME", "train", True, True),
    ]
    assert [command.texts for command in facts.commands] == [
        ["set", "-euo", "pipefail"],
        [
            "az",
            "ml",
            "workspace",
            "show",
            "--query",
            "mlflow_tracking_uri",
            "--resource-group",
            "$RG",
            "-w",
            "${WS}",
        ],
        ["az", "account", "show"],
        ["cat"],
        ["python", "-m", "pkg.train", "--lr", "0.1"],
    ]
    assert facts.assignments[3].substitution is not None
    assert facts.assignments[3].substitution.startswith("az ml workspace show")


@pytest.mark.parametrize(
    ("source", "value", "raw", "quote", "expands", "substitution"),
    [
        ("X=a", "a", "a", "", False, None),
        ("X=", "", "", "", False, None),
        ("X='a b'", "a b", "'a b'", "'", False, None),
        ('X="a \\"b\\" \\$c \\d"', 'a "b" $c \\d', '"a \\"b\\" \\$c \\d"', '"', False, None),
        ("X=a'b'\"c\"d", "abcd", "a'b'\"c\"d", "", False, None),
        ("X='a'b'c'", "abc", "'a'b'c'", "", False, None),
        ("X=\"a\"b\"c\"", "abc", "\"a\"b\"c\"", "", False, None),
        ("X=$Y/a", "$Y/a", "$Y/a", "", True, None),
        ("X=a$", "a$", "a$", "", False, None),
        ("X='$Y'", "$Y", "'$Y'", "'", False, None),
        ("X=\"${Y:-a b}\"", "${Y:-a b}", "\"${Y:-a b}\"", '"', True, None),
        ("X=${{ inputs.x }}/a", "${{ inputs.x }}/a", "${{ inputs.x }}/a", "", True, None),
        ("X=$(az x)", "$(az x)", "$(az x)", "", True, "az x"),
        ("X=\"$(az \"x)\" (b))\"", "$(az \"x)\" (b))", "\"$(az \"x)\" (b))\"", '"', True, "az \"x)\" (b)"),
        ("X=`az x`", "`az x`", "`az x`", "", True, "az x"),
        ("X=a$(b)", "a$(b)", "a$(b)", "", True, None),
        ("X=a\\ b", "a b", "a\\ b", "", False, None),
        ("X=a#b # c", "a#b", "a#b", "", False, None),
        ("X=azureml://a?b=c;Y", "azureml://a?b=c", "azureml://a?b=c", "", False, None),
        ("X+=a", "a", "a", "", False, None),
        ("X=é😀", "é😀", "é😀", "", False, None),
    ],
)  # fmt: skip
def test_values(
    source: str, value: str, raw: str, quote: str, expands: bool, substitution: str | None
) -> None:
    found = one(source)
    assert (found.value, found.raw, found.quote) == (value, raw, quote)
    assert (found.expands, found.substitution) == (expands, substitution)


@pytest.mark.parametrize(
    ("source", "names", "exported"),
    [
        ("export A=1 B C=2", ["A", "B", "C"], True),
        ("export -n A", ["A"], False),
        ("declare -x A=1", ["A"], True),
        ("declare -i A=1", ["A"], False),
        ("local A=1", ["A"], False),
        ("env A=1 python x.py", ["A"], True),
        ("A=1 B=2 python x.py", ["A", "B"], True),
        ("set -a; A=1", ["A"], True),
        ("set -a\nset +a\nA=1", ["A"], False),
        ("if true; then A=1; fi", ["A"], False),
        ("A=(1 2 3)", [], False),
        ("echo A=1", [], False),
        ("python x.py A=1", [], False),
        ("[ $A = 1 ]", [], False),
        ("(A=1)", ["A"], False),
    ],
)
def test_what_is_exported(source: str, names: list[str], exported: bool) -> None:
    found = parse_shell(Text(source)).assignments
    assert [assignment.name for assignment in found] == names
    assert all(assignment.exported == exported for assignment in found)


@pytest.mark.parametrize(
    ("source", "name", "value", "dialect", "exported"),
    [
        ("set X=a b", "X", "a b", "cmd", True),
        ('@SET "X=a b"', "X", "a b", "cmd", True),
        ('set X="a"\r\n', "X", '"a"', "cmd", True),
        ("set X=%Y%\\a && python x.py", "X", "%Y%\\a ", "cmd", True),
        ('setx X "C:\\a b" /M', "X", "C:\\a b", "setx", True),
        ("setx X C:\\a", "X", "C:\\a", "setx", True),
        ('$env:X = "a `"b"" c"', "X", 'a "b" c', "powershell", True),
        ("$Env:X='a''b'", "X", "a'b", "powershell", True),
        ("${env:X} = $y", "X", "$y", "powershell", True),
        ("$x = 5 # c", "x", "5", "powershell", False),
        ("[System.Environment]::SetEnvironmentVariable('X', \"a\", 'User')", "X", "a", "powershell", True),
    ],
)
def test_windows(source: str, name: str, value: str, dialect: str, exported: bool) -> None:
    found = one(source)
    assert (found.name, found.value, found.dialect, found.exported) == (name, value, dialect, exported)


def test_powershell() -> None:
    facts = parse_shell(Text(POWERSHELL))
    assert [(a.name, a.substitution) for a in facts.assignments] == [
        ("MLFLOW_TRACKING_URI", None),
        ("uri", "az ml workspace show -o tsv"),
        ("AZURE_TENANT_ID", None),
        ("AZURE_CLIENT_ID", None),
    ]
    assert [command.texts for command in facts.commands] == [
        ["az", "ml", "workspace", "show", "-o", "tsv"],
        ["az", "login", "--tenant", "x"],
    ]
    (value,) = parse_shell(Text('$env:X = (az ml show -n "a" | ConvertFrom-Json).uri')).assignments
    assert value.substitution == 'az ml show -n "a" | ConvertFrom-Json'


@pytest.mark.parametrize(
    ("source", "commands"),
    [
        ("az login && az account set -s x | cat", [["az", "login"], ["az", "account", "set", "-s", "x"], ["cat"]]),
        ("cd src && python -m pkg.train", [["cd", "src"], ["python", "-m", "pkg.train"]]),
        ("python main.py --lr ${{inputs.lr}} $[[--x ${{inputs.x}}]]",
         [["python", "main.py", "--lr", "${{inputs.lr}}", "$[[--x", "${{inputs.x}}]]"]]),
        ('echo "a $(az x) b"', [["echo", "a $(az x) b"], ["az", "x"]]),
        ("cat <<EOF\naz login\nEOF\naz logout", [["cat"], ["az", "logout"]]),
        ("cat <<-'A' <<B\naz login\n\tA\nx\nB\r\naz logout", [["cat"], ["az", "logout"]]),
        ("cat <<< az", [["cat"]]),
        ("cat <<EOF\naz login", [["cat"], ["az", "login"]]),
        ("# az login\naz x # az y\n  #az z", [["az", "x"]]),
        ("REM az login\n:: az login\naz x", [["az", "x"]]),
        ("az x > a 2>&1 -y", [["az", "x", "-y"]]),
        ("while ! az x; do sleep 1; done", [["az", "x"], ["sleep", "1"]]),
        ("sudo az x; time az y", [["az", "x"], ["az", "y"]]),
        ("echo don't\naz x", [["echo", "don't"], ["az", "x"]]),
        ("az x \\\r\n  y\r\naz z", [["az", "x", "y"], ["az", "z"]]),
        ("f() { az x; }", [["f"], ["az", "x"]]),
        ("export X=$(az x)", [["az", "x"]]),
        ("source .env; . .env", [["source", ".env"], [".", ".env"]]),
        ("python -c 'import os\nprint(1)' a", [["python", "-c", "import os\nprint(1)", "a"]]),
    ],
)  # fmt: skip
def test_commands(source: str, commands: list[list[str]]) -> None:
    assert [command.texts for command in parse_shell(Text(source)).commands] == commands


def test_the_program_has_no_folder() -> None:
    source = "/usr/bin/AZ x\nC:/py/python.exe y\n'C:\\a\\az.cmd' z"
    assert [command.program for command in parse_shell(Text(source)).commands] == ["az", "python", "az"]


def test_spans() -> None:
    text = Text(SAMPLE)
    facts = parse_shell(text)
    uri = facts.assignments[3]
    assert text.slice(uri.name_span) == "MLFLOW_TRACKING_URI"
    assert text.slice(uri.value_span) == uri.raw
    assert text.slice(uri.span).startswith("MLFLOW_TRACKING_URI=$(az")
    az = facts.commands[1]
    assert text.slice(az.span).startswith("az ml")
    assert text.slice(az.words[7].span) == '"$RG"'
    assert parse_shell(text, 10).commands[1].span == az.span.shifted(10)


def test_collects_comments_to_azmlflow() -> None:
    (comment,) = parse_shell(Text("x=1\naz x # azmlflow: ignore[AZM110]\n"), 3).comments
    assert (comment.text, comment.span.line) == ("# azmlflow: ignore[AZM110]", 4)


def test_number_of_words_is_bounded() -> None:
    facts = parse_shell(Text("a b c\n" * 100_000))
    assert sum(len(command.words) for command in facts.commands) < 21_000
    assert [problem.message for problem in facts.problems] == ["too many words: not read further"]


def test_substitutions_are_followed_to_a_bounded_depth() -> None:
    facts = parse_shell(Text("$(a " * 1000 + ")" * 1000))
    assert 0 < len(facts.commands) < 20


@given(any_text().map(Text) | mutated(SAMPLE, POWERSHELL, "set X=1\r\nsetx A b\r\n").map(Text) | any_bytes())
def test_survives_anything(source: Text) -> None:
    facts = parse_shell(source)
    for assignment in facts.assignments:
        assert is_inside(source, assignment.span)
        assert is_inside(source, assignment.name_span)
        assert source.slice(assignment.name_span) == assignment.name
        assert source.slice(assignment.value_span) == assignment.raw
    for command in facts.commands:
        assert command.words
        assert command.program is not None
        assert all(is_inside(source, word.span) for word in command.words)


@pytest.mark.parametrize(
    "source",
    monotonous(
        *"a '\"`$(){}\\<>&|;#=\n\r\t[@%", "$(", "${", "${{", "`'", "\"$(", "'\n", '"\n', "$(\n", "<<A\n", "a=", "a=(", "a b\n",
        "\\\n", "$env:", "$a = '", "$a=\"`", "x=`", "(\"", "'\"", "set ", "export ", "\"$('", "a=$(", "\"\"",
    ),
    ids=lambda source: repr(source[:6]),
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "X=", 'X="', "$x = "])
def test_takes_linear_time(before: str, source: str) -> None:
    assert_linear(lambda text: parse_shell(Text(before + text)), source)


def test_many_lost_heredocs_take_linear_time() -> None:
    source = "".join(f"cat <<A{i}\n" for i in range(5_000))[:LONG]
    assert_linear(lambda text: parse_shell(Text(text)), source)
