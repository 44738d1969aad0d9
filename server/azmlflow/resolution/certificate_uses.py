"""The certificate files that a file names: in AZURE_CLIENT_CERTIFICATE_PATH, or in a call of CertificateCredential."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.azure.variables import (
    AZURE_CLIENT_CERTIFICATE_PASSWORD,
    AZURE_CLIENT_CERTIFICATE_PATH,
    AZURE_CLIENT_SECRET,
    AZURE_TOKEN_CREDENTIALS,
)
from azmlflow.parsing.python.facts import Call, CallValue, Constant, Import, dotted
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.model import Platform
from azmlflow.resolution.modules import Module, Placed, read_module
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.sdk import argument
from azmlflow.resolution.wanted import is_absolute, paths_meant
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location, Snapshot, SourceFile
from azmlflow.workspace.texts import mentions

CALL: Final = "CertificateCredential"
_CALLS: Final = frozenset({f"azure.identity.{CALL}", f"azure.identity.aio.{CALL}"})
_OTHER_MACHINES: Final = frozenset(
    {
        Platform.JOB,
        Platform.UPLOADED,
        Platform.COMPUTE_INSTANCE,
        Platform.SYNAPSE,
        Platform.DATABRICKS,
        Platform.MLPROJECT,
        Platform.SCORING,
    }
)
_READ_THE_ENVIRONMENT: Final = frozenset({"", "prod", "environmentcredential"})
"""The values of AZURE_TOKEN_CREDENTIALS with which azure-identity looks at a service principal's variables."""


class Password(NamedTuple):
    """The password that a certificate would be opened with; `text` is None when there is none, or it is not known."""

    text: str | None = None
    known: bool = True
    setting: Setting | None = None
    """Where the file under inspection sets it."""
    more: str | None = None
    """Why one may be set elsewhere, when none is seen."""


class CertificateUse(NamedTuple):
    """A certificate file that is named. `called` is the variable or argument that names it, `place` is where that stands.

    `paths` are the files that may be meant, the likeliest first; a relative path counts from one of the `folders`. With
    `exact` it can only be the first. `here` tells whether the program runs on this machine. `own` is false when the
    file under inspection sets the password only. `read` is false when azure-identity does not look at the certificate,
    because of other variables. `one_system` tells that the file names the operating system that it is for.
    """

    called: str
    value: str
    place: Location
    written: Location
    password: Password
    folders: tuple[Path, ...]
    paths: tuple[Path, ...]
    exact: bool
    here: bool
    own: bool = True
    read: bool = True
    one_system: bool = False

    @property
    def is_relative(self) -> bool:
        """Tell whether the path counts from where the program starts."""
        return not is_absolute(self.value) and not self.value.startswith(("~/", "~\\"))


def uses_of(resolution: Resolution) -> Iterator[CertificateUse]:
    """Yield each certificate whose path is known; a test's own, and those that nobody can look at, are left out."""
    file = resolution.file
    script = resolution.script if file.kind in SCRIPT_KINDS else None
    platform = script.running.platform if script else Platform.OUTSIDE
    if platform is Platform.TEST:
        return
    here = platform not in _OTHER_MACHINES
    for environ in resolution.environs:
        use = _use_of(resolution, environ, here and environ.where == "here")
        if use is not None:
            yield use
    if script is not None:
        yield from (use._replace(here=here) for use in calls_of(resolution.snapshot, file))


def _use_of(resolution: Resolution, environ: Environ, here: bool) -> CertificateUse | None:
    path, password = environ.get(AZURE_CLIENT_CERTIFICATE_PATH), _password_in(environ)
    setting = environ.setting(AZURE_CLIENT_CERTIFICATE_PATH) or password.setting
    if path is None or not path.value or setting is None:
        return None
    folders, is_launch = environ.folders, environ.origin.startswith("launch")
    exact = is_launch and resolution.file.kind is FileKind.EDITOR and "${" not in str(folders[0])
    return CertificateUse(
        called=AZURE_CLIENT_CERTIFICATE_PATH,
        value=path.value,
        place=setting.place,
        written=setting.written,
        password=password,
        folders=folders,
        paths=paths_meant(path.value, folders, resolution.snapshot.process.values),
        exact=exact,
        here=here,
        own=environ.setting(AZURE_CLIENT_CERTIFICATE_PATH) is not None,
        read=_is_read(environ),
        one_system=environ.origin.startswith("VS Code terminal on"),
    )


def _password_in(environ: Environ) -> Password:
    found = environ.get(AZURE_CLIENT_CERTIFICATE_PASSWORD)
    if found is None:
        return Password(more=environ.more)
    return Password(found.value, found.value is not None, environ.setting(AZURE_CLIENT_CERTIFICATE_PASSWORD))


def _is_read(environ: Environ) -> bool:
    """Tell whether EnvironmentCredential would come to the certificate: a secret, even an empty one, goes before it."""
    if environ.has(AZURE_CLIENT_SECRET):
        return False
    chosen = environ.text(AZURE_TOKEN_CREDENTIALS)
    if chosen is None:
        return not environ.has(AZURE_TOKEN_CREDENTIALS)
    return chosen.strip().lower() in _READ_THE_ENVIRONMENT


def calls_of(snapshot: Snapshot, file: SourceFile) -> Iterator[CertificateUse]:
    """Yield the calls of CertificateCredential in a script whose path is written out."""
    if not mentions(file, (CALL,)):
        return
    folders = tuple(dict.fromkeys((snapshot.root_of(file.path), file.path.parent)))
    module = read_module(snapshot, file)
    bound = _imports(module)
    for scope in module.scopes:
        for placed in module.body(scope):
            if isinstance(placed.fact, Call) and _full_name(placed.fact.call, bound) in _CALLS:
                yield from _use_in(placed, placed.fact.call, folders, snapshot.process.values)


def _imports(module: Module) -> dict[str, str]:
    facts = (placed.fact for scope in module.scopes for placed in module.body(scope))
    return {fact.bound: fact.dotted for fact in facts if isinstance(fact, Import)}


def _full_name(call: CallValue, bound: Mapping[str, str]) -> str:
    first, dot, rest = (dotted(call.function) or "").partition(".")
    return f"{bound.get(first, first)}{dot}{rest}"


def _use_in(
    placed: Placed, call: CallValue, folders: tuple[Path, ...], process: Mapping[str, str]
) -> Iterator[CertificateUse]:
    path, password = argument(call, 2, "certificate_path"), argument(call, -1, "password")
    if isinstance(path, Constant) and isinstance(path.value, str) and path.value:
        yield CertificateUse(
            called="certificate_path",
            value=path.value,
            place=placed.origin.locate(path.span),
            written=placed.origin.locate(path.span),
            password=_password_of(call, password, placed),
            folders=folders,
            paths=paths_meant(path.value, folders, process),
            exact=False,
            here=True,
        )


def _password_of(call: CallValue, value: object, placed: Placed) -> Password:
    if value is None:
        hidden = any(not name for name, _ in call.keywords)
        return Password(known=not hidden)
    text = value.value if isinstance(value, Constant) else None
    if not isinstance(value, Constant) or not (text is None or isinstance(text, str)):
        return Password(known=False)
    place = placed.origin.locate(value.span)
    return Password(text, True, Setting("password", text, place, place) if text else None)
