"""Notebooks: cells, magics that become Python, Databricks exports, and sources put back without touching the rest."""

from __future__ import annotations

import ast
import json

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.cells import make_cell
from azmlflow.parsing.notebook import (
    Cell,
    cell_outputs,
    cell_shell,
    parse_cell_source,
    parse_notebook,
    render_notebook,
    split_databricks,
)
from azmlflow.parsing.notebook_json import output_places
from hypothesis import example, given
from hypothesis import strategies as st

from tests.parsing.inputs import (
    any_bytes,
    any_text,
    assert_linear,
    is_inside,
    least_seconds,
    monotonous,
    mutated,
)


def notebook(*cells: object, **extra: object) -> str:
    value = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **extra}
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def code(source: str | list[str], **extra: object) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
        **extra,
    }


SAMPLE = notebook(
    {"cell_type": "markdown", "metadata": {}, "source": ["# é😀\n", "text"]},
    code(["%pip install mlflow\n", "import mlflow\n", "mlflow.set_experiment('a\\n')"], id="abc"),
    code("%%bash\naz login\n"),
    code([]),
    {"cell_type": "raw", "metadata": {}, "source": "raw"},
    metadata={
        "kernelspec": {"name": "python310-sdkv2", "language": "python"},
        "language_info": {"name": "python"},
    },
)


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("x = 1\n", "x = 1\n"),
        ("%pip install x\nimport x", "pass\nimport x"),
        ("!az login\nx = 1", "pass\nx = 1"),
        ("if x:\n    !az login\n    y = 1\n", "if x:\n    pass\n    y = 1\n"),
        ("for a in b:\n\t%run c.py\n", "for a in b:\n\tpass\n"),
        ("uri = !az ml workspace show\nprint(uri)", "uri = get_ipython()\nprint(uri)"),
        ("a, b = %sx echo\n", "a, b = get_ipython()\n"),
        ("  x.y =!ls\n", "  x.y =get_ipython()\n"),
        ("?mlflow\nmlflow.start_run??\n%time?\nx = 1", "pass\npass\npass\nx = 1"),
        ("# right?\nx = 'ok?'\ny = 1  # why?", "# right?\nx = 'ok?'\ny = 1  # why?"),
        ("!pip install \\\n  mlflow \\\n  azureml\nx = 1", "pass\n\n\nx = 1"),
        ('x = """\n%pip install\n!ls\n"""\n', 'x = """\n%pip install\n!ls\n"""\n'),
        ("x = (a\n  % b)\n", "x = (a\n  % b)\n"),
        ("x = a \\\n  % b\n", "x = a \\\n  % b\n"),
        ("x = {'a':\n%pip\n}", "x = {'a':\n%pip\n}"),
        ("x = ('(', \"'''\")\n%pip install x", "x = ('(', \"'''\")\npass"),
        ("x = 'a\\\n%b'\n%pip x", "x = 'a\\\n%b'\npass"),
        ("x = [  # )]\n1]\n!ls", "x = [  # )]\n1]\npass"),
        ("foo(\n!ls\nx = 1", "foo(\npass\nx = 1"),
        ("x = (a\n!= b)", "x = (a\n!= b)"),
        ("pip install mlflow\nconda install x\npip --version", "pass\npass\npass"),
        ("pip = 3\npip in x\ncd is None\npip.main()", "pip = 3\npip in x\ncd is None\npip.main()"),
        ("%time mlflow.start_run()\n", "0;    mlflow.start_run()\n"),
        ("  %timeit -n 10 -r2 f(x)", "  0;                f(x)"),
        ("%time", "pass"),
        ("%%time\nx = 1\n!ls", "pass\nx = 1\npass"),
        ("\n%%capture out\n%%time\nx = 1", "\npass\npass\nx = 1"),
        ("%%bash\naz login\nx=1\n", "\n\n\n"),
        ("%%writefile a.py\nx = 1", "\n"),
        ("# c\n%%time\nx = 1", "# c\npass\nx = 1"),
        ("%pip install x\r\nimport x\r\n", "pass\r\nimport x\r\n"),
        ("%sql select 1\nx = 1", "pass\nx = 1"),
        ("%sh\nls\npwd", "\n\n"),
        ("%", "pass"),
        ("!", "pass"),
        ("?", "pass"),
        ("", ""),
    ],
)
def test_magics_become_python(source: str, python: str) -> None:
    cell = parse_cell_source(source, 0)
    assert cell.python == python
    assert cell.python.count("\n") == source.count("\n")


