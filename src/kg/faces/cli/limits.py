"""Limits of time and memory for commands that query the graph in their own process.

Oxigraph has no time-out, and a search in a damaged index may never end. While Oxigraph works, other threads of Python can
run; one of them checks the limits and ends the process. The time is that of the processor, so that a slow reader of the
answer or a busy machine does not end a command.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextvars import copy_context
from math import isfinite
from pathlib import Path
from threading import Event, Thread
from typing import Final

from kg.errors import KgError, LimitReached, UsageProblem
from kg.terms import Text

_SECONDS: Final = 60.0
"""Seconds of the processor for one command; the slowest command on the packaged graph takes two."""
_MEMORY: Final = 2 * 2**30
"""Bytes in main memory; commands on the packaged graph take a tenth of it."""
_VERIFY_AFTER: Final = 2.0
"""Seconds of the processor after which the files of the graph are compared with their digests, once."""
_POLL: Final = 0.1
"""Seconds between two checks."""


def watch(folder: Path | None, memory: int = _MEMORY) -> Callable[[], None]:
    """End this process with a message if it takes too long or too much memory from now on.

    Returns:
        A function that ends the watch.

    Args:
        folder: the build that is asked; None for a graph elsewhere.
        memory: most bytes in main memory.

    Raises:
        UsageProblem: the variable KG_TIMEOUT is no number of seconds.
    """
    done = Event()
    args = (_watch, done, folder, _allowed(), memory, time.process_time())
    Thread(target=copy_context().run, args=args, daemon=True).start()  # the context has the language of the messages
    return done.set


def _allowed() -> float:
    """Seconds from the variable KG_TIMEOUT; only large graphs need it, so there is no option."""
    given = os.environ.get("KG_TIMEOUT", "")
    try:
        seconds = float(given) if given else _SECONDS
    except ValueError:
        seconds = 0.0
    if not (isfinite(seconds) and seconds > 0):
        raise UsageProblem(
            Text(f"KG_TIMEOUT 不能是“{given}”", f"KG_TIMEOUT cannot be “{given}”"),
            hint=Text("需要正的秒数,如 300", "a positive number of seconds is needed, such as 300"),
        )
    return seconds


def _watch(done: Event, folder: Path | None, allowed: float, memory: int, start: float) -> None:
    unverified = folder is not None
    while not done.wait(_POLL):
        seconds, held = time.process_time() - start, _resident()
        if held > memory:
            _end(_too_much(held, memory))
        if unverified and seconds > min(_VERIFY_AFTER, allowed):
            unverified = False
            _end_if_damaged(folder)
        if seconds > allowed:
            _end(_too_long(allowed))


def _end_if_damaged(folder: Path | None) -> None:
    from kg.pipeline.digests import verify

    try:
        verify(folder or Path())
    except KgError as error:
        _end(error)


def _end(error: KgError) -> None:
    """Print the message and end the process at once, without waiting for the other threads."""
    from kg.faces.cli import report

    try:
        report(error)
        sys.stderr.flush()
    finally:
        os._exit(error.exit_code)


def _resident() -> int:
    """Bytes of this process in main memory; without /proc (macOS), the largest number it ever had."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _too_long(allowed: float) -> LimitReached:
    return LimitReached(
        Text(f"{allowed:g} 秒内没有算完", f"it was not done within {allowed:g} s"),
        hint=Text(
            "KG_TIMEOUT=秒数 给更多时间(按处理器时间计)", "KG_TIMEOUT=SECONDS gives it more (of the processor's time)"
        ),
    )


def _too_much(held: int, memory: int) -> LimitReached:
    has, most = (f"{size / 2**30:.1f} GiB" for size in (held, memory))
    return LimitReached(
        Text(f"占用内存 {has},超过上限 {most}", f"it took {has} of memory, more than the {most} there are for it"),
        hint=Text("问得窄一些,或用 kg serve", "ask for less, or use kg serve"),
    )
