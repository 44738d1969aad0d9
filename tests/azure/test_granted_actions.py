"""What is granted covers an action or not: wildcards against wildcards, and the built-in roles."""

import re
import time
from itertools import product

import pytest
from azmlflow.azure.granted_actions import Grant, by_operation, covers, grant_of, overlap, verdict
from azmlflow.azure.permissions import ACTIONS, READ_WORKSPACE_ACTION, REGISTRY_ACTIONS, TRACKING_ACTIONS

ML = "Microsoft.MachineLearningServices/workspaces"
OWNER = {"actions": ["*"], "notActions": []}
CONTRIBUTOR = {
    "actions": ["*"],
    "notActions": [
        "Microsoft.Authorization/*/Delete",
        "Microsoft.Authorization/*/Write",
        "Microsoft.Authorization/elevateAccess/Action",
        "Microsoft.Blueprint/blueprintAssignments/write",
        "Microsoft.Compute/galleries/share/action",
    ],
}
READER = {"actions": ["*/read"], "notActions": []}
DATA_SCIENTIST = {
    "actions": [f"{ML}/*/read", f"{ML}/*/action", f"{ML}/*/delete", f"{ML}/*/write"],
    "notActions": [
        f"{ML}/delete",
        f"{ML}/write",
        f"{ML}/computes/*/write",
        f"{ML}/computes/*/delete",
        f"{ML}/computes/listKeys/action",
        f"{ML}/listKeys/action",
        f"{ML}/hubs/write",
        f"{ML}/hubs/delete",
        f"{ML}/featurestores/write",
        f"{ML}/featurestores/delete",
    ],
}
ARTICLE = {"actions": list(ACTIONS), "notActions": []}


def judged(*entries):
    grants = [grant_of(entry) for entry in entries]
    return [verdict(action, grants) for action in ACTIONS]


@pytest.mark.parametrize("role", [OWNER, CONTRIBUTOR, DATA_SCIENTIST, ARTICLE])
def test_roles_that_are_enough(role):
    assert judged(role) == ["have"] * 3


@pytest.mark.parametrize("roles", [(READER,), (), ({"actions": [f"{ML}/read"]},)])
def test_roles_that_are_not(roles):
    assert judged(*roles) == ["have not"] * 3


def test_a_reader_lacks_all_but_reading():
    found = by_operation(TRACKING_ACTIONS[0], [grant_of(READER)])
    assert found == {"read": "have", "write": "have not", "delete": "have not", "action": "have not"}


def test_reading_the_workspace_is_an_action_of_its_own():
    assert verdict(READ_WORKSPACE_ACTION, [grant_of(ARTICLE)]) == "have not"
    assert verdict(READ_WORKSPACE_ACTION, [grant_of(READER)]) == "have"
    assert verdict(READ_WORKSPACE_ACTION, [grant_of(DATA_SCIENTIST)]) == "have not"


def test_roles_add_up_and_exceptions_hold_for_their_own_role_only():
    writer = {"actions": [f"{ML}/*"], "notActions": [f"{ML}/*/read"]}
    assert judged(writer) == ["have not"] * 3
    assert judged(writer, READER) == ["have"] * 3
    assert judged({"actions": ["*"], "notActions": [f"{ML}/models/*"]}) == ["have", "have", "have not"]


def test_parts_are_not_guessed_to_be_enough():
    parts = {
        "actions": [f"{ML}/experiments/runs/{end}" for end in ("read", "write", "delete", "submit/action")]
    }
    assert verdict(TRACKING_ACTIONS[0], [grant_of(parts)]) == "cannot tell"
    almost = {"actions": ["*"], "notActions": [f"{ML}/experiments/runs/submit/action"]}
    assert verdict(TRACKING_ACTIONS[0], [grant_of(almost)]) == "cannot tell"


def test_the_registry_needs_more_than_the_models_own_level():
    assert verdict(REGISTRY_ACTIONS[0], [grant_of({"actions": [f"{ML}/models/*"]})]) == "have"
    assert verdict(REGISTRY_ACTIONS[0], [grant_of({"actions": [f"{ML}/models/read"]})]) == "have not"


def test_case_does_not_matter():
    assert judged({"actions": [action.upper() for action in ACTIONS]}) == ["have"] * 3


@pytest.mark.parametrize("entry", [None, 7, [], {"actions": "*"}, {"actions": [None, 7]}, {"notActions": []}])
def test_what_is_no_entry_grants_nothing(entry):
    assert grant_of(entry) == Grant(())


def test_against_every_short_pattern():
    """The two relations, held against the sets of texts that each pattern matches."""
    patterns = ["".join(letters) for length in range(5) for letters in product("ab*", repeat=length)]
    texts = ["".join(letters) for length in range(7) for letters in product("abz", repeat=length)]
    expressions = {each: re.compile(re.escape(each).replace(r"\*", ".*")) for each in patterns}
    matched = {
        each: {text for text in texts if expression.fullmatch(text)}
        for each, expression in expressions.items()
    }
    for one, other in product(patterns, repeat=2):
        assert covers(one, other) is (matched[other] <= matched[one]), (one, other)
        assert overlap(one, other) is bool(matched[one] & matched[other]), (one, other)


def test_time_is_linear():
    long, many = "a" * 20_000, "*a" * 20_000
    started = time.process_time()
    assert not covers(f"{many}b", long)
    assert overlap(many, f"*{long}")
    assert time.process_time() - started < 1