@pytest.mark.parametrize(
    ("source", "name", "arguments", "language"),
    [
        ("%env A=b c", "env", "A=b c", "python"),
        ("x = 1\n  %set_env  A b ", "set_env", "A b", "python"),
        ("!az login \\\n  --tenant x", "!", "az login  --tenant x", "python"),
        ("!!ls", "!", "ls", "python"),
        ("uri = !az x -o tsv", "!", "az x -o tsv", "python"),
        ("%run ./setup.py", "run", "./setup.py", "python"),
        ("%load_ext dotenv", "load_ext", "dotenv", "python"),
        ("%dotenv", "dotenv", "", "python"),
        ("%%writefile -a src/$name.py\nx", "writefile", "-a src/$name.py", "file"),
        ("%%sh\nls", "sh", "", "bash"),
        ("%%script bash -e\nls", "script", "bash -e", "bash"),
        ("%%script false --no-raise-error\nx = 1", "script", "false --no-raise-error", "process"),
        ("%%python\nx = 1", "python", "", "process"),
        ("%%R\nx <- 1", "R", "", "r"),
        ("%%sql\nselect 1", "sql", "", "sql"),
        ("%md # x", "md", "# x", "markdown"),
        ("%%cython\nx", "cython", "", "cython"),
        ("pip install x", "pip", "install x", "python"),
        ("mlflow.log_metric?", "?", "mlflow.log_metric", "python"),
    ],
)
def test_finds_magics(source: str, name: str, arguments: str, language: str) -> None:
    cell = parse_cell_source(source, 0)
    (magic,) = cell.magics
    assert (magic.name, " ".join(magic.arguments.split()), cell.language) == (
        name,
        " ".join(arguments.split()),
        language,
    )
    assert is_inside(cell.source, magic.span)
    if name != "?":
        assert " ".join(cell.source.slice(magic.arguments_span).replace("\\\n", "").split()) == " ".join(
            arguments.split()
        )


def test_a_shell_capture_knows_its_variable() -> None:
    (magic,) = parse_cell_source("x = 1\nuri = !az x", 0).magics
    assert magic.target == "uri"
    assert magic.span == (1, 6, 1, 11)
    assert magic.arguments_span == (1, 7, 1, 11)


@pytest.mark.parametrize(
    ("source", "path", "body"),
    [
        ("%%writefile src/a.py\nx = 1\n", "src/a.py", "\nx = 1\n"),
        ("%%writefile -a 'my dir/a.py'\nx", "my dir/a.py", "\nx"),
        ("%%file {folder}/a.py\nx", "{folder}/a.py", "\nx"),
        ("%%writefile", None, ""),
        ("%%writefile 'a\nx", "'a", "\nx"),
        ("%%bash\nls", None, "\nls"),
        ("%sh ls\npwd", None, "    ls\npwd"),
        ("x = 1", None, "x = 1"),
    ],
)
def test_what_a_cell_writes(source: str, path: str | None, body: str) -> None:
    cell = parse_cell_source(source, 0)
    assert cell.written_file == path
    assert cell.body.value == body


def test_databricks_cells() -> None:
    assert make_cell(0, "code", "%python\nx = 1", databricks=True).python == "pass\nx = 1"
    assert make_cell(0, "code", "%python\nx = 1", language="sql", databricks=True).language == "python"
    assert make_cell(0, "code", "%sql select 1\nfrom x", databricks=True).language == "sql"
    assert make_cell(0, "code", "select 1", language="sql", databricks=True).language == "sql"


def test_reads_a_notebook() -> None:
    facts = parse_notebook(Text(SAMPLE))
    assert (facts.kernel, facts.language, facts.databricks, facts.nbformat) == (
        "python310-sdkv2",
        "python",
        False,
        4,
    )
    assert facts.problems == ()
    assert [(cell.index, cell.kind, cell.language) for cell in facts.cells] == [
        (0, "markdown", "markdown"),
        (1, "code", "python"),
        (2, "code", "bash"),
        (3, "code", "python"),
        (4, "raw", "raw"),
    ]
    assert facts.cells[1].id == "abc"
    assert facts.cells[1].source.value == "%pip install mlflow\nimport mlflow\nmlflow.set_experiment('a\\n')"
    assert [cell.index for cell, _ in facts.python_cells()] == [1, 3]


