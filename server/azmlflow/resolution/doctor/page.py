"""The report of `azmlflow doctor` as a page of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from azmlflow.workspace.interpreter import why_taken

Paint = Callable[[str, str], str]
"""Gives a text a style: bold, red, green, yellow, dim."""

_STATES: Final = {
    "would be tried": "green",
    "unknown until asked": "yellow",
    "cannot be used": "dim",
    "stops the chain": "red",
    "removed": "dim",
    "never reached": "dim",
}


def plain(style: str, text: str) -> str:
    """Return the text as it is."""
    return text


def page_of(report: Mapping[str, Any], paint: Paint = plain, width: int = 110) -> Iterator[str]:
    """Yield the lines of the page."""
    safe = "Names and ids are shortened: this page can be shown to anybody." if report["redacted"] else ""
    yield paint("bold", f"{report['tool']} doctor") + f". Nothing was asked, sent or changed. {safe}".rstrip()
    yield ""
    yield from _verdict(report, paint, width)
    yield from _python(report, paint)
    first = None
    for environment in report["environments"]:
        yield from _environment(environment, first, paint, width)
        first = first or environment
    yield from _machine(report["machine"], paint)
    yield from _configs(report["configs"], paint)
    yield from _scripts(report, paint)
    yield from _permissions(report["permissions"], paint)


def _verdict(report: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    problems = list(report["problems"])
    findings = report.get("findings") or {}
    if findings:
        total = sum(findings.values())
        counted = ", ".join(f"{code} ({count})" if count > 1 else code for code, count in findings.items())
        problems.append(
            f"`azmlflow check` has {total} finding{'' if total == 1 else 's'} in the files: {counted}."
        )
    if not problems:
        yield paint("green", "Nothing is wrong, as far as can be told without asking Azure.")
    else:
        things = "One thing is" if len(problems) == 1 else f"{len(problems)} things are"
        yield paint("red", f"{things} wrong:")
    for problem in problems:
        yield from _wrapped("  - ", problem, width)
    if report.get("findings", {}) is None:
        yield "There are too many files to look for findings in them here: run `azmlflow check`."
    yield ""


def _python(report: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    interpreter = report["interpreter"]
    if interpreter is None:
        yield paint("bold", "Python") + ": none was found; name it with --python"
    else:
        version = f"{interpreter['version']}, " if interpreter["version"] else ""
        yield (
            paint("bold", "Python") + f": {interpreter['path']} ({version}{why_taken(interpreter['origin'])})"
        )
    for package in report["packages"]:
        says = package["says"]
        style = {"unknown": "yellow", "unmet": "yellow"}.get(package["verdict"], "red")
        yield f"  {package['name']:<22} {package['version'] or '-':<16} {paint(style, says)}".rstrip()
    yield ""


def _environment(
    environment: Mapping[str, Any], first: Mapping[str, Any] | None, paint: Paint, width: int
) -> Iterator[str]:
    """Yield the first environment whole; of any other, what is not as in the first."""
    yield from _variables(environment, first, paint)
    if first is None or environment["certificate"] != first["certificate"]:
        yield from _certificate(environment["certificate"], paint)
    if first is None or [*_cloud(environment["cloud"], plain)] != [*_cloud(first["cloud"], plain)]:
        yield from _cloud(environment["cloud"], paint)
    if first is None:
        yield from _chain(environment["chain"], paint, width)
    elif environment["chain"]["headline"] != first["chain"]["headline"]:
        yield from _wrapped("  ", f"Credentials: {environment['chain']['headline']}", width)
        yield ""


def _variables(
    environment: Mapping[str, Any], first: Mapping[str, Any] | None, paint: Paint
) -> Iterator[str]:
    scripts = environment["scripts"]
    yield (
        paint("bold", "Variables")
        + f", as {_names(scripts) or 'this terminal'} get{'' if len(scripts) > 1 else 's'} them"
    )
    rows: Sequence[Mapping[str, Any]] = environment["variables"]
    told = [row for row in rows if first is None or row not in first["variables"]]
    if not told:
        yield "  as above" if rows else "  none that matters is set"
    wide = max((len(row["shape"]) for row in told), default=0)
    long = max((len(row["name"]) for row in told), default=0)
    for row in told:
        place = _place(row)
        line = f"  {row['name']:<{max(33, long)}} {row['shape']:<{wide}}  {row['says']}{place}"
        yield line if row["used"] else paint("dim", line)
    if len(told) < len(rows) and told:
        yield "  and the others as above"
    if environment["variables_left_out"]:
        yield f"  and {environment['variables_left_out']} more"
    if environment["may_hold_more"]:
        yield f"  Others may be set too, because {environment['may_hold_more']}."
    yield ""


def _place(of: Mapping[str, Any]) -> str:
    """Return where something is written, a notebook's line with the number of its cell, as `check` does."""
    cell = f"cell {of['cell']}:" if of["cell"] is not None else ""
    return f" ({of['path']}:{cell}{of['line']})" if of["path"] else ""


