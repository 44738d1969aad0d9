"""How pip, conda and poetry write the versions they want; what conda and poetry mean is said as pip would."""

from __future__ import annotations

from typing import Final, NamedTuple

from azmlflow.patterns import pattern

NAME: Final = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
EXTRAS: Final = pattern(r"[^\S\r\n]*\[([^\]\[;]*)\]")
VERSION: Final = r"(?:\{\{[^{}]{0,200}\}\}|[^\s,;(){}=<>!~])(?:\{\{[^{}]{0,200}\}\}|[^\s,;(){}])*"
CLAUSE: Final = rf"(?:===|==|~=|!=|<=|>=|<|>)\s*{VERSION}"
CLAUSES: Final = pattern(rf"{CLAUSE}(?:\s*,\s*{CLAUSE})*,?")
OPERATOR: Final = pattern(r"===|==|~=|!=|<=|>=|<|>")
RELEASE: Final = pattern(r"v?(\d+(?:\.\d+)*)")
CONDA_NAME: Final = pattern(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?")
CONDA_VERSION: Final = pattern(r"version\s*=\s*(['\"]?)([^'\"\]]*)\1")
CONDA_EXPORT: Final = pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]*=[^=\s]+=[^=\s]+")


class Parsed(NamedTuple):
    """One requirement in a string, with offsets into it; `specifier` is what pip would write."""

    name: str
    name_at: int
    specifier: str
    specifier_at: int
    specifier_end: int
    extras: tuple[str, ...]
    marker: str
    url: str


def parse_pip(value: str) -> Parsed | None:
    """Read `name[extras] specifier ; marker` or `name @ url ; marker`; None when it is neither."""
    start = len(value) - len(value.lstrip())
    match = NAME.match(value, start)
    if not match:
        return None
    extras = EXTRAS.match(value, match.end())
    end = extras.end() if extras else match.end()
    at = end + len(value[end:]) - len(value[end:].lstrip())
    names = tuple(part.strip() for part in extras[1].split(",") if part.strip()) if extras else ()
    if value.startswith("@", at):
        url, _, marker = value[at + 1 :].partition(" ;")
        return Parsed(match[0], start, "", end, end, names, marker.strip(), url.strip())
    body = value[at:].partition(";")[0]
    marker = value[at + len(body) + 1 :].strip()
    written = body.strip()
    if not written:
        return Parsed(match[0], start, "", end, end, names, marker, "")
    inner = written[1:-1].strip() if written[0] == "(" and written[-1] == ")" else written
    if not CLAUSES.fullmatch(inner):
        return None
    at = value.index(inner, at)
    return Parsed(match[0], start, inner, at, at + len(inner), names, marker, "")


def parse_conda_spec(value: str) -> Parsed | None:
    """Read `channel::name=1.2=build`, `name >=1,<2`, `name[version='>=1']`."""
    start = value.rfind("::") + 2 if "::" in value else 0
    start += len(value[start:]) - len(value[start:].lstrip())
    match = CONDA_NAME.match(value, start)
    if not match:
        return None
    rest = value[match.end() :]
    at, written = match.end(), rest
    if rest.startswith("["):
        inside = CONDA_VERSION.search(rest)
        at, written = (at + inside.start(2), inside[2]) if inside else (at, "")
    at += len(written) - len(written.lstrip())
    written = written.strip()
    return Parsed(match[0], start, conda_specifier(written), at, at + len(written), (), "", "")


def conda_specifier(written: str) -> str:
    """Return what pip would write for a conda version, or the version itself when it has alternatives."""
    if not written or written == "*":
        return ""
    if "|" in written:
        return written
    version, _, build = written.partition(" ")
    if version in ("=", "==", ">=", "<=", ">", "<", "!=", "~="):
        version, _, build = f"{version}{build.lstrip()}".partition(" ")
    return ",".join(filter(None, (_conda_clause(part.strip(), bool(build)) for part in version.split(","))))


def _conda_clause(clause: str, has_build: bool) -> str:
    operator = OPERATOR.match(clause)
    if operator:
        version = clause[operator.end() :].strip().partition("=")[0]
        return operator[0] + (version.removesuffix(".*") if operator[0][0] in "<>" else version)
    fuzzy = clause.startswith("=")
    version, _, build = clause.removeprefix("=").partition("=")
    if version == "*" or not version:
        return ""
    if version.endswith("*"):
        return f"=={version.rstrip('*').rstrip('.')}.*"
    return f"=={version}.*" if fuzzy and not build and not has_build else f"=={version}"


def poetry_specifier(written: str) -> str:
    """Return what pip would write for a poetry constraint, or the constraint when it has alternatives."""
    if "|" in written:
        return written
    return ",".join(filter(None, (_poetry_clause(part.strip()) for part in written.split(","))))


def _poetry_clause(clause: str) -> str:
    if not clause or clause == "*":
        return ""
    if OPERATOR.match(clause):
        return clause.replace(" ", "")
    if clause[0] not in "^~":
        return f"=={clause.removeprefix('=').strip()}"
    version = clause[1:].strip()
    release = RELEASE.match(version)
    if not release or len(release[1]) > 60:
        return clause
    numbers = [int(number) for number in release[1].split(".")]
    return f">={version},<{_next_release(numbers, clause[0])}"


def _next_release(numbers: list[int], sign: str) -> str:
    """Return the first release that `^` or `~` leaves out."""
    if sign == "~":
        kept = min(2, len(numbers))
    else:
        kept = next((i + 1 for i, number in enumerate(numbers) if number), len(numbers))
    return ".".join(map(str, [*numbers[: kept - 1], numbers[kept - 1] + 1, *[0] * (len(numbers) - kept)]))