def test_reads_nbformat_3() -> None:
    source = {
        "nbformat": 3,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "source": "h"},
                    {"cell_type": "code", "input": ["x\n", "y"]},
                ]
            },
            {"cells": [{"cell_type": "code", "input": "z"}]},
        ],
    }
    facts = parse_notebook(Text(json.dumps(source)))
    assert [(cell.kind, cell.source.value) for cell in facts.cells] == [
        ("markdown", "h"),
        ("code", "x\ny"),
        ("code", "z"),
    ]
    rendered = render_notebook(Text(json.dumps(source)), {1: "a\nb\n", 2: "c"})
    assert [cell.source.value for cell in parse_notebook(Text(rendered)).cells] == ["h", "a\nb\n", "c"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "the notebook is empty: save it from an editor, or delete it"),
        (" \n", "the notebook is empty: save it from an editor, or delete it"),
        ("[]", "this is no notebook: its JSON is no object"),
        ("{}", "this notebook has no cells"),
        ('{"cells": [', "this notebook's JSON is broken here: mend it, or restore the file"),
        ('{"cells": [\n<<<<<<< HEAD\n', "a merge conflict is left in this notebook: resolve it"),
        ("[" * 100_000, "this notebook's JSON is nested or numbered beyond reason: it is not read"),
        ("1" * 10_000, "this notebook's JSON is nested or numbered beyond reason: it is not read"),
        ("[]," * 2_000_001, "this notebook's JSON is nested or numbered beyond reason: it is not read"),
    ],
)
def test_says_what_is_wrong(source: str, message: str) -> None:
    facts = parse_notebook(Text(source))
    assert facts.cells == ()
    assert [problem.message for problem in facts.problems] == [message]


def test_the_language_of_a_notebook_and_of_a_cell() -> None:
    r = notebook(code("x <- 1"), code("%%bash\nls"), metadata={"kernelspec": {"name": "ir", "language": "R"}})
    assert [cell.language for cell in parse_notebook(Text(r)).cells] == ["r", "bash"]
    ipython = notebook(code("x = 1"), metadata={"language_info": {"name": "ipython"}})
    assert [cell.language for cell in parse_notebook(Text(ipython)).cells] == ["python"]
    vscode = notebook(code("ls", metadata={"vscode": {"languageId": "shellscript"}}))
    assert [cell.language for cell in parse_notebook(Text(vscode)).cells] == ["shellscript"]
    databricks = notebook(
        code("%python\nx"), metadata={"application/vnd.databricks.v1+notebook": {"language": "sql"}}
    )
    assert parse_notebook(Text(databricks)).databricks


def test_a_bad_cell_hides_no_other() -> None:
    facts = parse_notebook(
        Text(notebook(code("def (:"), 7, {"cell_type": 3, "source": {"a": 1}}, code("x = 1")))
    )
    assert [(cell.kind, cell.source.value) for cell in facts.cells] == [
        ("code", "def (:"),
        ("markdown", ""),
        ("code", "x = 1"),
    ]


def test_outputs_are_read_on_request() -> None:
    outputs = [
        {"output_type": "stream", "text": ["a\n", "b"]},
        {"output_type": "display_data", "data": {"image/png": "iVBOR", "text/html": "<b>"}},
        {"output_type": "error", "traceback": ["t1", "t2"]},
        "nonsense",
    ]
    source = Text(notebook(code("x"), code("y", outputs=outputs)))
    assert list(cell_outputs(source)) == [(1, "a\nb"), (1, "<b>"), (1, "t1t2")]
    assert list(cell_outputs(Text("{"))) == []


def test_comments_in_python_shell_and_magic_lines() -> None:
    source = "%pip install x  # azmlflow: ignore[AZM601]\nx = '# azmlflow: no'\ny = 1  # azmlflow: ignore\n"
    assert [(c.text, c.span.line) for c in parse_cell_source(source, 0).comments()] == [
        ("# azmlflow: ignore[AZM601]", 0),
        ("# azmlflow: ignore", 2),
    ]
    assert len(parse_cell_source("%%bash\nls # azmlflow: ignore\n", 0).comments()) == 1


def test_shell_lines_keep_their_place() -> None:
    cell = parse_cell_source("x = 1\n  !az ml workspace show \\\n    -o tsv\nuri = !az account show", 0)
    first, second = cell_shell(cell)
    assert [cell.source.slice(command.span) for command in first.commands] == [
        "az ml workspace show \\\n    -o tsv"
    ]
    assert [cell.source.slice(command.span) for command in second.commands] == ["az account show"]
    (facts,) = cell_shell(parse_cell_source("%%bash\nexport A=1\n", 0))
    assert facts.assignments[0].name_span == (1, 7, 1, 8)


