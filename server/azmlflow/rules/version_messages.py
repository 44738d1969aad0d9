"""What is said of versions that do not go together."""

from __future__ import annotations

from collections.abc import Mapping

from azmlflow.azure.releases import CHECKED
from azmlflow.azure.version_outlook import Trouble
from azmlflow.azure.versions import MLFLOW, PLUGIN, SKINNY


def message_of(trouble: Trouble, wishes: Mapping[str, str]) -> str:
    """Return one sentence; where a release to come could make it right, it says when the index was asked."""
    package, other = trouble.package, trouble.other
    asked = f"{package}{wishes.get(package, '')}"
    if trouble.kind == "mixed":
        newer = f"the newer {SKINNY} that {PLUGIN} brings along"
        second = newer if other == PLUGIN else f"{SKINNY} {trouble.other_version}"
        return f"{MLFLOW} {trouble.version} and {second} are installed into one folder: what runs is a mixture of both"
    if trouble.kind == "unresolvable":
        until = "" if trouble.certain else f" (the newest on {CHECKED})"
        return f"{asked} cannot be installed beside {other} {trouble.version}{until}, which requires {trouble.limit}"
    if trouble.kind == "older":
        back = f"{other} {trouble.other_version}" if trouble.other_version else f"a much older {other}"
        return f"{asked} is above what {other} {trouble.version} takes ({trouble.limit}): pip goes back to {back}"
    fault = trouble.clash.fault if trouble.clash else ""
    pair = f"{package} {trouble.version} and {other} {trouble.other_version}"
    if trouble.certain:
        return f"{pair} do not work together: {fault}"
    if trouble.by_order:
        return (
            f"with {other} listed first pip takes {pair} (on {CHECKED}), which do not work together: {fault}"
        )
    return f"pip takes {pair} (on {CHECKED}), which do not work together: {fault}"
