"""The page of a connection test: the words of the terminal, and what to do under what failed."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from azmlflow.lsp.connection_page import page_of
from azmlflow.lsp.connection_setup import Asked
from azmlflow.lsp.connection_test import Result
from azmlflow.probes.outcome import Outcome, failed, not_reached, ok, skipped
from azmlflow.probes.summary import summarise

AZ = "AzureCliCredential"


def page(*outcomes: Outcome) -> list[str]:
    asked = Asked(Path("train.py"), "file:///train.py", "connection of train.py", ())
    setup: Any = None
    at = datetime(2026, 6, 15, 12, 0, tzinfo=timezone.utc)
    return list(page_of(Result("1", asked, setup, (*outcomes, summarise(outcomes, 2.0)), at, False)))


def test_every_outcome_is_a_line_with_what_to_do_under_a_failure():
    refused = failed(
        "credential",
        "Wrong secret.",
        link=AZ,
        code="AADSTS7000215",
        advice="Make a new one.",
        command="az ad app credential reset",
        url="https://example.com/why",
    )
    lines = page(
        ok("chain", "13 credentials.", seconds=0.42),
        failed("credential", "Nothing is set.", link="EnvironmentCredential", hard=False),
        refused,
        failed("network", "Refused.", host="management.azure.com", hard=False),
        skipped("sdk", "Not installed."),
        not_reached("token", "Not tried."),
    )
    headline = f"Stopped at the sign-in ({AZ}): Wrong secret."
    remedy = ["Make a new one. (AADSTS7000215)", "$ az ad app credential reset", "https://example.com/why"]
    assert lines == [
        "The connection of train.py, tested 2026-06-15 12:00 UTC",
        "",
        headline,
        *remedy,
        "",
        "ok         the chain of credentials (0.4 s): 13 credentials.",
        "passed on  EnvironmentCredential: Nothing is set.",
        f"failed     {AZ}: Wrong secret.",
        *(f"{'':11}{line}" for line in remedy),
        "warning    management.azure.com: Refused.",
        "left out   azure-ai-ml: Not installed.",
        "not tried  the token: Not tried.",
    ]


def test_a_test_that_is_in_order_has_nothing_to_do():
    lines = page(ok("token", "For app 1234….", details={"identity": "app 1234…"}))
    assert lines[2:4] == ["Signed in as app 1234….", ""]
    assert not [line for line in lines if line.lstrip().startswith("$")]
