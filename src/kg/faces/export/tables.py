"""Tables for people: one CSV file per kind of thing, in the reader's language (decision 0011)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kg.faces.export.records import Properties, records
from kg.faces.export.selection import stated
from kg.store import spreadsheet
from kg.store.results import Table
from kg.terms import Text, class_name, iri, language, slug
from kg.vocab import INFERRED, IVC

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_NAME: Final = Text("名称", "name")
_ALSO: Final = Text("别名", "also called")
_PASSAGES: Final = Text("出处", "passages")
_INFERRED: Final = Text("{}(推得)", "{} (inferred)")
"""The heading of a column whose values no document states; as in the headings of saved queries."""
_JOIN: Final = {"zh": ";", "en": "; "}
_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
"""Characters that a file system may not have in a name."""


def tables(graph: KnowledgeGraph, which: str, lang: str) -> dict[str, bytes]:
    """File name → CSV, one for each kind, in the order of the kinds' names.

    What rules infer stands in columns of its own, so that nobody takes it for what a document says.
    """
    found = _told_apart(graph, records(graph, which))
    passages: dict[str, set[str]] = {}
    for triple, places in stated(graph).items():
        passages.setdefault(iri(triple.subject), set()).update(slug(p.value) for p in places)
    labels = {kind: graph.names.kind_label(kind, lang) for kind in found}
    shared = Counter(labels.values())
    files = {}
    for kind, label in sorted(labels.items(), key=lambda item: (item[1], item[0])):
        name = label if shared[label] == 1 else f"{label} {class_name(kind)}"
        files[f"{_UNSAFE.sub('-', name)}.csv"] = _table(graph, found[kind], passages, lang)
    return files


_Column = tuple[str, bool]
"""A property, and whether the values are inferred."""
_Rows = dict[str, dict[_Column, list[ox.NamedNode | ox.Literal]]]


def _told_apart(graph: KnowledgeGraph, found: dict[str, dict[str, Properties]]) -> dict[str, _Rows]:
    """The records, with the values that are only inferred under a key of their own."""
    inferred = {
        (iri(q.subject), q.predicate.value, q.object) for q in graph.store.quads() if iri(q.graph_name) == INFERRED
    }
    apart: dict[str, _Rows] = {}
    for kind, nodes in found.items():
        rows = apart.setdefault(kind, {})
        for node, properties in nodes.items():
            row = rows.setdefault(node, {})
            for name, values in properties.items():
                for value in values:
                    row.setdefault((name, (node, name, value) in inferred), []).append(value)
    return apart


def _table(graph: KnowledgeGraph, rows: _Rows, passages: dict[str, set[str]], lang: str) -> bytes:
    names = graph.names
    columns = {column for values in rows.values() for column in values}
    of_passages = (IVC + "statedIn", IVC + "namedIn")  # the column of passages says it
    headings = {
        column: _heading(names.label(column[0], lang), column, lang)
        for column in columns
        if column[0] not in of_passages
    }
    chosen = sorted(headings, key=lambda column: (names.label(column[0], lang), column))
    titles = (_NAME.pick(lang), _ALSO.pick(lang), *(headings[column] for column in chosen), _PASSAGES.pick(lang), "IRI")
    lines = []
    for node in sorted(rows, key=lambda node: (names.label(node, lang), node)):
        thing = names.get(node)
        own = [_cell(graph, rows[node].get(column, ()), lang) for column in chosen]
        also = _text(_JOIN[lang].join(thing.also if thing else ()))
        cited = _text(" ".join(sorted(passages.get(node, ()))))
        lines.append((_text(names.label(node, lang)), also, *own, cited, _text(node)))
    return spreadsheet.csv(Table(titles, tuple(lines)))


def _heading(label: str, column: _Column, lang: str) -> str:
    return _INFERRED.pick(lang).format(label) if column[1] else label


def _cell(graph: KnowledgeGraph, values: Sequence[ox.NamedNode | ox.Literal], lang: str) -> ox.Literal | None:
    """The values in one cell: IRIs by their labels, of the texts in several languages those in *lang*."""
    own = [v for v in values if language(v) == lang] or values
    if len(own) == 1 and isinstance(own[0], ox.Literal):
        return own[0]
    texts = (graph.names.label(v.value, lang) if isinstance(v, ox.NamedNode) else v.value for v in own)
    return _text(_JOIN[lang].join(sorted(texts)))


def _text(text: str) -> ox.Literal | None:
    return ox.Literal(text) if text else None
