"""What the disk says about this machine: which tools of Azure are there, and whether somebody is signed in to them.

Nothing is executed, no network is used, no token is read. Of the Azure CLI only `azureProfile.json` is opened, which
holds subscriptions; the name of who is signed in is in it and never leaves this module.
Sources: azure-cli-core (`_profile.py`, `_session.py`: the file is written with a byte order mark) for the profile;
`azure/identity/_credentials` of azure-identity 1.27 for the programs and the record of Visual Studio Code.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from azmlflow.azure import variables as v
from azmlflow.workspace.read import MEGABYTE, Refused, read_bytes

PROFILE: Final = "azureProfile.json"
_RECORD: Final = Path("ms-azuretools.vscode-azureresourcegroups", "authRecord.json")


class AzureProfile(NamedTuple):
    """What the Azure CLI remembers: how many subscriptions, and of the default one what says which identity it is.

    `user_type` is "user" or "servicePrincipal". All but the number is None where nobody is signed in.
    """

    subscriptions: int
    user_type: str | None = None
    cloud: str | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """The machine as far as the credential chain goes; it has what `azure.chain_finders.Machine` asks for.

    `profile` is None where it cannot be read, `broker` where it is not known whether the package is installed,
    `token_file` where no variable names one.
    """

    azure_cli: bool
    powershell: bool
    developer_cli: bool
    profile: AzureProfile | None
    vs_code_account: bool
    broker: bool | None
    has_broker_system: bool
    token_file: bool | None

    @property
    def azure_accounts(self) -> int | None:
        """How many subscriptions the Azure CLI is signed in to; 0 when nobody is signed in, None when not known."""
        return self.profile.subscriptions if self.profile else None


def look_at_machine(
    environ: Mapping[str, str], broker: bool | None = None, *, may_read: bool = True
) -> MachineFacts:
    """Return what the disk says for a program that is started with `environ`; never raises.

    `broker` is whether azure-identity-broker is installed where the user's code runs. Without `may_read` no file of the
    user's home is opened, and what it would say is not known.
    """
    path = environ.get("PATH", os.defpath)
    is_windows = sys.platform == "win32"
    home = _home(environ, is_windows)
    token_file = environ.get(v.AZURE_FEDERATED_TOKEN_FILE)
    return MachineFacts(
        azure_cli=_is_there(path, *(("az.cmd", "az") if is_windows else ("az",))),
        powershell=_is_there(path, *(("pwsh", "powershell") if is_windows else ("pwsh",))),
        developer_cli=_is_there(path, "azd"),
        profile=_profile(environ, home) if may_read else None,
        vs_code_account=may_read
        and home is not None
        and any(_exists(home / name / _RECORD) for name in (".azure", ".Azure")),
        broker=broker,
        has_broker_system=is_windows or _is_linux_within_windows(),
        token_file=_exists(Path(token_file)) if token_file and may_read else None,
    )


def read_profile(data: bytes) -> AzureProfile | None:
    """Return what an azureProfile.json says, None when it is not one."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    subscriptions = content.get("subscriptions", []) if isinstance(content, dict) else None
    if not isinstance(subscriptions, list):
        return None
    known = [item for item in subscriptions if isinstance(item, dict)]
    if not known:
        return AzureProfile(0)
    default = next((item for item in known if item.get("isDefault") is True), known[0])
    user = default.get("user")
    kind = _text(user.get("type")) if isinstance(user, dict) else None
    return AzureProfile(
        len(known), kind, _text(default.get("environmentName")), _text(default.get("tenantId"))
    )


def _profile(environ: Mapping[str, str], home: Path | None) -> AzureProfile | None:
    """Return what az remembers; no file is nobody signed in, a file that cannot be read is not known."""
    chosen = environ.get(v.AZURE_CONFIG_DIR)
    folder = Path(chosen) if chosen else home / ".azure" if home else None
    if folder is None:
        return None
    path = folder / PROFILE
    if not os.path.lexists(path):
        return AzureProfile(0)
    try:
        return read_profile(read_bytes(str(path), MEGABYTE))
    except (Refused, ValueError):
        return None


def _home(environ: Mapping[str, str], is_windows: bool) -> Path | None:
    home = environ.get("USERPROFILE" if is_windows else "HOME")
    return Path(home) if home else None


def _is_there(path: str, *names: str) -> bool:
    return any(shutil.which(name, path=path) for name in names)


def _exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _is_linux_within_windows() -> bool:
    """Tell whether this is WSL, as MSAL does."""
    return sys.platform == "linux" and "microsoft" in platform.release().lower()
