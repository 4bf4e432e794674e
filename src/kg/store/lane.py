"""A worker as its pool sees it: the jobs that it holds, the first of which it is at."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol, cast

from kg.store.channel import BACK, HEAD, LEAVING, WHOLE, take

PATIENCE: Final = 0.005
"""Seconds after which a frame is no longer quick: nothing is sent ahead behind it, and what was is taken back."""


@dataclass(slots=True, eq=False)
class Job:
    """A frame, how many seconds a worker may be at it, and its answer; None if nobody waits for it any longer."""

    frame: bytes
    seconds: float
    answer: asyncio.Future[bytes] | None
    deadline: float = 0.0
    """When it has waited long enough for a worker, by the loop's clock."""
    _expiry: asyncio.TimerHandle | None = None

    @property
    def wanted(self) -> bool:
        """Whether somebody still waits for its answer."""
        return self.answer is not None and not self.answer.done()

    def finish(self, answer: bytes) -> None:
        """Give whoever waits the answer."""
        if self.answer and not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Tell whoever waits that there is none."""
        if self.answer and not self.answer.done():
            self.answer.set_exception(error)

    def wait(self, give_up: Callable[[Job], None]) -> None:
        """Wait for a worker until the deadline, however often one was given and did not come to it."""
        self._expiry = asyncio.get_running_loop().call_at(self.deadline, give_up, self)

    def stop_waiting(self) -> None:
        """There is a worker, or nobody who asks."""
        if self._expiry:
            self._expiry.cancel()


class Owner(Protocol):
    """What a lane tells its pool."""

    def answered(self, lane: Lane, seconds: float | None, *, leaving: bool) -> None:
        """The worker has answered a frame, which took it so long (None: it was not begun); it may be leaving."""

    def late(self, lane: Lane) -> None:
        """The time of the frame that the worker is at is over."""

    def again(self, jobs: Sequence[Job]) -> None:
        """Jobs taken back, or not begun, are for others."""

    def lost(self, lane: Lane) -> None:
        """The worker died over its frames."""


class Lane(asyncio.Protocol):
    """One forked process, held by its socket; its process number is 0 once nobody has to end it.

    Attributes:
        held: what was sent and not answered.
        began: when the worker began the first of it, by the loop's clock.
        gone: whether its process has ended.
    """

    def __init__(self, owner: Owner, number: int, channel: socket.socket) -> None:
        self._owner, self.number, self._channel = owner, number, channel
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._out: list[bytes] = []
        self.began = 0.0
        self._late: asyncio.TimerHandle | None = None
        self._watch: asyncio.TimerHandle | None = None
        self.held: deque[Job] = deque()
        self.gone = False

    @classmethod
    async def on(cls, channel: socket.socket, owner: Owner, number: int) -> Lane:
        """The worker at the other end of *channel*, whose process is *number*."""
        channel.setblocking(False)
        loop = asyncio.get_running_loop()
        _, lane = await loop.create_unix_connection(lambda: cls(owner, number, channel), sock=channel)
        return lane

    def give(self, job: Job) -> None:
        """Send *job*, which waits here if the worker is at another."""
        self.held.append(job)
        self._write(HEAD.pack(WHOLE, len(job.frame), 0), job.frame)
        if len(self.held) == 1:
            self._begin()
            self._send()
        elif self._watch is None:
            self._watch = self._loop.call_later(PATIENCE, self._look)

    def take_back(self) -> list[Job]:
        """The jobs that it is not at, which it will not do, or for nobody."""
        first, *waiting = self.held
        self.held = deque((first, *(Job(b"", job.seconds, None) for job in waiting)))
        self._write(HEAD.pack(BACK, 0, 0))
        return [job for job in waiting if job.wanted]

    def close(self) -> list[Job]:
        """Let go of the worker, which then ends by itself if it is idle; what it held."""
        held, self.held = self.held, deque()
        self._quiet()
        if self._transport:
            self._transport.close()
        return list(held)

    def _write(self, *parts: bytes) -> None:
        """Send *parts* at the end of this turn of the loop with whatever else is sent; each system call takes its time."""
        if not self._out:
            self._loop.call_soon(self._send)
        self._out += parts

    def _send(self) -> None:
        parts, self._out = self._out, []
        if parts and self._transport and not self._transport.is_closing():
            self._transport.write(b"".join(parts))

    def _begin(self) -> None:
        """The worker is at the first job now; one timer serves for many, as most are done long before it is over."""
        self.began = self._loop.time()
        end = self.began + self.held[0].seconds
        if self._late is None or self._late.when() > end:
            if self._late:
                self._late.cancel()
            self._late = self._loop.call_at(end, self._check)

    def _check(self) -> None:
        """Whether the time of the job that the worker is at is over."""
        self._late = None
        if self.held:
            left = self.began + self.held[0].seconds - self._loop.time()
            if left <= 0:
                self._owner.late(self)
            else:
                self._late = self._loop.call_later(left, self._check)

    def _look(self) -> None:
        """Whether what waits behind the job that the worker is at waits too long."""
        self._watch = None
        if len(self.held) > 1:
            left = self.began + PATIENCE - self._loop.time()
            if left <= 0:
                self._owner.again(self.take_back())
            else:
                self._watch = self._loop.call_later(left, self._look)

    def _quiet(self) -> None:
        for timer in (self._late, self._watch):
            if timer:
                timer.cancel()
        self._late = self._watch = None

    # -- asyncio.Protocol -------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """A part of an answer, one, or several."""
        if not self._received and len(data) >= HEAD.size:
            kind, size, took = HEAD.unpack_from(data)
            if len(data) == HEAD.size + size and self.held:
                self._answered(kind, took, data[HEAD.size :])
                return
        self._received += data
        while self.held and (answer := take(self._received)):
            self._answered(*answer)

    def _answered(self, kind: int, took: int, content: bytes) -> None:
        job = self.held.popleft()
        if self.held:
            self._begin()
        if kind != BACK:
            job.finish(content)
        elif job.wanted:  # it was about to begin it as it was told
            self._owner.again([job])
        self._owner.answered(self, None if kind == BACK else took / 1e6, leaving=kind == LEAVING)

    def connection_lost(self, exc: Exception | None) -> None:
        """The worker's end is closed: it left, or died; what it had answered before a write of ours failed is read first."""
        self.gone = True
        if exc:
            with suppress(OSError):
                while self.held and (part := self._channel.recv(2**18, socket.MSG_DONTWAIT)):
                    self.data_received(part)
        self._quiet()
        if self.held:
            self._owner.lost(self)
