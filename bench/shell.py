"""What an answer from a cold shell costs over an interpreter that does nothing.

Besides commands of each kind: the saved queries that are slowest in process on this store, and one command on a
terminal (a pty), where a table is drawn instead of TSV.
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
import timeit
from collections.abc import Sequence
from typing import Any

import kg
from bench.timing import alternate, run, spread

KG = [sys.executable, "-m", "kg"]
NOTHING = "python -c pass"
COMMANDS = {
    NOTHING: [sys.executable, "-c", "pass"],
    "kg query companies-in-segment": [*KG, "query", "companies-in-segment", "segment=卫星制造"],
    "kg find BYD": [*KG, "find", "BYD"],
    "kg chain 商业航天": [*KG, "chain", "商业航天"],
    "kg show 华为": [*KG, "show", "华为"],
    "kg why": [*KG, "why", "精进电动", "涉足产业", "智能网联新能源汽车"],
    "kg build (nothing changed)": [*KG, "build"],
}
_SLOWEST = 5
_ON_A_TERMINAL = "kg query companies-in-segment"


def measure(rounds: int) -> dict[str, Any]:
    """Milliseconds of each command more than the empty interpreter of the same round."""
    commands = COMMANDS | {f"kg query {name}": [*KG, "query", name] for name in slowest(_SLOWEST)}
    found = alternate(commands, rounds)
    empty = [r.seconds for r in found[NOTHING]]
    extra = {
        name: spread([1000 * (r.seconds - e) for r, e in zip(runs, empty, strict=True)])
        for name, runs in found.items()
        if name != NOTHING
    }
    on_terminal = [
        1000 * (_on_terminal(COMMANDS[_ON_A_TERMINAL]) - run(COMMANDS[NOTHING]).seconds) for _ in range(rounds)
    ]
    extra[f"{_ON_A_TERMINAL} (on a terminal)"] = spread(on_terminal)
    return {NOTHING: spread([1000 * s for s in empty]), "extra": extra}


def slowest(most: int) -> list[str]:
    """Names of the *most* saved queries that take longest in this process, with their defaults; slowest first."""
    graph = kg.open()
    took = {
        query.name: min(timeit.repeat(lambda name=query.name: graph.query(name), number=1, repeat=3))
        for query in graph.catalogue
    }
    return sorted(took, key=lambda name: -took[name])[:most]


def _on_terminal(command: Sequence[str]) -> float:
    """Seconds of *command* with a terminal as its output.

    Raises:
        RuntimeError: it failed.
    """
    ours, theirs = pty.openpty()
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    try:
        while os.read(ours, 65536):
            pass
    except OSError:
        pass  # Linux says EIO where the other end of a terminal is closed, macOS nothing
    finally:
        os.close(ours)
    if process.wait():
        raise RuntimeError(f"{command} failed")
    return time.perf_counter() - start
