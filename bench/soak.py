"""Ten minutes of mixed good and hostile traffic beside 1,000 idle connections: is every request answered, is memory flat?"""

from __future__ import annotations

import asyncio
import random
import resource
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

IDLE = 1_000
CLIENTS = 6
GOOD = (
    "/sparql?query=SELECT%20%3Fp%20%3Fo%20WHERE%20%7B%20co%3Ahuawei%20%3Fp%20%3Fo%20%7D%20LIMIT%20{n}",
    "/queries/companies-in-segment.json?limit={n}",
    "/queries/market-size?lang=en",
    "/industry/6g?n={n}",
    "/chain/quantum.json?n={n}",
    "/search.json?q=huawei{n}",
    "/audit?n={n}",
)
HOSTILE = (
    "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a = ?i) }",
    "SELECT (COUNT(*) AS ?n) WHERE { ?x (ivc:partOf|!ivc:partOf)* ?y . ?y (ivc:about|!ivc:about)* ?z }",
    'SELECT * WHERE { ?s ?p ?o FILTER(REGEX(STR(?o), "(a+)+(b+)+(c+)+$")) } ORDER BY ?o ?p ?s',
    "SELECT * WHERE { " + "{ " * 5_000 + "?s ?p ?o" + " }" * 5_000 + " }",
    "SELECT ?s WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "INSERT DATA { <x:a> <x:b> <x:c> }",
    'SELECT (CONCAT(?a, ?a, ?a, ?a) AS ?z) WHERE { BIND("'
    + "x" * 100_000
    + '" AS ?a0) BIND(CONCAT(?a0, ?a0, ?a0, ?a0) AS ?a) }',
    "SELECT * WHERE { VALUES ?x { " + "1 " * 60_000 + "} }",
)


def measure(rounds: int) -> dict[str, Any]:
    """*rounds* minutes of traffic: answers by status, what was not answered, memory after the first minute and at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    soft = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 8192)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    command = [sys.executable, "-m", "kg", "serve", "--port", str(port), "--timeout", "1", "--log-level", "error"]
    with subprocess.Popen(command) as process:
        try:
            return asyncio.run(_soak(process.pid, f"http://127.0.0.1:{port}", 60.0 * rounds))
        finally:
            process.terminate()


async def _soak(server: int, url: str, seconds: float) -> dict[str, Any]:
    await _ready(url)
    port = int(url.rpartition(":")[2])
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(IDLE)]
    counts: Counter[str] = Counter()
    memory: list[float] = []
    end, start = time.monotonic() + seconds, time.monotonic()
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        clients = [asyncio.create_task(_client(client, end, counts, random.Random(n))) for n in range(CLIENTS)]
        waking = asyncio.create_task(_stay(idle, end, counts))
        while time.monotonic() < end:
            await asyncio.sleep(5)
            if time.monotonic() - start > min(60, seconds / 4):
                memory.append(_tree(server))
        await asyncio.gather(*clients, waking)
        for connection in idle:  # the idle ones are still answered
            await _wake(connection, counts)
            connection[1].close()
        ready = (await client.get("/readyz")).json()["ready"]
    third = max(1, len(memory) // 3)
    first, last = sum(memory[:third]) / third, sum(memory[-third:]) / third
    return {
        "answers": dict(sorted(counts.items())),
        "ready": ready,
        "mebibytes": {"first": first, "last": last},
        "growth": last / first,
    }


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _stay(idle: list[Connection], end: float, counts: Counter[str]) -> None:
    """Ask one thing over each idle connection within the time after which a server may close it (75 s), and be idle again."""
    while time.monotonic() < end:
        for n in range(0, len(idle), 50):
            await asyncio.gather(*(_wake(connection, counts) for connection in idle[n : n + 50]))
            await asyncio.sleep(40 * 50 / len(idle))


async def _wake(connection: Connection, counts: Counter[str]) -> None:
    reader, writer = connection
    try:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        size = next(
            int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(size)
        counts["idle answered"] += b" 200 " in head.splitlines()[0]
    except (OSError, EOFError, TimeoutError) as error:
        counts[f"idle lost {type(error).__name__}"] += 1


async def _client(client: httpx.AsyncClient, end: float, counts: Counter[str], dice: random.Random) -> None:
    while time.monotonic() < end:
        try:
            if dice.random() < 0.25:
                answer = await client.post(
                    "/sparql", content=dice.choice(HOSTILE), headers={"Content-Type": "application/sparql-query"}
                )
                counts[f"hostile {answer.status_code}"] += 1
            else:
                answer = await client.get(dice.choice(GOOD).replace("{n}", str(dice.randrange(1, 50))))
                counts[f"good {answer.status_code}"] += 1
        except httpx.TransportError as error:
            counts[f"unanswered {type(error).__name__}"] += 1


async def _ready(url: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(600):
            try:
                if (await client.get(f"{url}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise RuntimeError("the server did not start")


def _tree(root: int) -> float:
    """Proportional set size of *root* and all its descendants, MiB."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    todo, total = [root], 0
    while todo:
        process = todo.pop()
        todo += parents.get(process, [])
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return total / 1024
