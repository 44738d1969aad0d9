"""Executables named az, azd and pwsh that do what the real ones do when azure-identity starts them.

The executable knows nothing: it asks the box, with its own arguments, what to print and how to end. So a scenario can
change what it does while a child process has it on its PATH, and the journal shows that it was asked.

Sources: `azure/identity/_credentials/azure_cli.py`, `azd_cli.py` and `azure_powershell.py` for what is called and how it is
read; the texts are those of the tools, as quoted in the issues of Azure/azure-cli and Azure/azure-dev.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from azmlflow.sandbox import programs
from azmlflow.sandbox.hosts import TOOLS_HOST
from azmlflow.sandbox.http import Request, Response, json_response
from azmlflow.sandbox.tokens import LIFETIME, Principal, issue
from azmlflow.sandbox.tool_words import BEHAVIOURS, TEXTS, said
from azmlflow.sandbox.world import User, World

TOOLS: Final = tuple(BEHAVIOURS)
SIGNED_IN: Final = "signed-in"


def write(folder: Path, tool: str, port: int, credentials: str) -> Path:
    """Write a tool's executable into the folder and return its path; `credentials` are the proxy's."""
    settings = {
        "tool": tool,
        "host": TOOLS_HOST,
        "port": port,
        "credentials": credentials,
        "pid_file": str(pid_file(folder, tool)),
    }
    return programs.write(folder, tool, _PROGRAM.replace("SETTINGS", repr(settings)))


def pid_file(folder: Path, tool: str) -> Path:
    """Return the file in which a tool that hangs writes its process id."""
    return folder / f"{tool}.pid"


def answer(request: Request, world: World) -> Response:
    """Tell a stand-in what to do: {"out", "err", "status"}, or {"hang": true}; then it waits for what never comes."""
    tool, *rest = request.segments or [""]
    if rest == ["hang"]:
        return Response(0, ending="silent")
    arguments = request.json()
    if tool not in TOOLS or not isinstance(arguments, list):
        return json_response(404, {"err": "the sandbox has no such tool", "status": 2})
    behaviour = world.tools.get(tool, SIGNED_IN)
    if behaviour == "hangs":
        return json_response(200, {"hang": True}, note="hangs")
    if behaviour != SIGNED_IN:
        return json_response(200, TEXTS[tool, behaviour], note=behaviour)
    asked = said(tool, [str(each) for each in arguments])
    if asked is None:
        text = f"ERROR: the sandbox's {tool} can give a token and nothing else.\n"
        return json_response(200, {"err": text, "status": 2}, note="asked for something else than a token")
    return json_response(
        200, {"out": _token(world, tool, asked.resource, asked.tenant), "status": 0}, note="a token"
    )


def _token(world: World, tool: str, resource: str, tenant: str) -> str:
    user = _user(world, tenant)
    access = issue(world, Principal(user.object_id, user.tenant_id, None, user.name), resource)
    return _shown(tool, access, user)


def _user(world: World, tenant: str) -> User:
    found = next((user for user in world.users if tenant in ("", user.tenant_id)), world.users[0])
    if world.accept_anything and (known := world.tenant(tenant or world.last_tenant)):
        return User(found.name, found.object_id, known.tenant_id)
    return found


def _shown(tool: str, access: str, user: User) -> str:
    from datetime import datetime, timedelta, timezone

    expires = datetime.now(timezone.utc) + timedelta(seconds=LIFETIME)
    if tool == "pwsh":
        return f"\nazsdk%{access}%{int(expires.timestamp())}\n\n"
    values: dict[str, Any] = {"token": access, "expiresOn": f"{expires:%Y-%m-%dT%H:%M:%SZ}"}
    if tool == "az":
        values = {
            "accessToken": access,
            "expiresOn": f"{expires.astimezone():%Y-%m-%d %H:%M:%S}.000000",
            "expires_on": int(expires.timestamp()),
            "tenant": user.tenant_id,
            "tokenType": "Bearer",
        }
    return json.dumps(values, indent=2) + "\n"


_PROGRAM: Final = '''\
"""A stand-in that an azmlflow sandbox has written; it asks the sandbox what to do."""
import json, os, socket, sys

SET = SETTINGS

def ask(path):
    body = json.dumps(sys.argv[1:]).encode("ascii")
    lines = [
        "POST http://%s/%s HTTP/1.1" % (SET["host"], path), "Host: " + SET["host"],
        "Proxy-Authorization: " + SET["credentials"], "Content-Type: application/json",
        "Connection: close", "Content-Length: %d" % len(body), "", "",
    ]
    with socket.create_connection(("127.0.0.1", SET["port"]), 10) as connection:
        connection.settimeout(None)
        connection.sendall("\\r\\n".join(lines).encode("ascii") + body)
        with connection.makefile("rb") as stream:
            return json.loads(stream.read().partition(b"\\r\\n\\r\\n")[2])

try:
    done = ask(SET["tool"])
    if done.get("hang"):
        with open(SET["pid_file"], "w") as file:
            file.write(str(os.getpid()))
        ask(SET["tool"] + "/hang")  # until the sandbox closes, or somebody ends this process
except (OSError, ValueError):
    sys.exit("ERROR: the azmlflow sandbox that this stand-in belongs to is closed.")
sys.stdout.write(done.get("out", ""))
sys.stderr.write(done.get("err", ""))
sys.exit(done["status"])
'''
