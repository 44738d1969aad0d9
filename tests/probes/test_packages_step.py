"""What the step `packages` says of the interpreter that the user's code runs in."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from azmlflow.probes.child.packages import _foreign_metadata
from azmlflow.probes.outcome import Outcome

from tests.probes.children import clean, of_step, probe
from tests.truth.child import needs
from tests.truth.loopback import Loopback, serving

pytestmark = needs("azure.identity", "azureml.mlflow", "mlflow")

HIDE = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in NAMES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hidden())
"""


@pytest.fixture
def shadow(tmp_path: Path) -> Path:
    """A folder in front of what is installed, which can hide, break and misname it."""
    folder = tmp_path / "shadow"
    folder.mkdir()
    return folder


def packages(
    tmp_path: Path, shadow: Path | None = None, limit: float = 30, **variables: str
) -> list[Outcome]:
    path = {"PYTHONPATH": str(shadow)} if shadow else {}
    environ = clean(tmp_path / "home", **path, **variables)
    return of_step(probe(tmp_path, environ, "packages", limits={"packages": limit}), "packages")


def test_versions_are_told_and_of_the_interpreter_only_the_end_of_its_path(tmp_path):
    (outcome,) = packages(tmp_path)
    assert outcome.outcome == "ok"
    assert f"Python {sys.version.split()[0]}" in outcome.message
    assert "azureml-mlflow 1." in outcome.message
    assert "/".join(Path(sys.executable).parts[-2:]) in outcome.message
    assert Path(sys.executable).parts[1] not in outcome.message
    assert {"azureml-mlflow", "azure-identity"} <= {*outcome.details["packages"]}


@pytest.mark.parametrize("name", ["mlflow.py", "azure/__init__.py"])
def test_a_file_that_hides_a_package_from_the_script_is_named(tmp_path, name):
    place = tmp_path / "src" / name
    place.parent.mkdir(parents=True)
    place.write_text("", encoding="utf-8")
    environ = clean(tmp_path / "home")
    asked = probe(tmp_path, environ, "packages", beside=str(tmp_path / "src"))
    there, shadowed = of_step(asked, "packages")
    assert (there.outcome, shadowed.code, shadowed.hard) == ("ok", "SHADOWED", False)
    assert name in shadowed.message


@pytest.mark.parametrize(
    ("hidden", "named"),
    [
        ("azureml.mlflow", "azureml-mlflow"),
        ("azure.identity", "azure-identity"),
        ("mlflow", "mlflow-skinny"),
    ],
)
def test_a_package_that_is_not_there_is_named_with_the_command_that_installs_it(
    tmp_path, shadow, hidden, named
):
    (shadow / "sitecustomize.py").write_text(HIDE.replace("NAMES", repr((hidden,))), encoding="utf-8")
    (outcome,) = packages(tmp_path, shadow)
    assert (outcome.outcome, outcome.hard, outcome.code) == ("failed", True, "PLUGIN_MISSING")
    assert f" lacks {named}," in outcome.message
    assert outcome.command == f"python -m pip install {named}"


def test_a_package_that_cannot_be_imported_says_why(tmp_path, shadow):
    (shadow / "pytz.py").write_text("raise RuntimeError('damaged on purpose')", encoding="utf-8")
    (outcome,) = packages(tmp_path, shadow)
    assert (outcome.outcome, outcome.hard, outcome.code) == ("failed", True, "IMPORT_FAILED")
    assert outcome.message == "azureml-mlflow cannot be imported: RuntimeError: damaged on purpose."
    assert outcome.command == "python -m pip install --upgrade azureml-mlflow"


def test_an_empty_address_of_the_clouds_is_told_to_kill_the_import(tmp_path):
    (outcome,) = packages(tmp_path, ARM_CLOUD_METADATA_URL="")
    assert outcome.code == "IMPORT_FAILED"
    assert "MissingSchema" in outcome.message
    assert "ARM_CLOUD_METADATA_URL" in outcome.message
    assert outcome.advice.startswith("Remove ARM_CLOUD_METADATA_URL")


def test_an_address_of_the_clouds_that_is_not_azures_is_never_asked(tmp_path):
    with serving(Loopback()) as server:
        (outcome,) = packages(tmp_path, ARM_CLOUD_METADATA_URL=server.url, NO_PROXY="127.0.0.1")
    assert (outcome.outcome, outcome.hard, outcome.code) == ("failed", True, "METADATA_HOST")
    assert server.requests == []


def test_a_proxy_that_stays_silent_while_the_clouds_are_fetched_is_told_within_the_limit(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (outcome,) = packages(
            tmp_path,
            limit=3,
            ARM_CLOUD_METADATA_URL="https://management.azure.com/metadata/endpoints",
            HTTPS_PROXY=proxy,
        )
    assert outcome.code == "TIMEOUT"
    assert "ARM_CLOUD_METADATA_URL" in outcome.message
    assert outcome.seconds < 20  # without the limit it waits for minutes
    assert "Remove ARM_CLOUD_METADATA_URL" in (outcome.advice or "")


SLOW = """
import importlib.abc, sys, threading
class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name in ("azure.identity._credentials", "azureml.mlflow._internal"):
            threading.Event().wait(2)
sys.meta_path.insert(0, Slow())
"""


def test_slow_imports_share_one_limit_and_are_told_for_what_they_are(tmp_path, shadow):
    (shadow / "sitecustomize.py").write_text(SLOW, encoding="utf-8")
    (outcome,) = packages(tmp_path, shadow, limit=4)
    assert (outcome.code, outcome.hard) == ("TIMEOUT", True)
    assert outcome.message == "azure-identity and azureml-mlflow are still being imported after 4 s."
    assert "virus scanner" in (outcome.advice or "")


def test_versions_that_do_not_go_together_are_a_soft_failure_beside_the_good_one(tmp_path, shadow):
    (shadow / "azureml_mlflow-1.59.0.dist-info").mkdir()
    metadata = "Metadata-Version: 2.1\nName: azureml-mlflow\nVersion: 1.59.0\n"
    (shadow / "azureml_mlflow-1.59.0.dist-info" / "METADATA").write_text(metadata, encoding="utf-8")
    good, clash = packages(tmp_path, shadow)[:2]
    assert good.outcome == "ok"
    assert "azureml-mlflow 1.59.0" in good.message
    assert (clash.outcome, clash.hard, clash.code) == ("failed", False, "VERSIONS_CLASH")
    assert "no artifact or model can be logged" in clash.message
    assert clash.command == "python -m pip install --upgrade azureml-mlflow"


@pytest.mark.parametrize(
    "address",
    [
        "http://management.azure.com/metadata/endpoints",
        "https://127.0.0.1:9\\@management.azure.com/",
        "https://user@management.azure.com/",
        "https://management.azure.com:8443/",
        " https://management.azure.com/",
        "https://[management.azure.com/",
    ],
)
def test_only_a_plain_address_of_azures_own_is_asked_for_the_clouds(monkeypatch, address):
    monkeypatch.setenv("ARM_CLOUD_METADATA_URL", address)
    outcome = _foreign_metadata()
    assert outcome is not None
    assert (outcome.hard, outcome.code) == (True, "METADATA_HOST")


def test_azures_own_address_of_the_clouds_is_left_to_the_plugin(monkeypatch):
    monkeypatch.setenv(
        "ARM_CLOUD_METADATA_URL", "HTTPS://Management.azure.com/metadata/endpoints?api-version=2019-05-01"
    )
    assert _foreign_metadata() is None
