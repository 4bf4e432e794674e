"""CSV files for ``neo4j-admin database import``: nodes and relationships, with typed columns.

The header of a column is a name and a type (https://neo4j.com/docs/operations-manual/current/import/). A relationship's
type is the name of its property, a node's labels are its class and the superclasses of that.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg.errors import UsageProblem
from kg.faces.export.records import Properties, records
from kg.faces.export.selection import NETWORKS, network
from kg.terms import Text, compact, language, slug
from kg.vocab import BASE, PASSAGE, XSD

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_TYPES: Final = {"integer": "int", "decimal": "double", "double": "double", "boolean": "boolean"}
_SHORT: Final = re.compile(r"-?[0-9]{1,9}")
"""Integers that are sure to fit in 32 bits; a column with a longer one is of type long."""
_DELIMITER: Final = ";"
_LINKS: Final = (":START_ID", ":END_ID", ":TYPE", "label", "kind", "passages:string[]", "weight:int")


def neo4j(graph: KnowledgeGraph, which: str, lang: str) -> dict[str, bytes]:
    """``nodes.csv`` and ``relationships.csv``: what has an edge, and the edges.

    Members of closed lists are values of their nodes. Passages and documents are nodes with ``provenance`` only.

    Raises:
        UsageProblem: *which* is not ``default``, ``report`` or ``provenance``.
    """
    if which not in NETWORKS:
        raise UsageProblem(
            Text(f"neo4j 不能只写图 {which}", f"neo4j cannot hold the graph {which} alone"),
            hint=Text("用 default、report 或 provenance", "take default, report or provenance"),
        )
    things = network(graph, which, lang)
    values = {node: own for rows in records(graph, "default").values() for node, own in rows.items() if node in things}
    columns: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = {}
    for node, own in values.items():
        for name, terms in _columns(own, things):
            columns.setdefault(name, {})[node] = terms
    types = {name: _type(cells.values()) for name, cells in columns.items()}
    chosen = sorted(columns)
    header = ("iri:ID", "name", *(f"{name}:{types[name]}" for name in chosen), ":LABEL")
    nodes = (
        (
            node,
            things.nodes[node]["label"],
            *(_cell(columns[name].get(node, ()), types[name]) for name in chosen),
            _DELIMITER.join(_labels(graph, things.nodes[node]["kind"])),
        )
        for node in sorted(things)
    )
    links = ((start, end, *_link(data)) for start, end, data in things.edges(data=True))
    return {"nodes.csv": _csv(header, nodes), "relationships.csv": _csv(_LINKS, links)}


def _columns(own: Properties, things: Any) -> Iterator[tuple[str, list[ox.NamedNode | ox.Literal]]]:
    """Name and values of each column of a node: its literals, by language, and the IRIs that are no nodes."""
    for predicate, terms in own.items():
        name = slug(predicate) if predicate.startswith(BASE) else compact(predicate).replace(":", "_")
        kept = [term for term in terms if not (isinstance(term, ox.NamedNode) and _is_node(term.value, things))]
        for tag in sorted({language(term) or "" for term in kept}):
            yield f"{name}_{tag}" if tag else name, [term for term in kept if (language(term) or "") == tag]


def _is_node(iri: str, things: Any) -> bool:
    """Whether *iri* is a node, or would be one if passages were asked for."""
    return iri in things or iri.startswith(PASSAGE)


def _type(cells: Iterable[list[ox.NamedNode | ox.Literal]]) -> str:
    """The type of a column: that of all its values, else string; an array if a node has several."""
    lists = list(cells)
    terms = [term for cell in lists for term in cell]
    found = {
        _TYPES.get(term.datatype.value.removeprefix(XSD), "string") if isinstance(term, ox.Literal) else "string"
        for term in terms
    }
    if found == {"int"} and not all(_SHORT.fullmatch(term.value) for term in terms):
        found = {"long"}
    kind = found.pop() if len(found) == 1 else "string"
    return f"{kind}[]" if any(len(cell) > 1 for cell in lists) else kind


def _cell(terms: Sequence[ox.NamedNode | ox.Literal], kind: str) -> str:
    texts = [slug(term.value) if isinstance(term, ox.NamedNode) else term.value for term in terms]
    if kind.endswith("[]"):  # a delimiter inside a text would divide it
        texts = [text.replace(_DELIMITER, ",") for text in texts]
    return _DELIMITER.join(texts)


def _labels(graph: KnowledgeGraph, kind: str) -> list[str]:
    return [name.rpartition("#")[2] for name in (kind, *graph.names.superclasses(kind))] if kind else []


def _link(data: dict[str, Any]) -> tuple[str, ...]:
    passages = _DELIMITER.join(data["passages"].split())
    return data["property"], data["label"], data["kind"], passages, str(data["weight"])


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV in UTF-8 without a byte-order mark; line breaks become spaces, for the import reads lines."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([" ".join(cell.split()) for cell in row] for row in rows)
    return out.getvalue().encode()