DATABRICKS = """# Databricks notebook source
import mlflow

# COMMAND ----------

# MAGIC %pip install mlflow
# MAGIC %run ./setup

# COMMAND ----------

# DBTITLE 1,Title
# MAGIC %md
# MAGIC # Heading

# COMMAND ----------

# MAGIC %sh
# MAGIC az login
"""


def test_splits_a_databricks_export() -> None:
    cells = split_databricks(Text(DATABRICKS))
    assert cells is not None
    assert [(cell.kind, cell.language, cell.first_line) for cell in cells] == [
        ("code", "python", 1),
        ("code", "python", 4),
        ("markdown", "markdown", 9),
        ("code", "bash", 15),
    ]
    pip, run = cells[1].magics
    assert (pip.name, pip.arguments, run.name) == ("pip", "install mlflow", "run")
    assert Text(DATABRICKS).slice(pip.span.shifted(4)) == "%pip install mlflow"
    ast.parse(cells[1].python)
    (shell,) = cell_shell(cells[3])
    assert [command.words[0].text for command in shell.commands] == ["az"]
    assert Text(DATABRICKS).slice(shell.commands[0].span.shifted(15)) == "az login"


def test_other_scripts_are_no_export() -> None:
    assert split_databricks(Text("import mlflow\n# COMMAND ----------\n")) is None
    assert split_databricks(Text("")) is None


def test_renders_in_the_style_of_the_notebook() -> None:
    rendered = render_notebook(Text(SAMPLE), {1: "import mlflow\nx = 'é'\n", 2: "%%bash\nls", 3: "y\nz"})
    expected = SAMPLE.replace(
        """    "%pip install mlflow\\n",
    "import mlflow\\n",
    "mlflow.set_experiment('a\\\\n')"
""",
        """    "import mlflow\\n",
    "x = 'é'\\n"
""",
    )
    expected = expected.replace('"%%bash\\naz login\\n"', '"%%bash\\nls"')
    expected = expected.replace('"source": []', '"source": [\n    "y\\n",\n    "z"\n   ]')
    assert rendered == expected


def test_renders_escapes_as_the_notebook_does() -> None:
    source = json.dumps({"cells": [code(["# é\n", "x"])]})
    rendered = render_notebook(Text(source), {0: "# é\ny = 'é'"})
    assert rendered == json.dumps({"cells": [code(["# é\n", "y = 'é'"])]})


def test_renders_into_a_notebook_without_any_line() -> None:
    source = notebook(code([]), code(""))
    assert render_notebook(Text(source), {0: "a\nb"}) == notebook(code(["a\n", "b"]), code(""))
    compact = json.dumps({"cells": [code([])]})
    assert render_notebook(Text(compact), {0: "a\nb"}) == json.dumps({"cells": [code(["a\n", "b"])]})


def test_leaves_alone_what_is_no_notebook() -> None:
    for source in (
        "",
        "{",
        "[]",
        "{}",
        '{"cells": 3}',
        '{"cells": [3, {"a": 1}]}',
        "\ufeff{}",
        "7",
        '{"worksheets": [1]}',
    ):
        assert render_notebook(Text(source), {0: "x", 1: "y"}) == source


lines = st.lists(st.text(max_size=8), max_size=4)
sources = st.one_of(st.text(max_size=30), lines, st.none(), st.integers())
cells_strategy = st.lists(
    st.one_of(
        st.builds(
            lambda s, key: {"cell_type": "code", key: s}, sources, st.sampled_from(("source", "input", "x"))
        ),
        st.builds(lambda s: {"source": s, "cell_type": "markdown", "metadata": {"source": ["no"]}}, sources),
        st.integers(),
    ),
    max_size=5,
)


