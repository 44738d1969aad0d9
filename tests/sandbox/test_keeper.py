"""What keeps a Python of a dry run in the box, in a real Python: what it holds up, what it lets pass, and that it hides nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from azmlflow.sandbox import kept

PROXY = "http://machine:word@127.0.0.1:9"
VARIABLES = {
    "HTTPS_PROXY": PROXY, "https_proxy": PROXY, "HTTP_PROXY": PROXY, "http_proxy": PROXY,
    "NO_PROXY": "127.0.0.1,localhost,::1",
}  # fmt: skip
BEGIN = """
import os, socket, sys
def tries(address, **variables):
    before = dict(os.environ)
    for name, value in variables.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    try:
        socket.create_connection(address, 0.2).close()
        return "made"
    except RuntimeError as error:
        return "kept"
    except OSError as error:
        return "not there"
    finally:
        os.environ.clear()
        os.environ.update(before)
here = ("127.0.0.1", int(sys.argv[1]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return kept.write(tmp_path / "keeper", PROXY)


def python(folder: Path, code: str, **more: str) -> list[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = subprocess.run(
            [sys.executable, "-c", BEGIN + code, str(server.getsockname()[1])],
            env={"PATH": os.environ["PATH"], **VARIABLES, "PYTHONPATH": kept.python_path(folder, ""), **more},
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split("\n")[:-1]


def test_what_would_lead_past_the_box_is_kept_from_happening_and_told(folder: Path):
    code = """
print(tries(here), tries(("localhost", here[1])), tries(("127.0.0.1", 9)))
print(tries(("host.invalid", 80), https_proxy="http://host.invalid:80"), tries(("10.255.255.1", 80), NO_PROXY="*"))
print(tries(("10.255.255.1", 443), https_proxy=None, HTTPS_PROXY=None))
print(tries(here, HTTP_PROXY=f"http://127.0.0.1:{here[1]}"), tries(here, no_proxy=".contoso.com"))
print(tries(here, IDENTITY_ENDPOINT=f"http://127.0.0.1:{here[1]}/token"), tries(here, IDENTITY_ENDPOINT="http://127.0.0.1:1"))
print(tries(("login.microsoftonline.com", 443)), tries(("westeurope.api.azureml.ms", 443)))
os.environ["MLFLOW_TRACKING_URI"] = "sqlite:///a.db"
"""
    lines = python(folder, code)
    assert lines == ["made made not there", "kept kept", "kept", "kept made", "kept made", "kept kept"]
    seen = kept.read(folder)
    expected = (
        "https_proxy",
        "NO_PROXY",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "IDENTITY_ENDPOINT",
        "login.microsoftonline.com",
        "westeurope.api.azureml.ms",
    )
    assert (seen.past, seen.direct, seen.uris) == (expected, (), ("sqlite:///a.db",))
    assert [address.split(":")[0] for address in seen.here] == ["127.0.0.1"]


def test_a_program_that_gets_other_variables_is_kept_too(folder: Path):
    code = "print(tries(('10.255.255.1', 443)))"
    assert python(folder, code, HTTPS_PROXY="http://proxy.invalid:8080") == ["kept"]
    assert kept.read(folder).past == ("HTTPS_PROXY",)


def test_the_users_own_sitecustomize_and_path_are_as_they_were(folder: Path, tmp_path: Path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("print('their own', __name__)\n")
    code = "print('keeper' in str(sys.path), sys.modules['sitecustomize'].__file__)"
    lines = python(folder, code, PYTHONPATH=kept.python_path(folder, str(own)))
    assert lines == ["their own sitecustomize", f"False {own / 'sitecustomize.py'}"]
    (shadow,) = python(folder, "print(sys.modules['sitecustomize'].__name__)")
    assert shadow == "sitecustomize"
