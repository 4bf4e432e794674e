"""Marks the answers of ``kg ask`` to the questions in tests/report/questions.

Marks: exact · table (the right rows, but more of them, or the verdict left to the reader) · choices (the right reading is
offered) · nothing (said not to be understood) · wrong (anything else, also “not in the report” where it is). What is not exact
is listed by ``python -m bench.questions HALF``.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

import kg
from bench.timing import spread

FOLDER = Path(__file__).resolve().parents[1] / "tests/report/questions"
HALVES = ("build", "held-out", "second-build", "second-held-out", "third-build", "fourth-build")
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
    """The mark where yes, no or a number is expected: rows without a verdict leave it to the reader.

    Rows leave a number to the reader if they are as many, or have every passage in which the reader is to count.
    """
    key = "yes" if "yes" in expected else "count"
    if answer[key] is not None:
        return "exact" if answer[key] == expected[key] else "wrong"
    if key == "yes":
        return "table" if answer["rows"] else "wrong"
    counted = set(expected["passages"])
    here = len(answer["things"]) == expected["count"] or (bool(counted) and counted <= set(answer["passages"]))
    return "table" if here else "wrong"


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


def marks_of(half: str) -> list[tuple[dict[str, Any], dict[str, Any], str, float]]:
    """Each question of a half with its answer, its mark and its seconds."""
    graph = kg.open()
    graph.ask("")  # reads the words and the wordings
    found = []
    for text in (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        start = perf_counter()
        answer = graph.questions.plain(graph.ask(line["q"]))
        found.append((line, answer, marked(graph, line, answer), perf_counter() - start))
    return found


def measure(rounds: int) -> dict[str, Any]:
    """How many answers have which mark, per half, language and topic; milliseconds of an answer in *rounds* rounds."""
    figures: dict[str, Any] = {}
    for half in HALVES:
        found = [marks_of(half) for _ in range(rounds)]
        parts: dict[str, Counter[str]] = {}
        for line, _, mark, _ in found[0]:
            topic = line["topic"].split("(")[0].split(",")[0].strip()
            for part in ("all", line["lang"], "trap" if line["style"] == "trap" else "no trap", f"topic: {topic}"):
                parts.setdefault(part, Counter())[mark] += 1
        figures[half] = {
            "marks": {part: dict(counted) for part, counted in parts.items()},
            "milliseconds": spread([1000 * seconds for one in found for *_, seconds in one]),
        }
    return figures


def main() -> None:
    """List the answers that are not exact: python -m bench.questions HALF."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("half", choices=HALVES, nargs="?", default="build")
    found = marks_of(parser.parse_args().half)
    for line, answer, mark, _ in found:
        if mark != "exact":
            asked = {"query": answer["query"], "params": answer["params"], "filters": answer["filters"]}
            print(f"{mark:<8}| {line['q']} | {json.dumps(line['expect'], ensure_ascii=False)[:160]}")
            print(
                f"        {answer['status']} {json.dumps(asked, ensure_ascii=False)} | {answer['sentence']['zh'][:150]}"
            )
    print(Counter(mark for _, _, mark, _ in found))


if __name__ == "__main__":
    main()
