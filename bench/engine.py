"""Saved queries on the built store against rdflib on the same dataset, in one process, in turn."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from kg.graph import open_graph
from kg.vocab import PREFIXES

QUERIES = (
    "companies-in-segment",
    "companies-at-tier",
    "companies-in-several-industries",
    "industries-by-companies",
    "market-size",
    "makers-of-product",
    "bottlenecks",
    "figures-of-industry",
    "traits",
    "growth-rates",
)


def measure(rounds: int) -> dict[str, Any]:
    """Median seconds of each query on both engines and their ratio; rows are compared first."""
    graph = open_graph()
    data = graph.to_rdflib()
    found = {}
    for name in QUERIES:
        text = graph.catalogue.get(name).sparql
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            start = time.perf_counter()
            here = len(graph.store.select(text).rows)
            middle = time.perf_counter()
            there = len(list(data.query(text, initNs=dict(PREFIXES))))
            theirs.append(time.perf_counter() - middle)
            ours.append(middle - start)
            assert here == there, name
        found[name] = {
            "ms": 1000 * median(ours),
            "rdflib_ms": 1000 * median(theirs),
            "times": median(theirs) / median(ours),
        }
    return found
