"""Which rules a file cannot concern, told before they are imported: by the words that are not in it, and by its kind.

To import a rule costs about as much as to run it on a hundred files, and a file is open before the first rule has run.
A test holds these tables against the rules' own records, and against every case.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from azmlflow.parsing.python.document import PythonFacts
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, SourceFile
from azmlflow.workspace.texts import mentions

_PRINCIPAL: Final = ("AZURE_",)
_CERTIFICATE: Final = ("AZURE_CLIENT_CERTIFICATE", "CertificateCredential")
_WRITES: Final = ("environ", "putenv", "%env", "%set_env")

_SECRET: Final = (
    *(
        "ecret",
        "ECRET",
        "assw",
        "ASSW",
        "assphrase",
        "ASSPHRASE",
        "pwd",
        "PWD",
        "oken",
        "OKEN",
        "key",
        "KEY",
        "Key",
    ),
    *("rincipal", "RINCIPAL", "ogin", "LOGIN", "redential", "onfidential", "onnection", "CONNECTION"),
    *("eyJ", "Q~", "sig="),
)

SCRIPT_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "AZM110": ("RACKING_URI", "racking_uri", "rackingUri", "rackinguri", "REGISTRY_URI"),
    **dict.fromkeys(("AZM301", "AZM302", "AZM303", "AZM304", "AZM305", "AZM306", "AZM309"), _PRINCIPAL),
    "AZM307": ("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",),
    "AZM308": ("AZURE_TOKEN_CREDENTIALS",),
    "AZM310": ("AZURE_USERNAME", "AZURE_PASSWORD"),
    "AZM311": _WRITES,
    "AZM312": _SECRET,
    "AZM317": ("MLFLOW_TRACKING_TOKEN",),
    **dict.fromkeys((f"AZM40{number}" for number in range(1, 9)), _CERTIFICATE),
    "AZM501": ("AZUREML_CURRENT_CLOUD", "ARM_CLOUD_METADATA_URL"),
    "AZM503": ("AZURE_AUTHORITY_HOST",),
    "AZM504": _WRITES,
    "AZM505": _WRITES,
    "AZM506": _WRITES,
    "AZM605": ("azureml",),
}
"""Rules that find nothing in a script or notebook which holds none of these words."""

NOT_FOR_SCRIPTS: Final = frozenset(
    ("AZM109", "AZM207", "AZM313", "AZM316", "AZM508", "AZM701", "AZM702", "AZM703")
)
"""Rules that do not look at scripts and notebooks."""

PEDANTIC: Final = frozenset(("AZM106", "AZM108", "AZM201", "AZM318", "AZM507"))
"""Rules that are reported to the pedantic only, or when they are selected by their code."""

_ALL_WORDS: Final = tuple(dict.fromkeys(word for words in SCRIPT_WORDS.values() for word in words))
ALL_WORDS: Final = frozenset(_ALL_WORDS)
"""What a file holds of which nothing is known."""

_KEY: Final = "words"


def words_in(file: SourceFile) -> frozenset[str]:
    """Return the words of the table that a script holds; after an edit perhaps some that it held before."""
    facts = file.facts
    if file.kind not in SCRIPT_KINDS:
        return frozenset()
    if not isinstance(facts, PythonFacts):
        return frozenset(word for word in _ALL_WORDS if mentions(file, (word,)))
    known = facts.derived.get(_KEY)
    if not isinstance(known, frozenset):
        known = facts.derived[_KEY] = _updated(file, facts)
    return known


def _updated(file: SourceFile, facts: PythonFacts) -> frozenset[str]:
    older = facts.edited.derived.get(_KEY) if facts.edited else None
    if facts.edited is None or not isinstance(older, frozenset):
        return _found((file.text.value,))
    fresh = _found(block.text for block in facts.edited.fresh)
    return older if fresh <= older else older | fresh


def _found(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in _ALL_WORDS if word in text)


def may_concern(code: str, kind: FileKind, words: frozenset[str]) -> bool:
    """Tell whether a rule can find anything in a file of a kind; `words` are those that it holds."""
    if kind not in SCRIPT_KINDS:
        return True
    wanted = SCRIPT_WORDS.get(code)
    return code not in NOT_FOR_SCRIPTS and (wanted is None or not words.isdisjoint(wanted))
