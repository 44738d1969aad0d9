"""`initialized`: the workspace is read and the settings asked for; from then on findings are shown."""

from __future__ import annotations

import asyncio
import logging

from lsprotocol import types

from azmlflow.lsp import background, configuration, progress, watch
from azmlflow.lsp.session import Session

log = logging.getLogger(__name__)


async def handle(session: Session, params: types.InitializedParams) -> None:
    """Make the session ready, whatever fails on the way; what lies around the files adds to the findings later.

    Changes on disk are announced before the disk is read, so that none falls in between.
    """
    background.spawn(_register(session))
    await asyncio.gather(_load(session), configuration.fetch(session))
    await configuration.use_env_files(session)
    session.ready.set()
    await session.diagnostics.refresh_all()
    session.around.begin()
    session.aims.look_soon()


async def _register(session: Session) -> None:
    wanted = []
    if session.capabilities.register_watchers:
        wanted.append(watch.registration())
    if session.capabilities.register_configuration:
        wanted.append(configuration.registration())
    if wanted:
        await session.server.client_register_capability_async(types.RegistrationParams(wanted))


async def _load(session: Session) -> None:
    try:
        await session.watch.begin()
        await progress.in_thread(session, "azmlflow: reading the workspace", session.store.load)
        log.info("Read %d files in %d folders.", len(session.store.snapshot.files), len(session.folders))
        session.watch.follow()
    except Exception:
        log.exception("The workspace could not be read: only open documents are checked.")