def _names(paths: Sequence[str]) -> str:
    if len(paths) <= 2:
        return " and ".join(paths)
    return f"{paths[0]} and {len(paths) - 1} more scripts"


def _certificate(certificate: Mapping[str, Any] | None, paint: Paint) -> Iterator[str]:
    if certificate is None:
        return
    yield paint("bold", "Certificate") + f": {certificate['path'] or 'AZURE_CLIENT_CERTIFICATE_PATH'}"
    if not certificate["read"]:
        yield "  is never read, because the set of variables is incomplete or another wins"
    if certificate["says"]:
        yield f"  {paint('red', certificate['says'])}"
    facts = [
        certificate["form"],
        certificate["key"],
        f"valid until {certificate['not_after']}" if certificate["not_after"] else None,
        f"thumbprint ends in {certificate['thumbprint_ends']}" if certificate["thumbprint_ends"] else None,
    ]
    if certificate["form"]:
        yield f"  {', '.join(fact for fact in facts if fact)}"
    for remark in certificate.get("remarks", ()):
        yield f"  {paint('yellow', remark)}"
    yield ""


def _cloud(cloud: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    used = cloud["used"] or "cannot be told"
    yield paint("bold", "Cloud") + f": {used}{'' if cloud['set'] else ', by default'}"
    for remark in cloud["remarks"]:
        yield f"  {remark}"
    yield ""


def _chain(chain: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    versions = f"azureml-mlflow {chain['azureml_mlflow']} with azure-identity {chain['azure_identity']}"
    yield paint("bold", "Credentials") + (f", as {versions} tries them" if chain["known"] else "")
    if chain["note"]:
        yield from _wrapped("  ", f"Unknown: {chain['note']}.", width)
    for number, link in enumerate(chain["links"], 1):
        says = f"{link['state']}: {link['says']}"
        yield f"  {number:>2} {link['name']:<32} {paint(_STATES[link['state']], says)}"
    yield from _wrapped("  ", chain["headline"], width)
    yield ""


def _machine(machine: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    az = machine["azure_cli"]
    yield (
        paint("bold", "Tools")
        + f": {', '.join(_tools(machine)) or 'neither az nor pwsh nor azd is on the PATH'}"
    )
    if az["subscriptions"]:
        who = {"servicePrincipal": "a service principal", "user": "a user"}.get(
            az["signed_in_as"], "somebody"
        )
        tenant = f", tenant {az['tenant']}" if az["tenant"] else ""
        plural = "" if az["subscriptions"] == 1 else "s"
        yield f"  az is signed in as {who} with {az['subscriptions']} subscription{plural}{tenant}"
    elif az["on_path"]:
        yield f"  {'nobody is signed in to az' if az['subscriptions'] == 0 else 'the profile of az cannot be read'}"
    yield ""


def _tools(machine: Mapping[str, Any]) -> Iterator[str]:
    names = {"azure_cli": "az", "powershell": "PowerShell", "azure_developer_cli": "azd"}
    yield from (name for key, name in names.items() if machine[key]["on_path"])


def _configs(configs: Sequence[Mapping[str, Any]], paint: Paint) -> Iterator[str]:
    yield paint("bold", "config.json")
    for config in configs:
        if config["found"] is None:
            yield f"  {config['asker']} finds none, here or in the folders above"
            continue
        workspace = config["workspace"]
        named = f"names the workspace {_workspace(workspace)}" if workspace else "names no workspace"
        yield f"  {config['asker']} finds {config['found']}, which {named}"
        for other in config["passed_over"]:
            same = {True: "the same workspace", False: "another workspace", None: "no workspace"}
            yield f"    and passes over {other['path']}: {same[other['same_workspace']]}"
    yield ""


def _workspace(workspace: Mapping[str, str]) -> str:
    return (
        f"{workspace['workspace_name']} (resource group {workspace['resource_group']}, "
        f"subscription {workspace['subscription_id']})"
    )


def _scripts(report: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    yield paint("bold", "Runs")
    if not report["scripts"]:
        yield "  no script that uses MLflow was found"
    for script in report["scripts"]:
        because = script["because"]
        place = _place(because)
        where = "" if script["running"].startswith("outside") else f", run by {script['running']}"
        yield f"  {script['path']}{where}: {script['target']}"
        if because["what"] and script["status"] != "unknown":
            yield f"    because {because['what']}{place}"
    if report["scripts_left_out"]:
        yield f"  and {report['scripts_left_out']} more; `azmlflow explain FILE` tells of each"
    yield ""


def _permissions(permissions: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    roles = " or ".join(permissions["sufficient_roles"])
    yield paint("bold", "Permissions") + f": the role {roles} suffices; a custom role needs"
    yield from (f"  {action}" for action in permissions["actions"])
    yield f"  and {permissions['to_read_the_workspace']} where the code asks MLClient for the tracking URI"
    yield "  `azmlflow doctor --role json` (or bicep, az) writes such a role for your workspace"


def _wrapped(first: str, text: str, width: int) -> list[str]:
    return wrap(text, width, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False)
