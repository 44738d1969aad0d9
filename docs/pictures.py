"""Makes the pictures of the terminal in docs/pictures from real runs of azmlflow.

SVG is for pages that may show it; PNG, drawn from it by `rsvg-convert` (Debian: librsvg2-bin, Homebrew: librsvg), is
for those that may not: the README is also the page of the VS Code extension, which refuses SVG. The pictures of VS Code are
made by tests/vscode/pictures.py.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
EXAMPLES = Path("examples")


class Shown(NamedTuple):
    """The arguments of azmlflow that a picture shows, and the folder; with a scenario it runs in the sandbox, in that world."""

    arguments: str
    scenario: str = ""
    folder: str = "."


PICTURES = {
    "check": Shown("check examples/quickstart"),
    "credentials": Shown("check examples/credentials"),
    "explain": Shown("explain examples/quickstart/train.py"),
    "connection": Shown("test-connection examples/connected/train.py --only token", "az-expired"),
    "dry-run": Shown("dry-run -- python train.py", folder="examples/connected"),
}

WIDTH = 110
FONT_SIZE = 14
COLUMN = FONT_SIZE * 0.602  # how far one character of DejaVu Sans Mono, Menlo and most others goes
LINE = 20
MARGIN = 18
BAR = 34
FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
GROUND, TITLE_BAR, INK = "#0d1117", "#161b22", "#d1d7e0"
BUTTONS = ("#ff5f57", "#febc2e", "#28c840")
STYLES = {
    "": "",
    "1": ' fill="#ffffff" font-weight="bold"',
    "2": ' fill="#8b949e"',
    "1;31": ' fill="#ff7b72" font-weight="bold"',
    "1;32": ' fill="#56d364" font-weight="bold"',
    "1;33": ' fill="#e3b341" font-weight="bold"',
    "1;34": ' fill="#79c0ff" font-weight="bold"',
    "1;36": ' fill="#56d4dd" font-weight="bold"',
}
"""What the terminal's codes mean here; `azmlflow.cli.terminal` writes no others."""

CODE = re.compile(r"\x1b\[([0-9;]*)m")


class Piece(NamedTuple):
    """Characters of one style, and the column they begin at."""

    column: int
    text: str
    style: str


