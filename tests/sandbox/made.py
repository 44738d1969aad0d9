"""A world without a port, and requests to its handlers."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from azmlflow.azure.clouds import AZURE_CLOUD, Cloud
from azmlflow.sandbox import hosts, names
from azmlflow.sandbox.backstage import Backstage
from azmlflow.sandbox.creation import Played, new_world
from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.tokens import Principal, issue
from azmlflow.sandbox.world import World

SECRET = "right-secret"
PASSWORD = "right-password"
SCOPE = "https://management.azure.com/.default"
ARM = "management.azure.com"
LOGIN = "login.microsoftonline.com"
APP = Principal(names.APP_OBJECT_ID, names.TENANT_ID, names.CLIENT_ID, "train-bot")
USER = Principal(names.USER_OBJECT_ID, names.TENANT_ID, None, names.USER_NAME)


def a_world(folder: Path, cloud: Cloud = AZURE_CLOUD) -> World:
    return new_world(Backstage(folder), cloud, Played(), SECRET, PASSWORD)


def get(world: World, host: str, path: str, token: str = "", **headers: str) -> Response:
    bare, _, query = path.partition("?")
    sent = {name.lower(): value for name, value in headers.items()}
    if token:
        sent["authorization"] = f"Bearer {token}"
    return hosts.answer(Request("GET", host, bare, query, sent), world)


def post(world: World, host: str, path: str, **form: str) -> Response:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return hosts.answer(Request("POST", host, path, "", headers, urlencode(form).encode()), world)


def ask_token(world: World, tenant: str = names.TENANT_ID, host: str = LOGIN, **form: str) -> Response:
    """Ask for a token with client credentials; a field that is empty is left out."""
    fields = {"grant_type": "client_credentials", "client_id": names.CLIENT_ID, "scope": SCOPE, **form}
    return post(world, host, f"/{tenant}/oauth2/v2.0/token", **{k: v for k, v in fields.items() if v})


def a_token(world: World, who: Principal = APP, audience: str = "https://management.azure.com") -> str:
    return issue(world, who, audience)


def body(response: Response) -> Any:
    import json

    return json.loads(response.body)
