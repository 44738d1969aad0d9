"""Which blocks of a file can matter to where it logs: the others are never parsed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from azmlflow.parsing.python.document import Block, PythonFacts
from azmlflow.parsing.python.facts import Assign, CallValue, Import, Name, Value, dotted
from azmlflow.patterns import pattern

_WORDS: Final = (
    "mlflow",
    "azure",
    "dotenv",
    "MLFLOW_",
    "AZURE",
    "DATABRICKS",
    "tracking_uri",
    "__name__",
    "putenv",
    "subprocess",
    "os.system",
    "from_config",
    "_magic(",
)
_ENVIRONMENT: Final = pattern(
    r"\bdel\s+[\w.]*environ\b|environ(?:\s*\.\s*(?:update|setdefault|pop|clear)\b|\s*\|=|\s*\[[^\]\n]*\]\s*=[^=])"
)
_ROOTS: Final = frozenset({"mlflow", "azure", "azureml", "dotenv", "environs", "decouple"})


class Relevance(NamedTuple):
    """The names that make a block matter, and for each part the indices of the blocks that do."""

    modules: frozenset[str]
    names: frozenset[str]
    chosen: tuple[tuple[int, ...], ...]


def relevant(parts: Sequence[PythonFacts], modules: frozenset[str]) -> list[list[tuple[int, Block]]]:
    """Return for each part (a file has one, a notebook one a cell) the blocks that can matter, with their lines.

    A block matters when it holds a telling word, a name that such a block bound by import or definition, or one of
    `modules` (names of modules of the same project). The set grows until nothing new is found.
    """
    if len(parts) == 1:
        found = _updated(parts[0], modules) or _fresh(parts, modules)
        parts[0].derived["relevance"] = found
    else:
        found = _fresh(parts, modules)
    return [
        [(part.lines[index], part.blocks[index]) for index in indices]
        for part, indices in zip(parts, found.chosen, strict=True)
    ]


def _fresh(parts: Sequence[PythonFacts], modules: frozenset[str]) -> Relevance:
    blocks = [block for part in parts for block in part.blocks]
    chosen = {block for block in blocks if _tells(block, modules)}
    names = frozenset(_names_of(chosen, modules))
    known: frozenset[str] = frozenset()
    while not names <= known:
        known |= names
        fresh = {block for block in blocks if block not in chosen and _mentions(block, known)}
        chosen |= fresh
        names = names.union(_names_of(fresh, modules))
    indices = (tuple(i for i, block in enumerate(part.blocks) if block in chosen) for part in parts)
    return Relevance(modules, known, tuple(indices))


def _updated(part: PythonFacts, modules: frozenset[str]) -> Relevance | None:
    """Bring the answer up to date after an edit, if the edit changed no name that other blocks could use."""
    known = part.derived.get("relevance")
    if isinstance(known, Relevance) and known.modules == modules:
        return known
    edited = part.edited
    older = edited.derived.get("relevance") if edited else None
    if edited is None or not isinstance(older, Relevance) or older.modules != modules:
        return None
    fresh = [block for block in edited.fresh if _tells(block, modules) or _mentions(block, older.names)]
    removed = [block for block in edited.removed if _tells(block, modules) or _mentions(block, older.names)]
    if _names_of(fresh, modules) != _names_of(removed, modules):
        return None
    start, end = edited.start, edited.start + len(edited.removed)
    shift = len(edited.fresh) - len(edited.removed)
    inside = [start + i for i, block in enumerate(edited.fresh) if block in fresh]
    before = (i for i in older.chosen[0] if i < start)
    behind = (i + shift for i in older.chosen[0] if i >= end)
    return Relevance(modules, older.names, ((*before, *inside, *behind),))


def _tells(block: Block, modules: frozenset[str]) -> bool:
    asked, answer = block.tells
    if asked is not modules:
        text = block.text
        answer = any(word in text for word in _WORDS) or holds_name(text, modules)
        answer = answer or ("environ" in text and _ENVIRONMENT.search(text) is not None)
        block.tells = (modules, answer)
    return answer


def _mentions(block: Block, names: frozenset[str]) -> bool:
    asked, answer = block.mentions
    if asked is not names:
        answer = holds_name(block.text, names)
        block.mentions = (names, answer)
    return answer


def holds_name(text: str, names: Iterable[str]) -> bool:
    """Tell whether one of some names stands in a text as a whole word."""
    return any(name in text and _stands_alone(text, name) for name in names)


def _stands_alone(text: str, name: str) -> bool:
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not _continues(text[at - 1 : at]) and not _continues(text[end : end + 1]):
            return True
        at = text.find(name, at + 1)
    return False


def _continues(character: str) -> bool:
    return character.isalnum() or character == "_"


def _names_of(blocks: Iterable[Block], modules: frozenset[str]) -> set[str]:
    """Return the names by which other blocks can reach what these hold."""
    names: set[str] = set()
    for block in blocks:
        if block.defines is not None:
            names.add(block.defines)
            continue
        for fact in block.facts:
            if isinstance(fact, Import) and fact.scope == "" and _leads(fact, modules):
                names.add(fact.bound)
            elif isinstance(fact, Assign) and _hands_on(fact.value, names):
                names.add(fact.target)
    names.discard("*")
    return names


def _hands_on(value: Value, names: set[str]) -> bool:
    """Tell whether an assignment gives a telling thing another name: an alias, or an object made of a class."""
    if isinstance(value, Name):
        return value.id in names
    if not isinstance(value, CallValue):
        return False
    return (dotted(value.function) or "").rpartition(".")[2][:1].isupper()


def _leads(fact: Import, modules: frozenset[str]) -> bool:
    parts = fact.module.split(".")
    return parts[0] in _ROOTS or fact.level > 0 or not modules.isdisjoint([*parts, fact.name or ""])
