"""A workspace with a secret in every place where people leave one, each a different one, and a nose for them."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from urllib.parse import quote

from tests.certificates import make

SHORTEST = 5
SHORTEST_ENCODED = 8
LENGTH_OF_KEYS = 200
"""How much of a key is looked for. Keys are new in each run: in one of them any five letters may be a word of ours."""
_ALPHABET = string.ascii_letters + string.digits
SUBSCRIPTION = "11111111-2222-4333-8444-555555555555"
URI = (
    "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/"
    f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
)
GUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


def secret_for(place: str) -> str:
    """Return a value in the shape of Entra's client secrets, the same for the same place."""
    draw = random.Random(place)
    tail = "".join(draw.choices(_ALPHABET, k=34))
    return "".join(draw.choices(string.ascii_letters, k=3)) + f"{draw.randrange(10)}Q~{tail}"


@dataclass
class Plants:
    """The secrets that were planted: where, and the file that may hold each."""

    root: Path
    secrets: dict[str, str] = field(default_factory=dict)
    homes: dict[str, Path | None] = field(default_factory=dict)

    def plant(self, place: str, path: Path | None) -> str:
        """Return a new secret that only this file may hold; None: only the process's environment."""
        self.secrets[place] = secret_for(place)
        self.homes[place] = path
        return self.secrets[place]

    def leaks(self, text: str) -> Iterator[str]:
        """Yield 'place: how' for each secret of which a text holds a part, as it is, in base64 or for an address."""
        told: set[str] = set()
        for length, pieces in _pieces(tuple(self.secrets.items())).items():
            for at in range(len(text) - length + 1):
                for place, how in pieces.get(text[at : at + length], ()):
                    if place not in told:
                        told.add(place)
                        yield f"{place}, {how}: ...{text[max(0, at - 60) : at + 60]!r}..."

    def strays(self, *folders: Path) -> Iterator[str]:
        """Yield each file below some folders that holds a secret which was not planted there."""
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.is_symlink() and ".git" not in path.parts:
                    text = path.read_bytes().decode(errors="replace")
                    yield from (
                        f"{path}: {place}"
                        for place, secret in self.secrets.items()
                        if secret in text and self.homes[place] != path
                    )


@cache
def _pieces(secrets: tuple[tuple[str, str], ...]) -> dict[int, dict[str, list[tuple[str, str]]]]:
    """Return all that is already too much of some secrets, by its length: the places it is from, and how it is written."""
    pieces: dict[int, dict[str, list[tuple[str, str]]]] = {}
    for place, secret in secrets:
        for how, form, length in _forms(secret):
            for at in range(len(form) - length + 1):
                pieces.setdefault(length, {}).setdefault(form[at : at + length], []).append((place, how))
    return pieces


def _forms(secret: str) -> Iterator[tuple[str, str, int]]:
    """Yield (name, text, how much of it is already too much)."""
    shortest = SHORTEST_ENCODED if len(secret) == LENGTH_OF_KEYS else SHORTEST
    yield "as it is", secret, shortest
    yield "quoted for an address", quote(secret, safe=""), shortest
    for shift in range(3):
        encoded = base64.b64encode(b"x" * shift + secret.encode()).decode()
        inner = encoded[4 if shift else 0 : -4]
        yield "in base64", inner, SHORTEST_ENCODED
        yield "in base64 for an address", inner.replace("+", "-").replace("/", "_"), SHORTEST_ENCODED


def planted(root: Path) -> Plants:
    """Write the workspace."""
    plants = Plants(root)
    for name, text in _files(plants).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    _certificates(plants)
    return plants


def _certificates(plants: Plants) -> None:
    now = datetime.now(timezone.utc)
    for name, kind, password in (
        ("rsa.pem", "pem", None),
        ("locked.pem", "pem", plants.secrets["certificate password"]),
        ("expired.pem", "pem:expired", None),
    ):
        path = plants.root / "certs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(make(kind, now, password))
        body = "".join(line for line in path.read_text().splitlines() if "-----" not in line)
        key = path.read_text().split("PRIVATE KEY-----")[1].replace("\n", "")
        assert key[:20] in body
        plants.secrets[f"key of {name}"] = key[64 : 64 + LENGTH_OF_KEYS]
        plants.homes[f"key of {name}"] = path


