"""The workers of a server with handlers of their own: whatever a worker does to itself, there is its full number again.

Real processes throughout, on asyncio's event loop and on uvloop's, which the server runs on.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvloop

from conftest import ROOT
from kg.errors import Busy, LimitReached, StoreError
from kg.service.forkserver import ForkServer
from kg.service.pool import Pool
from processes import children, command, eventually, family, needs_proc, open_files, there

pytestmark = needs_proc

HERE = ROOT / "tests"
MEMORY = 2**28
Test = Callable[["Workers"], Awaitable[None]]
Run = Callable[..., None]
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Workers:
    """A fork server and a pool of its workers."""

    def __init__(self, greeting: str, workers: int = 2, waiting: int = 200) -> None:
        self._server = ForkServer("handlers:make", [greeting], MEMORY)
        self._pool = Pool(self._server, workers, waiting)
        self.call = self._pool.call

    async def start(self) -> None:
        await self._server.start()
        await self._pool.start()

    async def close(self, seconds: float) -> None:
        await self._pool.close(seconds)
        await self._server.close()

    @property
    def alive(self) -> bool:
        return self._server.alive

    @property
    def busy(self) -> int:
        return self._pool.busy

    @property
    def killed(self) -> int:
        return self._pool.killed


@pytest.fixture(scope="module", params=["uvloop", pytest.param("asyncio", marks=pytest.mark.slow)])
def loop(request: pytest.FixtureRequest) -> Callable[[], asyncio.AbstractEventLoop]:
    """A kind of loop that has run before: what it keeps open for good is open."""

    async def nothing() -> None:
        await (await asyncio.create_subprocess_exec("true")).wait()

    factory = LOOPS[request.param]
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(nothing())
    return factory


@pytest.fixture
def run(loop: Callable[[], asyncio.AbstractEventLoop], monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run(test, workers=2)`` awaits ``test(pool)``; afterwards no process of the pool is there and no file open."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))

    async def whole(test: Test, settings: dict[str, Any]) -> None:
        pool = Workers("hello", **settings)
        await pool.start()
        try:
            await asyncio.wait_for(test(pool), 300)
        finally:
            everyone = mine()
            await pool.close(0.5)
        everyone |= mine()
        assert eventually(lambda: not any(map(there, everyone))), [command(n) for n in everyone if there(n)]

    def run(test: Test, **settings: Any) -> None:
        before = open_files(os.getpid())
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(whole(test, settings))
        assert open_files(os.getpid()) <= before  # other tests may have left some that are closed meanwhile

    return run


def fork_servers() -> list[int]:
    return [n for n in children(os.getpid()) if "handlers:make" in command(n)]


def mine() -> set[int]:
    """The fork server and the workers."""
    return {member for server in fork_servers() for member in family(server)}


async def who(pool: Workers, workers: int) -> set[int]:
    """The process numbers of so many workers: when all are free, as many calls at once have one each."""
    end = time.monotonic() + 60
    while True:
        await full(pool)
        found = {int(a) for a in await asyncio.gather(*(pool.call(b"who", 60) for _ in range(workers)))}
        if len(found) == workers:
            return found
        assert time.monotonic() < end, found


async def full(pool: Workers) -> None:
    """Wait until every worker is there again."""
    end = time.monotonic() + 60
    while pool.busy:
        assert time.monotonic() < end, "a worker was not replaced"
        await asyncio.sleep(0.01)


async def begun() -> None:
    """Let the calls that were just made go as far as they can: to a worker, or into the queue."""
    for _ in range(5):
        await asyncio.sleep(0)


# -- a worker that dies ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "deed",
    ["who 60", "spin 60", "eat 600", "abort", "leave 0", "leave 3", "recurse", "nest 100000"],
)
def test_a_worker_that_is_lost_is_replaced(run: Run, deed: str) -> None:
    async def test(pool: Workers) -> None:
        before = await who(pool, 2)
        lasts = deed.split(maxsplit=1)[0] in ("who", "spin")
        with pytest.raises(LimitReached) as raised:
            await pool.call(deed.encode(), 1 if lasts else 60)
        assert ("more than 1 s" in str(raised.value)) == lasts
        await full(pool)
        after = await who(pool, 2)
        assert len(after) == 2
        assert len(before & after) == 1
        assert pool.killed == 1
        assert not [n for n in before - after if there(n)]

    run(test)


def test_an_answer_within_its_memory_is_given(run: Run) -> None:
    async def test(pool: Workers) -> None:
        assert await pool.call(b"eat 40", 60) == str(40 * 2**20).encode()
        assert pool.killed == 0

    run(test)


def test_neighbours_of_a_dying_worker_do_not_notice(run: Run) -> None:
    async def test(pool: Workers) -> None:
        deeds = [b"abort", b"nest 100000", b"leave 1", b"spin 60", b"eat 600"] * 3
        bad = [asyncio.ensure_future(pool.call(d, 0.3)) for d in deeds]
        good = [asyncio.ensure_future(pool.call(b"echo %d" % n, 60)) for n in range(100)]
        assert [await g for g in good] == [b"%d" % n for n in range(100)]
        found = await asyncio.gather(*bad, return_exceptions=True)
        assert {type(f) for f in found} <= {LimitReached, Busy}
        await full(pool)
        assert len(await who(pool, 3)) == 3

    run(test, workers=3)


def test_an_idle_worker_that_is_killed_is_not_given_a_request(run: Run) -> None:
    async def test(pool: Workers) -> None:
        before = await who(pool, 2)
        for number in before:
            os.kill(number, signal.SIGKILL)
        assert eventually(lambda: not any(map(there, before)))
        await begun()  # the loop sees that their connections have ended
        assert len(await who(pool, 2)) == 2

    run(test)


def test_a_hundred_losses_leave_nothing_open(run: Run) -> None:
    async def test(pool: Workers) -> None:
        await full(pool)
        before = open_files(os.getpid())
        for _ in range(50):
            found = await asyncio.gather(pool.call(b"abort", 60), pool.call(b"leave 1", 60), return_exceptions=True)
            assert {type(f) for f in found} == {LimitReached}
        await full(pool)
        assert open_files(os.getpid()) <= before  # other tests may have left some that are closed meanwhile
        assert len(mine()) == 1 + 2
        assert pool.killed == 100

    run(test)


# -- who waits, who goes away ----------------------------------------------------------------------------


def test_one_more_than_may_wait_is_refused_at_once(run: Run) -> None:
    async def test(pool: Workers) -> None:
        first, second = (asyncio.ensure_future(pool.call(b"who 0.5", 60)) for _ in range(2))
        await begun()
        with pytest.raises(Busy):
            await pool.call(b"echo x", 60)
        assert not first.done()
        assert await first == await second
        assert await pool.call(b"echo x", 60) == b"x"

    run(test, workers=1, waiting=1)


def test_without_a_queue_a_free_worker_still_answers(run: Run) -> None:
    async def test(pool: Workers) -> None:
        assert await pool.call(b"echo x", 60) == b"x"
        first = asyncio.ensure_future(pool.call(b"who 0.3", 60))
        await begun()
        with pytest.raises(Busy):
            await pool.call(b"echo x", 60)
        await first

    run(test, workers=1, waiting=0)


@pytest.mark.slow
def test_who_waits_too_long_is_told_so_and_takes_nobody_s_place(run: Run) -> None:
    async def test(pool: Workers) -> None:
        first = asyncio.ensure_future(pool.call(b"who 4", 60))
        await begun()
        with pytest.raises(Busy):
            await pool.call(b"echo x", 0.2)
        await first
        assert await pool.call(b"echo y", 60) == b"y"
        assert pool.killed == 0

    run(test, workers=1)


def test_callers_who_go_away_take_no_worker_with_them(run: Run) -> None:
    async def test(pool: Workers) -> None:
        running = [asyncio.ensure_future(pool.call(b"who 60", 60)) for _ in range(2)]
        waiting = [asyncio.ensure_future(pool.call(b"who 60", 60)) for _ in range(20)]
        await begun()
        for task in (*waiting, *running):
            task.cancel()
        found = await asyncio.gather(*running, *waiting, return_exceptions=True)
        assert {type(f) for f in found} == {asyncio.CancelledError}
        await full(pool)
        assert len(await who(pool, 2)) == 2
        assert pool.killed == 2

    run(test)


def test_callers_who_go_away_just_as_they_are_served(run: Run) -> None:
    """They are cancelled at every moment of a call, and none of them may keep the worker."""

    async def test(pool: Workers) -> None:
        for wait in range(40):
            tasks = [asyncio.ensure_future(pool.call(b"echo x", 60)) for _ in range(3)]
            for _ in range(wait % 10):
                await asyncio.sleep(0)
            tasks[wait % 3].cancel()
            found = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(f == b"x" or isinstance(f, asyncio.CancelledError) for f in found)
        await full(pool)
        assert await pool.call(b"echo x", 60) == b"x"

    run(test, workers=1)


def test_five_hundred_calls_from_fifty_tasks(run: Run) -> None:
    async def test(pool: Workers) -> None:
        async def ten(task: int) -> list[bytes]:
            return [await pool.call(b"echo %d-%d" % (task, n), 60) for n in range(10)]

        found = await asyncio.gather(*(ten(task) for task in range(50)))
        assert found == [[b"%d-%d" % (task, n) for n in range(10)] for task in range(50)]
        assert pool.killed == 0

    run(test, workers=3)


def test_quick_requests_do_not_wait_for_a_slow_one(run: Run) -> None:
    async def test(pool: Workers) -> None:
        slow = [asyncio.ensure_future(pool.call(deed, 30)) for deed in (b"who 30", b"spin 30")]
        quick = [asyncio.ensure_future(pool.call(b"echo %d" % n, 30)) for n in range(20)]  # in the same moment
        assert [await q for q in quick] == [b"%d" % n for n in range(20)]
        assert not any(one.done() for one in slow)
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)

    run(test, workers=3)


@pytest.mark.slow
def test_the_clock_of_a_request_starts_when_a_worker_has_it(run: Run) -> None:
    async def test(pool: Workers) -> None:
        found = await asyncio.gather(*(pool.call(b"who 2", 3.5) for _ in range(2)), return_exceptions=True)
        assert found[0] == found[1]  # the second waited two seconds and then took two more
        assert pool.killed == 0

    run(test, workers=1)


# -- large requests, large workers, old workers --------------------------------------------------------------


def test_thirty_megabytes_both_ways(run: Run) -> None:
    async def test(pool: Workers) -> None:
        large = os.urandom(2**20) * 30
        assert await pool.call(b"echo " + large, 60) == large
        found = await asyncio.gather(*(pool.call(b"large %d" % (30_000_000 + n), 60) for n in range(4)))
        assert [len(f) for f in found] == [30_000_000 + n for n in range(4)]
        assert await pool.call(b"echo ", 60) == b""

    run(test)


def test_a_worker_that_has_grown_leaves_after_its_answer(run: Run) -> None:
    async def test(pool: Workers) -> None:
        (first,) = await who(pool, 1)
        assert int(await pool.call(b"keep 100", 60)) == first
        assert int(await pool.call(b"who", 60)) != first
        assert eventually(lambda: not there(first))
        assert pool.killed == 0

    run(test, workers=1)


def test_a_worker_can_open_files_but_no_socket(run: Run) -> None:
    async def test(pool: Workers) -> None:
        told = (await pool.call(b"files", 60)).decode()
        assert "PermissionError" in told
        assert told.count("opened") == 2  # a file and a copy of one

    run(test)


def test_a_worker_is_not_told_the_token(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_TOKEN", "secret")

    async def test(pool: Workers) -> None:
        for number in mine():
            assert b"secret" not in Path(f"/proc/{number}/environ").read_bytes()

    run(test)


# -- the fork server -------------------------------------------------------------------------------------------


def test_a_fork_server_that_is_killed_is_replaced_with_its_workers(run: Run) -> None:
    async def test(pool: Workers) -> None:
        before = mine()
        (server,) = fork_servers()
        busy = asyncio.ensure_future(pool.call(b"who 1", 30))
        await begun()
        os.kill(server, signal.SIGKILL)
        assert int(await busy) not in before  # another worker has answered
        assert len(await who(pool, 2)) == 2
        assert pool.alive
        assert fork_servers() != [server]
        assert eventually(lambda: not any(there(n) for n in before))  # the one that was at work too

    run(test)


def test_a_fork_server_that_is_killed_while_nobody_asks_is_replaced(run: Run) -> None:
    async def test(pool: Workers) -> None:
        for _ in range(2):
            (server,) = fork_servers()
            os.kill(server, signal.SIGKILL)
            end = time.monotonic() + 60
            while fork_servers() in ([], [server]) or not pool.alive:
                assert time.monotonic() < end
                await asyncio.sleep(0.02)
        assert len(await who(pool, 2)) == 2

    run(test)


def test_a_fork_server_is_killed_again_and_again_under_load(run: Run) -> None:
    async def test(pool: Workers) -> None:
        ending, answered = asyncio.Event(), [0] * 5

        async def ask(task: int) -> None:
            while not ending.is_set():
                try:
                    answered[task] += await pool.call(b"echo x", 60) == b"x"
                except LimitReached:
                    await asyncio.sleep(0.01)

        async def each_is_answered() -> None:
            before = list(answered)
            while not all(now > then for now, then in zip(answered, before, strict=True)):
                await asyncio.sleep(0.01)

        asking = [asyncio.ensure_future(ask(task)) for task in range(5)]
        for _ in range(4):
            await each_is_answered()
            for server in fork_servers():
                os.kill(server, signal.SIGKILL)
        await each_is_answered()
        ending.set()
        await asyncio.gather(*asking)
        assert await pool.call(b"echo x", 60) == b"x"
        await full(pool)
        while not fork_servers():  # workers outlive the one that was killed last, and answer before there is another
            await asyncio.sleep(0.01)
        assert len(fork_servers()) == 1
        assert len(await who(pool, 2)) == 2

    run(test)


def test_a_graph_that_cannot_be_loaded_is_told_and_leaves_nothing(run: Run) -> None:
    async def test(pool: Workers) -> None:
        other = Workers("broken", 1)
        with pytest.raises(StoreError, match="could not load"):
            await other.start()
        assert len(fork_servers()) == 1
        assert not other.alive

    run(test)


def test_a_start_that_is_given_up_leaves_nothing(run: Run) -> None:
    async def test(pool: Workers) -> None:
        for wait in (0.0, 0.01, 0.05, 0.1):
            other = Workers("other", 1)
            starting = asyncio.ensure_future(other.start())
            await asyncio.sleep(wait)
            if starting.cancel():
                with pytest.raises(asyncio.CancelledError):
                    await starting
            await other.close(0)
        assert eventually(
            lambda: len(fork_servers()) == 1
        )  # one that was being started ends when it finds itself alone

    run(test)


def test_modules_of_the_folder_it_starts_in_are_not_taken(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``struct.py`` or ``kg/`` lying about where ``kg serve`` is started is none of ours."""
    (tmp_path / "struct.py").write_text("raise SystemExit('a stranger')")
    monkeypatch.chdir(tmp_path)

    async def test(pool: Workers) -> None:
        assert await pool.call(b"echo x", 60) == b"x"

    run(test)


