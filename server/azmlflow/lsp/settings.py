"""The settings of the editor, in one table: the server reads them by it, and package.json's block is made from it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from math import inf
from typing import Any, Final, Literal, NamedTuple, cast

log = logging.getLogger(__name__)

SECTION: Final = "azmlflow"

_OF_THE_EXTENSION: Final = ("server.", "statusBar")
"""What the settings begin with that the extension for VS Code reads itself; VS Code sends them along."""
MOST_MINUTES: Final = 10_080
"""A week: what waits longer is not waited for."""


class Setting(NamedTuple):
    """One setting: `name` without the section, `type` as JSON Schema names it, `enum` maps a value to what it means.

    `range` are the least and the most of a number.
    """

    name: str
    type: Literal["string", "array", "number"]
    default: str | tuple[str, ...] | int
    description: str
    scope: Literal["window", "resource"]
    enum: Mapping[str, str] = {}
    range: tuple[int, int] | None = None

    def accepts(self, value: object) -> bool:
        """Tell whether a value from the client is of the setting's type, or None: not set."""
        if value is None:
            return True
        if self.type == "array":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        if self.type == "number":
            least, most = self.range or (-inf, inf)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return is_number and least <= cast("float", value) <= most
        return isinstance(value, str) and (not self.enum or value in self.enum)


SETTINGS: Final = (
    Setting(
        "select",
        "array",
        (),
        "Codes of the rules to report, or beginnings of codes (`AZM1`). Empty means every rule. "
        "Takes the place of `select` in the project's own configuration.",
        "resource",
    ),
    Setting(
        "ignore",
        "array",
        (),
        "Codes of rules that are not reported, or beginnings of codes. "
        "Added to `ignore` in the project's own configuration.",
        "resource",
    ),
    Setting(
        "persona",
        "string",
        "project",
        "How much to report.",
        "resource",
        {
            "project": "What the project's own configuration says; without one, `regular`.",
            "regular": "Only what stops or misleads your runs.",
            "pedantic": "Also what could be better.",
        },
    ),
    Setting(
        "interpreter",
        "string",
        "",
        "Path of the Python that runs your code, whose installed packages are judged. "
        "Empty means the project's own: `.venv`, then what is active or on the PATH.",
        "resource",
    ),
    Setting(
        "envFile",
        "string",
        "",
        "Path of the environment file that the editor loads when it starts your code; from the folder, or absolute. "
        "Empty means what VS Code's own setting `python.envFile` says, else `.env`.",
        "resource",
    ),
    Setting(
        "testInterval",
        "number",
        0,
        "Minutes after which the last connection test of each folder is made again by itself. 0 means never: nothing is then "
        "asked of Azure without you.",
        "window",
        range=(0, MOST_MINUTES),
    ),
    Setting(
        "logLevel",
        "string",
        "warning",
        "How much the server writes to its log.",
        "window",
        {
            "error": "Faults of azmlflow itself.",
            "warning": "Also settings that are not understood and files that cannot be read.",
            "info": "Also what is read and watched.",
            "debug": "Also the name of each message as it is handled, never its contents.",
        },
    ),
    Setting(
        "trace.server",
        "string",
        "off",
        "Whether the messages between the editor and the server are written to the log.",
        "window",
        {
            "off": "They are not.",
            "messages": "Their names.",
            "verbose": "The whole messages. They hold the text of your files.",
        },
    ),
)


class Configuration(NamedTuple):
    """The settings as they hold for one folder."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    persona: Literal["project", "regular", "pedantic"] = "project"
    log_level: str = "warning"
    interpreter: str = ""
    env_file: str = ""
    test_interval: float = 0


def read(section: object) -> Configuration:
    """Return the settings of one section as the client sent it; what is not understood is logged and left out."""
    if not isinstance(section, Mapping):
        if section is not None:
            log.warning("The setting %r is not an object; it is left out.", SECTION)
        return Configuration()
    written = dict(_flat(section))
    known = {setting.name: setting for setting in SETTINGS}
    unknown = (name for name in written.keys() - known.keys() if not name.startswith(_OF_THE_EXTENSION))
    for name in sorted(unknown):
        log.warning("There is no setting %r; see the README for those there are.", f"{SECTION}.{name}")
    values: dict[str, Any] = {}
    for name in known.keys() & written.keys():
        if known[name].accepts(written[name]):
            values[name] = written[name]
        else:
            log.warning("The setting %r cannot be used: %s", f"{SECTION}.{name}", _wanted(known[name]))
    return Configuration(
        select=tuple(values.get("select") or ()),
        ignore=tuple(values.get("ignore") or ()),
        persona=values.get("persona") or "project",
        log_level=values.get("logLevel") or "warning",
        interpreter=values.get("interpreter") or "",
        env_file=values.get("envFile") or "",
        test_interval=values.get("testInterval") or 0,
    )


def _flat(section: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Return (dotted name, value) pairs: clients send `trace.server` nested."""
    pairs: list[tuple[str, Any]] = []
    for name, value in section.items():
        pairs += (
            _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else [(f"{prefix}{name}", value)]
        )
    return pairs


def _wanted(setting: Setting) -> str:
    if setting.enum:
        return f"it must be one of {', '.join(setting.enum)}."
    if setting.range:
        return f"it must be a number from {setting.range[0]} to {setting.range[1]}."
    return "it must be a list of strings." if setting.type == "array" else "it must be a string."
