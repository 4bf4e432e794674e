"""How the work of a build grows with the data: the packaged report and copies of it, twice as many at each turn."""

from __future__ import annotations

import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.copies import copies
from bench.timing import run

BUILD = """
import json, resource, sys, time
from pathlib import Path
from kg.pipeline.build import build
from kg.source.project import Project

steps, last = {}, [time.process_time()]
def note(step, seconds):
    now = time.process_time()
    steps[step], last[0] = now - last[0], now

project = Project.find(Path(sys.argv[1]), Path(sys.argv[1]) / "build")
done = build(project, progress=note)
whole = time.process_time()
quads = sum(1 for _ in (done.path / "dataset.nq").open("rb"))
print(json.dumps({"steps": steps, "seconds": whole, "quads": quads, "findings": len(done.findings)}))
"""


def measure(most: int) -> dict[str, Any]:
    """Seconds of the processor for each step, and memory, at 1, 2, 4, … copies, up to *most*; the exponents fitted to them."""
    sizes = [2**n for n in range(int(math.log2(most)) + 1)]
    runs = [_build(n) for n in sizes]
    names = [*runs[0]["steps"], "seconds", "mebibytes"]
    figures = {name: [r["steps"].get(name, r.get(name)) for r in runs] for name in names}
    quads = [r["quads"] for r in runs]
    return {
        "copies": sizes,
        "quads": quads,
        "findings": [r["findings"] for r in runs],
        "figures": figures,
        "exponents": {name: _exponent(quads, values) for name, values in figures.items()},
        "times_one": figures["seconds"][-1] / figures["seconds"][0],
    }


def _build(number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        copies(Path(folder), number)
        done = run([sys.executable, "-c", BUILD, folder])
    result: dict[str, Any] = json.loads(done.output)
    return {**result, "mebibytes": done.mebibytes}


def _exponent(sizes: list[int], values: list[float]) -> float:
    """The slope of the line through the logarithms, by least squares."""
    x, y = [math.log(s) for s in sizes], [math.log(max(v, 1e-3)) for v in values]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)