@given(
    cells_strategy,
    st.sampled_from((None, 1, "\t")),
    st.booleans(),
    st.dictionaries(st.integers(0, 5), st.text(max_size=30)),
)
@example([{"cell_type": "code", "source": []}], None, True, {0: "\ud800\u2028\x0b\r\n"})
def test_rendering_changes_only_the_sources(
    cells: list[object], indent: int | str | None, ascii_only: bool, new: dict[int, str]
) -> None:
    text = Text(json.dumps({"a": 1, "cells": cells, "nbformat": 4}, indent=indent, ensure_ascii=ascii_only))
    before = parse_notebook(text).cells
    assert render_notebook(text, {cell.index: cell.source.value for cell in before}) == text.value
    rendered = Text(render_notebook(text, new))
    after = parse_notebook(rendered).cells
    value = json.loads(text.value)
    places = [i for i, cell in enumerate(value["cells"]) if isinstance(cell, dict)]
    for old, place, found in zip(before, places, after, strict=True):
        cell = value["cells"][place]
        key = "input" if "input" in cell and "source" not in cell else "source"
        expected = new.get(old.index, old.source.value) if key in cell else ""
        assert found.source.value == expected
        if found.source.value != old.source.value:
            cell[key] = json.loads(rendered.value)["cells"][place][key]
    assert json.loads(rendered.value) == value
    assert render_notebook(rendered, new) == rendered.value


PYTHON = "import mlflow\n%pip install x\nx = !ls\nif x:\n    !az login \\\n      -t x\nmlflow?\ns = '''\n%a\n'''\n%time f(\n"


@given(st.one_of(any_text(), mutated(PYTHON, "%%bash\nls\n", "%sh ls\n", "%%time\n%%capture\nx")))
def test_any_cell_survives(source: str) -> None:
    cell = parse_cell_source(source, 0)
    assert isinstance(cell.body, Text)
    assert cell.written_file is None or cell.written_file
    if cell.language == "python":
        assert Text(cell.python).line_count == cell.source.line_count
    for magic in cell.magics:
        assert is_inside(cell.source, magic.span)
        assert is_inside(cell.source, magic.arguments_span)
    for comment in cell.comments():
        assert is_inside(cell.source, comment.span)


@given(st.one_of(any_text(), st.text()))
def test_python_without_magics_stays_as_it_is(source: str) -> None:
    try:
        ast.parse(source)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return
    cell = parse_cell_source(source, 0)
    assert cell.python == source or "?" in source or "!" in source or "%" in source


@given(mutated(SAMPLE).map(Text) | any_text().map(Text) | any_bytes())
def test_any_file_survives(source: Text) -> None:
    facts = parse_notebook(source)
    assert all(isinstance(cell, Cell) for cell in facts.cells)
    assert all(is_inside(source, problem.span) for problem in facts.problems)
    assert isinstance(render_notebook(source, {0: "x", 1: "y\n"}), str)
    list(cell_outputs(source))


@given(mutated(DATABRICKS))
def test_any_export_survives(source: str) -> None:
    text = Text(source)
    for cell in split_databricks(text) or ():
        assert 0 <= cell.first_line <= text.line_count
        assert all(is_inside(text, magic.span.shifted(cell.first_line)) for magic in cell.magics)


@pytest.mark.parametrize(
    "source",
    monotonous(
        *"a%!?'\"\\([{#= \n\r\t", "!\\\n", "%x \\\n", "x=!", "x = ", "x? ", "'''", "\\'", "a,", "-n ", "-1", "%%time\n", "x.y=",
    ),
    ids=lambda source: repr(source[:6]),
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "!", "%time ", "x = ("])
def test_takes_linear_time(before: str, source: str) -> None:
    assert_linear(lambda text: parse_cell_source(before + text + "!", 0), source)


def test_is_fast() -> None:
    image = "iVBORw0KGgo" * 15_000
    cell = code(["x = 1\n"] * 40, outputs=[{"data": {"image/png": image}}])
    source = Text(notebook(*[cell] * 12))
    assert len(source.value) > 1_900_000
    assert least_seconds(lambda: parse_notebook(source)) < 0.1
    assert least_seconds(lambda: render_notebook(source, {3: "y = 1\n"})) < 0.4


def test_output_places_cover_the_lists_of_outputs():
    printed = [{"output_type": "stream", "text": ["a\n"]}]
    cells = [
        {"cell_type": "markdown", "source": "outputs"},
        {"cell_type": "code", "source": "x", "outputs": printed},
        {"cell_type": "code", "source": "y", "outputs": []},
    ]
    for text in (json.dumps({"cells": cells}), "\ufeff" + json.dumps({"cells": cells}, indent=1)):
        found = [(index, json.loads(text[start:end])) for index, start, end in output_places(text)]
        assert found == [(1, printed), (2, [])]
    old = json.dumps({"worksheets": [{"cells": cells}]})
    assert [index for index, _, _ in output_places(old)] == [1, 2]
    assert list(output_places("{")) == list(output_places("[1]")) == list(output_places("")) == []
