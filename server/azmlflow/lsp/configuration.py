"""Asks the client for the settings of every folder."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from lsprotocol import types

from azmlflow.lsp import background, settings, uris
from azmlflow.lsp import log as logs
from azmlflow.lsp.session import Session

log = logging.getLogger(__name__)

_PATIENCE: Final = 3.0


async def fetch(session: Session) -> None:
    """Read the settings from the client; those of one that answers late hold from then on."""
    if not session.capabilities.configuration:
        return
    asking = background.spawn(_ask(session))
    await asyncio.wait({asking}, timeout=_PATIENCE)
    if not asking.done():
        log.warning("The editor did not answer when asked for its settings: the defaults hold until it does.")


async def _ask(session: Session) -> None:
    scopes = [None, *session.folders]
    items = [
        types.ConfigurationItem(uris.to_uri(scope) if scope else None, settings.SECTION) for scope in scopes
    ]
    answers = await session.server.workspace_configuration_async(types.ConfigurationParams(items))
    for scope, answer in zip(scopes, answers, strict=False):
        session.configuration[scope] = settings.read(answer)
    _apply(session)
    if session.ready.is_set():
        await use_env_files(session)
        await session.around.look()
        await session.diagnostics.refresh_all()


async def use_env_files(session: Session) -> None:
    """Let the workspace read the environment file that the editor loads in each folder, whatever fails on the way."""
    settings = {folder: session.configuration_of(folder) for folder in session.folders}
    written = {folder: each.env_file for folder, each in settings.items() if each.env_file}
    try:
        is_new = await background.in_thread(lambda: session.store.use_env_files(written))
    except Exception:
        log.exception("The environment file of the settings could not be read.")
        return
    if is_new:
        session.watch.follow()
        session.aims.look_soon()


def take(session: Session, sent: Any) -> None:
    """Read the settings that a client sends unasked, all folders alike."""
    section = sent.get(settings.SECTION) if isinstance(sent, dict) else None
    session.configuration = {None: settings.read(section)}
    _apply(session)


def registration() -> types.Registration:
    """Return what asks the client to announce changes of the settings."""
    method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
    options = types.DidChangeConfigurationRegistrationOptions(settings.SECTION)
    return types.Registration(method, method, options)


def _apply(session: Session) -> None:
    logs.set_level(session.configuration[None].log_level)
    session.diagnostics.reconfigured()
    session.connections_may_differ(())
