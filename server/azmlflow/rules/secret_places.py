"""Where secrets stand in a file: what certainly is one by its shape, and what is given under a name that means one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from azmlflow.azure.secret_shapes import (
    Kind,
    Secret,
    certain_secrets,
    is_given,
    may_hold_secrets,
    means_secret,
)
from azmlflow.azure.variables import AZURE_CLIENT_CERTIFICATE_PASSWORD, AZURE_CLIENT_SECRET, AZURE_PASSWORD
from azmlflow.parsing import tree
from azmlflow.parsing.base import Text
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.notebook_json import output_places
from azmlflow.parsing.python.document import Block, PythonFacts
from azmlflow.parsing.python.facts import Assign, CallValue, Constant, Name, Value
from azmlflow.parsing.tree import Node, Scalar
from azmlflow.patterns import pattern
from azmlflow.resolution.environs import concerns_azure
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.modules import Origin, Placed, read_module
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known
from azmlflow.resolution.running import is_test
from azmlflow.rules.credential_calls import credential_calls
from azmlflow.rules.shell_parts import ShellPart, shell_parts
from azmlflow.workspace.layer import root_of_tree, roots_of
from azmlflow.workspace.snapshot import FileKind, Location, SourceFile

GIVEN_TO: Final = {
    "ClientSecretCredential": (2, "client_secret", AZURE_CLIENT_SECRET),
    "OnBehalfOfCredential": (None, "client_secret", AZURE_CLIENT_SECRET),
    "CertificateCredential": (None, "password", AZURE_CLIENT_CERTIFICATE_PASSWORD),
    "UsernamePasswordCredential": (2, "password", AZURE_PASSWORD),
    "ServicePrincipalAuthentication": (2, "service_principal_password", AZURE_CLIENT_SECRET),
    "ConfidentialClientApplication": (1, "client_credential", AZURE_CLIENT_SECRET),
}
"""The argument of azure-identity's, azureml-core's and msal's classes that takes a secret."""
_WORDS: Final = pattern(r"secret|passw|token|principalkey|login", re.IGNORECASE)


class Place(NamedTuple):
    """A secret: `kind` by its shape, or the variable that it is meant for (`name`), or both.

    `cell` is that of an output, whose place is one in the notebook's JSON; `event` writes it into the environment.
    """

    location: Location
    kind: Kind | None
    name: str | None = None
    output_of: int | None = None
    event: Event | None = None


def places(resolution: Resolution) -> Iterator[Place]:
    """Yield the secrets of a file, each once."""
    named = {place.location: place for place in _named(resolution)}
    yield from named.values()
    for place in (*_shaped(resolution), *_in_outputs(resolution)):
        if not any(_covers(known, place.location) for known in named):
            yield place


def _covers(outer: Location, inner: Location) -> bool:
    same = outer[:2] == inner[:2]
    return same and outer.span[:2] <= inner.span[:2] and inner.span[2:] <= outer.span[2:]


def still_opens(resolution: Resolution, secret: Secret) -> bool:
    """Tell whether a secret opens anything yet; of one that expires that is not known before the date is."""
    seen = resolution.snapshot.surroundings
    return secret.expires is None or (seen is not None and seen.now < secret.expires)


def _counts(resolution: Resolution, value: str) -> bool:
    """Tell whether a text given for a secret is one, and has not expired."""
    return is_given(value) and all(still_opens(resolution, secret) for secret in certain_secrets(value))


def _shaped(resolution: Resolution) -> Iterator[Place]:
    for cell, line, text in _texts(resolution.file):
        source = Text(text)
        for secret in certain_secrets(text):
            if still_opens(resolution, secret):
                span = source.span(secret.start, secret.end).shifted(line)
                yield Place(Location(resolution.file.path, cell, span), secret.kind)


def _texts(file: SourceFile) -> Iterator[tuple[int | None, int, str]]:
    """Yield (cell, first line, text) of the parts of a file that may hold a secret."""
    if isinstance(file.facts, PythonFacts):
        for index in file.facts.indices("secrets", _block_may_hold):
            yield None, file.facts.lines[index], file.facts.blocks[index].text
    elif isinstance(file.facts, NotebookFacts):
        for cell in file.facts.cells:
            if may_hold_secrets(cell.source.value):
                yield cell.index, 0, cell.source.value
    elif may_hold_secrets(file.text.value):
        yield None, 0, file.text.value


def _block_may_hold(block: Block) -> bool:
    return may_hold_secrets(block.text)


def _in_outputs(resolution: Resolution) -> Iterator[Place]:
    """Yield what a notebook's cells have put out; of one that the editor holds the outputs are not known."""
    file = resolution.file
    if (
        file.kind is not FileKind.NOTEBOOK
        or file.version is not None
        or not may_hold_secrets(file.text.value)
    ):
        return
    found = [secret for secret in certain_secrets(file.text.value) if still_opens(resolution, secret)]
    for cell, start, end in output_places(file.text.value) if found else ():
        for secret in found:
            if start <= secret.start < end:
                span = file.text.span(secret.start, secret.end)
                yield Place(Location(file.path, None, span), secret.kind, output_of=cell)


