"""When the server looks for garbage: late, and then as usual."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.process import SERVER, environment
from tests.lsp.conftest import Start

BEGIN = """
import asyncio, gc
usual = gc.get_threshold()
from azmlflow.lsp import garbage
garbage.SOON, garbage.AT_THE_LATEST = 0.01, {latest}
garbage.put_off()
assert gc.get_threshold()[1:] > usual[1:]
import azmlflow.lsp.server

async def session():
    ready = asyncio.Event()
    if {ready}:
        ready.set()
    await garbage.begin(ready)

asyncio.run(session())
assert gc.get_threshold() == usual
assert gc.get_freeze_count() > 50_000, gc.get_freeze_count()
"""
TELL = "import gc, sys\nfreeze = gc.freeze\ngc.freeze = lambda: (freeze(), print('frozen', file=sys.stderr, flush=True))\n"


@pytest.mark.parametrize(("ready", "latest"), [(True, 3600.0), (False, 0.01)])
def test_what_was_loaded_is_not_looked_through_again_and_the_rest_is(ready: bool, latest: float) -> None:
    program = BEGIN.format(ready=ready, latest=latest)
    subprocess.run([sys.executable, "-c", program], env=environment(), check=True)


async def test_it_begins_in_a_session(start: Start, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(TELL, encoding="utf-8")
    editor = await start(variables={"PYTHONPATH": f"{tmp_path}{os.pathsep}{SERVER}"})
    await editor.until(lambda: "frozen" in editor.stderr, "the end of the start")
