"""The conversation over standard input and output: the protocol's own server, kept open until what was asked is answered.

At the end of its input the protocol's server cancels the requests that it is working on; here the end reaches it only when
each request has its answer.
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


async def converse(server: Server[Any], seconds: float, give_up: Callable[[], None]) -> None:
    """Serve over standard input and output until the input ends and each request in it has its answer.

    Args:
        server: the protocol's server.
        seconds: how long answers may take after the end of the input.
        give_up: called if the conversation has to end although a thread still waits for standard input or output, which
            nothing can interrupt: nobody reads the answers, or not in time.
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
            asyncio.get_running_loop().call_later(seconds, give_up)
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
                give_up()
                raise
    except* OSError:
        LOG.debug("the client has closed its end")


class _OpenRequests:
    """The requests that were received and have no answer yet, by the text of their ids."""

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
        """Wait until each request has its answer."""
        while self._ids:
            self._none.clear()
            await self._none.wait()

    def _close(self, number: object) -> None:
        self._ids.discard(str(number))
        if not self._ids:
            self._none.set()
