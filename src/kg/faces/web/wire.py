"""HTTP as uvicorn reads it, with an end to what it leaves open: a head without end, a client that never reads.

With errors in their turn behind the answers to earlier requests, with answers to a client that has closed its own direction, and
with 汉字 in a path as they are.

And with a way to send an answer whole, as an extension of ASGI: uvicorn looks through each line of a head, and writes head and
body apart, which takes longer than to find an answer.
"""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from kg.faces.web.cache import WHOLE

_HEAD: Final = 2**16
"""Most bytes of a request's line and headers, as with uvicorn's other parser (h11)."""
_LINGER: Final = 1.0
"""Seconds for which a client that was refused may go on sending."""
_LINE: Final = 2**13
"""Most bytes of a request's line in which 汉字 may stand as they are."""
_RAW: Final = re.compile(rb"[\x80-\xff]+")


class Protocol(HttpToolsProtocol):
    """One connection.

    Attributes:
        head_seconds: that a head may take.
        stalled: seconds after which a client that takes no more of its answer is no longer waited for.
    """

    head_seconds = 10.0
    stalled = 30.0

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head: int | None = 0
        """Bytes of the head that is arriving; None after it."""
        self._line = True
        """Whether the request's line is arriving."""
        self._refused = 0
        """Status that is told as soon as no answer is owed; what comes meanwhile is not read."""
        self._late: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request no longer than for another; be told of every byte that the client does not take at once."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)
        self._look_after()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any longer."""
        self._unset_late()
        self._unset_taking()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Whether to go on: the client sends no more, but may wait for answers to what it has sent whole."""
        if self._owes:
            self.cycle.keep_alive = False
        return self._owes

    def pause_writing(self) -> None:
        """The client has not taken all that was sent."""
        super().pause_writing()
        self._unset_taking()
        self._look_whether_it_takes(0)

    def resume_writing(self) -> None:
        """It has."""
        self._unset_taking()
        super().resume_writing()

    def _look_whether_it_takes(self, before: int) -> None:
        """Cut off a client that has taken nothing since there were *before* bytes for it."""
        left = self.transport.get_write_buffer_size()
        if left == before:
            self.transport.abort()
        else:
            self._taking = self.loop.call_later(self.stalled, self._look_whether_it_takes, left)

    def data_received(self, data: bytes) -> None:
        """Read on, as long as the head comes to an end."""
        if not self._head and self._line:  # empty lines before a request are nothing (RFC 9112 2.2)
            data = data.lstrip(b"\r\n")
        if self._refused or not data:
            return
        if self._line:
            data = _escaped(data)
            self._line = b"\n" not in data
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        done = self.cycle is not None and self.cycle.response_complete
        if done and self.timeout_keep_alive_task is None and not self.transport.is_closing():
            # what has come belongs to a body that nobody wanted, or begins another head
            self._look_after()
        if not self._head or self._refused or self.transport.is_closing():
            return
        if self._head > _HEAD:
            self._refuse(431)
        elif self._late is None:
            self._give_time()

    def _give_time(self) -> None:
        self._late = self.loop.call_later(self.head_seconds, self._look_whether_it_sends)

    def _look_whether_it_sends(self) -> None:
        """Refuse a head that takes too long, unless it is not being read, for answers are owed first."""
        if self.flow.read_paused:
            self._give_time()
        else:
            self._refuse(408)

    def on_message_begin(self) -> None:
        """A head begins, perhaps right behind another request."""
        self._head = self._head or 1
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head has come to its end."""
        self._head, self._line = None, False  # what comes next may be the body, which is nobody's to rewrite
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
            await self.flow.drain()
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
        self._head, self._line = 0, True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Another answer may be owed, or it may be an error's turn."""
        super().on_response_complete()
        if self._refused:
            self._refuse(self._refused)

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; one over which an answer still goes out is not idle."""
        if self._taking:
            self._look_after()
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        """What came is not HTTP."""
        self._refuse(400)

    @property
    def _owes(self) -> bool:
        """Whether a request that has come whole is yet to be answered; one behind another waits in the pipeline."""
        return bool(self.pipeline) or (
            self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body
        )

    def _look_after(self) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _refuse(self, status: int) -> None:
        """Tell that no further request is read, and why, after the answers to those before."""
        self._unset_late()
        self._refused = self._refused or status
        if self._owes or self.transport.is_closing():
            return
        self.transport.write(STATUS_LINE[self._refused] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.write_eof()
        self.flow.resume_reading()  # to close over what was sent and not read would take back what was told (RFC 9112 9.6)
        self._late = self.loop.call_later(_LINGER, self.transport.close)
        if self.cycle and not self.cycle.response_complete:  # its body will not come
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _unset_late(self) -> None:
        if self._late:
            self._late.cancel()
            self._late = None

    def _unset_taking(self) -> None:
        if self._taking:
            self._taking.cancel()
            self._taking = None


def _escaped(data: bytes) -> bytes:
    """*data* with its first line in ASCII: 汉字 in a request's target, as curl sends them, as they should have been sent."""
    if data.isascii():
        return data
    line, end, rest = data.partition(b"\n")
    if len(line) > _LINE:  # no target of ours is so long; to look through it would take time
        return data
    return _RAW.sub(lambda run: b"%" + run[0].hex("%").upper().encode(), line) + end + rest
