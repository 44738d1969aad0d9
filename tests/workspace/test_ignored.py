"""Which files git would leave out, beside the real git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from azmlflow.workspace.ignored import ignored_files

FILES = [
    "bot.pem",
    "certificates/bot.pem",
    "certificates/deep/er/bot.p12",
    "src/bot.pem",
    "src/kept.pem",
    "z z.key",
]


@pytest.mark.parametrize(
    ("patterns", "left_out"),
    [
        ({}, []),
        ({".gitignore": "*.pem\n"}, ["bot.pem", "certificates/bot.pem", "src/bot.pem", "src/kept.pem"]),
        ({".gitignore": "/bot.pem\nz z.key\n"}, ["bot.pem", "z z.key"]),
        ({".gitignore": "certificates/\n!bot.pem\n"}, ["certificates/bot.pem", "certificates/deep/er/bot.p12"]),
        ({".gitignore": "*.pem\n", "src/.gitignore": "!kept.pem\n"}, ["bot.pem", "certificates/bot.pem", "src/bot.pem"]),
        ({".gitignore": "certificates/*\n!certificates/deep\n"}, ["certificates/bot.pem"]),
        ({".git/info/exclude": "**/deep/**\n"}, ["certificates/deep/er/bot.p12"]),
    ],
)  # fmt: skip
def test_as_git_does(tmp_path: Path, patterns: dict[str, str], left_out: list[str]) -> None:
    subprocess.run(["git", "-C", str(tmp_path), "init", "-q"], check=True)
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for name, text in patterns.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = ignored_files(tmp_path, [tmp_path / name for name in FILES])
    assert sorted(path.relative_to(tmp_path).as_posix() for path in found) == left_out
    git = ["git", "-C", str(tmp_path), "-c", "core.excludesFile=", "check-ignore", *FILES]
    done = subprocess.run(git, capture_output=True, text=True, check=False)
    assert sorted(line.strip('"') for line in done.stdout.splitlines()) == left_out


def test_a_file_outside_the_repository_is_not_judged(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / ".gitignore").write_text("*\n")
    assert ignored_files(tmp_path / "inside", [tmp_path / "bot.pem"]) == frozenset()
