"""The step `permissions`: have, have not, or cannot tell, from Resource Manager's list."""

import json
import shlex

import pytest
from azmlflow.azure.permissions import ACTIONS, READ_WORKSPACE_ACTION, REGISTRY_ACTIONS, TRACKING_ACTIONS
from azmlflow.azure.workspace import PROVIDER
from azmlflow.probes.child import permissions
from azmlflow.sandbox.arm import READ_PERMISSIONS
from azmlflow.sandbox.world import Fault, Grant

from tests.probes.boxed import clear, enter, signed_in, told

ML = f"{PROVIDER}/workspaces"


@pytest.fixture
def box(entered):
    return entered


def granted(box, *grants):
    for each in box.world.workspaces:
        each.grants = [Grant((READ_PERMISSIONS,)), *grants]
    (found,) = told(permissions, signed_in(box))
    return found


def verdicts(found):
    return [found.details["actions"][action] for action in (*ACTIONS, READ_WORKSPACE_ACTION)]


def test_all_is_granted(box):
    found = granted(box, Grant(("*",)))
    assert (found.outcome, verdicts(found)) == ("ok", ["have"] * 4)
    assert (
        found.message
        == "The identity may do all that MLflow needs in ws-sandbox: experiments, jobs and models."
    )


def test_the_articles_own_role_is_enough(box):
    found = granted(box, Grant(ACTIONS))
    assert (found.outcome, verdicts(found)) == ("ok", ["have", "have", "have", "have not"])


def test_the_data_scientists_role_is_enough(box):
    pieces = tuple(f"{ML}/*/{end}" for end in ("read", "write", "delete", "action"))
    found = granted(box, Grant(pieces, (f"{ML}/delete", f"{ML}/write", f"{ML}/computes/*/write")))
    assert (found.outcome, verdicts(found)) == ("ok", ["have", "have", "have", "have not"])


def test_a_reader(box):
    found = granted(box, Grant(("*/read",)))
    assert (found.outcome, found.hard, found.code) == ("failed", True, "MISSING_PERMISSIONS")
    assert (
        found.message
        == "The identity may only read in ws-sandbox: MLflow cannot write runs and models there."
    )
    options = shlex.split(found.command or "")
    assert options[:4] == ["az", "role", "assignment", "create"]
    assert options[options.index("--role") + 1] == "AzureML Data Scientist"
    assert options[options.index("--scope") + 1] == box.workspace.arm_id


def test_nothing_is_granted(box):
    found = granted(box)
    assert verdicts(found) == ["have not"] * 4
    assert found.message == (
        "The identity lacks permissions that MLflow needs in ws-sandbox: experiments/*; jobs/*; models/*/*."
    )


def test_only_the_registry_is_missing(box):
    found = granted(box, Grant(TRACKING_ACTIONS), Grant(("*/read",)))
    assert verdicts(found) == ["have", "have", "have not", "have"]
    assert found.message == "The identity may only read in ws-sandbox: MLflow cannot write models there."
    assert found.hard is False


def test_one_operation_is_missing(box):
    found = granted(box, Grant(("*",), (f"{ML}/*/delete",)))
    assert found.hard is False
    assert "experiments/* (delete); jobs/* (delete); models/*/* (delete)" in found.message


def test_parts_are_not_guessed_about(box):
    found = granted(box, Grant(("*",), (f"{ML}/experiments/runs/submit/action",)))
    assert found.outcome == "ok"
    assert verdicts(found) == ["cannot tell", "have", "have", "have"]
    assert found.message.startswith("experiments/*: only parts are granted")


def test_who_may_not_read_the_list_is_not_told_anything(box, monkeypatch):
    box.use("no-permission")
    enter(monkeypatch, box)
    (found,) = told(permissions, signed_in(box))
    assert (found.outcome, found.hard, found.code) == ("failed", False, "AuthorizationFailed")
    assert verdicts(found) == ["cannot tell"] * 4


def page(*actions, following=None):
    value = [{"actions": list(actions), "notActions": []}]
    return json.dumps({"value": value, "nextLink": following} if following else {"value": value})


def turn_pages(box, monkeypatch, *bodies):
    """Answer the requests for permissions one after the other, the last one again and again; return their queries."""
    left, asked, real = list(bodies), [], box.proxy.answer

    def answer(request):
        if not request.path.endswith("/permissions"):
            return real(request)
        asked.append(request.parameters())
        return real(request)._replace(status=200, body=(left.pop(0) if len(left) > 1 else left[0]).encode())

    monkeypatch.setattr(box.proxy, "answer", answer)
    return asked


def test_pages_are_turned(box, monkeypatch):
    link = f"https://management.azure.com{box.workspace.arm_id}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01&$skiptoken=2"
    asked = turn_pages(box, monkeypatch, page(*TRACKING_ACTIONS, following=link), page(*REGISTRY_ACTIONS))
    (found,) = told(permissions, signed_in(box))
    assert found.outcome == "ok"
    assert found.details["complete"] is True
    assert asked == [{"api-version": "2022-04-01"}, {"api-version": "2022-04-01", "$skiptoken": "2"}]


def test_a_page_elsewhere_is_not_asked_for(box, monkeypatch):
    asked = turn_pages(
        box, monkeypatch, page(*TRACKING_ACTIONS, following="https://evil.example/permissions")
    )
    (found,) = told(permissions, signed_in(box))
    assert len(asked) == 1
    assert found.outcome == "ok"
    assert "was not read to its end" in found.message
    assert verdicts(found) == ["have", "have", "cannot tell", "cannot tell"]
    assert all(each.host != "evil.example" for each in box.journal)


def test_pages_without_end_are_given_up(box, monkeypatch):
    link = f"https://management.azure.com{box.workspace.arm_id}/providers/Microsoft.Authorization/permissions"
    asked = turn_pages(box, monkeypatch, page("*/read", following=link))
    (found,) = told(permissions, signed_in(box))
    assert len(asked) == permissions.MOST_PAGES
    assert (found.outcome, found.details["complete"]) == ("ok", False)


@pytest.mark.parametrize("body", ["hello", "[]", '{"value": 7}'])
def test_what_is_no_list(box, body):
    box.world.faults["arm"] = Fault(status=200, body=body, path="/permissions")
    (found,) = told(permissions, signed_in(box))
    assert (found.outcome, found.hard, found.code) == ("failed", False, "HTTP_200")
    assert found.message.endswith("Azure Resource Manager answers with status 200.")


def test_resource_manager_out_of_reach(box, monkeypatch):
    context = signed_in(box)
    clear(monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    (found,) = told(permissions, context)
    assert (found.hard, found.code, verdicts(found)) == (False, "PROXY", ["cannot tell"] * 4)


def test_without_a_workspace(box):
    registry = "azureml://westeurope.api.azureml.ms/mlflow/v2.0/registries/shared"
    (found,) = told(permissions, signed_in(box, workspace=None, uri=registry))
    assert found.outcome == "skipped"
