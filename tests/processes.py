"""What the system says of processes (Linux, /proc): who is whose child, what they hold, whether they are still there."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

PROC = Path("/proc")
needs_proc = pytest.mark.skipif(not (PROC / "self" / "stat").exists(), reason="reads /proc")


def children(parent: int) -> list[int]:
    """Process numbers of the children of *parent*, zombies too."""
    return [number for number, (_, above) in _all().items() if above == parent]


def family(root: int) -> set[int]:
    """*root* and all its descendants."""
    everyone, found, new = _all(), {root}, {root}
    while new:
        new = {n for n, (_, above) in everyone.items() if above in new} - found
        found |= new
    return found & everyone.keys()


def zombies(root: int) -> set[int]:
    """Descendants of *root* that have ended and that nobody has reaped."""
    everyone = _all()
    return {n for n in family(root) if n in everyone and everyone[n][0] == "Z"}


def there(number: int) -> bool:
    """Whether process *number* runs, or any thread of it: only without them can its parent see that it has ended."""
    state = _all().get(number)
    return state is not None and (state[0] not in "ZX" or _threads(number) > 1)


def command(number: int) -> str:
    """The command line of process *number*."""
    try:
        return (PROC / str(number) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def resident(number: int) -> int:
    """KiB of memory that process *number* has to itself and as its own (RssAnon): not its libraries, not shared files."""
    for line in (PROC / str(number) / "status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise AssertionError(f"no RssAnon in /proc/{number}/status")


def open_files(number: int) -> int:
    """How many files process *number* has open."""
    return sum(1 for _ in (PROC / str(number) / "fd").iterdir())


def eventually(holds: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether *holds* becomes true within *seconds*, which are many more than it takes on a machine that is busy."""
    end, pause = time.monotonic() + seconds, 0.01
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
        pause = min(0.1, 1.2 * pause)
    return True


def _threads(number: int) -> int:
    try:
        return sum(1 for _ in (PROC / str(number) / "task").iterdir())
    except OSError:  # it ended just now
        return 0


def _all() -> dict[int, tuple[str, int]]:
    """Process number → (state, parent) of every process."""
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                rest = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended just now
                continue
            found[int(entry.name)] = (rest[0], int(rest[1]))
    return found
