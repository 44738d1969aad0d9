"""The environment variables as a script would see them at each moment of its run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from azmlflow.resolution.results import Because, Known, Result, Unknown, Unset
from azmlflow.workspace.snapshot import EnvironmentLayer


class Written(NamedTuple):
    """What the code, or a file that it loads, put into a variable."""

    result: Result
    certain: bool


@dataclass(slots=True)
class Environment:
    """The process's variables with what the script has written over them so far."""

    process: EnvironmentLayer
    written: dict[str, list[Written]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    opaque: str | None = None
    """Why variables may be set that nothing seen names (a loader, a computed key), if something may."""

    def write(self, name: str, result: Result, certain: bool) -> None:
        """Record `os.environ[name] = ...`."""
        if certain:
            self.written[name] = [Written(result, True)]
            self.deleted.discard(name)
        else:
            self.written.setdefault(name, []).append(Written(result, False))

    def delete(self, name: str, certain: bool) -> None:
        """Record `del os.environ[name]` or `pop`."""
        if certain:
            self.written.pop(name, None)
            self.deleted.add(name)
        else:
            self.write(name, Unset(name), False)

    def load(self, layer: EnvironmentLayer, override: bool, certain: bool) -> None:
        """Record load_dotenv: it leaves alone what is set already, unless told to override."""
        for name, text in layer.values.items():
            if override or not self.has(name):
                cause = Because(f"{layer.origin} sets {name}", layer.locations.get(name))
                self.write(name, Known(text, (cause,), layer.locations.get(name)), certain)

    def has(self, name: str) -> bool:
        """Tell whether the variable is certainly present, perhaps empty."""
        if any(entry.certain for entry in self.written.get(name, ())):
            return True
        return name in self.process.values and name not in self.deleted

    def read(self, name: str) -> Result:
        """Return the variable's value at this moment."""
        entries = self.written.get(name, [])
        base = self._before(name)
        certain = [entry for entry in entries if entry.certain]
        latest = certain[-1].result if certain else base
        options = [latest, *(entry.result for entry in entries if not entry.certain)]
        if len(options) == 1:
            return latest
        because = tuple(link for option in options for link in option.because)
        return Unknown(f"a branch decides whether {name} is set", because, tuple(options))

    def _before(self, name: str) -> Result:
        if name in self.process.values and name not in self.deleted:
            text = self.process.values[name]
            return Known(text, (Because(f"{name} is set in the environment ({self.process.origin})", None),))
        if self.opaque:
            return Unknown(self.opaque)
        return Unset(name)
