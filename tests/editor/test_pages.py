"""The pages of the editors: their links lead somewhere, and what was not run is at least well-formed."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azmlflow.cli import check, test_connection
from azmlflow.lsp.execute_command import COMMANDS
from azmlflow.lsp.settings import SETTINGS

from tests.editor.driven import GUIDES, ROOT, snippet

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

INDEX = ROOT / "docs" / "editors.md"
PAGES = sorted(GUIDES.rglob("*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
SERVER = ["azmlflow", "lsp"]


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page get."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [INDEX, *PAGES], ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_page_and_a_heading(page: Path) -> None:
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if not link.startswith("https://"):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize(
    "page", [path for path in PAGES if path.parent == GUIDES], ids=lambda page: page.stem
)
def test_the_index_names_every_page(page: Path) -> None:
    assert f"(editors/{page.name})" in INDEX.read_text(encoding="utf-8")


def test_the_index_names_every_setting_and_command() -> None:
    text = INDEX.read_text(encoding="utf-8")
    settings = {setting.name for setting in SETTINGS}
    assert not [name for name in settings if f"`{name}`" not in text and f"`azmlflow.{name}`" not in text]
    assert not [
        name
        for name in COMMANDS
        if f"`{name}`" not in text and f"`{name.removeprefix('azmlflow')}`" not in text
    ]


def commands_in(text: str) -> set[str]:
    return set(
        re.findall(r"azmlflow\.(?:test(?!Interval)|explain|doctor|dryRun|insert|create|openIn)\w*", text)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(GUIDES).as_posix())
def test_the_commands_of_a_page_are_the_servers(page: Path) -> None:
    assert commands_in(page.read_text(encoding="utf-8")) <= COMMANDS.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(GUIDES).as_posix())
def test_the_commands_of_the_terminal_are_understood(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parse: dict[str, Callable[[list[str]], object]] = {
        "test-connection": test_connection._parser().parse_args,
        "azmlflow check": check._parse,
    }
    text = page.read_text(encoding="utf-8").replace('", "', " ").replace("`, `", "`\n`")
    for command, arguments in re.findall(r"(?<!-)(test-connection|azmlflow check)\b([^`\"\n|]*)", text):
        try:
            parse[command](shlex.split(arguments))
        except SystemExit:
            pytest.fail(f"{command} {arguments}: {capsys.readouterr().err}")


def test_helix_starts_the_server_for_every_language_that_it_names() -> None:
    languages = tomllib.loads(snippet("helix.md", "The server"))
    server = languages["language-server"]["azmlflow"]
    assert [server["command"], *server["args"]] == SERVER
    assert read_settings(server["config"])
    assert all("azmlflow" in language["language-servers"] for language in languages["language"])
    keys = tomllib.loads(snippet("helix.md", "Commands"))["keys"]["normal"]["space"]["m"]
    assert all(command.startswith(":sh azmlflow ") for command in keys.values())


def test_zed_starts_the_server_in_the_place_of_one_that_it_knows() -> None:
    settings = json.loads(snippet("zed.md", "The server"))
    ((name, adapter),) = settings["lsp"].items()
    assert adapter["binary"]["path"].endswith("/azmlflow")
    assert adapter["binary"]["arguments"] == SERVER[1:]
    assert settings["languages"]["Python"]["language_servers"] == [name, "..."]
    tasks = json.loads(snippet("zed.md", "Commands"))
    assert {task["command"] for task in tasks} == {"azmlflow"}


def test_sublime_text_starts_the_server_and_sends_it_commands() -> None:
    client = json.loads(snippet("sublime-text.md", "The server"))["clients"]["azmlflow"]
    assert client["enabled"] is True
    assert client["command"] == SERVER
    assert set(client["settings"]) <= {f"azmlflow.{setting.name}" for setting in SETTINGS}
    codes = re.findall(r"^```json\n(.*?)^```$", page_text("sublime-text.md"), re.DOTALL | re.MULTILINE)
    _, palette, build = map(json.loads, codes)
    assert {entry["args"]["session_name"] for entry in palette} == {"azmlflow"}
    assert {entry["args"]["command_name"] for entry in palette} <= COMMANDS.keys()
    assert all(variant["cmd"][0] == "azmlflow" for variant in (build, *build["variants"]))


def test_coc_starts_the_server() -> None:
    client = json.loads(snippet("vim.md", "With coc.nvim"))["languageserver"]["azmlflow"]
    assert [client["command"], *client["args"]] == SERVER
    assert read_settings(client["settings"])


def test_the_template_for_lsp4ij_has_the_form_that_it_reads() -> None:
    """As `LanguageServerTemplateDeserializer` of LSP4IJ does: it takes these keys, and a mapping only with a language."""
    template = json.loads((GUIDES / "lsp4ij" / "template.json").read_text(encoding="utf-8"))
    assert template.keys() == {"id", "name", "programArgs", "fileTypeMappings"}
    assert template["programArgs"]["windows"].split() == SERVER
    assert template["programArgs"]["default"] == 'sh -c "azmlflow lsp"'
    for mapping in template["fileTypeMappings"]:
        assert mapping.keys() == {"fileType", "languageId"}
        assert mapping["fileType"]["patterns"]
    assert read_settings(json.loads((GUIDES / "lsp4ij" / "settings.json").read_text(encoding="utf-8")))


def test_jupyterlab_starts_the_server_for_python() -> None:
    class Configured:
        """Stands for what `get_config()` returns: a section is made when it is first named."""

        def __getattr__(self, name: str) -> Any:
            section = Configured()
            setattr(self, name, section)
            return section

    config = Configured()
    exec(snippet("jupyterlab.md", "The server"), {"get_config": lambda: config})
    ((name, server),) = config.LanguageServerManager.language_servers.items()
    assert server["argv"] == SERVER
    assert server["version"] == 2
    assert server["languages"] == ["python"]
    assert server["display_name"] == name == "azmlflow"
    assert server["requires_documents_on_disk"] is False


def page_text(page: str) -> str:
    return (GUIDES / page).read_text(encoding="utf-8")


def read_settings(section: dict[str, Any]) -> bool:
    """Tell whether a client's settings hold ours and no name that there is not."""
    return section.keys() == {"azmlflow"} and section["azmlflow"].keys() <= {s.name for s in SETTINGS}
