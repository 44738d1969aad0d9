"""What the rules on credentials ask of a file: in which environments it sets them, and what else may set or read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.credential_chain import Chain, chain_of
from azmlflow.azure.credential_links import ENVIRONMENT
from azmlflow.parsing.python.document import Block
from azmlflow.patterns import pattern
from azmlflow.resolution.environs import Environ, concerns_azure, set_elsewhere
from azmlflow.resolution.mentions import code_names
from azmlflow.resolution.model import Platform
from azmlflow.resolution.modules import units_of
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.running import is_test
from azmlflow.workspace.classify import STARTERS
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.layers import LAYER_KINDS
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location, Snapshot

KINDS: Final = SCRIPT_KINDS | LAYER_KINDS
"""Every kind of file that sets environment variables."""

PRINCIPAL: Final = (
    v.AZURE_TENANT_ID,
    v.AZURE_CLIENT_ID,
    v.AZURE_CLIENT_SECRET,
    v.AZURE_CLIENT_CERTIFICATE_PATH,
    v.AZURE_USERNAME,
    v.AZURE_PASSWORD,
)
"""What EnvironmentCredential is made of."""

STAND_IN: Final = "0a1b2c3d-0000-4000-8000-000000000001"
"""What a value that is not to be known counts as: a good one."""

_MAKERS: Final = frozenset(
    {
        *(
            "CLIENTSECRETCREDENTIAL",
            "CERTIFICATECREDENTIAL",
            "CLIENTASSERTIONCREDENTIAL",
            "ONBEHALFOFCREDENTIAL",
        ),
        *("MANAGEDIDENTITYCREDENTIAL", "WORKLOADIDENTITYCREDENTIAL", "USERNAMEPASSWORDCREDENTIAL"),
        *("AZUREPIPELINESCREDENTIAL", "SERVICEPRINCIPALAUTHENTICATION", "SERVICEPRINCIPALCREDENTIALS"),
        v.DEFAULT_IDENTITY_CLIENT_ID,
    }
)
"""Names in code, in upper case, that build a credential from ids of their own."""

_OTHER_PROGRAMS: Final = ("NEXT_PUBLIC_", "VITE_", "REACT_APP_", "NUXT_", "GATSBY_", "AZURE_ENV_NAME")
"""What variables begin with in files of web applications and of the Azure Developer CLI."""

TEST_NAME: Final = pattern(r"[._-](?:test|tests|testing|ci|dummy|fake|mock)(?:[._-]|$)")
"""What a file's name has in it when it is for tests: `.env.test`, `docker-compose.ci.yml`."""


def judged(resolution: Resolution, *names: str) -> Iterator[Environ]:
    """Yield the environments of a file in which it sets one of some variables itself.

    None where azure-identity for Python does not read them: in a test, in a project without MLflow or Azure ML, and
    in an environment file that lies where no script would find it.
    """
    found = [environ for environ in resolution.environs if not environ.own.isdisjoint(names)]
    if found and concerns_azure(resolution) and _is_read(resolution):
        yield from found


def _is_read(resolution: Resolution) -> bool:
    script, file = resolution.script, resolution.file
    if script is not None:
        return script.running.platform is not Platform.TEST
    if _is_for_tests(resolution):
        return False
    if file.kind is not FileKind.DOTENV or file.path.parent == resolution.root:
        return True
    return _has_script_below(resolution) or _is_named_elsewhere(resolution)


def _is_for_tests(resolution: Resolution) -> bool:
    """Tell whether a file gives made-up variables to tests; a workflow that is called so may well do real work."""
    file, root = resolution.file, resolution.root
    if file.kind in (FileKind.WORKFLOW, FileKind.PIPELINE):
        return False
    inside = file.path.relative_to(root) if file.path.is_relative_to(root) else file.path
    return is_test(inside) or TEST_NAME.search(file.path.name.lower()) is not None


def _has_script_below(resolution: Resolution) -> bool:
    folder = f"{resolution.file.path.parent.as_posix()}/"
    return any(file.path.as_posix().startswith(folder) for file in resolution.snapshot.of_kind(*SCRIPT_KINDS))


def _is_named_elsewhere(resolution: Resolution) -> bool:
    """Tell whether a script, a launch configuration or a compose file names the environment file with its folder."""
    path, snapshot = resolution.file.path, resolution.snapshot
    name = f"{path.parent.name}/{path.name}"
    if any(name in file.text.value for file in snapshot.of_kind(*LAYER_KINDS) if file.path != path):
        return True
    wanted = name if path.name == ".env" else path.name
    return any(
        wanted in facts.blocks[index].text
        for file in snapshot.of_kind(*SCRIPT_KINDS)
        for _, facts in units_of(file)
        for index in facts.indices("environment files", _names_environment_file)
    )


def _names_environment_file(block: Block) -> bool:
    return ".env" in block.text


def is_of_other_program(environ: Environ) -> bool:
    """Tell whether a set of variables is plainly written for a web application, or by the Azure Developer CLI."""
    return any(name.startswith(_OTHER_PROGRAMS) for name in environ.own)


def principal_of(environ: Environ) -> dict[str, str]:
    """Return the variables of EnvironmentCredential that are present; a value that is not known counts as good."""
    found = ((name, environ.get(name)) for name in PRINCIPAL)
    return {name: STAND_IN if var.value is None else var.value for name, var in found if var is not None}


