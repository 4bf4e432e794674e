"""Starts and stops the MCP server: workers, protocol, signals, log."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

from kg.faces.mcp.session import Session
from kg.service.service import Options
from kg.terms import Lang

_INTERRUPTED: Final = 130


def serve(options: Options, lang: Lang, tags: Sequence[str] | None, *, log_level: str = "warning") -> None:
    """Serve until the client closes the input, or until SIGTERM or Ctrl-C; after a signal, this function exits the process.

    Args:
        options: settings of the service.
        lang: language of titles, texts and errors, unless a call sets ``lang``.
        tags: offer a tool for each saved query with one of these tags; empty means for every query, None for none.
        log_level: lowest level of records that go to standard error.

    Raises:
        StoreError: there is no readable graph. UsageProblem: no saved query has one of the tags.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=log_level.upper())
    logging.getLogger("mcp").setLevel(logging.WARNING)  # its INFO records contain the clients' queries
    asyncio.run(_serve(Session(options, lang, tags)))


class _Formatter(logging.Formatter):
    """A formatter that appends the ``fields`` of the service's records."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        return " ".join([super().format(record), *(f"{name}={value}" for name, value in fields.items())])


async def _serve(session: Session) -> None:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def end(code: int) -> None:
        if not ended.done():
            ended.set_result(code)

    loop.add_signal_handler(signal.SIGTERM, end, 0)
    loop.add_signal_handler(signal.SIGINT, end, _INTERRUPTED)
    try:
        opening = loop.create_task(_open(session))
        await _first(ended, opening)
        if opening.done():
            await _first(ended, loop.create_task(_converse(session, lambda: end(0))))
        else:
            opening.cancel()
            await asyncio.wait({opening})
    finally:
        await session.service.close(0)
    if ended.done():
        # A normal exit would wait for the thread that reads standard input, which cannot be interrupted.
        os._exit(ended.result())


async def _open(session: Session) -> None:
    # Importing the mcp package takes a second or more; the workers load the graph at the same time.
    await asyncio.gather(session.service.open(), asyncio.to_thread(import_module, "kg.faces.mcp.protocol"))


async def _converse(session: Session, force_exit: Callable[[], None]) -> None:
    from kg.faces.mcp.connection import serve_stdio
    from kg.faces.mcp.protocol import server

    await serve_stdio(server(session), session.service.options.limits.seconds + 1, force_exit)


async def _first(ended: asyncio.Future[Any], task: asyncio.Future[Any]) -> None:
    """Wait for *ended* or *task*, whichever comes first; raise the task's exception, if any."""
    await asyncio.wait({ended, task}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
