"""`textDocument/diagnostic`: the client asks for the diagnostics of a document."""

from __future__ import annotations

from lsprotocol import types

from azmlflow.lsp.session import Session

OPTIONS = types.DiagnosticOptions(
    inter_file_dependencies=True, workspace_diagnostics=False, identifier="azmlflow"
)


async def handle(session: Session, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    """Answer once the workspace is known; with "unchanged" when the client has it already."""
    await session.settled(session.documents.path_at(params.text_document.uri))
    return session.diagnostics.answer(params.text_document.uri, params.previous_result_id)