def reads_principal(resolution: Resolution, environ: Environ) -> bool:
    """Tell whether AZURE_TOKEN_CREDENTIALS leaves EnvironmentCredential in the chain; what it holds must be known."""
    chosen = environ.get(v.AZURE_TOKEN_CREDENTIALS)
    left = chain_for(resolution).left(chosen.value if chosen else None)
    return (chosen is None or chosen.value is not None) and left is not None and ENVIRONMENT in left


def chain_for(resolution: Resolution) -> Chain:
    """Return the chain of the versions that the project's interpreter has, the newest one where that is not known."""
    seen = resolution.snapshot.surroundings
    interpreter = seen.interpreters.get(resolution.root) if seen else None
    packages: Mapping[str, str] = interpreter.packages if interpreter else {}
    return chain_of(packages.get("azure-identity"), packages.get("azureml-mlflow"))


def elsewhere(resolution: Resolution, *names: str) -> bool:
    """Tell whether a file of the project that is no script, this one included, sets one of some variables."""
    texts = tuple(_texts(resolution.snapshot, LAYER_KINDS))
    written = [name for name in names if any(name in text for text in texts)]
    if not written:
        return False
    known = set_elsewhere(resolution.snapshot, resolution.root)
    return any(name in known for name in written)


def code_reads(resolution: Resolution, *names: str, but_here: bool = False) -> bool:
    """Tell whether a script of the project names one of some variables; with `but_here`, one other than this file."""
    but = resolution.file.path if but_here else None
    return code_names(resolution.snapshot, resolution.root, names, but)


def code_signs_in(resolution: Resolution, *names: str) -> bool:
    """Tell whether a script of the project builds a credential from ids of its own, or names one of some variables."""
    return code_names(resolution.snapshot, resolution.root, (*_MAKERS, *names))


def commands_read(resolution: Resolution, *names: str, handed_on: bool = True) -> bool:
    """Tell whether a shell script, workflow or pipeline of the project names one of some variables in its commands.

    With `handed_on` it is enough that a compose file, image or other YAML gives it on.
    """
    pattern = re.compile(rf"(?:[$({{]|\benv[.:])(?:{'|'.join(map(re.escape, names))})\b")
    kinds = (*_COMMANDS, *_HANDED_ON) if handed_on else _COMMANDS
    return any(pattern.search(text) for text in _texts(resolution.snapshot, kinds))


def is_replaced_later(value: str) -> bool:
    """Tell whether a value stands for another that a program puts in its place: a deployment, a template, a vault."""
    bare = value.strip().strip("'\"")
    pairs = (bare[: len(begin)] == begin and bare.endswith(end) for begin, end in _TOKENS)
    return bare.startswith(_REFERENCES) or any(pairs)


_TOKENS: Final = (("#{", "}#"), ("{{", "}}"), ("$(", ")"), ("__", "__"))
"""What the task that replaces tokens, templates and pipelines look for."""
_REFERENCES: Final = ("@Microsoft.KeyVault(", "op://", "ref+", "vault://", "keyvault://")
"""How App Service, 1Password, vals and others name a secret that they fetch."""


def filled_in_at_submission(resolution: Resolution, name: str) -> bool:
    """Tell whether a job's variable may be given when it is submitted: `--set environment_variables.NAME=...`."""
    snapshot = resolution.snapshot
    if any(f"environment_variables.{name}" in text for text in _texts(snapshot, _COMMANDS)):
        return True
    return any(path.name in STARTERS and path.is_relative_to(resolution.root) for path in snapshot.present)


_COMMANDS: Final = (FileKind.SHELL, FileKind.WORKFLOW, FileKind.PIPELINE)
_HANDED_ON: Final = (FileKind.COMPOSE, FileKind.DOCKERFILE, FileKind.YAML, FileKind.JOB)


def _texts(snapshot: Snapshot, kinds: Iterable[FileKind]) -> Iterator[str]:
    return (file.text.value for file in snapshot.of_kind(*kinds))


def misspelt(environ: Environ) -> Iterator[tuple[str, str]]:
    """Yield the variables that the file sets under nearly the right name, with that name."""
    for name in environ.own:
        if name[:2] in _BEGINNINGS:
            right = v.near_miss(name)
            if right is not None:
                yield name, right


_BEGINNINGS: Final = frozenset(
    {variant for name in ("AZ", "ML", "AM", "AR") for variant in (name, name.lower(), name.title())}
)


def value_place(setting: Setting) -> Location:
    """Return where the value stands, or the whole entry where there is nothing to be underlined."""
    span = setting.written.span
    return setting.place if span[:2] == span[2:] else setting.written


def first_own(environ: Environ, names: Iterable[str]) -> Setting | None:
    """Return where the file sets the first of some variables that it sets itself."""
    return next((setting for name in names if (setting := environ.setting(name)) is not None), None)


def overruled_by_process(resolution: Resolution, name: str) -> bool:
    """Tell whether load_dotenv and VS Code leave a variable of an environment file alone: the process has it already."""
    return resolution.file.kind is FileKind.DOTENV and bool(resolution.snapshot.process.values.get(name))
