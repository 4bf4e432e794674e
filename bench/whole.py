"""The whole way, from files to an answer: ``kg build`` and a saved query against bench/obvious.py, in turn."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.timing import run, spread

OBVIOUS = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("obvious.py"))]
BUILD = [sys.executable, "-m", "kg", "build"]
QUERY = [sys.executable, "-m", "kg", "query", "chain-of-industry", "--format", "json"]
AUDIT = [sys.executable, "-m", "kg", "sparql", "--format", "json"]
FINDINGS = "SELECT ?rule ?focus { GRAPH g:audit { ?f sh:sourceShape ?rule ; sh:focusNode ?focus } }"
COLUMNS = ("tier", "stage", "segment", "company", "passage")


def measure(rounds: int) -> dict[str, Any]:
    """Seconds and memory of both ways, and whether they found the same."""
    ours: dict[str, list[float]] = {"seconds": [], "mebibytes": []}
    theirs: dict[str, list[float]] = {"seconds": [], "mebibytes": []}
    same = []
    for _ in range(rounds):
        obvious = run(OBVIOUS)
        theirs["seconds"].append(obvious.seconds)
        theirs["mebibytes"].append(obvious.mebibytes)
        store = tempfile.mkdtemp()
        try:
            build = run(BUILD, KG_STORE=store)
            query = run(QUERY, KG_STORE=store)
            findings = run([*AUDIT, FINDINGS], KG_STORE=store)
        finally:
            shutil.rmtree(store)
        ours["seconds"].append(build.seconds + query.seconds)
        ours["mebibytes"].append(max(build.mebibytes, query.mebibytes))
        same.append(_same(json.loads(obvious.output), json.loads(query.output), json.loads(findings.output)))
    return {
        "ours": {k: spread(v) for k, v in ours.items()},
        "obvious": {k: spread(v) for k, v in theirs.items()},
        "time_ratio": spread([a / b for a, b in zip(ours["seconds"], theirs["seconds"], strict=True)]),
        "memory_ratio": spread([a / b for a, b in zip(ours["mebibytes"], theirs["mebibytes"], strict=True)]),
        "same": {name: all(s[name] for s in same) for name in same[0]},
    }


def _same(obvious: dict[str, Any], query: dict[str, Any], findings: dict[str, Any]) -> dict[str, bool]:
    """A build that went through had no violation; findings are compared as (rule, node), answers as rows."""
    rows = {tuple(row[c] or "" for c in COLUMNS) for row in query["rows"]}
    found = {(row["rule"].rsplit("/", 1)[-1], row["focus"]) for row in findings["rows"]}
    return {
        "violations": obvious["violations"] == [],
        "findings": found == {tuple(f) for f in obvious["findings"]},
        "answers": rows == {tuple(r) for r in obvious["rows"]},
    }
