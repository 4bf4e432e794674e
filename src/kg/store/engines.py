"""What a store does otherwise than SPARQL 1.1 has it, met here and nowhere else. A store says in its answers which one it is.

Virtuoso (7.2.5 was tried):

- nested GRAPH makes its optimizer fail or lose rows, so each run of triples gets a GRAPH of its own (:mod:`kg.store.flat`);
- IRIs, and texts with a language, are ordered by their numbers in its database, so ORDER BY takes their text first;
- what ORDER BY names counts for DISTINCT too, so solutions are compared once more here;
- ASK is answered as a table with 1 or 0, booleans come as 1 and 0, and a literal with a datatype is a ``typed-literal``.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from kg.vocab import XSD


class Engine(NamedTuple):
    """How to ask one kind of store.

    Attributes:
        name: how its answers begin to say which store it is (the header ``Server``).
        flat: whether queries are written without nested GRAPH.
        order_by_text: whether ORDER BY must be given the text of IRIs, and of texts with a language.
        repeats: whether solutions may be repeated in spite of DISTINCT.
    """

    name: str
    flat: bool = False
    order_by_text: bool = False
    repeats: bool = False


STANDARD: Final = Engine("")
_KNOWN: Final = (Engine("Virtuoso", flat=True, order_by_text=True, repeats=True),)


def engine(server: str) -> Engine:
    """How to ask the store whose answers have the header ``Server: server``."""
    return next((known for known in _KNOWN if server.startswith(known.name)), STANDARD)


def standard_results(answer: dict[str, Any]) -> dict[str, Any]:
    """Results in JSON (SPARQL 1.1 Query Results JSON Format) as the standard has them."""
    if answer["head"].get("vars") == [_ASKED]:
        rows = answer["results"]["bindings"]
        return {"head": {}, "boolean": any(row[_ASKED]["value"] != "0" for row in rows)}
    for row in answer.get("results", {}).get("bindings", ()):
        for term in row.values():
            if term["type"] == "typed-literal":
                term["type"] = "literal"
                if term["datatype"] == _BOOLEAN:
                    term["value"] = {"1": "true", "0": "false"}.get(term["value"], term["value"])
    return answer


_ASKED: Final = "__ASK_RETVAL"
_BOOLEAN: Final = XSD + "boolean"
