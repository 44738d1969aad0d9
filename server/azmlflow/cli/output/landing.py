"""The report of a dry run as a page of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from azmlflow.cli.output.text import plural
from azmlflow.cli.terminal import clean

Paint = Callable[[str, str], str]

MOST_RUNS: Final = 20
_MOST_VALUES: Final = 12
_STATUS: Final = {"FINISHED": "green", "FAILED": "red", "KILLED": "red", "RUNNING": "yellow"}
_SIGN_INS: Final = {
    "secret": "the client secret",
    "certificate": "the certificate",
    "federated": "the federated token (workload identity)",
    "password": "a user's name and password, through application",
}
_STAND_INS: Final = {
    "managed-identity": "a managed identity",
    "az": "the Azure CLI",
    "azd": "the Azure Developer CLI",
    "pwsh": "Azure PowerShell",
    "user": "a user who signs in (browser or device code)",
}


def page_of(report: Mapping[str, Any], paint: Paint, width: int = 110) -> Iterator[str]:
    """Yield the lines of the page."""
    yield (
        paint("bold", f"{report['tool']} dry-run")
        + ". A sandbox played Azure, and no credential was verified."
    )
    yield ""
    yield from _verdict(report, paint, width)
    for workspace in report["workspaces"]:
        yield from _workspace(workspace, paint, width)
    yield from _local(report["local"], paint)
    yield from _sign_ins(report, paint, width)
    yield from _notes(report, paint, width)


def _verdict(report: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    problems = list(_problems(report))
    if problems:
        yield paint(
            "red", "One thing is wrong:" if len(problems) == 1 else f"{len(problems)} things are wrong:"
        )
        for problem in problems:
            yield from _wrapped("  - ", problem, width)
    elif _count(report):
        yield paint("green", f"{plural(_count(report), 'run')} would have landed in Azure Machine Learning.")
    else:
        asked = "" if report["requests"] else " The command asked nothing of the sandbox."
        if report["elsewhere"]:
            asked += " Its tracking URI names something else, see the notes."
        yield paint("yellow", f"No run was seen, neither in a workspace nor in a local store.{asked}")
    yield ""


def _problems(report: Mapping[str, Any]) -> Iterator[str]:
    ended = report["ended"]
    if report["failed"]:
        yield f"The sandbox failed, so that what landed in workspaces is not known. {clean(report['failed'])}"
    yield from map(_past, report["past"])
    for store in report["local"]:
        if store["runs"]:
            count = len(store["runs"])
            why = "".join(f" `azmlflow explain {clean(each)}` says why." for each in _scripts(report))
            yield f"{plural(count, 'run')} went to the local store {clean(store['path'])} and not to a workspace.{why}"
    if ended["because"] != "ended":
        yield f"The command was {_ENDINGS[ended['because']]} after {ended['seconds']} s; what it had logged is below."
    elif ended["status"] != 0:
        yield f"The command failed: {_status(ended['status'])} after {ended['seconds']} s."
    for refused in report["refused"]:
        times = f" {refused['count']} times" if refused["count"] > 1 else ""
        yield f"A workspace would have refused{times}: {clean(refused['what']).rstrip('.')}."


def _past(past: Mapping[str, str]) -> str:
    what, file = clean(past["what"]), clean(past["file"])
    if "." in what:
        return (
            f"The code wanted to reach {what} without the proxy that leads to the sandbox: nothing was sent."
        )
    remedy = "Leave it as it is for the dry run."
    if file:
        override = ", or load the file without override=True" if what.lower().endswith("_proxy") else ""
        remedy = f"{file} sets it: take it out there for the dry run{override}."
    return f"{what} was changed while the command ran and led past the sandbox: nothing was sent. {remedy}"


def _scripts(report: Mapping[str, Any]) -> list[str]:
    """Return the script that the command runs, if it names one."""
    return [each for each in report["command"] if each.endswith(".py")][:1]


_ENDINGS: Final = {
    "timed out": "ended by --timeout",
    "interrupted": "interrupted",
    "terminated": "told to end",
}


def _status(status: int) -> str:
    return f"it was ended by signal {-status}" if status < 0 else f"exit status {status}"


def _count(report: Mapping[str, Any]) -> int:
    return sum(len(each["runs"]) for workspace in report["workspaces"] for each in workspace["experiments"])


def _workspace(workspace: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    if not workspace["experiments"] and not workspace["models"]:
        return
    assumed = "" if workspace["region_is_known"] else " (assumed: the code asks Azure which it is)"
    yield paint("bold", "Workspace") + f" {clean(workspace['workspace_name'])}"
    yield f"  resource group {clean(workspace['resource_group'])}, subscription {clean(workspace['subscription_id'])}"
    yield f"  region {clean(workspace['region'])}{assumed}"
    for experiment in workspace["experiments"]:
        yield f"  {paint('bold', 'experiment')} {clean(experiment['name'])}: {plural(len(experiment['runs']), 'run')}"
        for run in experiment["runs"][:MOST_RUNS]:
            yield from _run(run, paint, width)
        if len(experiment["runs"]) > MOST_RUNS:
            yield f"    ... and {len(experiment['runs']) - MOST_RUNS} more (--format json has all)"
    for model in workspace["models"]:
        run = f", from run {clean(model['run_id'])}" if model["run_id"] else ""
        yield f"  {paint('bold', 'model')} {clean(model['name'])}, version {clean(model['version'])}{run}"
    yield ""


def _run(run: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    status = paint(_STATUS.get(run["status"], "dim"), run["status"].lower() or "unknown")
    deleted = ", deleted" if run["deleted"] else ""
    yield f"    {paint('bold', 'run')} {clean(run['name'])} ({clean(run['run_id'])}): {status}{deleted}"
    metrics = [
        f"{name} = {value if isinstance(value, str) else f'{value:g}'}"
        for name, value in run["metrics"].items()
    ]
    parameters = [f"{name} = {value}" for name, value in run["parameters"].items()]
    tags = [f"{name} = {value}" for name, value in run["tags"].items()]
    artifacts = [f"{each['path']} ({_size(each['size'])})" for each in run["artifacts"]]
    for title, values in (
        ("metrics", metrics),
        ("parameters", parameters),
        ("tags", tags),
        ("artifacts", artifacts),
    ):
        if values:
            yield from _wrapped(f"      {title:<11}", _list(values), width)


def _list(values: Sequence[str]) -> str:
    shown = ", ".join(clean(value) for value in values[:_MOST_VALUES])
    more = len(values) - _MOST_VALUES
    return f"{shown}, and {more} more" if more > 0 else shown


def _size(size: int) -> str:
    return (
        f"{size} bytes"
        if size < 1000
        else f"{size / 1000:.1f} kB"
        if size < 1_000_000
        else f"{size / 1e6:.1f} MB"
    )


def _local(stores: Sequence[Mapping[str, Any]], paint: Paint) -> Iterator[str]:
    for store in stores:
        new = " (new)" if store["new"] else ""
        yield (
            paint("bold", "Local store")
            + f" {clean(store['path'])}{new}: {plural(len(store['runs']), 'run')}"
        )
        for run in store["runs"][:MOST_RUNS]:
            where = f" in experiment {clean(run['experiment'])}" if run["experiment"] else ""
            yield f"    run {clean(run['name'])} ({clean(run['run_id'])}){where}"
        yield ""


def _sign_ins(report: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    if not report["sign_ins"]:
        return
    for sign_in in report["sign_ins"]:
        yield from _wrapped(f"{paint('bold', 'Signed in')} with ", _sign_in(sign_in), width)
    if report["would_try"]:
        yield from _wrapped("  ", _WOULD_TRY, width)
        for each in report["would_try"]:
            if each["state"] in ("would be tried", "unknown until asked", "stops the chain"):
                yield from _wrapped(f"    {each['link']}: ", each["reason"], width)
    yield ""


_WOULD_TRY: Final = (
    "None of your own credentials was used. If your code gives no credential, azureml-mlflow takes a chain of its own, which "
    "in this environment would have tried, in order:"
)


def _sign_in(sign_in: Mapping[str, Any]) -> str:
    if sign_in["stand_in"]:
        return f"the sandbox's stand-in for {_STAND_INS[sign_in['kind']]}."
    of = "" if sign_in["kind"] == "password" else "of application "
    whose = f"{of}{clean(sign_in['client_id'])} in tenant {clean(sign_in['tenant'])}"
    return f"{_SIGN_INS[sign_in['kind']]} {whose}. It was not verified."


def _notes(report: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    hosts = report["hosts"]
    notes = [
        *(
            f"Asked for {clean(thing)}, which a dry run does not have; Azure may."
            for thing in report["unknown"]
        ),
        *(
            f"Looked for {clean(each['what'])} ({plural(each['count'], 'time')}): Azure Machine Learning does not "
            "have it, and a step that cannot do without fails."
            for each in report["in_vain"]
        ),
        *(f"One run has {clean(text)}." for text in report["limits"]),
        *(
            f"Wanted to reach {clean(host)} ({plural(count, 'time')}): refused, as the sandbox does not play this host."
            for host, count in hosts["refused"].items()
        ),
        *(
            f"Used the tracking URI {clean(uri)}, which is neither a workspace's nor a local store's: what it holds now is "
            "not looked at."
            for uri in report["elsewhere"]
        ),
        *(
            f"Reached {clean(address)} on this machine, which is no part of the sandbox: what was sent there was really "
            "done."
            for address in hosts["here"]
        ),
        *(
            f"Reached {clean(address)} without a proxy, past the sandbox: what was sent there was really sent."
            for address in hosts["direct"]
        ),
        *(
            f"Did not trust the sandbox's certificate for {clean(host)}: it uses certificates of its own choosing."
            for host in hosts["distrusted"]
        ),
    ]
    if notes:
        yield paint("bold", "Notes")
        for note in notes:
            yield from _wrapped("  - ", note, width)
        yield ""


def _wrapped(start: str, text: str, width: int) -> Iterator[str]:
    indent = " " * (len(start) - len(start.lstrip()) + (2 if start.lstrip().startswith("- ") else 0))
    lines = wrap(text, max(width - len(indent) - 2, 40), break_long_words=False, break_on_hyphens=False) or [
        ""
    ]
    yield start + lines[0]
    yield from (f"{indent}  {line}" for line in lines[1:])