def output_of(shown: Shown) -> str:
    """Run azmlflow where nothing is but the examples and our Python, with colours, and return what it prints."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMPDIR") if name in os.environ}
    kept["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.defpath))
    if not shown.scenario:
        return printed(shown, kept)
    from azmlflow.sandbox.box import AzureBox

    with AzureBox(shown.scenario) as box:
        box.world.accept_anything = True
        box.world.imds = "none"
        return printed(shown, box.environment(base=kept, keep_credentials=True))


def printed(shown: Shown, environ: dict[str, str]) -> str:
    """Return what azmlflow prints in an environment."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / EXAMPLES, Path(folder) / EXAMPLES)
        (Path(folder) / EXAMPLES / "connected" / ".venv").symlink_to(sys.prefix)
        ran = subprocess.run(
            [sys.executable, "-m", "azmlflow", *shown.arguments.split()],
            cwd=Path(folder) / shown.folder,
            env={
                **environ,
                "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # MLflow's own two long lines, with emoji
                "PYTHONPATH": str(ROOT / "server"),
                "PYTHONUTF8": "1",
                "FORCE_COLOR": "1",
                "HOME": folder,
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    if "Traceback" in ran.stderr or ran.returncode not in (0, 1):
        sys.exit(f"azmlflow {shown.arguments} ended with {ran.returncode}: {ran.stderr}")
    return ran.stdout


def lines_of(output: str) -> Iterator[list[Piece]]:
    """Yield the lines as they stand in a window of WIDTH columns, which breaks long ones at a space."""
    for line in output.splitlines():
        yield from wrapped([(char, style) for text, style in styled(line) for char in text])


def styled(line: str) -> Iterator[tuple[str, str]]:
    """Yield the stretches of a line with the style of each, empty for none."""
    style = ""
    for index, part in enumerate(CODE.split(line)):
        if index % 2:
            style = "" if part in {"", "0"} else part
        else:
            yield part, style


def wrapped(cells: list[tuple[str, str]]) -> Iterator[list[Piece]]:
    """Yield the rows that a line of styled characters fills, at least one."""
    while len(cells) > WIDTH:
        cut = max((at for at in range(1, WIDTH + 1) if cells[at][0] == " "), default=WIDTH)
        yield pieces_of(cells[:cut])
        cells = cells[cut + (cells[cut][0] == " ") :]
    yield pieces_of(cells)


def pieces_of(cells: list[tuple[str, str]]) -> list[Piece]:
    """Return a row's words together with their columns; neighbours of one style make one piece."""
    pieces: list[Piece] = []
    for column, (char, style) in enumerate(cells):
        if pieces and pieces[-1].style == style:
            pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + char)
        else:
            pieces.append(Piece(column, char, style))
    stripped = (
        piece._replace(column=piece.column + indent(piece.text), text=piece.text.strip()) for piece in pieces
    )
    return [piece for piece in stripped if piece.text]


def indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def svg_of(command: str, lines: list[list[Piece]]) -> str:
    """Return the picture of a window with a command and what it printed."""
    width, height = round(2 * MARGIN + WIDTH * COLUMN), BAR + 2 * MARGIN + LINE * len(lines) - LINE // 3
    buttons = "".join(
        f'<circle cx="{MARGIN + 4 + 20 * at}" cy="{BAR // 2}" r="6" fill="{fill}"/>'
        for at, fill in enumerate(BUTTONS)
    )
    rows = "\n".join(row_of(number, pieces) for number, pieces in enumerate(lines) if pieces)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(command)} in a terminal">\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="{GROUND}"/>\n'
        f'<path d="M0 {BAR}V8a8 8 0 0 1 8-8H{width - 8}a8 8 0 0 1 8 8V{BAR}z" fill="{TITLE_BAR}"/>\n{buttons}\n'
        f'<g font-family="{FONTS}" font-size="{FONT_SIZE}" fill="{INK}" style="white-space: pre" xml:space="preserve">\n'
        f"{rows}\n</g>\n</svg>\n"
    )


def row_of(number: int, pieces: list[Piece]) -> str:
    """Return the text elements of a row; each is stretched to its columns, whatever font there is."""
    y = BAR + MARGIN + LINE * number + FONT_SIZE // 2
    return "\n".join(
        f'<text x="{MARGIN + piece.column * COLUMN:.1f}" y="{y}" textLength="{len(piece.text) * COLUMN:.1f}"'
        f"{STYLES[piece.style]}>{escape(piece.text, quote=False)}</text>"
        for piece in pieces
    )


def main() -> int:
    """Write every picture; return 1 when the PNG could not be drawn."""
    FOLDER.mkdir(exist_ok=True)
    draw = shutil.which("rsvg-convert")
    for name, shown in PICTURES.items():
        command = f"azmlflow {shown.arguments}"
        lines = [*lines_of(f"\x1b[1;32m$\x1b[0m \x1b[1m{command}\x1b[0m"), *lines_of(output_of(shown))]
        svg = FOLDER / f"{name}.svg"
        svg.write_text(svg_of(command, lines), encoding="utf-8", newline="\n")
        print(f"wrote {svg.relative_to(ROOT).as_posix()}")
        if draw:
            subprocess.run([draw, "--zoom=2", "--output", svg.with_suffix(".png"), svg], check=True)
            print(f"wrote {svg.with_suffix('.png').relative_to(ROOT).as_posix()}")
    if not draw:
        print("The PNG pictures are left as they were: rsvg-convert is not on PATH.", file=sys.stderr)
    return 0 if draw else 1


if __name__ == "__main__":
    sys.exit(main())
