"""The scenarios: all that are promised are there, each turns a world, and the page lists them."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
from azmlflow.sandbox.scenarios import CREDENTIALS, SCENARIOS, named
from azmlflow.sandbox.tool_words import BEHAVIOURS
from azmlflow.sandbox.world import ROLES, World

from tests.sandbox.made import a_world

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"
PROMISED = """
healthy wrong-secret expired-secret unknown-tenant wrong-tenant unknown-client certificate-not-registered no-permission
read-only reader private-link-denied workspace-not-found slow silent resets throttled-429 bad-gateway tls-intercepted
logged-models-404 logged-models-served mfa-required az-signed-out az-expired az-hangs az-garbage azd-signed-out azd-hangs
pwsh-signed-out pwsh-hangs imds-none imds-black-hole imds-identity-missing conditional-access china us-government dry-run
"""
UNCHANGED = {"healthy", "logged-models-404", "china", "us-government"}


def told(world: World) -> dict[str, object]:
    return deepcopy({name: value for name, value in vars(world).items() if name != "backstage"})


def test_what_is_promised_is_there():
    assert set(PROMISED.split()) <= set(SCENARIOS)
    assert all(scenario.credential in CREDENTIALS for scenario in SCENARIOS.values())
    assert named("healthy") is SCENARIOS["healthy"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_changes_the_world_and_no_other(tmp_path: Path, name: str):
    scenario = SCENARIOS[name]
    world, other = a_world(tmp_path, scenario.cloud), a_world(tmp_path, scenario.cloud)
    for each in (world, other):
        each.workspaces[0].sas = "same"
    before = told(world)
    scenario.turn(world)
    assert (told(world) == before) is (name in UNCHANGED)
    assert told(other) == before
    for tool, behaviour in world.tools.items():
        assert behaviour in BEHAVIOURS[tool]


def test_faults_of_two_worlds_are_two(tmp_path: Path):
    first, second = a_world(tmp_path), a_world(tmp_path)
    for world in (first, second):
        SCENARIOS["throttled-429"].turn(world)
    first.faults["tracking"].times = 0
    assert second.faults["tracking"].times is None


def test_the_page_lists_all_scenarios_and_credentials():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    scenarios = [f"| `{name}` | {scenario.summary} |" for name, scenario in SCENARIOS.items()]
    credentials = [f"| `{name}` | {who} |" for name, who in CREDENTIALS.items()]
    assert [row for row in rows if not row.startswith("| `--")] == scenarios + credentials


@pytest.mark.parametrize("name", ["slow", "silent"])
def test_what_is_said_of_every_answer_holds_for_every_host(tmp_path: Path, name: str):
    """The metadata service has scenarios of its own, which the summary says."""
    world = a_world(tmp_path)
    SCENARIOS[name].turn(world)
    assert set(world.faults) == set(ROLES) - {"imds"}