# -- the end ------------------------------------------------------------------------------------------------


def test_closing_lets_requests_in_flight_finish(run: Run) -> None:
    async def test(pool: Workers) -> None:
        asked = [asyncio.ensure_future(pool.call(b"who 0.4", 60)) for _ in range(4)]  # two at work, two waiting
        await begun()
        everyone = mine()
        await pool.close(60)
        assert len({await a for a in asked}) == 2
        assert eventually(lambda: not any(there(n) for n in everyone))

    run(test)


def test_closing_ends_requests_that_take_too_long(run: Run) -> None:
    async def test(pool: Workers) -> None:
        asked = [asyncio.ensure_future(pool.call(b"spin 60", 60)) for _ in range(2)]
        await begun()
        everyone = mine()
        await pool.close(0.3)
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(f) for f in found} == {LimitReached}
        assert eventually(lambda: not any(there(n) for n in everyone))

    run(test)


def test_closing_without_a_fork_server_ends_the_workers_too(run: Run) -> None:
    async def test(pool: Workers) -> None:
        everyone = mine()
        asked = asyncio.ensure_future(pool.call(b"spin 60", 60))
        await begun()
        os.kill(fork_servers()[0], signal.SIGKILL)
        await pool.close(0)
        assert isinstance((await asyncio.gather(asked, return_exceptions=True))[0], LimitReached)
        assert eventually(lambda: not any(there(n) for n in everyone | mine()))

    run(test)
