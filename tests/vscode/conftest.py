"""One VS Code, one browser and one sandbox for the tests that can share them, and a window for each test."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import pytest
from azmlflow.sandbox.box import AzureBox
from playwright.sync_api import Error

from tests.vscode.driver import azure, machine, vsix
from tests.vscode.driver.browser import Browser, browser
from tests.vscode.driver.machine import HERE, Machine
from tests.vscode.driver.profile import Profile
from tests.vscode.driver.server import Server
from tests.vscode.driver.tools import Tools, lacking
from tests.vscode.driver.workbench import Workbench

PROGRAM = str(Path(sys.executable).with_name("azmlflow"))
FAILED = pytest.StashKey[bool]()

Open = Callable[..., Workbench]
Shot = Callable[[Workbench, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options for a run of these tests alone: pytest knows them when it is given this folder or something in it."""
    parser.addoption("--screenshots", type=Path, metavar="DIR", help="where the pictures go")
    parser.addoption("--vsix", type=Path, metavar="FILE", help="an extension that was built before")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests in VS Code time on a machine that is busy: their own waits end before."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.timeout(400))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def missing(reason: str) -> NoReturn:
    """Skip what the machine is not fit for; in CI that is a failure, where it could be fit."""
    if os.environ.get("CI") and sys.platform.startswith("linux"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def here() -> Machine:
    """What the machine has."""
    found = machine.look()
    return found if isinstance(found, Machine) else missing(found)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    """A PATH with a Python and uv, which installs nothing yet."""
    reason = lacking()
    return missing(reason) if reason else Tools(tmp_path / "tools")


@pytest.fixture(scope="session")
def extension(
    here: Machine, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The .vsix: the one that was named, else the checkout as it is."""
    named: Path | None = request.config.getoption("--vsix", None)
    return named or vsix.build(tmp_path_factory.mktemp("vsix"))


NewProfile = Callable[..., Profile]


@pytest.fixture(scope="session")
def new_profile(here: Machine, extension: Path, tmp_path_factory: pytest.TempPathFactory) -> NewProfile:
    """Make a profile in which the extension is installed and finds azmlflow by itself, unless `machine` says where."""

    def new(user: dict[str, Any] | None = None, machine: dict[str, Any] | None = None) -> Profile:
        profile = Profile(tmp_path_factory.mktemp("profile"), user or {}, machine or {})
        profile.install(here, extension)
        return profile

    return new


@pytest.fixture(scope="session")
def profile(new_profile: NewProfile) -> Profile:
    return new_profile(machine={"azmlflow.server.path": PROGRAM})


@pytest.fixture(scope="session")
def the_box() -> Iterator[AzureBox]:
    with AzureBox() as box:
        yield box


@pytest.fixture
def box(the_box: AzureBox) -> AzureBox:
    """The sandbox with all well."""
    azure.play(the_box, "healthy")
    return the_box


@pytest.fixture(scope="session")
def server(here: Machine, profile: Profile, the_box: AzureBox) -> Iterator[Server]:
    """The server of the tests that can share one; what it starts meets the sandbox, as an application with a secret.

    At the end the secret may be nowhere in what VS Code keeps: logs, settings, what windows remember.
    """
    with Server(here, profile, azure.variables(the_box, "secret")) as running:
        yield running
    kept = [path for path in profile.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    leaks = [path for path in kept if the_box.client_secret.encode() in path.read_bytes()]
    assert not leaks


@pytest.fixture(scope="session")
def the_browser(here: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(here, Profile(tmp_path_factory.mktemp("browser"))) as running:
        yield running


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Shot:
    """Take a picture of a window, by name."""
    folder: Path = request.config.getoption("--screenshots", None) or HERE / "screenshots"
    return lambda window, name: window.screenshot(folder / f"{name}.png")


@pytest.fixture
def window(
    request: pytest.FixtureRequest, the_browser: Browser, the_box: AzureBox, shot: Shot
) -> Iterator[Open]:
    """Open a folder in a window: on the common server, unless another is given.

    At the end no secret may be in it, and no page may have asked for anything outside this machine.
    """
    opened: list[Workbench] = []
    with ExitStack() as stack:

        def open_window(
            path: Path | None, file: str | None = None, server: Server | None = None, **page: int
        ) -> Workbench:
            on = server or request.getfixturevalue("server")
            opened.append(Workbench(stack.enter_context(the_browser.page(**page)), on))
            return opened[-1].open(path, file) if path else opened[-1].open_nothing()

        yield open_window
        if request.node.stash.get(FAILED, False):
            for at, each in enumerate(opened):
                explain(each, shot, f"FAILED-{request.node.name}-{at}")
            return
        for each in opened:
            shown = each.everything()
            assert the_box.client_secret not in shown
            assert the_box.user_password not in shown
    assert not the_browser.left
    assert not the_browser.faults


def explain(window: Workbench, shot: Shot, name: str) -> None:
    """Show what a failed test leaves behind."""
    try:
        shot(window, name)
    except Error as error:
        print(f"There is no picture: {error}")
    logs = sorted(window.server.profile.logs.rglob("*azmlflow*.log"), key=lambda path: path.stat().st_mtime)
    for path in logs[-2:]:
        print(f"--- {path}\n{path.read_text(encoding='utf-8', errors='replace')[-4000:]}")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder in which a test's projects are made; it is named as a user's is, for the pictures."""
    folder = tmp_path / "projects"
    folder.mkdir()
    return folder
