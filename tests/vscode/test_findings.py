"""What a user sees of findings: squiggles, problems, hovers, fixes; in scripts and in notebooks."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.vscode.conftest import Open, Shot
from tests.vscode.driver import projects


def test_a_finding_is_shown_and_its_fix_taken(window: Open, shot: Shot, project: Path) -> None:
    folder = projects.example("quickstart", project)
    editor = window(folder, "train.py")

    expect(editor.squiggles("warning")).to_have_count(1)
    problem = editor.problems().filter(has_text="nothing sets the tracking URI")
    expect(problem).to_contain_text("AZM101")
    shot(editor, "finding")
    told = editor.hover(editor.squiggles("warning"))
    expect(told).to_contain_text("mlflow.db")
    shot(editor, "finding-hover")

    editor.go_to_problem("AZM101")
    fixes = editor.fixes()
    expect(fixes.filter(has_text="Take the tracking URI from the workspace ws-churn")).to_have_count(1)
    shot(editor, "finding-fixes")
    editor.pick_fix("Take the tracking URI from the workspace ws-churn")
    editor.no_problems()
    expect(editor.squiggles("warning")).to_have_count(0)
    editor.save()
    assert "mlflow.set_tracking_uri(" in (folder / "train.py").read_text(encoding="utf-8")
    shot(editor, "finding-fixed")


def test_a_notebook_s_cells_are_checked(window: Open, shot: Shot, project: Path) -> None:
    editor = window(projects.example("quickstart", project), "explore.ipynb")

    problem = editor.problems().filter(has_text="AZM101")
    expect(problem).to_have_count(1)
    expect(editor.squiggles("warning")).to_have_count(1)
    shot(editor, "notebook")
    editor.go_to_problem("AZM101")
    editor.fix("Take the tracking URI")
    editor.no_problems()
    shot(editor, "notebook-fixed")


def test_a_notebook_is_explained_and_repaired_by_commands(window: Open, shot: Shot, project: Path) -> None:
    """The cell that lacks the tracking URI gets it, and no other."""
    editor = window(projects.example("quickstart", project), "explore.ipynb")
    editor.problems().filter(has_text="AZM101").wait_for()
    editor.command("azmlflow: Explain Where This Logs")
    expect(editor.page_of_text("Where explore.ipynb Logs")).to_contain_text("mlflow.db")
    editor.go_to_tab("explore.ipynb")
    editor.command("azmlflow: Insert Tracking")
    expect(editor.line("mlflow.set_tracking_uri(")).to_have_count(1)
    editor.no_problems()
    shot(editor, "notebook-inserted")
