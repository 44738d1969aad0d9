"""What is measured on: one long script, and a tree like the ones people have; the same bytes on every run."""

from __future__ import annotations

import json
import random
from pathlib import Path

CONFIG = {
    "subscription_id": "11111111-2222-3333-4444-555555555555",
    "resource_group": "rg-bench",
    "workspace_name": "ws-bench",
}


def long_script(lines: int) -> str:
    """Return a training script of about that many lines, most of which have nothing to do with MLflow."""
    choose = random.Random(11)
    text = ["import json", "import os", "", "import mlflow", "", "EXPERIMENT = 'bench'", ""]
    number = 0
    while len(text) < lines - 8:
        number += 1
        text += [
            f"def stage_{number}(rows, factor={choose.randint(1, 9)}):",
            f'    """Work on the rows of stage {number}."""',
            f"    limit = float(os.environ.get('LIMIT_{number}', '{choose.randint(1, 99)}'))",
            "    kept = []",
            "    for position, row in enumerate(rows):",
            f"        if row * factor + position % {choose.randint(2, 9)} > limit:",
            "            kept.append({'row': row, 'at': position})",
            f"    print(json.dumps({{'stage': {number}, 'kept': len(kept)}}))",
            "    return kept",
            "",
        ]
    return "\n".join([*text, *_MAIN])


_MAIN = (
    "if __name__ == '__main__':",
    "    mlflow.set_experiment(EXPERIMENT)",
    "    with mlflow.start_run():",
    "        mlflow.log_param('rate', 1e-3)",
    "        mlflow.log_metric('loss', 0.1)",
    "",
)


def write_workspace(folder: Path, lines: int) -> Path:
    """Write a folder with a workspace config and the long script; return the script."""
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    script = folder / "train.py"
    script.write_text(long_script(lines), encoding="utf-8")
    return script


def write_tree(folder: Path, files: int) -> None:
    """Write a tree of Python files and notebooks: one in six imports MLflow, one in six is a notebook.

    The shares are those counted over public repositories that use MLflow with Azure Machine Learning; there nearly
    all files that log are right, and here nine in ten are.
    """
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    for number in range(files):
        place = folder / f"package_{number // 60}"
        place.mkdir(exist_ok=True)
        text = _tracked(number) if number % 6 == 0 else _plain(number)
        if number % 6 == 3:
            (place / f"notebook_{number}.ipynb").write_text(_notebook(text), encoding="utf-8")
        else:
            (place / f"module_{number}.py").write_text(text, encoding="utf-8")


def _plain(number: int) -> str:
    return long_script(60 + number % 180).replace("import mlflow\n", "").partition("if __name__")[0]


def _tracked(number: int) -> str:
    text = long_script(60 + number % 240)
    if number % 60 == 0:
        return text
    return text.replace(
        "import mlflow\n", "import mlflow\n\nmlflow.set_tracking_uri(os.environ['TRACKING'])\n", 1
    )


def _notebook(text: str) -> str:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{index}",
            "metadata": {},
            "outputs": [],
            "source": (part + "\n").splitlines(keepends=True),
        }
        for index, part in enumerate(text.split("\n\n"))
    ]
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1)
