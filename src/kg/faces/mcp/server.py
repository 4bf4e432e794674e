"""Starts and ends the agents' server: workers, conversation, signals, log."""

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


def serve(options: Options, lang: Lang, tags: Sequence[str], *, log_level: str = "warning") -> None:
    """Answer until the client closes its end, SIGTERM or Ctrl-C; after a signal the process exits from within.

    Args:
        options: of the service.
        lang: language of titles, texts and errors, unless a call names one.
        tags: tags to which the saved queries are held; none for all.
        log_level: level from which records go to standard error.

    Raises:
        StoreError: there is no readable graph. UsageProblem: no saved query has one of the tags.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=log_level.upper())
    logging.getLogger("mcp").setLevel(logging.WARNING)  # its finer records show what was asked
    asyncio.run(_serve(Session(options, lang, tags)))


class _Formatter(logging.Formatter):
    """One that adds the fields which the service gives its records."""

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
        # Nothing can interrupt the thread that reads standard input, and an ordinary exit would wait for it.
        os._exit(ended.result())


async def _open(session: Session) -> None:
    # the protocol's package takes a second or more to import; meanwhile the workers load the graph
    await asyncio.gather(session.service.open(), asyncio.to_thread(import_module, "kg.faces.mcp.protocol"))


async def _converse(session: Session, give_up: Callable[[], None]) -> None:
    from kg.faces.mcp.connection import converse
    from kg.faces.mcp.protocol import server

    await converse(server(session), session.service.options.limits.seconds + 1, give_up)


async def _first(ended: asyncio.Future[Any], task: asyncio.Future[Any]) -> None:
    """Wait for the end of the server or of *task*, and raise what the task raised."""
    await asyncio.wait({ended, task}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
