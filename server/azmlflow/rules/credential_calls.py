"""The calls of a script that make a credential, found without reading the blocks that hold none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from azmlflow.parsing.python.document import Block
from azmlflow.parsing.python.facts import Call, dotted
from azmlflow.resolution.modules import Origin, units_of
from azmlflow.workspace.snapshot import SourceFile

_ENDINGS = ("Credential", "ServicePrincipalAuthentication", "ConfidentialClientApplication")


class CredentialCall(NamedTuple):
    """A call that makes a credential: the name of its class, the call, and the place of its block."""

    name: str
    fact: Call
    origin: Origin


def credential_calls(file: SourceFile) -> Iterator[CredentialCall]:
    """Yield the calls of azure-identity's, azureml-core's and msal's classes in order, whatever function they are in."""
    for cell, facts in units_of(file):
        for index in facts.indices("credentials made", _may_make_one):
            origin = Origin(file.path, cell, facts.lines[index])
            for fact in facts.blocks[index].facts:
                name = (dotted(fact.call.function) or "").rpartition(".")[2] if isinstance(fact, Call) else ""
                if isinstance(fact, Call) and name.endswith(_ENDINGS):
                    yield CredentialCall(name, fact, origin)


def _may_make_one(block: Block) -> bool:
    return any(f"{ending}(" in block.text for ending in _ENDINGS)
