"""The cheap look says what the real parser would say about imports, and takes no longer than it may."""

import ast
import json

import pytest
from azmlflow.workspace.skim import imports_of, mentions, skim_notebook, skim_python
from hypothesis import given
from hypothesis import strategies as st

from tests.parsing.inputs import seconds

STATEMENTS = [
    ("import os", {"os"}),
    ("import os, sys as s, numpy.linalg", {"os", "sys", "numpy.linalg"}),
    ("from a import b", {"a", "a.b"}),
    ("from a.b import c as d, e", {"a.b", "a.b.c", "a.b.e"}),
    ("from a import *", {"a"}),
    ("from . import sibling", {"p.q", "p.q.sibling"}),
    ("from .x import y", {"p.q.x", "p.q.x.y"}),
    ("from ..up import y", {"p.up", "p.up.y"}),
    ("from ... import top", {"top"}),
    ("from .... import beyond", set()),
    ("from.x import y", {"p.q.x", "p.q.x.y"}),
    ("from a import (b,\n    c,  # why\n)", {"a", "a.b", "a.c"}),
    ("from a import(b)", {"a", "a.b"}),
    ("from a import \\\n    b", {"a", "a.b"}),
    ("from a.b \\\n    import c", {"a.b", "a.b.c"}),
    ("import a, \\\n    b", {"a", "b"}),
    ("import a; import b; from c import d", {"a", "b", "c", "c.d"}),
    ("try: import a\nexcept ImportError: import b", {"a", "b"}),
    ("def f():\n    import a\n\tfrom b import c", {"a", "b", "b.c"}),
    ("import a\r\nfrom b import c\r\n", {"a", "b", "b.c"}),
    ("import größe", {"größe"}),
    ("important = 1\nimporter.run()", set()),
    ("x = 'no import here'", set()),
]


@pytest.mark.parametrize(("source", "expected"), STATEMENTS)
def test_import_statements_are_read(source, expected):
    assert imports_of(source.encode(), ("p", "q")) == expected


def test_relative_imports_at_the_root_name_their_siblings():
    assert imports_of(b"from . import b\nfrom .c import d") == {"b", "c", "c.d"}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("joined", [True, False])
def test_imports_in_a_notebook_are_read(indent, joined):
    lines = ["import mlflow\n", "from helpers import (\n", "    setup,\n", ")\n", "from a.b import c"]
    cell = {"cell_type": "code", "source": "".join(lines) if joined else lines}
    data = json.dumps({"cells": [cell, {"source": ["import last"]}]}, indent=indent).encode()

    skim = skim_notebook(data)

    assert skim.imports == {"mlflow", "helpers", "helpers.setup", "a.b", "a.b.c", "last"}
    assert skim.mentions


@pytest.mark.parametrize(
    "word", ["import mlflow", "AZURE_CLIENT_ID", "os.environ['MLFLOW_RUN_ID']", "azureml", "x.azure.com"]
)
def test_our_words_are_noticed(word):
    assert mentions(word.encode())
    assert skim_python(word.encode()).mentions


def test_other_files_are_not():
    assert not mentions(b"import torch\nprint('ml flow')")


NAME = st.sampled_from(["a", "b", "mlflow", "pkg", "x1"])
DOTTED = st.lists(NAME, min_size=1, max_size=3).map(".".join)
STATEMENT = st.one_of(
    st.builds("import {}".format, DOTTED),
    st.builds("import {} as z, {}".format, DOTTED, DOTTED),
    st.builds("from {} import {}, {} as y".format, DOTTED, NAME, NAME),
    st.builds("from {} import (\n  {},  # c\n  {},\n)".format, DOTTED, NAME, NAME),
    st.builds("if True:\n    from {} import {}".format, DOTTED, NAME),
    st.sampled_from(["x = 1", "def f():\n    pass", "# import nothing", "print('a; b')"]),
)


@given(st.lists(STATEMENT, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_nothing_that_python_imports_is_missed(statements, newline):
    source = "\n".join(statements).replace("\n", newline)
    expected = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            expected |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            expected |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}

    assert expected <= imports_of(source.encode())


@given(st.binary(max_size=2000))
def test_any_bytes_are_survived(data):
    skim_python(data)
    skim_notebook(data)


@pytest.mark.parametrize(
    "piece",
    [
        b"import ",
        b"from ",
        b"from a import (",
        b"import a,\\\n",
        b" ",
        b"\\\n",
        b"import a;",
        b"x:import ",
        b"from . import ",
        b'"import a\\n",',
    ],
)
def test_no_text_takes_more_than_linear_time(piece):
    data = piece * (1_000_000 // len(piece))

    taken = seconds(lambda: (imports_of(data), skim_notebook(data)))

    assert taken < 3, "a quadratic scan of a megabyte takes minutes"
