"""What az, azd and pwsh are asked for, and what each says when it gives no token."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Asked(NamedTuple):
    """The resource that a token is asked for, and the tenant, empty when none is named."""

    resource: str
    tenant: str


def said(tool: str, arguments: list[str]) -> Asked | None:
    """Return what a tool's arguments ask for, None when that is not a token."""
    if tool == "az" and arguments[:2] == ["account", "get-access-token"]:
        scope = _option(arguments, "--scope").removesuffix("/.default")
        return Asked(_option(arguments, "--resource") or scope or _DEFAULT, _option(arguments, "--tenant"))
    if tool == "azd" and arguments[:2] == ["auth", "token"]:
        scope = _option(arguments, "--scope").removesuffix("/.default")
        return Asked(scope or _DEFAULT, _option(arguments, "--tenant-id"))
    if tool == "pwsh":
        script = _script(_option(arguments, "-EncodedCommand"))
        if "Get-AzAccessToken" in script:
            return Asked(_between(script, "'ResourceUrl' = '"), _between(script, "$tenantId = '"))
    return None


def _option(arguments: list[str], name: str) -> str:
    for at, argument in enumerate(arguments):
        if argument == name and at + 1 < len(arguments):
            return arguments[at + 1]
        if argument.startswith(name + "="):
            return argument.partition("=")[2]
    return ""


def _script(encoded: str) -> str:
    try:
        return base64.b64decode(encoded).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _between(text: str, before: str) -> str:
    return text.partition(before)[2].partition("'")[0]


def _failure(text: str, status: int = 1) -> Mapping[str, Any]:
    return {"err": text, "status": status}


def _azd_failure(text: str) -> Mapping[str, Any]:
    """Return what azd prints since 1.24 where JSON was asked for."""
    suggestion = "Run 'azd auth login' to sign in again."
    line = json.dumps(
        {"error": text, "message": "Authentication with Azure failed.", "suggestion": suggestion}
    )
    return _failure(line + "\n")


def _traceback(module: str) -> Mapping[str, Any]:
    return _failure(
        "Traceback (most recent call last):\n"
        '  File "/opt/az/lib/python3.12/runpy.py", line 198, in _run_module_as_main\n'
        f"ModuleNotFoundError: No module named '{module}'\n"
    )


_DEFAULT: Final = "https://management.core.windows.net/"
_TRACE: Final = (
    "Trace ID: 2a1f0c5e-0000-4000-8000-000000000000 Correlation ID: 5d2c7c1b-0000-4000-8000-000000000000 "
    "Timestamp: 2025-03-11 21:26:54Z"
)
_EXPIRED: Final = (
    "AADSTS700082: The refresh token has expired due to inactivity. The token was issued on "
    f"2024-11-20T05:53:09.5071163Z and was inactive for 90.00:00:00. {_TRACE}"
)
_MFA: Final = (
    "AADSTS50076: Due to a configuration change made by your administrator, or because you moved to a new location, you "
    f"must use multi-factor authentication to access '797f4846-ba00-4fd7-ba43-dac1f8f63013'. {_TRACE}"
)
_AZ_AGAIN: Final = "Interactive authentication is needed. Please run:\naz login --scope https://management.azure.com/.default\n"
_NOT_JSON: Final = {"out": "WARNING: something\nnot json\n", "status": 0}

BEHAVIOURS: Final[Mapping[str, Mapping[str, str]]] = {
    "az": {
        "signed-out": "nobody has signed in with `az login`",
        "expired": "the sign-in is too old (AADSTS700082)",
        "mfa": "a second factor is asked for (AADSTS50076)",
        "hangs": "never ends",
        "garbage": "prints something else than JSON",
        "broken": "its installation is broken: prints a traceback",
    },
    "azd": {
        "signed-out": "nobody has signed in with `azd auth login`",
        "expired": "the sign-in is too old (AADSTS700082)",
        "hangs": "never ends",
        "garbage": "prints something else than JSON",
        "broken": "crashes",
    },
    "pwsh": {
        "signed-out": "nobody has signed in with `Connect-AzAccount`",
        "no-module": "the module Az.Accounts is not installed",
        "blocked": "the execution policy forbids its script",
        "hangs": "never ends",
        "garbage": "prints no token",
        "broken": "crashes",
    },
}
"""Tool -> behaviour -> what it is, besides "signed-in"."""

TEXTS: Final[Mapping[tuple[str, str], Mapping[str, Any]]] = {
    ("az", "signed-out"): _failure("ERROR: Please run 'az login' to setup account.\n"),
    ("az", "expired"): _failure(f"ERROR: {_EXPIRED}\n{_AZ_AGAIN}"),
    ("az", "mfa"): _failure(f"ERROR: {_MFA}\n{_AZ_AGAIN}"),
    ("az", "garbage"): _NOT_JSON,
    ("az", "broken"): _traceback("azure.cli"),
    ("azd", "signed-out"): _azd_failure("not logged in, run `azd auth login` to login"),
    ("azd", "expired"): _azd_failure(f"fetching token: failed to authenticate:\n(invalid_grant) {_EXPIRED}"),
    ("azd", "garbage"): _NOT_JSON,
    ("azd", "broken"): _failure(
        "panic: runtime error: invalid memory address or nil pointer dereference\n", 2
    ),
    ("pwsh", "signed-out"): _failure("Get-AzAccessToken: Run Connect-AzAccount to login.\n"),
    ("pwsh", "no-module"): {"out": "NO_AZ_ACCOUNT_MODULE\n", "status": 0},
    ("pwsh", "blocked"): _failure("AuthorizationManager check failed.\n"),
    ("pwsh", "garbage"): {"out": "WARNING: something\n", "status": 0},
    ("pwsh", "broken"): _failure("Failed to load the dll from [/opt/microsoft/libhostpolicy.so].\n", 134),
}
"""What a tool does that is neither signed in nor hangs."""
