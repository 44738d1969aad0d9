"""What was found in one file at one moment, and its repairs, made when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from azmlflow.rules.engine import fixes_of

if TYPE_CHECKING:
    from azmlflow.resolution.resolve import Resolution
    from azmlflow.rules.base import Edit, Finding, Fix


class Repairs(NamedTuple):
    """What can be done about one finding: its fixes, the preferred one first, and the comment that silences it."""

    fixes: tuple[Fix, ...]
    disable: Edit | None


class Checked:
    """The findings of one file together with the snapshot they were found in, which their repairs are made from."""

    def __init__(self, resolution: Resolution, findings: tuple[Finding, ...]) -> None:
        self.resolution = resolution
        self.findings = findings
        self._repairs: dict[int, Repairs] = {}

    def repairs(self, finding: Finding) -> Repairs:
        """Return the repairs of one of these findings; the first time this may take long, on any thread."""
        known = self._repairs.get(id(finding))
        if known is None:
            from azmlflow.lsp.disable import disable

            known = Repairs(fixes_of(finding), disable(self.resolution.snapshot, finding))
            self._repairs[id(finding)] = known
        return known
