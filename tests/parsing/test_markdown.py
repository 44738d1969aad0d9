"""Markdown: which blocks a reader would paste into a shell."""

from __future__ import annotations

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.markdown import parse_markdown
from hypothesis import given

from tests.parsing.inputs import any_bytes, any_text, assert_linear, is_inside, monotonous, mutated

SAMPLE = """# Set up

```bash
az login
export MLFLOW_TRACKING_URI=$(az ml workspace show --query mlflow_tracking_uri)
```

1. In a list:
   ~~~~ sh title="x"
   az account show  # azmlflow: ignore[AZM110]
   ```
   ~~~~

```python
import mlflow
```

```console
$ az ml job create \\
    -f job.yml
{"name": "job"}
user@host:~$ python train.py
```
<!-- azmlflow: ignore-file -->
```powershell
PS C:\\x> $env:A = "b"
output
"""


def test_finds_the_shell_blocks() -> None:
    facts = parse_markdown(Text(SAMPLE))
    assert [(block.language, block.first_line) for block in facts.fences] == [
        ("bash", 3),
        ("sh", 9),
        ("console", 18),
        ("powershell", 25),
    ]
    assert facts.fences[2].text == ("  az ml job create \\\n    -f job.yml\n\n             python train.py")
    assert [(comment.text, comment.span.line) for comment in facts.comments] == [
        ("# azmlflow: ignore[AZM110]", 9),
        ("<!-- azmlflow: ignore-file -->", 23),
    ]


def test_shell_facts_stand_in_the_document() -> None:
    text = Text(SAMPLE)
    found = list(parse_markdown(text).shell())
    assert text.slice(found[0].assignments[0].name_span) == "MLFLOW_TRACKING_URI"
    assert [text.slice(command.words[0].span) for facts in found for command in facts.commands] == [
        "az", "az", "az", "```", "az", "python",
    ]  # fmt: skip
    assert text.slice(found[3].assignments[0].name_span) == "A"


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("", []),
        ("```bash\nx", ["x"]),
        ("````bash\n```\nx\n````", ["```\nx"]),
        ("```bash\nx\n```bash\ny\n```", ["x\n```bash\ny"]),
        ("```{.bash}\nx\n```\n```\ny\n```", ["x"]),
        ("```BASH\r\nx\r\ny\r\n```", ["x\ny"]),
        ("```console\naz x\naz y\n```", ["az x\naz y"]),
        ("```bash\n$ az x\nout\n(venv) $ az y\n```", ["  az x\n\n         az y"]),
    ],
)
def test_fences(source: str, blocks: list[str]) -> None:
    assert [block.text for block in parse_markdown(Text(source)).fences] == blocks


@given(mutated(SAMPLE).map(Text) | any_text().map(Text) | any_bytes())
def test_survives_anything(source: Text) -> None:
    facts = parse_markdown(source)
    for shell in facts.shell():
        assert all(is_inside(source, command.span) for command in shell.commands)
    assert all(is_inside(source, comment.span) for comment in facts.comments)


@pytest.mark.parametrize(
    "source",
    monotonous(*"`~ >$\n(", "```\n", "~~~bash\n", "$ x\n", "PS a", "a@", "```sh\n$ a\n", "(a) ", "C:"),
    ids=lambda source: repr(source[:6]),
)
@pytest.mark.parametrize("before", ["", "```console\n"])
def test_takes_linear_time(before: str, source: str) -> None:
    assert_linear(lambda text: parse_markdown(Text(before + text)), source)
