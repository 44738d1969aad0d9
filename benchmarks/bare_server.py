"""A pygls server that does nothing: the floor under every pygls server's times."""

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "0")


def answer(uri: str, version: int | None) -> None:
    """Publish that there is nothing to say about a version of a document."""
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, [], version))


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def did_open(params: types.DidOpenTextDocumentParams) -> None:
    """Answer a document that was opened."""
    answer(params.text_document.uri, params.text_document.version)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def did_change(params: types.DidChangeTextDocumentParams) -> None:
    """Answer a keystroke."""
    answer(params.text_document.uri, params.text_document.version)


@server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
    """Offer nothing."""
    return []


if __name__ == "__main__":
    server.start_io()
