"""Every scenario with every credential that can be made here: what the probe says of it is what the script meets.

What is expected of a scenario in words stands in test_scenarios.py. Here it is only asked that the probe and the unmodified
script agree, that a failure comes with something to do, and that links are tried up to the one that ends the chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from azmlflow.azure.clouds import AZURE_CLOUD
from azmlflow.probes.outcome import Outcome
from azmlflow.probes.request import Request
from azmlflow.probes.summary import headline_of, summarise
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.scenarios import SCENARIOS

from tests.probes.boxes import end_script, environment, start_script
from tests.probes.test_scenarios import CASES

CREDENTIALS: Final = ("secret", "certificate", "workload", "password", "imds", "az", "azd", "pwsh")
STEPS: Final = ("chain", "tenant", "credential", "token", "workspace", "permissions", "experiments")
TOOLS: Final = ("az", "azd", "pwsh")
"""In the order in which the chain asks them."""
ALREADY: Final = frozenset({"healthy", "anything", "dry-run", "logged-models-404", "logged-models-served"})
"""Scenarios in which all is well: test_scenarios.py has each credential in one of them."""
WAITING: Final = frozenset(
    name
    for name, case in CASES.items()
    if case.limits or case.seconds != 60 or case.code in ("HTTP_429", "HTTP_502", "TLS")
)
"""Scenarios that are about waiting or about the way, which is the same whoever signs in."""
PROBE: Final = """
import json
from azmlflow.probes.child.loop import outcomes
from azmlflow.probes.request import Request

for outcome in outcomes(Request.of_json(json.loads({asked!r})), lambda *_: None):
    print("OUTCOME", json.dumps(outcome.as_json()), flush=True)
"""


def pairs() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each scenario with the credentials for which it can make a difference, but for its own."""
    for name, scenario in SCENARIOS.items():
        tool = name.partition("-")[0]
        concerned = TOOLS if tool in TOOLS else CREDENTIALS
        others = tuple(each for each in concerned if each != scenario.credential)
        if scenario.cloud is not AZURE_CLOUD:
            others = others[:: len(TOOLS)]  # a Python of its own for each, which has imported nothing yet
        if name not in ALREADY | WAITING:
            yield name, others


def told(box: AzureBox, folder: Path, environ: dict[str, str]) -> tuple[Outcome, ...]:
    """Return what the steps that sign in come to, taken in a Python that has imported the packages."""
    asked = Request(environ.get("MLFLOW_TRACKING_URI"), box.workspace, steps=STEPS)
    child = start_script(folder, environ, PROBE.format(asked=json.dumps(asked.as_json())))
    said = end_script(child, 120)
    lines = [line.partition(" ")[2] for line in said.text.splitlines() if line.startswith("OUTCOME ")]
    assert lines, said.text
    return tuple(Outcome.of_json(json.loads(line)) for line in lines)


@pytest.mark.parametrize(
    ("name", "credentials"), list(pairs()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_probe_predicts_what_the_script_meets(
    the_box: AzureBox, tmp_path: Path, name: str, credentials: tuple[str, ...]
) -> None:
    the_box.use(name)
    the_box.world.device_code = "declined"  # else the script waits 900 seconds for the one who types it in
    for credential in credentials:
        folder = tmp_path / credential
        folder.mkdir()
        environ = environment(the_box, folder, credential)
        script = start_script(folder, environ)
        outcomes = told(the_box, folder, environ)
        said, summary = end_script(script, 120), summarise(outcomes, 1.0)

        assert (summary.outcome == "ok") == said.logged, (credential, summary, said.text[-2000:])
        assert said.ended
        check(outcomes, credential)


def check(outcomes: tuple[Outcome, ...], credential: str) -> None:
    """Before the link that gives a token or ends the chain all fail softly, and behind it none is tried."""
    links = [outcome for outcome in outcomes if outcome.step == "credential" and outcome.link]
    last = next((at for at, link in enumerate(links) if link.hard or link.outcome == "ok"), None)
    if last is not None:
        assert all(link.outcome == "failed" and not link.hard for link in links[:last]), credential
        assert all(link.outcome == "not-reached" for link in links[last + 1 :]), credential
    cause = headline_of(outcomes)
    if cause is not None:
        assert cause.advice, (credential, cause)
        assert cause.code or cause.command, (credential, cause)
