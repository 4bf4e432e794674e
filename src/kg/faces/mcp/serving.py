"""Starting and ending the agents' server: the workers, the conversation, signals, the log."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from importlib import import_module
from typing import Any

from kg.faces.mcp.graphs import Graphs, Settings
from kg.faces.mcp.wire import Wire


def serve(settings: Settings, wire: Wire, *, log_level: str = "warning") -> None:
    """Converse until the other side closes or SIGTERM.

    Raises:
        StoreError: there is no readable graph. UsageProblem: no saved query has one of the tags.
        KeyboardInterrupt: Ctrl-C.
    """
    logging.basicConfig(
        stream=sys.stderr, level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    if asyncio.run(_serve(settings, wire)) == signal.SIGINT:
        raise KeyboardInterrupt


async def _serve(settings: Settings, wire: Wire) -> int | None:
    """Converse to the end; the signal that ended it, if one did."""
    loop, told = asyncio.get_running_loop(), list[int]()
    ended = asyncio.Event()

    def end(number: int) -> None:
        told.append(number)
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    graphs = Graphs(settings)
    work = loop.create_task(_converse(graphs, wire))
    try:
        await _first(work, loop.create_task(ended.wait()), loop.create_task(_failure(graphs)))
    finally:
        work.cancel()
        await asyncio.wait({work})
        await graphs.close()
    return told[0] if told else None


async def _converse(graphs: Graphs, wire: Wire) -> None:
    # the protocol's package takes a second or two to import; meanwhile the workers load the graph
    session = await asyncio.to_thread(import_module, "kg.faces.mcp.session")
    await session.Session(wire, graphs).run()


async def _failure(graphs: Graphs) -> None:
    """Wait for ever, unless the workers cannot start.

    Raises:
        StoreError: they could not load the graph.
    """
    await graphs.ready()
    await asyncio.get_running_loop().create_future()


async def _first(*tasks: asyncio.Task[Any]) -> None:
    """Wait for the first of *tasks* to end, and raise what it raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
