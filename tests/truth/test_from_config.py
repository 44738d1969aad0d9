"""How MLClient.from_config of azure-ai-ml 1.35 finds and reads its file."""

import json
from pathlib import PurePath

import pytest
from azmlflow.azure.clouds import CLOUDS
from azmlflow.azure.jobs import _V2_CALLS
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.azure.workspace_config import SEARCH_ORDER, candidate_paths, workspace_of_config

from tests.truth.child import needs, run_child

pytestmark = needs("azure.ai.ml")

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
REF = WorkspaceRef(GUID, "rg", "ws")
GOOD = {"subscription_id": GUID, "resource_group": "rg", "workspace_name": "ws"}

CONTENTS = {
    "good": json.dumps(GOOD),
    "byte-order mark": "\ufeff" + json.dumps(GOOD),
    "more keys": json.dumps({**GOOD, "x": 1}),
    "Scope": json.dumps({"Id": None, "Scope": REF.arm_id}),
    "Scope and keys": json.dumps({**GOOD, "Scope": REF._replace(workspace_name="other").arm_id}),
    "Scope in other case": json.dumps({"Scope": REF.arm_id.lower()}),
    "empty Scope": json.dumps({**GOOD, "Scope": ""}),
    "short Scope": json.dumps({"Scope": f"/subscriptions/{GUID}/resourceGroups/rg"}),
    "null": json.dumps({**GOOD, "workspace_name": None}),
    "placeholder": json.dumps({**GOOD, "subscription_id": "<subscription-id>"}),
    "wrong key": json.dumps({"subscription_id": GUID, "resource_group_name": "rg", "workspace_name": "ws"}),
    "unrelated": "{}",
    "list": "[]",
    "empty": "",
    "comment": "{} // workspace",
}