def _named(resolution: Resolution) -> Iterator[Place]:
    script = resolution.script
    if script is not None:
        if script.running.platform is not Platform.TEST:
            yield from _written(resolution, script)
            yield from _given(resolution)
            yield from _in_shell(resolution)
    elif concerns_azure(resolution) and not _is_of_test(resolution):
        yield from _in_layers(resolution)
        yield from _in_shell(resolution)
        yield from _in_trees(resolution)


def _is_of_test(resolution: Resolution) -> bool:
    path, root = resolution.file.path, resolution.root
    return is_test(path.relative_to(root) if path.is_relative_to(root) else path)


def _written(resolution: Resolution, script: ScriptResolution) -> Iterator[Place]:
    """Yield what the code writes into the environment."""
    for event in script.all(EventKind.WRITE_VARIABLE):
        name, result = means_secret(event.name or ""), event.result
        if name and isinstance(result, Known) and result.text and _counts(resolution, result.text):
            place = result.literal or event.location
            if place.path == resolution.file.path:
                yield Place(place, _kind(result.text), name, event=event)


def _given(resolution: Resolution) -> Iterator[Place]:
    """Yield what the code gives to a credential, outright or by a name that it has bound to a text."""
    for name, fact, origin in credential_calls(resolution.file):
        taken = GIVEN_TO.get(name)
        value = _argument(fact.call, taken[0], taken[1]) if taken else None
        literal = _literal(resolution, fact.scope, value, origin) if value else None
        if taken and literal and _counts(resolution, literal[0]):
            yield Place(literal[1], _kind(literal[0]), taken[2])


def _argument(call: CallValue, position: int | None, keyword: str) -> Value | None:
    for name, value in call.keywords:
        if name == keyword:
            return value
    plain = position is not None and position < len(call.arguments)
    return call.arguments[position] if plain and position is not None else None


def _literal(resolution: Resolution, scope: str, value: Value, origin: Origin) -> tuple[str, Location] | None:
    if isinstance(value, Name):
        module = read_module(resolution.snapshot, resolution.file)
        bound = _bound(module.body(scope), value.id) or module.assigned(value.id)
        return _literal_of(bound[0].value, bound[1]) if bound else None
    return _literal_of(value, origin)


def _literal_of(value: Value, origin: Origin) -> tuple[str, Location] | None:
    plain = isinstance(value, Constant) and isinstance(value.value, str)
    return (str(value.value), origin.locate(value.span)) if plain and isinstance(value, Constant) else None


def _bound(body: Iterable[Placed], name: str) -> tuple[Assign, Origin] | None:
    found = [(p.fact, p.origin) for p in body if isinstance(p.fact, Assign) and p.fact.target == name]
    return found[-1] if found else None


def _in_layers(resolution: Resolution) -> Iterator[Place]:
    for layer in resolution.layers:
        for setting in layer.settings.values():
            name = means_secret(setting.name)
            if name and setting.value and _counts(resolution, setting.value):
                yield Place(setting.written, _kind(setting.value), name)


def _in_shell(resolution: Resolution) -> Iterator[Place]:
    """Yield what a shell is told: variables, exported or not, and the password of `az login --service-principal`."""
    if resolution.file.kind not in (FileKind.SHELL, FileKind.NOTEBOOK):
        return
    for part in shell_parts(resolution.file, _WORDS):
        for assignment in part.facts.assignments:
            name = means_secret(assignment.name)
            value = None if assignment.expands or assignment.substitution else assignment.value
            if name and value and _counts(resolution, value):
                location = Location(resolution.file.path, part.cell, assignment.value_span)
                yield Place(location, _kind(value), name)
        yield from _in_logins(resolution, part)


def _in_logins(resolution: Resolution, part: ShellPart) -> Iterator[Place]:
    for command in part.facts.commands:
        if command.program != "az" or not {"login", "--service-principal"} <= set(command.texts):
            continue
        for option, word in zip(command.words, command.words[1:], strict=False):
            given = option.text in ("-p", "--password") and not word.expands
            if given and _counts(resolution, word.text):
                location = Location(resolution.file.path, part.cell, word.span)
                yield Place(location, _kind(word.text), AZURE_CLIENT_SECRET)


def _in_trees(resolution: Resolution) -> Iterator[Place]:
    """Yield what stands in YAML and JSON under a telling key, or beside the `name` of a variable as its `value`."""
    file = resolution.file
    roots = [root for root in (root_of_tree(file), *roots_of(file)) if root is not None]
    for root in roots if roots and _WORDS.search(file.text.value) else ():
        for key, value in _pairs(root):
            name, text = means_secret(key), tree.text(value)
            if name and text and _counts(resolution, text):
                yield Place(Location(file.path, None, value.span), _kind(text), name)


def _pairs(root: Node | None) -> Iterator[tuple[str, Scalar]]:
    for _, node in tree.walk(root):
        if not isinstance(node, tree.Mapping):
            continue
        for key, value in node.entries:
            if isinstance(value, Scalar):
                yield str(key.value), value
        named, given = tree.text(tree.get(node, "name")), tree.get(node, "value")
        if named and isinstance(given, Scalar):
            yield named, given


def _kind(value: str) -> Kind | None:
    """Return what a whole value is by its shape."""
    return next((s.kind for s in certain_secrets(value) if (s.start, s.end) == (0, len(value))), None)
