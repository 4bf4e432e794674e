"""What Prometheus is told; over several server processes, their sum (prometheus_client's multiprocess mode)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from kg.faces.web.front import Front

REQUESTS = Counter("kg_requests", "Requests answered", ("method", "route", "status"))
SECONDS = Histogram(
    "kg_request_seconds",
    "Seconds from request to answer",
    ("route",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
IN_FLIGHT = Gauge("kg_requests_in_flight", "Requests being answered", multiprocess_mode="livesum")
BUSY = Gauge("kg_workers_busy", "Workers at work", multiprocess_mode="livesum")
KILLED = Gauge("kg_workers_replaced", "Workers ended by a limit since the start", multiprocess_mode="livesum")
HITS = Gauge("kg_cache_hits", "Answers given from the cache since the start", multiprocess_mode="livesum")


def exposition(front: Front) -> bytes:
    """The metrics in Prometheus' text format."""
    if front.pool:
        BUSY.set(front.pool.busy)
        KILLED.set(front.pool.killed)
    HITS.set(front.cache.hits)
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