SCRIPT = f"""
contents = json.loads({json.dumps(json.dumps(CONTENTS))})
order = {SEARCH_ORDER!r}
import inspect
import azure.ai.ml
from azure.ai.ml import MLClient
from azure.ai.ml import _azure_environments as environments
import azure.ai.ml.entities, azure.ai.ml.parallel

def found(**arguments):
    try:
        client = MLClient.from_config(credential=object(), **arguments)
    except BaseException as error:
        return f"{{type(error).__name__}}: {{error}}"
    return [client.subscription_id, client.resource_group_name, client.workspace_name]

def write(path, name):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(subscription_id="s", resource_group="r", workspace_name=name)), encoding="utf-8")

root = Path.cwd()
facts["read"] = {{}}
for name, text in contents.items():
    Path("read.json").write_text(text, encoding="utf-8")
    facts["read"][name] = found(path="read.json")
Path("read.json").unlink()

facts["nothing"] = found()
facts["no such file"] = found(path="missing.json")
os.environ.update(AZUREML_ARM_SUBSCRIPTION="s", AZUREML_ARM_RESOURCEGROUP="r", AZUREML_ARM_WORKSPACE_NAME="w")
facts["variables"] = found()

# Every name in the working folder and in its parent: the one that is found is removed, and the next is looked for.
start = root / "project" / "src"
for folder in (start, start.parent):
    for name in order:
        write(folder / name, str((folder / name).relative_to(root)))
os.chdir(start)
facts["order"] = []
while isinstance(answer := found(), list):
    facts["order"].append(answer[2])
    (root / answer[2]).unlink()
os.chdir(root)

for name in (".azureml/team.json", "team.json", "config.json"):
    write(root / "named" / name, name)
facts["file_name"] = found(path="named", file_name="team.json")[2]
facts["folder as path"] = found(path="named")[2]

deep = root.joinpath("deep", *(["d"] * 21))
deep.mkdir(parents=True)
write(root / "deep" / "d" / "config.json", "twenty up")
os.chdir(deep)
facts["twenty up"] = found()
(root / "deep" / "d" / "config.json").unlink()
write(root / "deep" / "config.json", "twenty-one up")
facts["twenty-one up"] = found()

facts["clouds"] = environments._environments
facts["cloud variable"] = os.environ.get("AZUREML_CURRENT_CLOUD")
facts["arguments"] = {{
    name: list(inspect.signature(getattr(module, name)).parameters)
    for module in (azure.ai.ml, azure.ai.ml.parallel, azure.ai.ml.entities)
    for name in {sorted(_V2_CALLS)!r} if hasattr(module, name)
}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("config").resolve()


@pytest.fixture(scope="module")
def facts(folder):
    return run_child(folder, SCRIPT)


def test_order(facts, folder):
    """The six names are looked for in turn, each in the working folder and all its parents before the next."""
    start = folder / "project" / "src"
    ours = [
        path.relative_to(folder)
        for path in candidate_paths(start)
        if path.parent.is_relative_to(folder / "project") and path.suffix == ".json"
    ]
    assert [PurePath(name) for name in facts["order"]] == ours
    assert len(ours) == 12


def test_twenty_levels(facts, folder):
    """Twenty levels above the start are searched, the twenty-first is not."""
    deep = folder.joinpath("deep", *(["d"] * 21))
    assert facts["twenty up"] == ["s", "r", "twenty up"]
    assert facts["twenty-one up"].startswith("ValidationException: We could not find config.json in: .")
    assert folder / "deep" / "d" / "config.json" in list(candidate_paths(deep))
    assert folder / "deep" / "config.json" not in list(candidate_paths(deep))


def test_path_and_file_name(facts):
    """`path` may be a folder to start from; with `file_name` only that name is looked for, .azureml first."""
    assert facts["file_name"] == ".azureml/team.json"
    assert facts["folder as path"] == "config.json"


def test_nothing_found(facts):
    """A file that is not found is an error, and no environment variable stands in for it."""
    assert facts["nothing"].startswith("ValidationException: We could not find config.json in: .")
    assert facts["no such file"].startswith(
        "ValidationException: We could not find config.json in: missing.json"
    )
    assert facts["variables"] == facts["nothing"]


@pytest.mark.parametrize(
    "name",
    ["good", "byte-order mark", "more keys", "Scope", "Scope and keys", "Scope in other case", "empty Scope"],
)
def test_what_is_read(facts, name):
    """Scope, read by position, comes before the three keys; a byte-order mark and other keys do no harm."""
    ours = workspace_of_config(json.loads(CONTENTS[name].removeprefix("\ufeff")))
    assert ours is not None
    assert facts["read"][name] == list(ours)


def test_placeholders_and_null_are_accepted(facts):
    """from_config looks at no value: a placeholder or null fails only when the workspace is asked for."""
    assert facts["read"]["placeholder"] == ["<subscription-id>", "rg", "ws"]
    assert facts["read"]["null"] == [GUID, "rg", None]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("wrong key", "ValidationException: The config file found in: read.json does not seem to contain"),
        ("unrelated", "ValidationException: The config file found in: read.json does not seem to contain"),
        ("short Scope", "IndexError: list index out of range"),
        ("list", "AttributeError: 'list' object has no attribute 'get'"),
        ("empty", "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        ("comment", "JSONDecodeError: Extra data: line 1 column 4 (char 3)"),
    ],
)
def test_what_is_refused(facts, name, error):
    """The errors of from_config; that of malformed JSON does not name the file."""
    assert facts["read"][name].startswith(error)


def test_clouds(facts):
    """azure-ai-ml knows three of our clouds, with the same hosts, and writes AZUREML_CURRENT_CLOUD itself."""
    theirs = facts["clouds"]
    for cloud in CLOUDS[:3]:
        assert theirs[cloud.name]["resource_manager"] == f"https://{cloud.arm_host}/"
        assert theirs[cloud.name]["active_directory"] == f"https://{cloud.login_host}/"
        assert theirs[cloud.name]["azure_portal"] == f"https://{cloud.portal_host}/"
        assert theirs[cloud.name]["aml_resource_id"] == f"https://{cloud.studio_host}/"
        assert theirs[cloud.name]["registry_discovery_endpoint"].endswith(f".{cloud.tracking_host_suffix}/")
    assert len(theirs) == 3
    assert facts["cloud variable"] == "AzureCloud"


def test_arguments_of_the_sdk(facts):
    """The functions by which jobs are made take the arguments we look at (classes take some through **kwargs)."""
    for name, call in _V2_CALLS.items():
        arguments = facts["arguments"][name]
        for wanted in filter(None, (call.code, call.script)):
            assert wanted in arguments or "kwargs" in arguments, name
    assert {"code", "command", "experiment_name", "environment_variables"} <= set(
        facts["arguments"]["command"]
    )
