"""Commands to copy, as PowerShell takes them: on Windows nothing knows `export`."""

from __future__ import annotations

from typing import Final

from azmlflow.patterns import pattern

_VARIABLE: Final = pattern(r"\$([A-Z][A-Z0-9_]{0,100})\b")


def in_powershell(command: str) -> str:
    """Return a command of the table of advice, written for POSIX shells, in the words of PowerShell."""
    verb, _, rest = command.partition(" ")
    if verb == "export":
        name, _, value = rest.partition("=")
        quoted = value if value.startswith('"') else f'"{value}"'
        return f"$env:{name} = {_VARIABLE.sub(_IN_ENVIRONMENT, quoted)}"
    if verb == "unset":
        return f"Remove-Item {', '.join(f'Env:{name}' for name in rest.split())}"
    return _VARIABLE.sub(_IN_ENVIRONMENT, command)


_IN_ENVIRONMENT: Final = r"$env:\1"
