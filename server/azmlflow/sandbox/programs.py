"""Programs that the box writes into its folder, so that a child process finds them under the name of another."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path


def write(folder: Path, name: str, text: str) -> Path:
    """Write a Python program as an executable of that name, with nothing but the standard library; return its path.

    Only who runs the box may read it: it can hold the proxy's password.
    """
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"{name}.py"
    program.touch(mode=0o600)
    program.write_text(text, encoding="utf-8")
    if os.name == "nt":
        path = folder / f"{name}.cmd"
        path.write_text(f'@"{sys.executable}" -I -S "{program}" %*\r\n', encoding="utf-8")
    else:
        path = folder / name
        command = shlex.join([sys.executable, "-I", "-S", str(program)])
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        path.chmod(0o700)
    return path
