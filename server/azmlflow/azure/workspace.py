"""What names a workspace: ARM ids, studio addresses, GUIDs, and the ways of writing one wrongly.

Sources: ARM ids and the rule that names compare without regard to case
(https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules); the `wsid` of
studio addresses as Azure Machine Learning studio writes it, in an older form without the provider and in a
newer one with it. Everything here is linear in the length of the text.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import unquote

PROVIDER: Final = "Microsoft.MachineLearningServices"
EMPTY_GUID: Final = "00000000-0000-0000-0000-000000000000"

_GUID_LENGTHS: Final = (8, 4, 4, 4, 12)
_HEX: Final = frozenset("0123456789abcdefABCDEF")


class WorkspaceRef(NamedTuple):
    """The three names that say which workspace is meant, as they are written."""

    subscription_id: str
    resource_group: str
    workspace_name: str

    def same_as(self, other: WorkspaceRef) -> bool:
        """Tell whether both name one workspace; Azure Resource Manager does not regard case."""
        return self.arm_id.casefold() == other.arm_id.casefold()

    @property
    def arm_id(self) -> str:
        """The ARM id `/subscriptions/.../workspaces/...`, spelled as azureml-mlflow insists on it."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/{PROVIDER}/workspaces/{self.workspace_name}"
        )


class Stray(NamedTuple):
    """White space or an invisible character where none belongs: offsets in the text and a plain name."""

    start: int
    end: int
    name: str
    inside: bool


def parse_arm_scope(text: str) -> WorkspaceRef | None:
    """Return the workspace of an ARM id, whatever its case, or None when `text` is no workspace's id.

    More segments after the workspace's name are allowed, as in the id of something inside a workspace.
    """
    return _ref_of_segments(text.strip().split("/"), need_provider=True, whole=True)


def parse_portal_address(text: str) -> WorkspaceRef | None:
    """Return the workspace named by something a user pasted, or None.

    Understood: an ARM id; an `azureml://` URI; an address of the studio (`https://ml.azure.com/...?wsid=...`,
    also percent-encoded, also without the provider, also ai.azure.com); an address of the Azure portal
    (`https://portal.azure.com/#@tenant/resource/subscriptions/...`), in any cloud.
    """
    plain = unquote(text.strip().strip("'\"<>"))
    for end in "?&#":
        plain = plain.replace(end, "/")
    return _ref_of_segments(plain.replace("wsid=", "/").split("/"), need_provider=False, whole=False)


def tenant_of_portal_address(text: str) -> str | None:
    """Return the tenant id in a studio address (`tid=`), or None when it names none."""
    for part in unquote(text.strip()).replace("?", "&").replace("#", "&").split("&"):
        key, _, value = part.partition("=")
        if key == "tid" and is_guid(value):
            return value
    return None


def is_guid(text: str) -> bool:
    """Tell whether `text` is a GUID in the form Azure writes: 8-4-4-4-12 hexadecimal digits, any case."""
    parts = text.split("-")
    return tuple(map(len, parts)) == _GUID_LENGTHS and all(_HEX.issuperset(part) for part in parts)


def is_placeholder(text: str) -> bool:
    """Tell whether `text` is plainly something to be filled in, not a value.

    Known: `<anything>`, `{{anything}}`, `${...}` and `{name}` left unexpanded, `your-...`, `xxx`, `***`,
    `...`, TODO, the empty GUID, and the name of what belongs there (SUBSCRIPTION_ID, workspace_name,
    RESOURCE_GROUP). An empty text is not a placeholder, and neither is a name somebody could have chosen
    (`workspace`).
    """
    bare = text.strip().strip("'\"")
    if not bare:
        return False
    if _has_bracket_pair(bare) or bare == EMPTY_GUID or bare.startswith(("...", "…")) or _is_masked(bare):
        return True
    words = _words(bare)
    joined = "".join(words)
    if joined in _PLAIN_WORDS:  # a workspace may well be called "workspace"; WORKSPACE is a gap to fill
        return bare.isupper() or "_" in bare
    return words[:1] == ["your"] or joined in _FILL_INS


def stray_characters(text: str) -> tuple[Stray, ...]:
    """Return every run of white space and invisible characters, in order.

    `inside` is False for a run at either end of the text, which can be removed safely.
    """
    found: list[Stray] = []
    position = 0
    while position < len(text):
        end = position
        while end < len(text) and is_stray(text[end]):
            end += 1
        if end > position:
            inside = position > 0 and end < len(text)
            found.append(Stray(position, end, _name_of(text[position:end]), inside))
        position = end + 1
    return tuple(found)


def is_stray(character: str) -> bool:
    """Tell whether the character is white space, a control character or invisible."""
    return character.isspace() or character in _INVISIBLE or character < " " or character == "\x7f"


def _ref_of_segments(segments: list[str], *, need_provider: bool, whole: bool) -> WorkspaceRef | None:
    lowered = [segment.lower() for segment in segments]
    try:
        at = lowered.index("subscriptions")
        group = lowered.index("resourcegroups", at)
        place = lowered.index("workspaces", group + 2)
    except ValueError:
        return None
    if whole and (at != 1 or segments[0] or place != 7):
        return None
    if (need_provider or place - group > 2) and PROVIDER.lower() not in lowered[group:place]:
        return None
    if group != at + 2 or place + 1 >= len(segments):
        return None
    ref = WorkspaceRef(segments[at + 1], segments[group + 1], segments[place + 1])
    return ref if all(ref) else None


def _has_bracket_pair(text: str) -> bool:
    return any(
        0 <= (start := text.find(opening)) < text.find(closing, start + len(opening))
        for opening, closing in (("<", ">"), ("{", "}"), ("$(", ")"), ("[", "]"))
    )


def _words(text: str) -> list[str]:
    for separator in "-_. ":
        text = text.replace(separator, " ")
    return text.lower().split()


def _is_masked(text: str) -> bool:
    letters = set(text.lower()) - set("-_ ")
    return letters in ({"x"}, {"*"}) and len(text) >= 3


def _name_of(run: str) -> str:
    return next((_INVISIBLE[character] for character in run if character in _INVISIBLE), "white space")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLAIN_WORDS: Final = _names("subscription resourcegroup workspace region location tenant")
_FILL_INS: Final = _names(
    "subscriptionid azuresubscriptionid subid resourcegroupname azureresourcegroup workspacename "
    "amlworkspacename azureworkspacename tenantid azuretenantid clientid azureclientid clientsecret "
    "azureclientsecret todo tbd fixme changeme replaceme placeholder fillme fillin"
)
_INVISIBLE: Final = {
    "\u00a0": "a no-break space",
    "\u00ad": "a soft hyphen",
    "\u200b": "a zero-width space",
    "\u200c": "a zero-width non-joiner",
    "\u200d": "a zero-width joiner",
    "\u200e": "a left-to-right mark",
    "\u200f": "a right-to-left mark",
    "\u202a": "a text-direction mark",
    "\u202b": "a text-direction mark",
    "\u202c": "a text-direction mark",
    "\u202d": "a text-direction mark",
    "\u202e": "a text-direction mark",
    "\u2060": "a word joiner",
    "\u2066": "a text-direction mark",
    "\u2067": "a text-direction mark",
    "\u2068": "a text-direction mark",
    "\u2069": "a text-direction mark",
    "\ufeff": "a byte-order mark",
}
