"""Marks the answers of ``kg ask`` to the questions in tests/report/questions: python bench/questions.py [build|held-out] [--wrong].

Marks: exact · table (the right rows, but more of them, or the verdict left to the reader) · choices (the right reading is
offered) · nothing (said not to be understood) · wrong (anything else).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import Any

import kg

FOLDER = Path(__file__).resolve().parents[1] / "tests/report/questions"
TOLERANCE = 0.006
"""Of a computed figure, which the expectation gives rounded."""
SILENT = ("not-in-report", "not-understood")


def mark(graph: kg.KnowledgeGraph, expected: dict[str, Any], answer: dict[str, Any]) -> str:
    """The mark of one answer against one expectation."""
    status, wanted = answer["status"], expected["status"]
    if wanted in SILENT:
        return {"choices": "choices"}.get(status, "exact" if status in SILENT else "wrong")
    denied = expected.get("yes") is False and answer["yes"] is False
    if status != "answered" or denied:
        right = denied or status == wanted
        return "exact" if right else {"not-understood": "nothing", "choices": "choices"}.get(status, "wrong")
    if wanted == "choices":
        marks = {mark(graph, one, answer) for one in expected["either"]}
        return "table" if {"exact", "table"} & marks else "wrong"
    for key, marker in (("yes", verdict), ("count", verdict), ("figures", of_figures)):
        if key in expected:
            return marker(expected, answer)
    if "winner" in expected or "things" in expected:
        return of_things(graph, expected, answer)
    return "exact" if set(expected["passages"]) & set(answer["passages"]) else "wrong"


def verdict(expected: dict[str, Any], answer: dict[str, Any]) -> str:
    """The mark where yes, no or a number is expected: rows without a verdict leave it to the reader."""
    key = "yes" if "yes" in expected else "count"
    if answer[key] is not None:
        return "exact" if answer[key] == expected[key] else "wrong"
    rows = answer["rows"] if key == "yes" else len(answer["things"]) == expected["count"]
    return "table" if rows else "wrong"


def of_figures(expected: dict[str, Any], answer: dict[str, Any]) -> str:
    """The mark where figures are expected: all of them, among few others or many."""
    cells = [cell for row in answer["rows"] for cell in row.values() if isinstance(cell, (int, float))]
    if not all(any(same(cell, figure["value"]) for cell in cells) for figure in expected["figures"]):
        return "wrong"
    return "exact" if len(answer["rows"]) <= 2 * len(expected["figures"]) else "table"


def of_things(graph: kg.KnowledgeGraph, expected: dict[str, Any], answer: dict[str, Any]) -> str:
    """The mark where things are expected: these and no others, or among others."""
    named = expected["things"] if "things" in expected else [expected["winner"]]
    known = expected.get("iris") or [None] * len(named)
    each = [frozenset({iri}) if iri else iris(graph, name) for name, iri in zip(named, known, strict=True)]
    things = {thing["iri"] for thing in answer["things"]}
    if all(one & things for one in each) and len(things) == len(set(each)):
        return "exact"
    lines = set(expected["passages"])
    if lines and lines <= set(answer["passages"]) and not things:
        return "table"  # claims, whose summaries name them in other words
    cells = {cell for row in answer["rows"] for cell in row.values() if isinstance(cell, str)}
    said = " ".join(cells)
    here = (one & (cells | things) or name in said for one, name in zip(each, named, strict=True))
    return "table" if all(here) else "wrong"


def iris(graph: kg.KnowledgeGraph, name: str) -> frozenset[str]:
    """The IRIs of what bears a name."""
    return frozenset(thing.iri for thing in graph.names.bearing(name)) or frozenset({name})


def same(value: float, wanted: float) -> bool:
    """Whether two figures are equal, apart from rounding."""
    return abs(value - wanted) <= TOLERANCE * abs(wanted)


def marked(graph: kg.KnowledgeGraph, line: dict[str, Any], answer: dict[str, Any]) -> str:
    """The best mark against the expectation and its alternatives."""
    order = ("exact", "table", "choices", "nothing", "wrong")
    expectations = [line["expect"], *line.get("also", line["expect"].get("also", []))]
    for one in expectations:
        one.setdefault("passages", line.get("passages", [f"r1-L{n:04d}" for n in line.get("lines", [])]))
    return min((mark(graph, one, answer) for one in expectations), key=order.index)


def show(title: str, counted: Counter[str], total: int) -> None:
    """One line of the table."""
    print(
        f"{title:<14}{total:>6}",
        *(f"{name} {counted[name]:>3}" for name in ("exact", "table", "choices", "nothing", "wrong")),
    )


def main(arguments: Iterable[str] | None = None) -> None:
    """Mark one half and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("half", choices=["build", "held-out"], nargs="?", default="build")
    parser.add_argument("--wrong", action="store_true", help="list what is not exact")
    parser.add_argument("--project", type=Path)
    options = parser.parse_args(arguments)  # type: ignore[arg-type]
    graph = kg.open(options.project)
    lines = [json.loads(line) for line in (FOLDER / f"{options.half}.jsonl").read_text(encoding="utf-8").splitlines()]
    graph.ask("6G")
    total: Counter[str] = Counter()
    parts: dict[str, Counter[str]] = {}
    seconds = []
    for line in lines:
        start = perf_counter()
        answer = graph.questions.plain(graph.ask(line["q"]))
        seconds.append(perf_counter() - start)
        mark = marked(graph, line, answer)
        total[mark] += 1
        for part in (line["lang"], "trap" if line["style"] == "trap" else "plain"):
            parts.setdefault(part, Counter())[mark] += 1
        if options.wrong and mark != "exact":
            print(f"{mark:<8}| {line['q']} | {json.dumps(line['expect'], ensure_ascii=False)[:160]}")
            print(
                f"        {answer['status']} {answer['query']} {answer['params']} {answer['filters']} | {answer['sentence']['zh'][:150]}"
            )
    for part, counted in sorted(parts.items()):
        show(part, counted, sum(counted.values()))
    show("all", total, len(lines))
    seconds.sort()
    print(f"ms: median {seconds[len(seconds) // 2] * 1000:.1f}, largest {seconds[-1] * 1000:.1f}")


if __name__ == "__main__":
    main()
