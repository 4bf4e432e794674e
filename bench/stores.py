"""The packaged project and copies of it in the embedded store and in stores of others: loading, disk, memory, and answers.

``--rounds N`` is the number of copies at the largest size; each size has twice as many as the one before.
"""

from __future__ import annotations

import json
import math
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from bench.copies import copies
from bench.growth import BUILD
from bench.timing import run

SELECTIVE: Final = (
    "companies-in-segment",
    "companies-of-industry",
    "figures-of-industry",
    "chain-of-industry",
    "makers-of-product",
    "technologies-of-company",
    "company-relations",
    "statements-of-passage",
    "policies-of-industry",
    "audit-findings-of-industry",
)
"""Saved queries about one thing, with the values that they have by default."""
ANALYTIC: Final = (
    "industries-by-companies",
    "companies-in-several-industries",
    "things-by-mentions",
    "relations-by-support",
    "figures-by-indicator",
)
"""Saved queries about the whole graph."""
CLIENTS: Final = (1, 8)
_EACH: Final = {1: 12, 8: 4}
"""Clients at once → how often each of them asks each question."""
_ASKING: Final = """
import json, sys, time
import kg

begun = time.perf_counter()
graph = kg.open(store=sys.argv[1])
names = json.loads(sys.argv[2])
graph.query(names[0])
first, found = time.perf_counter() - begun, {name: [] for name in names}
for _ in range(int(sys.argv[3])):
    for name in names:
        begun = time.perf_counter()
        graph.query(name)
        found[name].append(time.perf_counter() - begun)
print(json.dumps({"first": first, "seconds": found}))
"""
_PUBLISHING: Final = """
import sys
from pathlib import Path
from kg.pipeline.publish import publish
publish(Path(sys.argv[1]), sys.argv[2])
"""


def measure(most: int) -> dict[str, Any]:
    """The figures of each store at 1, 2, 4, … copies, up to *most*."""
    sizes = [2**n for n in range(int(math.log2(most)) + 1)]
    return {"copies": sizes, "sizes": [_size(n) for n in sizes]}


def _size(number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copies(folder / "project", number)
        built = run([sys.executable, "-c", BUILD, str(folder / "project")])
        told, build = json.loads(built.output), folder / "project" / "build" / "current"
        found: dict[str, Any] = {
            "quads": told["quads"],
            "build": {"seconds": built.seconds, "mebibytes": built.mebibytes},
            "embedded": {"disk": _disk(build / "index"), **_answers(str(build.parent))},
        }
        with _oxigraph(folder / "oxigraph") as (url, process):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", _PUBLISHING, str(build), url], check=True)
            loaded = time.perf_counter() - begun
            answers = _answers(url)
            found["oxigraph"] = {"load": loaded, "mebibytes": _resident(process), **answers}
            found["oxigraph"]["disk"] = _disk(folder / "oxigraph")
        return found


def _answers(store: str) -> dict[str, Any]:
    """Seconds until the first answer of a new process, and milliseconds of each kind of question at p50 and p99."""
    found: dict[str, Any] = {}
    for kind, names in (("selective", SELECTIVE), ("analytic", ANALYTIC)):
        for clients in CLIENTS:
            command = [sys.executable, "-c", _ASKING, store, json.dumps(names), str(_EACH[clients])]
            asking = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(clients)]
            told = [json.loads(process.communicate()[0]) for process in asking]
            seconds = sorted(s for one in told for each in one["seconds"].values() for s in each)
            found[f"{kind}, {clients}"] = {"p50": _at(seconds, 0.5), "p99": _at(seconds, 0.99), "asked": len(seconds)}
            found.setdefault("first", told[0]["first"])
    return found


def _at(values: list[float], part: float) -> float:
    """Milliseconds of the value below which *part* of all are."""
    return 1000 * values[min(len(values) - 1, int(part * len(values)))]


@contextmanager
def _oxigraph(folder: Path) -> Iterator[tuple[str, int]]:
    """The URL of ``oxigraph serve`` on *folder*, and its process number."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = str(Path(sys.executable).parent / "oxigraph")
    command = [program, "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                try:
                    httpx.get(url)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield url, process.pid
        finally:
            process.terminate()
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _disk(folder: Path) -> float:
    """MiB of the files in *folder*."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20


def _resident(process: int) -> float:
    """MiB that a process has in main memory."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
