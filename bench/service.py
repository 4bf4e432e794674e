"""``kg serve`` against rdflib-endpoint and Oxigraph's own server on the same dataset, in turn, 8 connections each (wrk)."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.timing import spread
from kg.graph import open_graph
from kg.vocab import PREFIXES

SECONDS = 5
LUA = Path(__file__).with_name("load.lua")
PROLOGUE = "".join(f"PREFIX {p}: <{PREFIXES[p]}> " for p in ("ivc", "rdfs", "co", "ind"))
QUERIES = {
    "simple": PROLOGUE + "SELECT ?p ?o WHERE { co:huawei ?p ?o FILTER(?o != 0000000) } LIMIT 10",
    "join": PROLOGUE
    + """SELECT DISTINCT ?company ?one ?other WHERE {
  ?company ivc:activeIn ?one , ?other ; a ivc:Company . ?segment ivc:inIndustry ?one . ?company ivc:operatesIn ?segment
  FILTER(STR(?one) < STR(?other) && 0000000 > 0) } ORDER BY ?company ?one ?other LIMIT 50""",
    "aggregate": PROLOGUE
    + """SELECT ?industry (COUNT(DISTINCT ?company) AS ?n) WHERE {
  ?company ivc:activeIn ?industry ; a ivc:Company FILTER(0000000 > 0) } GROUP BY ?industry ORDER BY DESC(?n)""",
}
SERVERS = ("kg", "oxigraph", "rdflib-endpoint")
PATHS = {"kg": "/sparql", "oxigraph": "/query", "rdflib-endpoint": "/"}


def measure(rounds: int) -> dict[str, Any]:
    """Requests per second and 99th percentile of each server on each query, and the ratios round by round."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt-get install wrk")
    found: dict[str, dict[str, list[dict[str, float]]]] = {}
    with ExitStack() as stack:
        urls = {name: stack.enter_context(_server(name)) for name in SERVERS}
        for name, query in QUERIES.items():
            _compare(urls, query.replace("0000000", "1234567"))
            for kind in ("fresh", "repeated"):
                runs: dict[str, list[dict[str, float]]] = {server: [] for server in SERVERS}
                for _ in range(rounds):
                    for server in SERVERS:
                        runs[server].append(_load(urls[server], PATHS[server], query, kind))
                found[f"{name}, {kind}"] = runs
    return {what: _summary(runs) for what, runs in found.items()}


def _summary(runs: Mapping[str, list[dict[str, float]]]) -> dict[str, Any]:
    rate = {s: [r["rate"] for r in found] for s, found in runs.items()}
    p99 = {s: [r["p99"] for r in found] for s, found in runs.items()}
    summary: dict[str, Any] = {s: {"requests_per_second": spread(rate[s]), "p99_ms": median(p99[s])} for s in runs}
    for other in SERVERS[1:]:
        summary[f"kg : {other}"] = {
            "rate": spread([a / b for a, b in zip(rate["kg"], rate[other], strict=True)]),
            "p99": spread([a / b for a, b in zip(p99["kg"], p99[other], strict=True)]),
        }
    return summary


def _load(url: str, path: str, query: str, kind: str) -> dict[str, float]:
    """One run of wrk."""
    command = ["wrk", "-t1", "-c8", f"-d{SECONDS}", "--timeout", "20", "--latency", "-s", str(LUA), url, "--", path]
    run = str(
        time.time_ns() // 10**8 % 10**8
    )  # a cache must not know the numbers of the round before; 64 bits hold them
    done = subprocess.run([*command, query, kind, run], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in done:
        raise RuntimeError(done)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", done)
    assert rate and p99, done
    return {"rate": float(rate[1]), "p99": float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]}


def _compare(urls: Mapping[str, str], query: str) -> None:
    """The servers answer alike; what is measured is then the same work."""
    from urllib.parse import quote

    answers = set()
    for server, url in urls.items():
        request = urllib.request.Request(
            f"{url}{PATHS[server]}?query={quote(query)}", headers={"Accept": "application/sparql-results+json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            answers.add(answer.read().count(b'"type"'))
    assert len(answers) == 1, (query, answers)


@contextmanager
def _server(name: str) -> Iterator[str]:
    """A running server on the built dataset; its URL."""
    path = open_graph().path  # type: ignore[attr-defined]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder, here = Path(tempfile.mkdtemp()), Path(sys.executable).parent
    data = str(path / "dataset.nq")
    if name == "oxigraph":
        loading = [str(here / "oxigraph"), "load", "--location", str(folder), "--file", data]
        subprocess.run(loading, check=True, capture_output=True)
    commands = {
        "kg": [sys.executable, "-m", "kg", "serve", "--port", str(port), "--log-level", "warning"],
        "oxigraph": [
            str(here / "oxigraph"),
            "serve-read-only",
            "--location",
            str(folder),
            "--bind",
            f"127.0.0.1:{port}",
        ],
        "rdflib-endpoint": [str(here / "rdflib-endpoint"), "serve", "--host", "127.0.0.1", "--port", str(port), data],
    }
    with subprocess.Popen(commands[name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            time.sleep(2)
            return
    raise RuntimeError("the server did not start")
