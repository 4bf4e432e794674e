"""Whose turn it is: which worker does a job, and which jobs wait.

Jobs are sent ahead to workers that are at something quick: these then find their memory near the processor and their next
frame there. While all is very quick one worker does it, else as many as there are processors; one more is woken for what
would otherwise wait behind something slow.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from kg.errors import Busy
from kg.store.confine import ended, out_of_time
from kg.store.lane import PATIENCE, Job, Lane
from kg.terms import Text

_VERY_QUICK: Final = 0.0003
"""Seconds for a job below which to wake another worker takes as long as to do it."""
_AHEAD: Final = 4
"""Most jobs that a worker holds; twice as many while they are very quick."""
_PROCESSORS: Final = os.cpu_count() or 1


class Turns:
    """Workers and their jobs (a :class:`kg.store.lane.Owner`).

    Args:
        most: how many jobs may wait for a worker; one more is refused at once.
        replace: is told of a worker that has no more turns, and must put another in its place with :meth:`add`.

    Attributes:
        idle: workers that have nothing to do.
        waiting: jobs that no worker has.
        killed: how many workers were ended by a limit, or ended themselves.
    """

    def __init__(self, most: int, replace: Callable[[Lane], None]) -> None:
        self._most, self._replace = most, replace
        self._busy: set[Lane] = set()
        self._pace = 1.0
        self.idle: list[Lane] = []
        self.waiting: deque[Job] = deque()
        self.killed = 0

    async def call(self, frame: bytes, seconds: float) -> bytes:
        """What a worker answers to *frame* within *seconds* from when it begins.

        Raises:
            Busy: too many jobs wait already, or no worker came free in that time.
            LimitReached: the time ran out, or the worker died over it.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        job = Job(frame, seconds, answer, loop.time() + seconds)
        if lane := self._choose():
            lane.give(job)
        elif len(self.waiting) < self._most:
            self._queue(job)
        else:
            raise _busy()
        try:
            return await answer
        except asyncio.CancelledError:
            self._forget(job)
            raise

    def add(self, lane: Lane) -> None:
        """Give *lane* what waits, as much as may be sent ahead."""
        while self.waiting and len(lane.held) < self._ahead:
            job = self.waiting.popleft()
            job.stop_waiting()
            if job.wanted:
                lane.give(job)
        if lane.held:
            self._busy.add(lane)
        else:
            self._busy.discard(lane)
            self.idle.append(lane)

    def _choose(self) -> Lane | None:
        """Who takes the next job: one more worker, or one at work on something quick; None if all are at something slow."""
        recently = asyncio.get_running_loop().time() - PATIENCE
        quick, free, held = 0, None, self._ahead
        for lane in self._busy:
            if lane.began > recently:
                quick += 1
                if len(lane.held) < held:
                    free, held = lane, len(lane.held)
        enough = 1 if self._pace < _VERY_QUICK else _PROCESSORS
        while self.idle and (quick < enough or not free):
            lane = self.idle.pop()  # the one that was at work last
            if not lane.gone:
                self._busy.add(lane)
                return lane
            self._drop(lane)  # it died while it had nothing to do: nobody needs to notice
        return free

    @property
    def _ahead(self) -> int:
        return 2 * _AHEAD if self._pace < _VERY_QUICK else _AHEAD

    def _queue(self, job: Job, *, first: bool = False) -> None:
        job.wait(self._give_up)
        (self.waiting.appendleft if first else self.waiting.append)(job)

    def _give_up(self, job: Job) -> None:
        self.waiting.remove(job)
        job.fail(_busy())

    def _forget(self, job: Job) -> None:
        """Whoever asked has gone away; a worker that is at it does not go on."""
        if job in self.waiting:
            job.stop_waiting()
            self.waiting.remove(job)
        elif lane := next((lane for lane in self._busy if lane.held and lane.held[0] is job), None):
            self._drop(lane)
        else:  # a worker may come to it yet
            job.seconds = PATIENCE

    def _drop(self, lane: Lane, error: Exception | None = None, *, killed: bool = True) -> None:
        """Do without *lane*; what it was not yet at is done by others."""
        self.killed += killed
        self._busy.discard(lane)
        held = lane.close()
        if held and error:
            held[0].fail(error)
        self.again([job for job in held[1 if killed else 0 :] if job.wanted])
        self._replace(lane)

    # -- what lanes tell ------------------------------------------------------------------------------------------

    def answered(self, lane: Lane, seconds: float | None, *, leaving: bool) -> None:
        """Give it more to do, or let it go."""
        if seconds is not None:
            self._pace += (seconds - self._pace) / 16  # what a job has lately taken, on the average
        if leaving:
            self._drop(lane, killed=False)
        else:
            self.add(lane)

    def again(self, jobs: Sequence[Job]) -> None:
        """Find workers for *jobs*, which have waited already."""
        for job in reversed(jobs):
            if lane := self._choose():
                lane.give(job)
            else:
                self._queue(job, first=True)

    def late(self, lane: Lane) -> None:
        """End it."""
        self._drop(lane, out_of_time(lane.held[0].seconds))

    def lost(self, lane: Lane) -> None:
        """Do without it."""
        self._drop(lane, ended())


def _busy() -> Busy:
    return Busy(
        Text("排队的查询太多", "too many queries are waiting"),
        hint=Text("稍后再试,或用 --workers 增加并行数", "try again in a moment, or allow more at once with --workers"),
    )
