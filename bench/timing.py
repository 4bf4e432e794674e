"""Commands run in turn, each in a process of its own: wall time and peak memory of each run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds on the clock, peak resident memory in MiB, what it printed."""

    seconds: float
    mebibytes: float
    output: str


def run(command: Sequence[str], **settings: str) -> Run:
    """Run *command* once.

    Raises:
        RuntimeError: it failed.
    """
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env={**os.environ, **settings})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        out.seek(0)
        output = out.read().decode()
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{command} failed")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return Run(seconds, usage.ru_maxrss / scale, output)


def alternate(commands: Mapping[str, Sequence[str]], rounds: int, **settings: str) -> dict[str, list[Run]]:
    """Every command once, then every command again …: whatever else the machine does hits all alike."""
    found: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            found[name].append(run(command, **settings))
    return found


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Least, middle and greatest of *values*, and how many."""
    return {"min": min(values), "median": median(values), "max": max(values), "runs": len(values)}
