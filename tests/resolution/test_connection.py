"""What a connection test is told: the workspace and why, the environment of the code, and what forbids a test."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from azmlflow.resolution.connection import Connection, aim_of, configured, connection_of
from azmlflow.resolution.wanted import wanted
from azmlflow.workspace.snapshot import Snapshot
from azmlflow.workspace.surroundings import Terms, look

from tests.resolution.projects import COMMAND, LOGS, kernel, notebook, snapshot_of

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
OTHER_GUID = "5b8e7b0a-54b6-4b3f-9d5f-1f6f0a2b7c11"
HOST = "westeurope.api.azureml.ms"
CANARY = "canary-7Q2~not-to-be-seen"


def uri(name: str = "ws", host: str = HOST, guid: str = GUID) -> str:
    return (
        f"azureml://{host}/mlflow/v2.0/subscriptions/{guid}/resourceGroups/rg/providers/"
        f"Microsoft.MachineLearningServices/workspaces/{name}"
    )


def config(name: str = "ws", **more: object) -> str:
    return json.dumps({"subscription_id": GUID, "resource_group": "rg", "workspace_name": name, **more})


def logs_to(text: str) -> str:
    return f"import mlflow\nmlflow.set_tracking_uri('{text}')\nmlflow.log_metric('loss', 0.1)\n"


def connect(
    root: Path, files: dict[str, str], path: str = "train.py", process: dict[str, str] | None = None
) -> Connection:
    (root / ".git").mkdir(exist_ok=True)
    return connection_of(snapshot_of(root, files, process), root / path if path else root)


def said(connection: Connection) -> str:
    answer = configured(connection)
    return f"{answer.verdict}: {answer.message}"


def test_a_script_is_tested_with_the_uri_that_it_sets(tmp_path: Path) -> None:
    found = connect(tmp_path, {"train.py": logs_to(uri()), "config.json": config("other")})

    assert found.uri == uri()
    assert found.workspace == (GUID, "rg", "ws")
    assert found.problem is None
    assert found.warnings == ()
    assert found.beside == str(tmp_path)
    assert said(found) == (
        "ok: The target is the workspace ws in resource group rg: mlflow.set_tracking_uri is called (train.py:2)."
    )
    assert configured(found).details["host"] == HOST


def test_a_script_is_tested_with_the_uri_in_its_environment(tmp_path: Path) -> None:
    found = connect(tmp_path, {"train.py": LOGS}, process={"MLFLOW_TRACKING_URI": uri()})

    assert (found.uri, found.doubt) == (uri(), None)
    assert found.environ == {"MLFLOW_TRACKING_URI": uri()}
    assert found.origins == {}


def test_a_script_is_tested_with_what_the_file_sets_that_it_loads(tmp_path: Path) -> None:
    script = "import mlflow\nfrom dotenv import load_dotenv\nload_dotenv()\nmlflow.start_run()\n"
    dotenv = (
        f"REGION=westeurope\nMLFLOW_TRACKING_URI={uri(host='${REGION}.api.azureml.ms')}\nAZURE_CLIENT_ID=c\n"
    )
    found = connect(tmp_path, {"train.py": script, ".env": dotenv})

    assert found.uri == uri()
    assert found.environ == {"REGION": "westeurope", "MLFLOW_TRACKING_URI": uri(), "AZURE_CLIENT_ID": "c"}
    assert found.origins["AZURE_CLIENT_ID"] == ".env:3"
    assert tmp_path / ".env" in found.files


def test_a_client_is_tested_by_the_workspace_that_it_names(tmp_path: Path) -> None:
    script = (
        "import mlflow\nfrom azure.ai.ml import MLClient\nfrom azure.identity import DefaultAzureCredential\n"
        "client = MLClient.from_config(DefaultAzureCredential())\n"
        "mlflow.set_tracking_uri(client.workspaces.get('ws').mlflow_tracking_uri)\nmlflow.start_run()\n"
    )
    found = connect(tmp_path, {"train.py": script, "config.json": config()})

    assert (found.uri, found.workspace) == (None, (GUID, "rg", "ws"))
    assert found.doubt is None
    assert tmp_path / "config.json" in found.files


CLIENT = """
import mlflow
from azure.ai.ml import MLClient
{lines}
mlflow.set_tracking_uri(client.workspaces.get("ws").mlflow_tracking_uri)
mlflow.start_run()
"""


@pytest.mark.parametrize(
    ("lines", "credential"),
    [
        (
            "import azure.identity as ai\nclient = MLClient.from_config(ai.AzureCliCredential())",
            "AzureCliCredential",
        ),
        (
            "from azure.identity import DefaultAzureCredential as D\ncredential = D()\n"
            "client = MLClient(credential=credential, subscription_id='x', resource_group_name='y', workspace_name='z')",
            "DefaultAzureCredential",
        ),
        (
            "from azure.identity import DefaultAzureCredential\ndef sign_in():\n    return DefaultAzureCredential()\n"
            "client = MLClient.from_config(sign_in())",
            None,
        ),
        (
            "from azure.identity import DefaultAzureCredential\n"
            "client = MLClient.from_config(DefaultAzureCredential(exclude_cli_credential=True))",
            None,
        ),
        ("from mine import SpecialCredential\nclient = MLClient.from_config(SpecialCredential())", None),
    ],
)
def test_the_credential_that_the_code_makes_is_the_one_that_is_tested(
    tmp_path: Path, lines: str, credential: str | None
) -> None:
    found = connect(tmp_path, {"train.py": CLIENT.format(lines=lines), "config.json": config()})

    assert found.credential == credential
    assert any("a credential that it makes itself" in warning for warning in found.warnings) == (
        credential is None
    )


def test_without_a_client_the_plugins_chain_is_tested(tmp_path: Path) -> None:
    found = connect(tmp_path, {"train.py": logs_to(uri())})
    assert (found.credential, found.warnings) == (None, ())


def test_a_script_that_sets_nothing_is_told_so_and_the_config_beside_it_is_tested(tmp_path: Path) -> None:
    found = connect(tmp_path, {"train.py": LOGS, "config.json": config()})

    assert found.workspace == (GUID, "rg", "ws")
    assert found.problem is None
    answer = configured(found)
    assert (answer.verdict, answer.code) == ("doubted", "NOT_LOGGED_THERE")
    assert answer.message == (
        "train.py would log to a local store, because nothing sets the tracking URI, so MLflow uses its default. Tested is "
        "the workspace ws in resource group rg: config.json names it (config.json:1)."
    )
    assert answer.advice is not None
    assert "Set the tracking URI" in answer.advice
    assert answer.details["doubt"] == found.doubt


def test_a_folder_whose_scripts_all_log_locally_is_told_so(tmp_path: Path) -> None:
    files = {"train.py": LOGS, "other.py": LOGS, "config.json": config()}
    found = connect(tmp_path, files, path="")
    assert (found.doubt or "").startswith("other.py would log to a local store")
    assert [warning for warning in found.warnings if "local store" in warning] == [
        f"train.py {(found.doubt or '').partition(' ')[2]}"
    ]
    assert connect(tmp_path, {**files, "third.py": logs_to(uri())}, path="").doubt is None


def test_where_a_call_decides_no_variable_is_advised(tmp_path: Path) -> None:
    files = {"train.py": logs_to("sqlite:///runs.db"), "config.json": config()}
    answer = configured(connect(tmp_path, files))
    assert answer.code == "NOT_LOGGED_THERE"
    assert (answer.advice or "").startswith("Have the call name the workspace's tracking URI")


def test_an_environment_file_that_is_not_loaded_counts_for_nothing_but_a_hint(tmp_path: Path) -> None:
    dotenv = f"MLFLOW_TRACKING_URI={uri()}\nAZURE_CLIENT_SECRET={CANARY}\n"
    found = connect(tmp_path, {"train.py": LOGS, ".env": dotenv})

    assert found.uri == uri()
    assert found.environ == {}
    assert found.doubt is not None
    assert found.warnings == (
        ".env sets MLFLOW_TRACKING_URI, AZURE_CLIENT_SECRET, and the code does not load it; so the test does not either.",
    )


def test_a_variable_that_a_call_outdoes_is_no_matter_even_if_its_file_is_not_loaded(tmp_path: Path) -> None:
    dotenv = f"MLFLOW_TRACKING_URI={uri('ws-b')}\n"
    assert connect(tmp_path, {"train.py": logs_to(uri()), ".env": dotenv}).warnings == ()
    process = {"MLFLOW_TRACKING_URI": uri("ws-c")}
    assert connect(tmp_path, {"train.py": logs_to(uri()), ".env": dotenv}, process=process).warnings == ()
    reads = 'import os\nimport mlflow\nmlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])\nmlflow.start_run()\n'
    (warning,) = connect(tmp_path, {"train.py": reads, ".env": dotenv}).warnings[-1:]
    assert warning.startswith(".env sets MLFLOW_TRACKING_URI, and the code does not load it")


LOADS = "import mlflow\nfrom dotenv import load_dotenv\nload_dotenv()\nmlflow.start_run()\n"


def test_a_variable_of_the_environment_goes_before_the_file_that_the_code_loads(tmp_path: Path) -> None:
    files = {
        "train.py": logs_to(uri("ws-b")),
        "sweep.py": LOADS,
        ".env": f"MLFLOW_TRACKING_URI={uri('ws-c')}\n",
    }
    found = connect(tmp_path, files, "", {"MLFLOW_TRACKING_URI": uri("ws-a")})

    assert found.workspace == (GUID, "rg", "ws-a")
    assert found.warnings == (
        "train.py logs to another workspace, ws-b.",
        ".env sets MLFLOW_TRACKING_URI otherwise than the environment, whose value counts.",
    )


def test_a_file_that_only_some_of_the_code_loads_is_told(tmp_path: Path) -> None:
    files = {
        "train.py": logs_to(uri("ws-b")),
        "sweep.py": LOADS,
        ".env": f"MLFLOW_TRACKING_URI={uri('ws-c')}\nAZURE_CLIENT_ID=c\n",
        "azmlflow.toml": 'target = "config.json"\n',
        "config.json": config("ws-a"),
    }
    found = connect(tmp_path, files, "")

    assert found.workspace == (GUID, "rg", "ws-a")
    assert found.warnings[-1] == (
        ".env sets MLFLOW_TRACKING_URI, AZURE_CLIENT_ID, and only some of the code loads it: the test does not."
    )


@pytest.mark.parametrize(
    ("files", "workspace", "says"),
    [
        ({"train.py": logs_to(uri())}, "ws", "mlflow.set_tracking_uri is called (train.py:2)."),
        ({"train.py": LOGS, "config.json": config()}, "ws", "config.json names it (config.json:1)."),
        ({"train.py": LOGS}, None, "nothing here names a workspace."),
        (
            {"config.json": config("<name>")},
            None,
            "The workspace_name of the workspace is still a placeholder",
        ),
        (
            {"a.py": logs_to(uri("a")), "b.py": logs_to(uri("b"))},
            None,
            "log to different workspaces: a.py to a,",
        ),
        ({"train.py": logs_to(uri(host="evil.example"))}, None, "is not a host of Azure Machine Learning"),
    ],
)
def test_what_a_folder_is_aimed_at_is_told_before_a_test(
    tmp_path: Path, files: dict[str, str], workspace: str | None, says: str
) -> None:
    snapshot = snapshot_of(tmp_path, files)
    aim = aim_of(snapshot, tmp_path)
    assert aim.workspace == workspace
    assert says in aim.says
    tested = connection_of(snapshot, tmp_path).workspace
    assert (tested.workspace_name if tested else None) == workspace


def test_a_script_whose_target_is_computed_is_tested_by_its_config_with_a_warning(tmp_path: Path) -> None:
    script = (
        "import mlflow\nfrom elsewhere import where\nmlflow.set_tracking_uri(where())\nmlflow.start_run()\n"
    )
    found = connect(tmp_path, {"train.py": script, "config.json": config()})

    assert found.workspace == (GUID, "rg", "ws")
    assert found.doubt is None
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith(
        "train.py does not say: where it logs is known only when it runs, because "
    )
    assert configured(found).verdict == "ok"


def test_a_script_of_a_job_is_tested_from_here_and_that_is_said(tmp_path: Path) -> None:
    job = f"{COMMAND}command: python train.py\ncode: .\nenvironment: azureml:e@latest\n"
    found = connect(tmp_path, {"train.py": LOGS, "job.yml": job, "config.json": config()})

    assert found.workspace == (GUID, "rg", "ws")
    assert found.warnings == (
        "train.py is taken for part of an Azure ML job, which signs in in its own way; the test is made from this machine.",
    )


def test_a_notebook_is_named_with_its_cell(tmp_path: Path) -> None:
    text = notebook(
        ["import mlflow", f"\nmlflow.set_tracking_uri('{uri()}')\nmlflow.start_run()"], **kernel("python3")
    )
    found = connect(tmp_path, {"nb.ipynb": text}, "nb.ipynb")

    assert said(found).endswith("mlflow.set_tracking_uri is called (nb.ipynb:cell 2:2).")


def test_a_config_is_tested_as_it_stands(tmp_path: Path) -> None:
    found = connect(tmp_path, {"config.json": config("ws"), "train.py": logs_to(uri("other"))}, "config.json")

    assert (found.uri, found.workspace) == (None, (GUID, "rg", "ws"))


def test_a_folder_is_tested_by_the_one_workspace_that_its_scripts_name(tmp_path: Path) -> None:
    files = {
        "a.py": logs_to(uri()),
        "b.py": logs_to(uri("WS")),
        "local.py": LOGS,
        "config.json": config("other"),
    }
    found = connect(tmp_path, files, "")

    assert found.uri in (uri(), uri("WS"))
    assert found.warnings == (
        "local.py would log to a local store, because nothing sets the tracking URI, so MLflow uses its default.",
    )


def test_a_folder_whose_scripts_name_several_is_tested_by_its_config(tmp_path: Path) -> None:
    files = {"a.py": logs_to(uri("one")), "b.py": logs_to(uri("two")), "config.json": config("one")}
    found = connect(tmp_path, files, "")

    assert found.workspace == (GUID, "rg", "one")
    assert found.warnings == ("b.py logs to another workspace, two.",)


def test_a_folder_whose_scripts_name_several_is_not_tested_by_chance(tmp_path: Path) -> None:
    found = connect(tmp_path, {"a.py": logs_to(uri("one")), "b.py": logs_to(uri("two"))}, "")

    assert said(found) == (
        "failed: The scripts in this folder log to different workspaces: a.py to one, b.py to two."
    )


@pytest.mark.parametrize("path", ["notes.txt", "helper.py", "sub"])
def test_what_has_nothing_to_do_with_mlflow_stands_for_its_folder(tmp_path: Path, path: str) -> None:
    files = {"config.json": config(), "helper.py": "print()\n", "notes.txt": "", "sub/empty.py": ""}
    found = connect(tmp_path, files, path)

    assert found.workspace == (GUID, "rg", "ws")
    assert found.doubt is None


def test_the_settings_target_goes_before_what_lies_nearer(tmp_path: Path) -> None:
    files = {
        "azmlflow.toml": 'target = "dev/config.json"\n',
        "dev/config.json": config("dev"),
        "config.json": config("near"),
        "train.py": LOGS,
    }
    assert connect(tmp_path, files).workspace == (GUID, "rg", "dev")


def test_where_nothing_names_a_workspace_it_says_where_it_was_looked_for(tmp_path: Path) -> None:
    found = connect(tmp_path, {"src/train.py": LOGS}, "src/train.py")
    answer = configured(found)

    assert (answer.verdict, answer.code) == ("failed", "NO_WORKSPACE")
    assert answer.message == (
        "src/train.py would log to a local store, because nothing sets the tracking URI, so MLflow uses its default, and "
        "nothing around it names a workspace. azmlflow looked for a tracking URI in the code, in MLFLOW_TRACKING_URI and in "
        ".env, and for config.json and .azureml/config.json in src and above it."
    )
    assert "config.json" in (answer.advice or "")
    assert {
        tmp_path / "src/train.py",
        tmp_path / "src/config.json",
        tmp_path / ".azureml/config.json",
    } <= found.files


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        (
            uri(host="westeurope.example.com"),
            "FOREIGN_HOST",
            "westeurope.example.com, which is not a host of Azure",
        ),
        (uri(host="127.0.0.1:8080"), "FOREIGN_HOST", "No token is asked for"),
        (uri(host=f"user:{CANARY}@evil.example"), "FOREIGN_HOST", "names evil.example"),
        (uri(host=f"{HOST}@evil.example"), "FOREIGN_HOST", "names evil.example"),
        (f"azureml://{HOST}/mlflow/v2.0/subscriptions/{GUID}", "MALFORMED_URI", "is malformed"),
        (uri().replace("resourceGroups", "resourcegroups"), "MALFORMED_URI", "is malformed"),
        (uri(guid="<subscription_id>"), "MALFORMED_URI", "placeholder"),
        (uri(guid="my-subscription"), "MALFORMED_URI", "is malformed"),
        (f'"{uri()}"', "MALFORMED_URI", "quotation marks"),
        (f"{uri()} ", "MALFORMED_URI", "is malformed"),
        (uri().replace("azureml://", "https://"), "MALFORMED_URI", "must be azureml"),
        (uri().replace("azureml://", "azureml:/"), "MALFORMED_URI", "slashes"),
        ("azureml", "MALFORMED_URI", "no tracking URI"),
        (uri().replace("workspaces/ws", "registries/r"), "MALFORMED_URI", "names a registry"),
        ("http://localhost:5000", "OTHER_SERVER", "another MLflow server"),
        ("databricks", "OTHER_SERVER", "Databricks"),
        (
            "sqlite:///x.db",
            "NO_WORKSPACE",
            "would log to a local store, because mlflow.set_tracking_uri is called",
        ),
    ],
)
@pytest.mark.parametrize("by", ["call", "variable"])
def test_what_cannot_be_tested_is_refused_with_its_reason(
    tmp_path: Path, value: str, code: str, words: str, by: str
) -> None:
    script = logs_to(value) if by == "call" else LOGS
    found = connect(
        tmp_path, {"train.py": script}, process={} if by == "call" else {"MLFLOW_TRACKING_URI": value}
    )
    answer = configured(found)

    assert (answer.verdict, answer.code) == ("failed", code)
    if value != "sqlite:///x.db" or by == "call":
        assert words in answer.message
    assert found.uri is None
    assert found.workspace is None
    assert CANARY not in repr(answer)


def test_what_can_be_repaired_is_given_whole(tmp_path: Path) -> None:
    found = connect(tmp_path, {"train.py": logs_to(uri().replace("resourceGroups", "resourcegroups"))})
    assert configured(found).advice == f"Write {uri()}"


def test_a_query_is_not_repeated(tmp_path: Path) -> None:
    found = connect(tmp_path, {"train.py": logs_to(uri().replace("Groups", "groups") + f"?sig={CANARY}")})
    assert found.problem is not None
    assert CANARY not in repr(configured(found))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            config(subscription_id="<your-subscription>"),
            "subscription_id of the workspace is still a placeholder",
        ),
        (config(subscription_id="mine"), "subscription_id of the workspace is not a GUID"),
        (config("ws "), "workspace_name of the workspace has white space"),
        (config(resource_group="rg "), "resource_group of the workspace has white space around it"),
        ("{", "config.json names no workspace"),
        ('{"workspace": "ws"}', "config.json names no workspace"),
    ],
)
def test_a_config_that_names_no_workspace_is_no_target(tmp_path: Path, text: str, words: str) -> None:
    found = connect(tmp_path, {"train.py": LOGS, "config.json": text})
    answer = configured(found)

    assert (answer.verdict, answer.code) == ("failed", "BAD_CONFIG")
    assert words in answer.message


def test_a_good_config_further_up_is_taken_where_the_nearer_names_nothing(tmp_path: Path) -> None:
    files = {"src/train.py": LOGS, "src/config.json": '{"epochs": 3}', "config.json": config()}
    assert connect(tmp_path, files, "src/train.py").workspace == (GUID, "rg", "ws")


SETS = (
    "import os, mlflow\nfrom dotenv import load_dotenv\nload_dotenv()\n{}"
    f"mlflow.set_tracking_uri('{uri()}')\nmlflow.start_run()\n"
)


def test_the_environment_is_that_of_the_first_use(tmp_path: Path) -> None:
    code = (
        "os.environ['AZURE_TENANT_ID'] = 'code'\n"
        "os.environ['AZURE_CLIENT_SECRET'] = secret()\n"
        "os.environ['UNKNOWN'] = secret()\n"
        "del os.environ['GONE']\n"
    )
    script = SETS.format(code) + "os.environ['LATE'] = '1'\n"
    process = {"AZURE_CLIENT_SECRET": CANARY, "GONE": "1", "AZURE_CLIENT_ID": "process", "HOME": "/h"}
    found = connect(
        tmp_path, {"train.py": script, ".env": "AZURE_CLIENT_ID=file\nPROXY=p\n"}, process=process
    )

    assert found.environ == {
        "AZURE_TENANT_ID": "code",
        "AZURE_CLIENT_ID": "process",
        "AZURE_CLIENT_SECRET": CANARY,
        "HOME": "/h",
        "PROXY": "p",
    }
    assert found.origins == {"AZURE_TENANT_ID": "train.py:4", "PROXY": ".env:2"}
    assert CANARY not in repr(configured(found))


def test_an_environment_file_that_overrides_wins(tmp_path: Path) -> None:
    script = SETS.format("").replace("load_dotenv()", "load_dotenv(override=True)")
    found = connect(
        tmp_path,
        {"train.py": script, ".env": "AZURE_CLIENT_ID=file\n"},
        process={"AZURE_CLIENT_ID": "process"},
    )
    assert found.environ["AZURE_CLIENT_ID"] == "file"


def test_what_acts_only_when_a_process_starts_is_not_taken_from_files(tmp_path: Path) -> None:
    dotenv = "PYTHONPATH=.\nLD_PRELOAD=x.so\nDYLD_INSERT_LIBRARIES=x\nBASH_ENV=x.sh\nOPENSSL_CONF=x\nKEPT=1\n"
    process = {"PYTHONPATH": "/mine", "LD_LIBRARY_PATH": "/l"}
    found = connect(tmp_path, {"train.py": SETS.format(""), ".env": dotenv}, process=process)

    assert found.environ == {"KEPT": "1", **process}


def test_even_deleted_by_the_code_it_acted_when_the_process_started(tmp_path: Path) -> None:
    script = SETS.format("os.environ.pop('PYTHONPATH', None)\nos.environ.pop('OTHER', None)\n")
    found = connect(tmp_path, {"train.py": script}, process={"PYTHONPATH": "/mine", "OTHER": "1"})

    assert found.environ == {"PYTHONPATH": "/mine"}


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("HTTPS_PROXY", "goes through that proxy"),
        ("https_proxy", "goes through that proxy"),
        ("REQUESTS_CA_BUNDLE", "trusts the certificates in that file"),
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "asks that host for a managed identity"),
        ("MSI_ENDPOINT", "asks that host for a managed identity"),
        ("ARM_CLOUD_METADATA_URL", "says where the test signs in"),
        ("AZURE_CONFIG_DIR", "takes its sign-in"),
        ("PATH", "finds az, azd and pwsh there"),
    ],
)
def test_what_a_file_of_the_project_can_intercept_with_is_told(
    tmp_path: Path, name: str, meaning: str
) -> None:
    dotenv = f"# proxy\n{name}=http://user:{CANARY}@proxy.example\n"
    found = connect(tmp_path, {"train.py": SETS.format(""), ".env": dotenv})

    assert [w for w in found.warnings if meaning in w and w.startswith(f".env:2 sets {name}: ")]
    assert CANARY not in repr(configured(found))


def test_what_the_process_itself_sets_is_the_users_own(tmp_path: Path) -> None:
    process = {"HTTPS_PROXY": "http://proxy", "REQUESTS_CA_BUNDLE": "/ca.pem", "PATH": "/bin"}
    found = connect(tmp_path, {"train.py": logs_to(uri())}, process=process)

    assert found.warnings == ()
    assert found.environ == process
    assert Path("/ca.pem") in found.files


@pytest.mark.parametrize(
    ("named", "experiment"),
    [
        ("mlflow.set_experiment('iris')\n", "iris"),
        ("import os; os.environ['MLFLOW_EXPERIMENT_ID'] = '17'\n", None),
        (f"import os; os.environ['MLFLOW_EXPERIMENT_ID'] = '{OTHER_GUID}'\n", None),
        ("", "Default"),
        ("mlflow.set_experiment(name())\n", None),
    ],
)
def test_the_experiment_is_the_one_that_the_script_names(
    tmp_path: Path, named: str, experiment: str | None
) -> None:
    script = logs_to(uri()).replace("mlflow.log", f"{named}mlflow.log")
    assert connect(tmp_path, {"train.py": script}).experiment == experiment


def test_a_result_rests_on_all_that_had_a_part_in_it(tmp_path: Path) -> None:
    files = {
        "train.py": "from settings import connect\nimport mlflow\nconnect()\nmlflow.start_run()\n",
        "settings.py": (
            "import os, mlflow\ndef connect():\n    os.environ['AZURE_CLIENT_CERTIFICATE_PATH'] = 'certs/a.pem'\n"
            f"    mlflow.set_tracking_uri('{uri()}')\n"
        ),
        "unrelated.py": LOGS,
    }
    found = connect(tmp_path, files)

    assert {tmp_path / "train.py", tmp_path / "settings.py", tmp_path / "certs/a.pem"} <= found.files
    assert tmp_path / "unrelated.py" not in found.files


def test_the_interpreter_is_the_projects_own(tmp_path: Path) -> None:
    bin_folder = tmp_path / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    (tmp_path / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (bin_folder / "python3").touch(mode=0o755)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("version = 3.11.7\n")
    snapshot: Snapshot = snapshot_of(tmp_path, {"train.py": logs_to(uri())})
    terms = Terms(datetime(2026, 6, 15, tzinfo=timezone.utc), True, snapshot.roots, {})
    seen = replace(snapshot, surroundings=look(wanted(snapshot), terms))

    assert connection_of(snapshot, tmp_path / "train.py").interpreter is None
    found = connection_of(seen, tmp_path / "train.py")

    assert found.interpreter is not None
    assert found.interpreter.origin == ".venv"
    assert configured(found).details["interpreter_origin"] == ".venv"


def test_paths_are_written_as_it_is_asked(tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, {"train.py": LOGS, "config.json": config()})
    found = connection_of(
        snapshot, tmp_path / "train.py", started_in=tmp_path.parent, show=lambda path: f"<{path.name}>"
    )

    assert found.folder == tmp_path.parent
    assert found.doubt is not None
    assert found.doubt.startswith("<train.py> would log")
    assert "(<config.json>:1)" in configured(found, lambda path: f"<{path.name}>").message


@pytest.mark.parametrize("name", ["A=B", "\ud800"])
def test_a_variable_that_no_process_can_have_is_left_out(tmp_path: Path, name: str) -> None:
    launch = {"version": "0.2.0", "configurations": [
        {"type": "debugpy", "request": "launch", "name": "x", "program": "${workspaceFolder}/train.py",
         "env": {name: "x", "GOOD": "x", "BAD": "\ud800"}}]}  # fmt: skip
    found = connect(tmp_path, {"train.py": logs_to(uri()), ".vscode/launch.json": json.dumps(launch)})
    assert {"A=B", "\ud800", "BAD"}.isdisjoint(found.environ)


@pytest.mark.parametrize(
    "name",
    [
        "DOTNET_STARTUP_HOOKS", "CORECLR_PROFILER_PATH", "PSModulePath", "BASH_FUNC_az", "NODE_OPTIONS", "GCONV_PATH",
        "GIT_PYTHON_GIT_EXECUTABLE", "SSLKEYLOGFILE",
    ],
)  # fmt: skip
def test_no_file_of_the_project_has_tools_of_the_test_load_its_code(tmp_path: Path, name: str) -> None:
    found = connect(tmp_path, {"train.py": SETS.format(""), ".env": f"{name}=here\nOTHER=1\n"})
    assert found.environ.get("OTHER") == "1"
    assert name not in found.environ


@pytest.mark.parametrize(
    "name", ["HOME", "USERPROFILE", "APPDATA", "AZD_CONFIG_DIR", "ADAL_PYTHON_SSL_NO_VERIFY"]
)
def test_where_tools_find_their_sign_in_and_extensions_is_told(tmp_path: Path, name: str) -> None:
    found = connect(tmp_path, {"train.py": SETS.format(""), ".env": f"{name}=here\n"})
    assert [warning for warning in found.warnings if warning.startswith(f".env:1 sets {name}: ")]


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (uri().replace("resourceGroups", "resourcegroups"), "--name ws --resource-group rg"),
        (f"azureml://{HOST}/mlflow/v2.0/subscriptions/{GUID}", "--name <workspace>"),
    ],
)
def test_the_command_names_the_workspace_that_a_malformed_uri_means(
    tmp_path: Path, value: str, named: str
) -> None:
    problem = connect(tmp_path, {"train.py": logs_to(value)}).problem
    assert problem is not None
    assert named in (problem.command or "")
