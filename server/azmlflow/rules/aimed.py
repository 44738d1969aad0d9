"""How sure it is that a script's runs are meant for Azure Machine Learning, which says how loudly to speak."""

from __future__ import annotations

from typing import Final

from azmlflow.resolution.model import Platform, ScriptResolution
from azmlflow.rules.base import Severity

_STRONG: Final = frozenset({"target", "config", "variable"})


def severity_of(script: ScriptResolution) -> Severity | None:
    """Return how bad it is by what the project shows, None where that is not enough to speak."""
    shown = {evidence.kind for evidence in script.aimed_at}
    if script.running.outside and shown & _STRONG and (len(shown) > 1 or not _only_above(script)):
        return "warning"
    speaks = script.running.outside or script.running.platform is Platform.UPLOADED
    return "information" if speaks and shown - {"package"} else None


def _only_above(script: ScriptResolution) -> bool:
    """Tell whether all that is shown lies above the project: a config in the home folder may be another's."""
    root = script.snapshot.root_of(script.file.path)
    places = [evidence.because.location for evidence in script.aimed_at]
    return not any(place is None or place.path.is_relative_to(root) for place in places)
