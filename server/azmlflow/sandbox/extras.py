"""What `pip install azmlflow[sandbox]` brings, and a plain word when it is not there."""

from __future__ import annotations

from importlib.util import find_spec


class MissingExtra(Exception):
    """Packages that the sandbox needs are not installed; the message says how to get them."""


def require(*modules: str) -> None:
    """Raise MissingExtra unless all these modules can be imported."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        names = ", ".join(missing)
        raise MissingExtra(f"the sandbox needs {names}: pip install 'azmlflow[sandbox]'")
