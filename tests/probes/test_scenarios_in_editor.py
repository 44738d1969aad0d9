"""Scenarios as an editor meets them: it is told the same as the terminal, one scenario after the other in one session.

The server makes the same probe as the terminal, in another environment and with other ears. One scenario is told for
each credential and cloud, which make the environment, and each place where a probe can end, which makes what is heard.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from azmlflow.probes.outcome import Outcome
from azmlflow.probes.summary import headline_of
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.scenarios import SCENARIOS

from tests.lsp.editor import Editor, capabilities_of
from tests.probes.boxes import clean_environment
from tests.probes.test_scenarios import CASES, Case

ONLY = ["tenant", "workspace", "permissions", "experiments"]
SLOW = {name for name, case in CASES.items() if case.limits or case.seconds != Case().seconds}
"""Scenarios that are about waiting: how long is told by the probe's own tests."""
ELSEWHERE = {name for name, case in CASES.items() if case.step == "network"}
"""What a step that is left out here would tell first."""
SCRIPT = "import mlflow\n\nwith mlflow.start_run():\n    pass\n"


def agrees(outcomes: list[dict[str, Any]], case: Case) -> None:
    """Hold what was told against what is expected of the probe."""
    told = [Outcome.of_json(outcome) for outcome in outcomes]
    assert told[-1].step == "summary"
    assert (told[-1].outcome == "ok") == (not case.step), told[-1]
    headline = headline_of(told[:-1])
    if case.step:
        assert headline is not None
        assert (headline.step, headline.link, headline.code) == (case.step, case.link, case.code), headline
        assert case.advice.lower() in (headline.advice or "").lower()
        assert case.command.lower() in (headline.command or "").lower()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "train.py").write_text(SCRIPT, encoding="utf-8")
    return tmp_path / "project"


def kinds() -> Iterator[Any]:
    """Yield each kind of credential and cloud with its scenarios: a server has one environment all its life."""
    told: dict[tuple[str, str], dict[tuple[str, str | None], str]] = {}
    for name, case in CASES.items():
        if name not in SLOW | ELSEWHERE:
            kind = SCENARIOS[name].credential, SCENARIOS[name].cloud.name
            told.setdefault(kind, {}).setdefault((case.step, case.link), name)
    for (credential, cloud), names in told.items():
        yield pytest.param(credential, list(names.values()), id=f"{credential}-{cloud}")


@pytest_asyncio.fixture
async def editor(request: pytest.FixtureRequest, the_box: AzureBox, project: Path) -> Any:
    names: list[str] = request.getfixturevalue("names")
    the_box.use(names[0])
    editor = Editor()
    editor.set_configuration({"azmlflow": {"interpreter": sys.executable}})
    home = clean_environment(project.parent)
    variables = {n: v for n, v in the_box.environment(base=home).items() if n != "HOME"}
    await editor.start(home=project.parent, **variables)
    await editor.begin(capabilities_of("visual_studio_code"), [project])
    yield editor
    assert await editor.end() == 0, editor.stderr
    assert "Traceback" not in editor.stderr


@pytest.mark.parametrize(("credential", "names"), list(kinds()))
async def test_an_editor_tells_it(
    the_box: AzureBox, project: Path, editor: Editor, credential: str, names: list[str]
) -> None:
    uri = (project / "train.py").as_uri()
    editor.open(uri, SCRIPT)
    for name in names:
        the_box.use(name)
        the_box.environment()  # the stand-ins and certificates of this scenario
        answer = await editor.run("azmlflow.testConnection", uri, {"only": ONLY})
        agrees(
            [
                *answer["outcomes"],
                *([answer["summary"]] if answer["outcomes"][-1]["step"] != "summary" else []),
            ],
            CASES[name],
        )
        assert answer["text"]
