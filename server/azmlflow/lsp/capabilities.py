"""What the client can do, resolved once when it introduces itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsprotocol import types


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Every question that a feature asks of the client, as a boolean."""

    pull_diagnostics: bool = False
    """It asks for diagnostics and can be told to ask again; with only the first of the two they are pushed.

    So they are where it knows notebooks: VS Code's client asks for documents and never for a notebook's cells.
    """
    related_information: bool = False
    code_description: bool = False
    code_action_literals: bool = False
    preferred_actions: bool = False
    markdown_hover: bool = False
    versioned_edits: bool = False
    """It understands edits that name the version of the document they were made for."""
    create_files: bool = False
    apply_edit: bool = False
    configuration: bool = False
    register_configuration: bool = False
    register_watchers: bool = False
    progress: bool = False
    show_document: bool = False


def resolve(client: types.ClientCapabilities) -> Capabilities:
    """Return the answers for a client; what it does not mention it cannot do."""

    def said(path: str) -> Any:
        value: Any = client
        for name in path.split("."):
            value = getattr(value, name, None)
        return value

    def can(path: str) -> bool:
        return bool(said(path))

    pushed, pulled, edit = (
        "text_document.publish_diagnostics",
        "text_document.diagnostic",
        "workspace.workspace_edit",
    )
    return Capabilities(
        pull_diagnostics=can(pulled)
        and can("workspace.diagnostics.refresh_support")
        and not can("notebook_document"),
        related_information=can(f"{pushed}.related_information") or can(f"{pulled}.related_information"),
        code_description=can(f"{pushed}.code_description_support")
        or can(f"{pulled}.code_description_support"),
        code_action_literals=can("text_document.code_action.code_action_literal_support"),
        preferred_actions=can("text_document.code_action.is_preferred_support"),
        markdown_hover=types.MarkupKind.Markdown in (said("text_document.hover.content_format") or ()),
        versioned_edits=can(f"{edit}.document_changes"),
        create_files=can(f"{edit}.document_changes")
        and types.ResourceOperationKind.Create in (said(f"{edit}.resource_operations") or ()),
        apply_edit=can("workspace.apply_edit"),
        configuration=can("workspace.configuration"),
        register_configuration=can("workspace.did_change_configuration.dynamic_registration"),
        register_watchers=can("workspace.did_change_watched_files.dynamic_registration"),
        progress=can("window.work_done_progress"),
        show_document=can("window.show_document.support"),
    )
