"""What an answer from a cold shell costs over an interpreter that does nothing."""

from __future__ import annotations

import sys
from typing import Any

from bench.timing import alternate, spread

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


def measure(rounds: int) -> dict[str, Any]:
    """Milliseconds of each command more than the empty interpreter of the same round."""
    found = alternate(COMMANDS, rounds)
    empty = [r.seconds for r in found[NOTHING]]
    extra = {
        name: spread([1000 * (r.seconds - e) for r, e in zip(runs, empty, strict=True)])
        for name, runs in found.items()
        if name != NOTHING
    }
    return {NOTHING: spread([1000 * s for s in empty]), "extra": extra}
