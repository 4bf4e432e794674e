"""Runs an MCP server over standard input and output until all requests are answered.

The server of the ``mcp`` package cancels running requests at the end of its input. Here it sees the end of the input only
after every request has been answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage

LOG: Final = logging.getLogger("kg.mcp")
_CANCELLED: Final = "notifications/cancelled"


async def serve_stdio(server: Server[Any], seconds: float, force_exit: Callable[[], None]) -> None:
    """Serve over standard input and output until the input ends and every request is answered.

    Args:
        server: the server of the ``mcp`` package.
        seconds: time limit for answers after the end of the input.
        force_exit: called if serving must end while a thread is blocked on standard input or output, which cannot be
            interrupted: the client does not read answers, or answers are too late.
    """
    open_requests = _OpenRequests()
    to_server, read = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    write, from_server = anyio.create_memory_object_stream[SessionMessage](0)

    async def receive(incoming: MemoryObjectReceiveStream[SessionMessage | Exception]) -> None:
        async with to_server:
            async for item in incoming:
                if isinstance(item, Exception):
                    LOG.warning("ignored a line that is no JSON-RPC message")
                else:
                    open_requests.received(item.message)
                    await to_server.send(item)
            asyncio.get_running_loop().call_later(seconds, force_exit)
            await open_requests.answered()

    async def send(outgoing: MemoryObjectSendStream[SessionMessage]) -> None:
        async with from_server, outgoing:
            with suppress(anyio.BrokenResourceError):  # the client no longer reads
                async for item in from_server:
                    await outgoing.send(item)
                    open_requests.sent(item.message)

    try:
        async with stdio_server() as (incoming, outgoing):
            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(receive, incoming)
                    group.start_soon(send, outgoing)
                    await server.run(read, write, server.create_initialization_options())
            except BaseException as error:
                if isinstance(error, Exception):
                    LOG.exception("the conversation failed")
                force_exit()
                raise
    except* OSError:
        LOG.debug("the client has closed its end")


class _OpenRequests:
    """The ids, as strings, of requests that have no answer yet."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._none = asyncio.Event()

    def received(self, message: types.JSONRPCMessage) -> None:
        if isinstance(message, types.JSONRPCRequest):
            self._ids.add(str(message.id))
        elif isinstance(message, types.JSONRPCNotification) and message.method == _CANCELLED:
            self._close((message.params or {}).get("requestId"))  # a cancelled request gets no answer

    def sent(self, message: types.JSONRPCMessage) -> None:
        if isinstance(message, (types.JSONRPCResponse, types.JSONRPCError)):
            self._close(message.id)

    async def answered(self) -> None:
        """Wait until every request is answered."""
        while self._ids:
            self._none.clear()
            await self._none.wait()

    def _close(self, number: object) -> None:
        self._ids.discard(str(number))
        if not self._ids:
            self._none.set()
