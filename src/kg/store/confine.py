"""What a process that answers queries from outside may take: memory, open files, no core dump (setrlimit(2))."""

from __future__ import annotations

import resource
from pathlib import Path

from kg.errors import LimitReached
from kg.terms import Text


def confine(memory: int, files: int | None = None) -> None:
    """Hold this process for good.

    Args:
        memory: bytes of address space beyond what it has now. Where the system does not tell how much that is
            (macOS), memory is not held.
        files: lowest descriptor that can no longer be opened; None leaves files alone. A process whose open files
            fill all lower ones can open no socket, so no query of it can leave the machine.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        pages = 0
    if pages:
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    if files is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def out_of_time(seconds: float) -> LimitReached:
    """The error of a query that took too long."""
    return LimitReached(
        Text(f"查询超过 {seconds:g} 秒,已终止", f"the query took more than {seconds:g} s and was stopped"),
        hint=Text("缩小范围,或放宽时限", "narrow it, or allow more time"),
    )


def ended() -> LimitReached:
    """The error of a query whose process ended under it, or ran out of what it was given."""
    return LimitReached(
        Text("查询用尽了内存或嵌套过深,已终止", "the query ran out of memory or is nested too deeply, and was stopped"),
        hint=Text("缩小范围,或写得浅一些", "narrow it, or nest less"),
    )
