"""Sees to the system packages that the tests in editors need, on Linux.

Run by root on a system with apt-get, or in CI by somebody who may become root, it installs what is missing and says so;
otherwise it prints the one command that does. It never fails: a test whose program is missing says so itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "ripgrep": ("rg",),
    "g++": ("g++",),
    "make": ("make",),
    "librsvg2-bin": ("rsvg-convert",),
    "neovim": ("nvim",),
    "emacs-nox": ("emacs",),
    "vim": ("vim",),
}
"""Package -> its program, or what does as well."""

FILES = {
    "fonts-dejavu-core": ("usr/share/fonts/**/DejaVuSans.ttf",),
    "fonts-liberation": ("usr/share/fonts/**/LiberationSans-Regular.ttf",),
    "elpa-eglot": ("usr/share/emacs/*/lisp/progmodes/eglot.el*", "usr/share/emacs/site-lisp/elpa*/eglot-*"),
    "elpa-lsp-mode": ("usr/share/emacs/site-lisp/elpa*/lsp-mode-*",),
    "vim-ale": ("usr/share/vim-ale/plugin/ale.vim",),
}
"""Package -> its files, or those of another that has the same in it."""


def main() -> int:
    """Install what is missing, or say how; return 0."""
    missing = list(absent()) if sys.platform.startswith("linux") else []
    if not missing:
        return 0
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    rights = privileges()
    if rights is None or not shutil.which("apt-get"):
        print(
            f"The tests in editors lack {', '.join(missing)}. On Debian and Ubuntu: sudo {' '.join(install)}"
        )
        return 0
    print(f"Installing system packages for the tests in editors: {' '.join(missing)}", flush=True)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], install):
        done = subprocess.run(
            [*rights, *command],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            print(
                f"{done.stdout[-2000:]}\n`{' '.join(command)}` failed; what it would have brought is missing."
            )
            break
    return 0


def absent() -> Iterable[str]:
    """Yield the packages that nothing stands in for."""
    for package, programs in PROGRAMS.items():
        if not any(map(shutil.which, programs)) and not (
            package == "chromium" and os.environ.get("AZMLFLOW_CHROMIUM")
        ):
            yield package
    for package, patterns in FILES.items():
        if not any(next(Path("/").glob(pattern), None) for pattern in patterns):
            yield package


def privileges() -> list[str] | None:
    """Return what goes before a command that only root may run; None when this user may not run it unasked."""
    if os.geteuid() == 0:
        return []
    if (
        os.environ.get("CI")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


if __name__ == "__main__":
    sys.exit(main())
