"""Which rules a file cannot concern, told before they are imported: by the words that are not in it, and by its kind.

To import a rule costs about as much as to run it on a hundred files, and a file is open before the first rule has run.
A test holds these tables against the rules' own records, and against every case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, cast

from azmlflow.parsing.python.document import PythonFacts
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, SourceFile

if TYPE_CHECKING:
    from azmlflow.parsing.notebook import NotebookFacts

_PRINCIPAL: Final = ("azure_",)
_CERTIFICATE: Final = ("azure_client_certificate", "certificatecredential")
_WRITES: Final = ("environ", "putenv", "%env", "%set_env")

_SECRET: Final = (
    *("key", "oken", "ecret", "assw", "assphrase", "pwd", "rincipal", "login", "redential", "onfidential"),
    *("onnection", "eyj", "q~", "sig="),
)

SCRIPT_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "AZM110": ("racking_uri", "rackinguri", "registry_uri"),
    **dict.fromkeys(("AZM301", "AZM302", "AZM303", "AZM304", "AZM305", "AZM306", "AZM309"), _PRINCIPAL),
    "AZM307": ("azure_client_send_certificate_chain",),
    "AZM308": ("azure_token_credentials",),
    "AZM310": ("azure_username", "azure_password"),
    "AZM311": _WRITES,
    "AZM312": _SECRET,
    "AZM317": ("mlflow_tracking_token",),
    **dict.fromkeys((f"AZM40{number}" for number in range(1, 9)), _CERTIFICATE),
    "AZM501": ("azureml_current_cloud", "arm_cloud_metadata_url"),
    "AZM503": ("azure_authority_host",),
    "AZM504": _WRITES,
    "AZM505": _WRITES,
    "AZM506": _WRITES,
    "AZM605": ("azureml",),
}
"""Rules that find nothing in a script or notebook which holds none of these words, in capitals or not."""

NOT_FOR_SCRIPTS: Final = frozenset(
    ("AZM109", "AZM207", "AZM313", "AZM316", "AZM508", "AZM701", "AZM702", "AZM703")
)
"""Rules that do not look at scripts and notebooks."""

PEDANTIC: Final = frozenset(("AZM106", "AZM108", "AZM201", "AZM318", "AZM507"))
"""Rules that are reported to the pedantic only, or when they are selected by their code."""

_ROWS: Final = tuple(dict.fromkeys(SCRIPT_WORDS.values()))
ALL_WORDS: Final = frozenset(word for row in _ROWS for word in row)
"""What a file holds of which nothing is known."""

_KEY: Final = "words"


def words_in(file: SourceFile) -> frozenset[str]:
    """Return the words of the table that a script holds; after an edit perhaps some that it held before."""
    facts = file.facts
    if file.kind not in SCRIPT_KINDS:
        return frozenset()
    if not isinstance(facts, PythonFacts):
        return _found(_texts_of_notebook(file))
    known = facts.derived.get(_KEY)
    if not isinstance(known, frozenset):
        known = facts.derived[_KEY] = _updated(file, facts)
    return known


def _texts_of_notebook(file: SourceFile) -> Iterator[str]:
    """Yield the cells, and the JSON too: of a notebook on disk it holds the outputs."""
    yield file.text.value
    yield from (cell.text.value for cell in cast("NotebookFacts", file.facts).cells)


def _updated(file: SourceFile, facts: PythonFacts) -> frozenset[str]:
    older = facts.edited.derived.get(_KEY) if facts.edited else None
    if facts.edited is None or not isinstance(older, frozenset):
        return _found((file.text.value,))
    fresh = _found(block.text for block in facts.edited.fresh)
    return older if fresh <= older else older | fresh


def _found(texts: Iterable[str]) -> frozenset[str]:
    """Return a word of each row of the table that has one in the texts: one is enough to let its rules in."""
    lowered = [text.lower() for text in texts]
    firsts = (next((word for word in row if any(word in text for text in lowered)), "") for row in _ROWS)
    return frozenset(firsts) - {""}


def may_concern(code: str, kind: FileKind, words: frozenset[str]) -> bool:
    """Tell whether a rule can find anything in a file of a kind; `words` are those that it holds."""
    if kind not in SCRIPT_KINDS:
        return True
    wanted = SCRIPT_WORDS.get(code)
    return code not in NOT_FOR_SCRIPTS and (wanted is None or not words.isdisjoint(wanted))
