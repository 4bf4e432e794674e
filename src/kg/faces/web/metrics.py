"""Prometheus metrics; summed over all server processes (prometheus_client's multiprocess mode)."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

if TYPE_CHECKING:
    from kg.service.service import Service

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


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    requests, took = _counters(method, route, status)
    requests.inc()
    took.observe(seconds)


@cache  # there are few combinations, and finding a counter by its labels takes longer than incrementing it
def _counters(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), SECONDS.labels(route)


def update_gauges(service: Service) -> None:
    """Set the gauges to the state of the service. Called every second, because any server process may expose them."""
    BUSY.set(service.busy)
    KILLED.set(service.killed)
    HITS.set(service.cache.hits)


def exposition(service: Service) -> bytes:
    """The metrics in Prometheus' text format."""
    update_gauges(service)
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    _remove_dead_processes(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _remove_dead_processes(folder: Path) -> None:
    """Remove the gauges of server processes that have exited; their counters are kept."""
    for file in folder.glob("gauge_live*.db"):
        number = int(file.stem.rpartition("_")[2])
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            mark_process_dead(number)  # type: ignore[no-untyped-call]
