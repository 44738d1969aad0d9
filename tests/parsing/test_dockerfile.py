"""What a Dockerfile sets and runs."""

from __future__ import annotations

from azmlflow.parsing.base import Text
from azmlflow.parsing.dockerfile import DockerfileFacts, parse_dockerfile
from hypothesis import given
from hypothesis import strategies as st

from tests.parsing.inputs import LONG, seconds

FILE = """\
# syntax=docker/dockerfile:1
ARG TAG=3.12
FROM python:${TAG} AS base
ENV A=1 B="two words" \\
    # a comment between
    C=three\\ words D='$not' E=$TAG
env LEGACY the rest = of it
RUN pip install mlflow \\
      azureml-mlflow==1.62.0
RUN <<EOF
ENV INNER=1
EOF
FROM scratch
FROM --platform=linux/amd64 base AS final
ENV B=
"""


def parse(text: str) -> DockerfileFacts:
    return parse_dockerfile(Text(text))


def test_variables_lose_their_quotes_and_keep_their_places() -> None:
    text = Text(FILE)
    found = {v.name: v for v in parse(FILE).variables if v.stage == 0}

    assert {name: v.value for name, v in found.items()} == {
        "A": "1",
        "B": "two words",
        "C": "three words",
        "D": "$not",
        "E": "$TAG",
        "LEGACY": "the rest = of it",
    }
    assert [name for name, v in found.items() if v.expands] == ["E"]
    assert text.slice(found["B"].value_span) == '"two words"'
    assert text.slice(found["C"].span) == "C=three\\ words"
    assert text.slice(found["LEGACY"].value_span) == "the rest = of it"
    assert text.slice(found["LEGACY"].name_span) == "LEGACY"


def test_stages_know_what_they_begin_from() -> None:
    facts = parse(FILE)

    assert [(s.image, s.name, s.parent) for s in facts.stages] == [
        ("python:${TAG}", "base", None),
        ("scratch", "", None),
        ("base", "final", 0),
    ]
    assert [(v.name, v.value) for v in facts.variables if v.stage == 2] == [("B", "")]


def test_commands_keep_every_character_in_its_place() -> None:
    run = parse(FILE).runs[0]

    assert run.command.split() == ["pip", "install", "mlflow", "azureml-mlflow==1.62.0"]
    at = run.start + run.command.index("azureml")
    assert FILE[at:].startswith("azureml-mlflow==1.62.0")


def test_the_text_of_a_heredoc_is_no_instruction() -> None:
    assert "INNER" not in {v.name for v in parse(FILE).variables}
    assert [v.name for v in parse("FROM a\nRUN <<NEVER\nENV A=1\n").variables] == ["A"]


def test_windows_files_escape_with_a_backtick() -> None:
    found = parse("# escape=`\nFROM a\nENV P=C:\\x `\n  Q=2\n").variables

    assert [(v.name, v.value) for v in found] == [("P", "C:\\x"), ("Q", "2")]


@given(st.text(st.sampled_from("FROMENVrun aA=\"'\\\n\r#$<-`\t"), max_size=200))
def test_no_text_is_too_broken(text: str) -> None:
    source = Text(text)
    for variable in parse_dockerfile(source).variables:
        assert source.slice(variable.name_span) == variable.name


def test_many_heredocs_that_never_close_are_read_in_time() -> None:
    text = Text("FROM a\n" + "RUN <<A <<B\nA\n" * (LONG // 14) + "ENV X=1\n")

    assert seconds(lambda: parse_dockerfile(text)) < 4
    assert parse_dockerfile(text).stages[0].image == "a"