def _files(plants: Plants) -> dict[str, str]:
    root = plants.root

    def at(place: str, name: str) -> str:
        return plants.plant(place, root / name)

    return {
        "config.json": json.dumps(
            {"subscription_id": SUBSCRIPTION, "resource_group": "rg", "workspace_name": "ws"}
        ),
        ".env": (
            f"AZURE_TENANT_ID={GUID}\nAZURE_CLIENT_ID={GUID}\nAZURE_CLIENT_SECRET={at('.env', '.env')}\n"
            f"AZURE_CLIENTSECRET='{at('misspelt .env', '.env')}'\nMLFLOW_TRACKING_URI={URI}\n"
            f"MLFLOW_TRACKING_TOKEN=eyJ0eXAi.{at('token', '.env')}.x\n"
            f"HTTPS_PROXY=http://user:{at('proxy', '.env')}@proxy.example.com:8080\n"
            f'AZURE_PASSWORD="{at("password", ".env")}\nAZURE_USERNAME=me@example.com\n'
        ),
        "certs/.env": (
            f"AZURE_TENANT_ID={GUID}\nAZURE_CLIENT_ID={GUID}\nAZURE_CLIENT_CERTIFICATE_PATH=locked.pem\n"
            f"AZURE_CLIENT_CERTIFICATE_PASSWORD={at('certificate password', 'certs/.env')}\n"
        ),
        "certs/wrong.env": (
            "AZURE_CLIENT_CERTIFICATE_PATH=locked.pem\n"
            f"AZURE_CLIENT_CERTIFICATE_PASSWORD={at('wrong password', 'certs/wrong.env')}\n"
        ),
        "certs/expired.env": (
            "AZURE_CLIENT_CERTIFICATE_PATH=expired.pem\n"
            f"AZURE_CLIENT_CERTIFICATE_PASSWORD={at('useless password', 'certs/expired.env')}\n"
        ),
        "certs/swapped.env": f"AZURE_CLIENT_CERTIFICATE_PATH={at('secret as a path', 'certs/swapped.env')}\n",
        "swapped.env": (
            f"AZURE_TENANT_ID={at('secret as a tenant', 'swapped.env')}\n"
            f"AZURE_CLIENT_ID={at('secret as a client', 'swapped.env')}\n"
            f"AZUREML_CURRENT_CLOUD={at('secret as a cloud', 'swapped.env')}\n"
            f"AZURE_TOKEN_CREDENTIALS={at('secret as a credential', 'swapped.env')}\n"
            f"AZURE_AUTHORITY_HOST=https://{at('secret as a host', 'swapped.env')}/\n"
            f"REQUESTS_CA_BUNDLE=/{at('secret as a bundle', 'swapped.env')}\n"
            f"AZURE_CLIENT_SEND_CERTIFICATE_CHAIN={at('secret as a switch', 'swapped.env')}\n"
            f"MLFLOW_TRACKING_URI={at('secret as a URI', 'swapped.env')}\n"
            f"MLFLOW_EXPERIMENT_NAME={at('secret as a name', 'swapped.env')}\n"
            f"MLFLOW_EXPERIMENT_ID={at('secret as an ID', 'swapped.env')}\n"
        ),
        ".env.example": f"AZURE_CLIENT_SECRET={at('template', '.env.example')}\n",
        ".vscode/launch.json": json.dumps(
            {
                "configurations": [
                    {
                        "name": "train",
                        "env": {
                            "AZURE_CLIENT_SECRET": at("launch.json", ".vscode/launch.json"),
                            "AZURE_CLIENT_ID": "",
                        },
                    }
                ]
            },
            indent=2,
        ),
        ".vscode/settings.json": json.dumps(
            {
                "terminal.integrated.env.linux": {
                    "AZURE_CLIENT_SECRET": at("settings.json", ".vscode/settings.json")
                }
            }
        ),
        "job.yml": (
            "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\n"
            "command: python train.py\ncode: .\nexperiment_name: forecast\nenvironment_variables:\n"
            f"  AZURE_CLIENT_SECRET: {at('job', 'job.yml')}\n  MLFLOW_TRACKING_TOKEN: {at('job token', 'job.yml')}\n"
        ),
        ".github/workflows/ci.yml": (
            "on: push\njobs:\n  train:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: python train.py # mlflow\n        env:\n"
            f"          AZURE_CLIENT_SECRET: {at('workflow', '.github/workflows/ci.yml')}\n"
        ),
        "azure-pipelines.yml": (
            "steps:\n- script: python train.py\n  env:\n"
            f"    AZURE_CLIENT_SECRET: {at('pipeline', 'azure-pipelines.yml')}\n"
        ),
        "compose.yml": (
            "services:\n  train:\n    image: mlflow\n    environment:\n"
            f"      - AZURE_CLIENT_SECRET={at('compose', 'compose.yml')}\n"
        ),
        "Dockerfile": f"FROM python\nENV AZURE_CLIENT_SECRET={at('image', 'Dockerfile')}\n",
        "setup.sh": f"export AZURE_CLIENT_SECRET='{at('shell', 'setup.sh')}'\nexport AZURE_TENANTID=x\n",
        "README.md": f"```bash\nexport AZURE_CLIENT_SECRET={at('README', 'README.md')}\n```\n",
        "train.py": (
            "import os\n\nimport mlflow\nfrom azure.identity import ClientSecretCredential\n\n"
            'mlflow.set_experiment("forecast")\n'
            f'os.environ["AZURE_CLIENT_SECRET"] = "{at("code", "train.py")}"\n'
            f'credential = ClientSecretCredential("{GUID}", "{GUID}", "{at("argument", "train.py")}")\n'
            f'API_KEY = "{at("another constant", "train.py")}"\n'
            'with mlflow.start_run():\n    mlflow.log_metric("loss", 0.1)\n'
            f'os.environ["AZURE_TENANTID"] = "{at("misspelt code", "train.py")}"\n'
            f'mlflow.set_tracking_uri("{URI}?sig={at("address", "train.py")}")\n'
        ),
        "broken.py": (
            "import mlflow, os\n"
            f'os.environ["AZURE_CLIENT_SECRET"] = "{at("broken code", "broken.py")}\n'
            "mlflow.start_run(\n"
        ),
        "analysis.ipynb": json.dumps(_notebook(plants, root / "analysis.ipynb"), indent=1),
    }


def _notebook(plants: Plants, path: Path) -> dict[str, object]:
    output = plants.plant("notebook output", path)
    source = [
        "import mlflow\n",
        f"%env AZURE_CLIENT_SECRET={plants.plant('notebook', path)}\n",
        "mlflow.start_run()\n",
    ]
    printed = {"output_type": "stream", "name": "stdout", "text": [f"secret: {output}\n"]}
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": source, "outputs": [printed]}
    return {
        "cells": [cell],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
