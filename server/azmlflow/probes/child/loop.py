"""Takes the steps one after another, each within its time, and says of those that cannot be tried that they were not."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from time import monotonic
from typing import Final

from azmlflow.azure.clouds import AZURE_CLOUD, CLOUDS, Cloud
from azmlflow.azure.tracking_uri import parse_tracking_uri
from azmlflow.azure.variables import AZUREML_CURRENT_CLOUD
from azmlflow.probes import outcome as o
from azmlflow.probes.child.bounded import TookTooLong, bounded_iterator, no_answer
from azmlflow.probes.child.context import Context, Run
from azmlflow.probes.outcome import Outcome
from azmlflow.probes.request import Request

log = logging.getLogger(__name__)

Begin = Callable[[str, "str | None", float], None]

BOUND_THEMSELVES: Final = (o.CREDENTIAL,)
"""Steps that give each of their parts a limit of its own."""


def outcomes(request: Request, begin: Begin) -> Iterator[Outcome]:
    """Yield what comes of each step that is asked for, as it comes."""
    context = Context(request, begin, cloud=cloud_meant(request, os.environ))
    for name in request.steps:
        if name != o.CONFIGURATION:
            for outcome in _of_step(name, context):
                context.outcomes.append(outcome)
                yield outcome


def cloud_meant(request: Request, environ: Mapping[str, str]) -> Cloud:
    """Return the cloud that the tracking URI's host belongs to, else the one that AZUREML_CURRENT_CLOUD names."""
    parsed = parse_tracking_uri(request.uri or "")
    named = (cloud for cloud in CLOUDS if cloud.name == environ.get(AZUREML_CURRENT_CLOUD))
    return (parsed.cloud if parsed else None) or next(named, AZURE_CLOUD)


def _of_step(name: str, context: Context) -> Iterator[Outcome]:
    reason = _in_the_way(name, context)
    if reason is not None:
        yield o.not_reached(name, reason)
        return
    limit = context.limit(name)
    context.begin(name, None, limit)
    started = monotonic()
    try:
        for outcome in _run(name, context, limit):
            now = monotonic()
            yield outcome if outcome.seconds else outcome._replace(seconds=now - started)
            started = now
    except TookTooLong:
        yield no_answer(name, limit, seconds=limit, hard=o.STEP_OF[name].hard)
    except Exception as error:
        log.exception("The step %s failed.", name)
        message = f"azmlflow's own check failed with {type(error).__name__}; its log says where."
        spent, hard = monotonic() - started, o.STEP_OF[name].hard
        yield o.failed(name, message, code="INTERNAL", seconds=spent, hard=hard)


def _run(name: str, context: Context, limit: float) -> Iterator[Outcome]:
    run: Run = import_module(f"azmlflow.probes.child.{name}").run
    if name in BOUND_THEMSELVES:
        return run(context)
    return bounded_iterator(limit, lambda: run(context))


def _in_the_way(name: str, context: Context) -> str | None:
    """Return why a step cannot be tried: one that it needs failed or was itself not reached."""
    for needed in o.STEP_OF[name].needs:
        came = [outcome for outcome in context.outcomes if outcome.step == needed]
        if any(outcome.outcome == "failed" and outcome.hard for outcome in came):
            return o.because_failed(needed)
        if came and all(outcome.outcome == "not-reached" for outcome in came):
            return _in_the_way(needed, context) or o.because_not_tried(needed)
    return None
