"""Settings are read from the nearest file, and every mistake in them is one sentence at its place."""

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.toml import parse_toml
from azmlflow.workspace.load import load
from azmlflow.workspace.settings import Settings
from azmlflow.workspace.settings_reader import find_settings, read_settings

from tests.workspace.tree import SCRIPT, make, parsed

ALL = """
select = ["AZM1", "AZM201"]
ignore = ["tracking-uri-missing"]
exclude = ["old/", "*.tmp.py"]
persona = "pedantic"
target = "conf/../.azureml/config.json"

[per-file-ignores]
"tests/*" = ["AZM101"]
"""


def read(path, source, known_code=None):
    settings, problems = read_settings(parse_toml(Text(source)), path, known_code)
    return settings, [(problem.message, problem.span.line) for problem in problems]


def test_every_setting_is_read(tmp_path):
    settings, problems = read(tmp_path / "azmlflow.toml", ALL)

    assert problems == []
    assert settings == Settings(
        select=("AZM1", "AZM201"),
        ignore=("tracking-uri-missing",),
        per_file_ignores={"tests/*": ("AZM101",)},
        exclude=("old/", "*.tmp.py"),
        persona="pedantic",
        target=tmp_path / ".azureml" / "config.json",
        source=tmp_path / "azmlflow.toml",
    )


def test_pyproject_has_them_in_a_table_of_its_own(tmp_path):
    source = '[project]\nname = "x"\n[tool.azmlflow]\nselect = ["AZM1"]\n[tool.azmlflow.per-file-ignores]\n"a" = ["AZM2"]\n'

    settings, problems = read(tmp_path / "pyproject.toml", source)

    assert (settings.select, settings.per_file_ignores, problems) == (("AZM1",), {"a": ("AZM2",)}, [])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("selct = []", "`selct` is not a setting of azmlflow: did you mean `select`?"),
        (
            "per_file_ignores = {}",
            "`per_file_ignores` is not a setting of azmlflow: did you mean `per-file-ignores`?",
        ),
        (
            "colour = 1",
            "`colour` is not a setting of azmlflow: "
            "the settings are select, ignore, per-file-ignores, exclude, persona, target",
        ),
        ('select = "AZM101"', '`select` has to be a list of strings: write select = ["..."]'),
        ("ignore = [101]", "`ignore` has to be a list of strings: put this in quotes"),
        ("exclude = 3", '`exclude` has to be a list of strings: write exclude = ["..."]'),
        ('persona = "strict"', '`persona` has to be "regular" or "pedantic"'),
        ("target = []", '`target` has to be the path of a workspace config, such as ".azureml/config.json"'),
        (
            "per-file-ignores = []",
            '`per-file-ignores` has to be a table: write "tests/*" = ["AZM101"] below it',
        ),
        ('select = ["AZM101", "XYZ9"]', "`XYZ9` is no rule: `azmlflow rule --all` lists the codes and names"),
        (
            'per-file-ignores = {"a" = ["no"]}',
            "`no` is no rule: `azmlflow rule --all` lists the codes and names",
        ),
    ],
)
def test_a_mistake_is_named_where_it_stands_and_the_rest_holds(tmp_path, line, message):
    settings, problems = read(
        tmp_path / "azmlflow.toml", f'# mine\n{line}\nexclude = ["x"]\n'.replace("exclude = 3\nexclude", "exclude = 3\n#"),
        lambda code: code.startswith("AZM"),
    )  # fmt: skip

    assert problems == [(message, 1)]
    assert settings.source == tmp_path / "azmlflow.toml"
    assert settings.exclude == (() if "exclude" in line else ("x",))
    assert settings.select == (("AZM101",) if "XYZ9" in line else ())


def test_a_tool_table_that_is_no_table_is_one_problem(tmp_path):
    _, problems = read(tmp_path / "pyproject.toml", '[tool]\nazmlflow = "yes"\n')

    assert problems == [("`tool.azmlflow` has to be a table", 1)]


def test_a_file_that_is_not_toml_gives_the_defaults(tmp_path):
    settings, problems = read(tmp_path / "azmlflow.toml", "select = [")

    assert (settings, problems) == (Settings(source=tmp_path / "azmlflow.toml"), [])


def test_the_nearest_file_counts_up_to_the_top_of_the_repository(tmp_path):
    make(
        tmp_path,
        {"azmlflow.toml": 'select = ["OUTSIDE"]', "repo/.git/": "", "repo/pyproject.toml": "[tool.other]"},
    )
    make(
        tmp_path / "repo",
        {"azmlflow.toml": 'select = ["TOP"]', "a/pyproject.toml": "[tool.azmlflow]\nselect=['A']"},
    )
    make(tmp_path / "repo", {"a/b/c/": "", "d/pyproject.toml": "[project]\nname = 'azmlflow-user'"})

    def selected(folder):
        return find_settings(tmp_path / "repo" / folder).select

    assert [selected(folder) for folder in (".", "a", "a/b/c", "d")] == [("TOP",), ("A",), ("A",), ("TOP",)]


def test_without_a_repository_only_the_root_itself_counts(tmp_path):
    make(tmp_path, {"azmlflow.toml": 'select = ["ABOVE"]', "root/": ""})

    assert find_settings(tmp_path / "root") == Settings()


def test_the_settings_of_a_root_shape_its_walk(tmp_path):
    make(tmp_path, {"azmlflow.toml": 'exclude = ["old"]', "old/a.py": SCRIPT, "train.py": SCRIPT})

    snapshot = load([tmp_path], {}).snapshot

    assert parsed(snapshot, tmp_path) == ["azmlflow.toml", "train.py"]
    assert snapshot.settings[tmp_path].exclude == ("old",)
