"""Serves the first client that connects to a port."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING

from pygls.io_ import run_async

if TYPE_CHECKING:
    from azmlflow.lsp.server import Server

log = logging.getLogger(__name__)


async def serve(server: Server, host: str, port: int) -> None:
    """Listen, say where on the log, serve one client and return when it is gone; later ones are turned away."""
    first: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
    first = asyncio.get_running_loop().create_future()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if first.done():
            writer.close()
        else:
            first.set_result((reader, writer))

    async with await asyncio.start_server(connected, host, port) as listener:
        address = listener.sockets[0].getsockname()
        log.warning("Waiting for a client on %s:%s", address[0], address[1])
        reader, writer = await first
        listener.close()
        server.protocol.set_writer(writer)
        await run_async(threading.Event(), reader, server.protocol, log, server.report_server_error)
        writer.close()
