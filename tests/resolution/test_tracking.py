"""Where runs go, for the forms in which real projects set the tracking URI: the answer, and the lines that make it so."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from azmlflow.azure.uri_parsing import UriKind
from azmlflow.resolution.model import EventKind, Platform, ScriptResolution

from tests.resolution.projects import COMMAND, notebook, resolved

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
WORKSPACES = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces"
)
URI = f"azureml://westeurope.api.azureml.ms/mlflow/v1.0{WORKSPACES}/ws-uri"
CONFIG = f'{{"subscription_id": "{SUBSCRIPTION}", "resource_group": "rg", "workspace_name": "ws-config"}}'
CLIENT = "from azure.ai.ml import MLClient\nml_client = MLClient.from_config(credential)\n"
ASKED = "ml_client.workspaces.get(ml_client.workspace_name).mlflow_tracking_uri"
V1 = "from azureml.core import Workspace\n"

AZUREML = UriKind.azureml_workspace


@dataclass
class Form:
    """A project and what is expected of its first file; `lines` are (file, line) of the provenance, lines from 1."""

    name: str
    files: dict[str, str]
    status: str
    kind: UriKind | None = None
    workspace: str | None = None
    source: str = "call"
    reason: str = ""
    lines: list[tuple[str, int]] | None = None
    environ: dict[str, str] = field(default_factory=dict)
    value: str | None = None


def script(text: str, **others: str) -> dict[str, str]:
    """Return a project of a script that makes a run last, with a workspace config and other files."""
    named = {
        name.replace("__", "/").replace("_py", ".py").replace("dot_", "."): body
        for name, body in others.items()
    }
    return {"train.py": f"import mlflow\n{text}mlflow.start_run()\n", "config.json": CONFIG, **named}


FORMS = [
    # What a workspace object says: 92 of the 184 calls that were counted.
    Form(
        "the client is asked, through a variable",
        script(f"{CLIENT}uri = {ASKED}\nmlflow.set_tracking_uri(uri)\n"),
        "resolved", AZUREML, "ws-config",
        lines=[("train.py", 5), ("train.py", 4), ("train.py", 3), ("config.json", 1)],
    ),
    Form(
        "the client is asked directly",
        script(f"{CLIENT}mlflow.set_tracking_uri({ASKED})\n"),
        "resolved", AZUREML, "ws-config",
        lines=[("train.py", 4), ("train.py", 3), ("config.json", 1)],
    ),
    Form(
        "the workspace has a variable of its own",
        script(f"{CLIENT}ws = ml_client.workspaces.get('ws-other')\nmlflow.set_tracking_uri(ws.mlflow_tracking_uri)\n"),
        "resolved", AZUREML, "ws-other",
    ),
    Form(
        "a client with the names written out",
        script(
            "from azure.ai.ml import MLClient\nfrom azure.identity import DefaultAzureCredential\n"
            f"client = MLClient(DefaultAzureCredential(), '{SUBSCRIPTION}', 'rg', 'ws-named')\n"
            "mlflow.set_tracking_uri(client.workspaces.get(client.workspace_name).mlflow_tracking_uri)\n"
        ),
        "resolved", AZUREML, "ws-named",
    ),
    Form(
        "a client with keywords and constants of the module",
        script(
            f"import azure.ai.ml as aml\nSUB = '{SUBSCRIPTION}'\nNAME = 'ws-named'\n"
            "client = aml.MLClient(credential, subscription_id=SUB, resource_group_name='rg', workspace_name=NAME)\n"
            "mlflow.set_tracking_uri(client.workspaces.get(NAME).mlflow_tracking_uri)\n"
        ),
        "resolved", AZUREML, "ws-named",
    ),
    Form(
        "a client with names from the environment",
        script(
            "import os\nfrom azure.ai.ml import MLClient\n"
            "client = MLClient(credential, os.environ['SUB'], os.environ['RG'], os.environ['WS'])\n"
            "mlflow.set_tracking_uri(client.workspaces.get(client.workspace_name).mlflow_tracking_uri)\n"
        ),
        "unknown", AZUREML, reason="the subscription is not written in the project",
    ),
    Form(
        "a client with names from a file that is loaded",
        script(
            "import os\nfrom azure.ai.ml import MLClient\nfrom dotenv import load_dotenv\nload_dotenv()\n"
            "client = MLClient(credential, os.environ['SUB'], os.environ['RG'], os.getenv('WS'))\n"
            "mlflow.set_tracking_uri(client.workspaces.get(client.workspace_name).mlflow_tracking_uri)\n",
            dot_env=f"SUB={SUBSCRIPTION}\nRG=rg\nWS = 'ws-env'\n",
        ),
        "resolved", AZUREML, "ws-env",
    ),
    Form(
        "the try and except of the official notebooks",
        script(
            "from azure.ai.ml import MLClient\ntry:\n    ml_client = MLClient.from_config(credential)\n"
            "except Exception:\n    ml_client = MLClient(credential, SUB, RG, WS)\n"
            f"mlflow.set_tracking_uri({ASKED})\n"
        ),
        "unknown", AZUREML,
    ),
    # SDK v1: 62 of the 184.
    Form(
        "SDK v1, directly",
        script(f"{V1}ws = Workspace.from_config()\nmlflow.set_tracking_uri(ws.get_mlflow_tracking_uri())\n"),
        "resolved", AZUREML, "ws-config",
        lines=[("train.py", 4), ("train.py", 3), ("config.json", 1)],
    ),
    Form(
        "SDK v1, through a variable",
        script(f"{V1}ws = Workspace.from_config()\nuri = ws.get_mlflow_tracking_uri()\nmlflow.set_tracking_uri(uri)\n"),
        "resolved", AZUREML, "ws-config",
    ),
    Form(
        "SDK v1, by name",
        script(
            f"{V1}ws = Workspace.get(name='ws-v1', subscription_id='{SUBSCRIPTION}', resource_group='rg')\n"
            "mlflow.set_tracking_uri(ws.get_mlflow_tracking_uri())\n"
        ),
        "resolved", AZUREML, "ws-v1",
    ),
    Form(
        "SDK v1, the workspace of a job's run",
        script("from azureml.core import Run\nmlflow.set_tracking_uri(Run.get_context().experiment.workspace.get_mlflow_tracking_uri())\n"),
        "unknown", AZUREML, reason="the workspace object is not followed to where it is made",
    ),
    # Literals.
    Form("a literal", script(f"mlflow.set_tracking_uri('{URI}')\n"), "resolved", AZUREML, "ws-uri", lines=[("train.py", 2)]),
    Form("Databricks", script("mlflow.set_tracking_uri('databricks')\n"), "resolved", UriKind.databricks),
    Form("another server", script("mlflow.set_tracking_uri('http://localhost:5000')\n"), "resolved", UriKind.http),
    Form("sqlite", script("mlflow.set_tracking_uri('sqlite:///my.db')\n"), "local", UriKind.local_database),
    Form("a folder", script("mlflow.set_tracking_uri('./mlruns')\n"), "local", UriKind.local_file),
    Form(
        "a folder that is computed",
        script("from pathlib import Path\nmlflow.set_tracking_uri((Path('.') / 'mlruns').as_uri())\n"),
        "unknown",
    ),
    Form("a lower-case path is no workspace", script(f"mlflow.set_tracking_uri('{URI.replace('G', 'g')}')\n"), "resolved", UriKind.azureml_malformed),
    # Text from parts.
    Form(
        "an f-string of constants",
        script(f"NAME = 'ws-f'\nmlflow.set_tracking_uri(f'{URI.removesuffix('ws-uri')}{{NAME}}')\n"),
        "resolved", AZUREML, "ws-f",
    ),
    Form(
        "an f-string of which a part is not known",
        script(f"mlflow.set_tracking_uri(f'{URI.removesuffix('ws-uri')}{{args.workspace}}')\n"),
        "unknown", AZUREML,
    ),
    Form(
        "pieces joined by plus",
        script(f"HOST = 'azureml://westeurope.api.azureml.ms'\nmlflow.set_tracking_uri(HOST + '/mlflow/v1.0{WORKSPACES}/' + 'ws-plus')\n"),
        "resolved", AZUREML, "ws-plus",
    ),
    Form("format", script("mlflow.set_tracking_uri('azureml://{}.api.azureml.ms/x'.format(region))\n"), "unknown", AZUREML),
    # The environment.
    Form(
        "the variable of the process",
        script(""), "resolved", AZUREML, "ws-uri", "variable", environ={"MLFLOW_TRACKING_URI": URI},
    ),
    Form(
        "a variable that is read and not set",
        script("import os\nmlflow.set_tracking_uri(os.environ['TRACKING'])\n"),
        "unknown", reason="TRACKING is not set in any file of the project",
    ),
    Form(
        "a variable with a default",
        script("import os\nmlflow.set_tracking_uri(os.getenv('TRACKING', 'http://localhost:5000'))\n"),
        "unknown", reason="TRACKING decides it when it is set",
    ),
    Form(
        "the code writes the variable",
        script(f"import os\nos.environ['MLFLOW_TRACKING_URI'] = '{URI}'\n"),
        "resolved", AZUREML, "ws-uri", "variable", lines=[("train.py", 3)],
    ),
    Form(
        "the code writes it with what the workspace says",
        script(f"import os\n{CLIENT}os.environ.update(MLFLOW_TRACKING_URI={ASKED})\n"),
        "resolved", AZUREML, "ws-config", "variable",
    ),
    Form(
        "load_dotenv",
        script("from dotenv import load_dotenv\nload_dotenv()\n", dot_env=f"# where\nMLFLOW_TRACKING_URI = '{URI}'\n"),
        "resolved", AZUREML, "ws-uri", "variable", lines=[(".env", 2)],
    ),
    Form(
        "load_dotenv leaves the process's variable alone",
        script("from dotenv import load_dotenv\nload_dotenv()\n", dot_env=f"MLFLOW_TRACKING_URI={URI}\n"),
        "resolved", UriKind.http, None, "variable", environ={"MLFLOW_TRACKING_URI": "http://localhost:5000"},
    ),
    Form(
        "load_dotenv with override",
        script("from dotenv import load_dotenv\nload_dotenv(override=True)\n", dot_env=f"MLFLOW_TRACKING_URI={URI}\n"),
        "resolved", AZUREML, "ws-uri", "variable", environ={"MLFLOW_TRACKING_URI": "http://localhost:5000"},
    ),
    Form(
        "load_dotenv of a file that is not there",
        script("from dotenv import load_dotenv\nload_dotenv('elsewhere/.env')\n"),
        "unknown", None, None, "variable", "load_dotenv reads a file that is not in the project",
    ),
    Form(
        "a file that nothing loads",
        script("", dot_env=f"MLFLOW_TRACKING_URI={URI}\n"),
        "local", UriKind.local_database, None, "default",
    ),
    Form(
        "computed names are set",
        script("import os\nfor name in names:\n    os.environ[name] = 'x'\n"),
        "unknown", None, None, "variable", "the code sets variables whose names are computed",
    ),
    Form("nothing", script(""), "local", UriKind.local_database, None, "default", value="sqlite:///mlflow.db"),
    Form("None sets nothing", script("mlflow.set_tracking_uri(None)\n"), "local", UriKind.local_database, None, "default"),
    # Branches.
    Form(
        "a switch between a workspace and a local store",
        script(
            f"{CLIENT}if args.local:\n    mlflow.set_tracking_uri('sqlite:///mlflow.db')\n"
            f"else:\n    mlflow.set_tracking_uri({ASKED})\n"
        ),
        "unknown", reason="a branch decides which call sets the tracking URI",
        lines=[("train.py", 5), ("train.py", 7)],
    ),
    Form(
        "a switch of which both ways name one workspace",
        script(f"if args.local:\n    mlflow.set_tracking_uri('{URI}')\nelse:\n    mlflow.set_tracking_uri('{URI}')\n"),
        "unknown", AZUREML, "ws-uri",
    ),
    Form(
        "a conditional expression",
        script(f"mlflow.set_tracking_uri('{URI}' if args.remote else 'sqlite:///mlflow.db')\n"),
        "unknown", None, reason="it is one of several values",
    ),
    Form(
        "a call that a branch replaces",
        script(f"mlflow.set_tracking_uri('{URI}')\nif args.local:\n    mlflow.set_tracking_uri('sqlite:///x.db')\n"),
        "unknown",
    ),
    Form(
        "a call in try, with a fallback",
        script(f"try:\n    mlflow.set_tracking_uri('{URI}')\nexcept Exception:\n    mlflow.set_tracking_uri('sqlite:///x.db')\n"),
        "unknown",
    ),
    Form("a call in try", script(f"try:\n    mlflow.set_tracking_uri('{URI}')\nfinally:\n    pass\n"), "resolved", AZUREML, "ws-uri"),
    Form(
        "the last of two calls counts",
        script(f"mlflow.set_tracking_uri('http://localhost:5000')\nmlflow.set_tracking_uri('{URI}')\n"),
        "resolved", AZUREML, "ws-uri",
    ),
    # Functions, classes and modules.
    Form(
        "a function with a parameter",
        script(f"def connect(uri):\n    mlflow.set_tracking_uri(uri)\n\nconnect('{URI}')\n"),
        "resolved", AZUREML, "ws-uri", lines=[("train.py", 3)],
    ),
    Form(
        "a function with a default",
        script(f"def connect(uri='{URI}'):\n    mlflow.set_tracking_uri(uri)\n\nconnect()\n"),
        "resolved", AZUREML, "ws-uri",
    ),
    Form(
        "a function that returns the URI",
        script(f"def uri_of(name):\n    return f'{URI.removesuffix('ws-uri')}{{name}}'\n\nmlflow.set_tracking_uri(uri_of('ws-r'))\n"),
        "resolved", AZUREML, "ws-r",
    ),
    Form(
        "a helper in another module",
        script("from azure_ml import connect\nconnect()\n", azure_ml_py=f"import mlflow\n\n{CLIENT}\ndef connect():\n    mlflow.set_tracking_uri({ASKED})\n"),
        "resolved", AZUREML, "ws-config",
        lines=[("azure_ml.py", 7), ("azure_ml.py", 4), ("config.json", 1)],
    ),
    Form(
        "a client from another module of a package",
        script(
            "from src.azure_ml import get_client\nclient = get_client()\n"
            "mlflow.set_tracking_uri(client.workspaces.get(client.workspace_name).mlflow_tracking_uri)\n",
            src__azure_ml_py="from azure.ai.ml import MLClient\n\ndef get_client():\n    return MLClient.from_config(credential)\n",
            src____init___py="",
        ),
        "resolved", AZUREML, "ws-config",
    ),
    Form(
        "a constant of another module",
        script("from settings import TRACKING\nmlflow.set_tracking_uri(TRACKING)\n", settings_py=f"import mlflow\nTRACKING = '{URI}'\n"),
        "resolved", AZUREML, "ws-uri", lines=[("train.py", 3), ("settings.py", 2)],
    ),
    Form(
        "a class attribute",
        script(f"class Settings:\n    uri = '{URI}'  # mlflow\n\nmlflow.set_tracking_uri(Settings.uri)\n"),
        "resolved", AZUREML, "ws-uri",
    ),
    Form(
        "an attribute of an object",
        script(
            f"class Tracker:\n    def __init__(self, uri):\n        self.uri = uri\n\n"
            f"    def connect(self):\n        mlflow.set_tracking_uri(self.uri)\n\nTracker('{URI}').connect()\n"
        ),
        "resolved", AZUREML, "ws-uri",
    ),
    Form(
        "settings of another package",
        script("from hydra import compose\ncfg = compose('config')\nmlflow.set_tracking_uri(cfg.mlflow.uri)\n"),
        "unknown",
    ),
    Form(
        "what get_tracking_uri said before",
        script(f"mlflow.set_tracking_uri('{URI}')\nold = mlflow.get_tracking_uri()\nmlflow.set_tracking_uri('x')\nmlflow.set_tracking_uri(old)\n"),
        "unknown",
    ),
    Form(
        "main under the guard",
        {
            "train.py": f"import mlflow as ml\n\ndef main():\n    ml.set_tracking_uri('{URI}')\n    ml.log_param('a', 1)\n\n"
            "if __name__ == '__main__':\n    main()\n",
        },
        "resolved", AZUREML, "ws-uri",
    ),
    Form(
        "imported by name",
        {"train.py": f"from mlflow import set_tracking_uri as where, log_param\nwhere('{URI}')\nlog_param('a', 1)\n"},
        "resolved", AZUREML, "ws-uri",
    ),
    # Notebooks.
    Form(
        "across cells",
        {"train.ipynb": notebook(["import mlflow", CLIENT, f"uri = {ASKED}", "mlflow.set_tracking_uri(uri)\nmlflow.start_run()"]), "config.json": CONFIG},
        "resolved", AZUREML, "ws-config", lines=[("train.ipynb", 1), ("train.ipynb", 1), ("train.ipynb", 2), ("config.json", 1)],
    ),
    Form(
        "%env",
        {"train.ipynb": notebook([f"%env MLFLOW_TRACKING_URI={URI}", "import mlflow\nmlflow.start_run()"])},
        "resolved", AZUREML, "ws-uri", "variable",
    ),
    Form(
        "the shell answers",
        {"train.ipynb": notebook(["uri = !az ml workspace show --query mlflow_tracking_uri -o tsv", "import mlflow\nmlflow.set_tracking_uri(uri[0])\nmlflow.start_run()"])},
        "unknown",
    ),
    Form(
        "%run of a script",
        {
            "train.ipynb": notebook(["%run connect.py", "import mlflow\nmlflow.start_run()"]),
            "connect.py": f"import mlflow\nmlflow.set_tracking_uri('{URI}')\n",
        },
        "resolved", AZUREML, "ws-uri",
    ),
    Form(
        "a cell that does not parse hides no other",
        {"train.ipynb": notebook(["pip show mlflow", "this is not python", f"import mlflow\nmlflow.set_tracking_uri('{URI}')", "mlflow.start_run()"])},
        "resolved", AZUREML, "ws-uri",
    ),
    # Jobs.
    Form(
        "a job sets it",
        {"src/train.py": "import mlflow\nmlflow.start_run()\n", "job.yml": f"{COMMAND}code: src\ncommand: python train.py\n"},
        "unknown", None, None, "platform", "an Azure ML job sets the tracking URI", lines=[("job.yml", 3)],
    ),
    Form(
        "the process's variable is not the job's",
        {"src/train.py": "import mlflow\nmlflow.start_run()\n", "job.yml": f"{COMMAND}code: src\ncommand: python train.py\n"},
        "unknown", None, None, "platform", environ={"MLFLOW_TRACKING_URI": "http://localhost:5000"},
    ),
    Form(
        "load_dotenv leaves alone what the job has set",
        {
            "src/train.py": "import mlflow\nfrom dotenv import load_dotenv\nload_dotenv()\nmlflow.start_run()\n",
            "src/.env": "MLFLOW_TRACKING_URI=http://localhost:5000\n",
            "job.yml": f"{COMMAND}code: src\ncommand: python train.py\n",
        },
        "unknown", None, None, "platform",
    ),
    Form(
        "load_dotenv that overrides what the job has set",
        {
            "src/train.py": "import mlflow\nfrom dotenv import load_dotenv\nload_dotenv(override=True)\nmlflow.start_run()\n",
            "src/.env": "MLFLOW_TRACKING_URI=http://localhost:5000\n",
            "job.yml": f"{COMMAND}code: src\ncommand: python train.py\n",
        },
        "resolved", UriKind.http, None, "variable",
    ),
    Form(
        "the code overwrites what the job has set",
        {
            "src/train.py": "import os\nimport mlflow\nos.environ['MLFLOW_TRACKING_URI'] = 'sqlite:///x.db'\nmlflow.start_run()\n",
            "job.yml": f"{COMMAND}code: src\ncommand: python train.py\n",
        },
        "local", UriKind.local_database, None, "variable",
    ),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_where_runs_go(form: Form, tmp_path: Path) -> None:
    answer = resolved(tmp_path, form.files, environ=form.environ).tracking
    named = answer.workspace.workspace_name if answer.workspace else None
    assert (answer.status, answer.kind, named, answer.source) == (
        form.status,
        form.kind,
        form.workspace,
        form.source,
    )
    assert form.reason in (answer.reason or "")
    assert form.value in (None, answer.value)
    if form.status == "unknown":
        assert answer.reason, "what is unknown has a reason"
    if form.lines is not None:
        places = [link.location for link in answer.because if link.location is not None]
        assert [(p.path.relative_to(tmp_path).as_posix(), p.span.line + 1) for p in places] == form.lines


def test_a_folder_counts_as_the_default_only_with_an_experiment_in_it(tmp_path: Path) -> None:
    """As MLflow itself looks for `mlruns/<digits>/meta.yaml`; see tests/truth/test_tracking_precedence.py."""
    (tmp_path / "mlruns" / "models").mkdir(parents=True)
    assert resolved(tmp_path, script("")).tracking.value == "sqlite:///mlflow.db"
    (tmp_path / "mlruns" / "0").mkdir()
    (tmp_path / "mlruns" / "0" / "meta.yaml").touch()
    answer = resolved(tmp_path, script("")).tracking
    assert (answer.status, answer.value, answer.kind) == ("local", "mlruns", UriKind.local_file)


def test_a_call_says_what_it_wins_over(tmp_path: Path) -> None:
    text = f"from dotenv import load_dotenv\nload_dotenv()\nmlflow.set_tracking_uri('http://a')\nmlflow.set_tracking_uri('{URI}')\n"
    answer = resolved(tmp_path, script(text, dot_env="MLFLOW_TRACKING_URI=http://b\n")).tracking
    assert [(link.what, link.location and link.location.span.line + 1) for link in answer.overrides] == [
        ("mlflow.set_tracking_uri is called", 4),
        (".env sets MLFLOW_TRACKING_URI", 1),
    ]
    assert getattr(answer.variable, "text", None) == "http://b"


def test_no_override_where_the_call_repeats_the_variable(tmp_path: Path) -> None:
    text = "import os\nmlflow.set_tracking_uri(os.environ['MLFLOW_TRACKING_URI'])\n"
    answer = resolved(tmp_path, script(text), environ={"MLFLOW_TRACKING_URI": URI}).tracking
    assert answer.overrides == ()
    assert answer.workspace is not None


def made(answer: ScriptResolution) -> list[tuple[str, str | None, bool]]:
    """Return the SDK objects of a script: the call, the workspace if known, and whether it is certain."""
    events = answer.all(EventKind.WORKSPACE)
    return [
        (e.name or "", getattr(getattr(e.result, "workspace", None), "workspace_name", None), e.certain)
        for e in events
    ]


def test_objects_of_the_sdks_are_events(tmp_path: Path) -> None:
    text = (
        f"{CLIENT}{V1}if args.old:\n    ws = Workspace.from_config()\n"
        f"other = MLClient(credential, '{SUBSCRIPTION}', 'rg', 'ws-named')\n"
        "registry = MLClient(credential, registry_name='shared')\n"
    )
    assert made(resolved(tmp_path, script(text))) == [
        ("azure.ai.ml.MLClient.from_config", "ws-config", True),
        ("azureml.core.Workspace.from_config", "ws-config", False),
        ("azure.ai.ml.MLClient", "ws-named", True),
        ("azure.ai.ml.MLClient", None, True),
    ]


def test_a_client_alone_makes_no_run(tmp_path: Path) -> None:
    """A module that only makes a client is started by the user, and logs nowhere."""
    answer = resolved(tmp_path, {"submit.py": f"import mlflow\n{CLIENT}", "config.json": CONFIG})
    assert answer.running.platform is Platform.OUTSIDE
    assert answer.first(EventKind.START_RUN, EventKind.LOG) is None
