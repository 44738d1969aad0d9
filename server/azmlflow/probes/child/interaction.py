"""Keeps the plugin's chain from opening a browser or waiting for a device code, unless the user asked for it by name."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from azmlflow.azure.credential_links import BROWSER, DEVICE_CODE

INTERACTIVE: Final = (BROWSER, DEVICE_CODE)

Prompt = Callable[[str, str], None]
"""Called with an address and the code that is to be typed in there."""

_BUILDERS: Final = (
    "azureml.mlflow._internal.utils",
    "azure.identity._credentials.default",
    "azure.identity",
)
"""The modules that put these links into a chain (AZURE_TOKEN_CREDENTIALS can ask the second one for a browser), and the one
from which a credential of the code's own is taken."""


class Prompts:
    """Where the device codes of this process go: `show` is set by whoever waits for a token."""

    show: Prompt | None = None


def forbid() -> None:
    """Make every such link that is built from now on in this process answer at once that a user would be needed."""
    _replace({BROWSER: _FORBIDDEN, DEVICE_CODE: _FORBIDDEN})
    webbrowser.open = lambda *_args, **_kwargs: False


def permit() -> None:
    """Leave the links as they are, but hand the device code to `Prompts.show` in place of printing it."""
    _replace({DEVICE_CODE: {"prompt_callback": _show}})


def could_open_browser() -> bool:
    """Tell whether Python would find a browser here; none is opened."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _replace(keywords: dict[str, dict[str, Any]]) -> None:
    for module in map(import_module, _BUILDERS):
        for name, more in keywords.items():
            if hasattr(module, name):
                setattr(module, name, _always_with(getattr(module, name), more))


def _always_with(base: Any, more: dict[str, Any]) -> Any:
    """Return a class of the same name, which the SDK shows, that is always built with some more keywords."""

    def build(self: Any, *args: Any, **kwargs: Any) -> None:
        base.__init__(self, *args, **{**kwargs, **more})

    return type(
        base.__name__, (base,), {"__init__": build, "__doc__": base.__doc__, "__module__": base.__module__}
    )


def _show(address: str, code: str, _expires: Any) -> None:
    if Prompts.show:
        Prompts.show(address, code)


_FORBIDDEN: Final = {"disable_automatic_authentication": True}
