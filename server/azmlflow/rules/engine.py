"""Runs the rules on one file: isolates a crash, applies suppressions, sorts."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator

from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import rule_crashed, suppression_unused
from azmlflow.rules.base import Edit, Finding, Fix, RuleModule
from azmlflow.rules.relevance import words_in
from azmlflow.rules.selection import Selection, covers
from azmlflow.rules.suppressions import NONE, Suppressions, directives

log = logging.getLogger(__name__)


def check_file(resolution: Resolution, selection: Selection | None = None) -> tuple[Finding, ...]:
    """Return what the rules find in one file, sorted by place and code, without repetitions.

    `selection` defaults to what the project's settings select. Never raises: a rule that does becomes a finding.
    """
    selection = selection or Selection.of(resolution.settings)
    written = directives(resolution.file)
    suppressions = Suppressions(written) if written else NONE
    if suppressions.whole_file:
        return ()
    findings = list(_run(resolution, selection))
    crashed = any(finding.rule is rule_crashed.RULE for finding in findings)
    findings = [finding for finding in findings if not suppressions.silence(finding)] if written else findings
    if written and not crashed:
        unused = suppression_unused.findings(resolution, written, selection)
        findings += [finding for finding in unused if not suppressions.silence(finding)]
    return _sorted(_reported(findings, resolution, selection)) if findings else ()


def fixes_of(finding: Finding) -> tuple[Fix, ...]:
    """Return a finding's repairs, the preferred one first; none when the rule fails to make them.

    One that would write a secret anew, such as by moving the line that holds it, is left out: it would send it along.
    """
    try:
        return tuple(fix for fix in finding.fixes() if not any(map(_copies_secret, fix.edits)))
    except Exception:
        log.exception("%s failed to make its fixes", finding.code)
        return ()


def _copies_secret(edit: Edit) -> bool:
    from azmlflow.azure.masking import holds_secret

    return bool(edit.text) and holds_secret(edit.text, code=edit.location.path.suffix in (".py", ".ipynb"))


def _run(resolution: Resolution, selection: Selection) -> Iterator[Finding]:
    """Yield what each rule finds; a fault that several rules meet is reported once, for the first."""
    faults: set[str] = set()
    for rule in selection.rules(resolution.file.kind, words_in(resolution.file)):
        error = yield from _run_one(rule, resolution)
        if error is not None and repr(error) not in faults:
            faults.add(repr(error))
            yield rule_crashed.finding(resolution, rule, error)


def _run_one(rule: RuleModule, resolution: Resolution) -> Generator[Finding, None, Exception | None]:
    """Yield one rule's findings and return what it raised, if anything: the other rules must still run."""
    try:
        yield from rule.check(resolution)
    except Exception as error:
        log.exception("%s crashed on %s", rule.rule.code, resolution.file.path)
        return error
    return None


def _reported(findings: list[Finding], resolution: Resolution, selection: Selection) -> list[Finding]:
    """Return the findings that are wanted: the engine's own rules are not run, so they are asked for here."""
    ignored = selection.ignored_in(resolution.file.path, resolution.root)
    return [f for f in findings if selection.wants(f.rule) and not covers(ignored, f.code)]


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return findings by place, then code; those that say the same of the same place once."""
    return tuple(sorted({_key(f): f for f in reversed(findings)}.values(), key=_key))


def _key(finding: Finding) -> tuple[str, int, tuple[int, ...], str, str]:
    path, cell, span = finding.location
    return str(path), -1 if cell is None else cell, tuple(span), finding.code, finding.message
