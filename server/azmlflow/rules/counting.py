"""How much `azmlflow check` would find wrong in some files, by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.engine import check_file
from azmlflow.workspace.snapshot import Snapshot

MOST_FILES: Final = 500
"""How many files are checked; beyond that, counting takes longer than somebody waits for a page."""


def count_wrong(snapshot: Snapshot, targets: Iterable[Path]) -> dict[str, int] | None:
    """Return code -> number of findings that are errors or warnings, in the order of codes; information is left out.

    None when there are so many files that they were not checked.
    """
    files = [file for path in targets if (file := snapshot.files.get(path)) is not None]
    if len(files) > MOST_FILES:
        return None
    found: Counter[str] = Counter()
    for file in files:
        for finding in check_file(Resolution(snapshot, file)):
            if (finding.severity or finding.rule.severity) != "information":
                found[finding.code] += 1
    return dict(sorted(found.items()))
