"""HTTP as uvicorn reads it, with an end to what it leaves open: a head without end, a client that never reads.

And with a way to send an answer whole, as an extension of ASGI: uvicorn looks through each line of a head, and writes head and
body apart, which takes longer than to find an answer.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from kg.faces.web.cache import WHOLE

_HEAD: Final = 2**16
"""Most bytes of a request's line and headers, as with uvicorn's other parser (h11)."""
_HEAD_SECONDS: Final = 10.0
"""Seconds that a head may take."""
_STALLED: Final = 30.0
"""Seconds after which a client that takes no more of its answer is no longer waited for."""
_TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head: int | None = 0
        """Bytes of the head that is arriving; None after it."""
        self._late: asyncio.TimerHandle | None = None
        self._unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request no longer than for another."""
        super().connection_made(transport)
        self._look_after(self.timeout_keep_alive)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any longer."""
        self._unset_late()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as long as the head comes to an end."""
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        done = self.cycle is not None and self.cycle.response_complete
        if done and self.timeout_keep_alive_task is None and not self.transport.is_closing():
            # what has come belongs to a body that nobody wanted, or begins another head
            self._look_after(self.timeout_keep_alive)
        if not self._head or self.transport.is_closing():
            return
        if self._head > _HEAD:
            self._refuse(_TOO_LARGE)
        elif self._late is None:
            self._late = self.loop.call_later(_HEAD_SECONDS, self._refuse, _TOO_SLOW)

    def on_headers_complete(self) -> None:
        """The head has come to its end."""
        self._head = None
        self._unset_late()
        super().on_headers_complete()
        self.scope["extensions"] = {WHOLE: cast("dict[object, object]", partial(self._whole, self.cycle))}

    async def _whole(self, cycle: RequestResponseCycle, status: int, head: bytes, body: bytes) -> None:
        """Answer the request of *cycle*, as its own ``send`` would in two steps.

        Args:
            cycle: of the request.
            status: of the answer.
            head: header lines, each with its end; the body's length is among them.
            body: what follows; not sent to HEAD.
        """
        if self.flow.write_paused and not cycle.disconnected:
            try:
                async with asyncio.timeout(_STALLED):
                    await self.flow.drain()
            except TimeoutError:
                self.transport.abort()
                return
        if cycle.disconnected:
            return
        more = [b"%b: %b\r\n" % line for line in cycle.default_headers]
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        told = body if cycle.scope["method"] != "HEAD" else b""
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        self.transport.write(b"".join((STATUS_LINE[status], *more, head, end, told)))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def on_message_complete(self) -> None:
        """Another head may follow."""
        self._head = 0
        super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; cut off a client that has taken nothing of its answer since the last look."""
        unread = self.transport.get_write_buffer_size()
        if not unread:
            super().timeout_keep_alive_handler()
        elif unread == self._unread:
            self.transport.abort()
        else:
            self._unread = unread
            self._look_after(_STALLED)

    def _look_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _refuse(self, answer: bytes) -> None:
        self._unset_late()
        if self.transport.get_write_buffer_size():  # it does not even read what it was given before
            self.transport.abort()
        elif not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()

    def _unset_late(self) -> None:
        if self._late:
            self._late.cancel()
            self._late = None
