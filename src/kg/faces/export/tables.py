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
from kg.vocab import IVC

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_NAME: Final = Text("名称", "name")
_ALSO: Final = Text("别名", "also called")
_PASSAGES: Final = Text("出处", "passages")
_JOIN: Final = {"zh": ";", "en": "; "}
_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
"""Characters that a file system may not have in a name."""


def tables(graph: KnowledgeGraph, which: str, lang: str) -> dict[str, bytes]:
    """File name → CSV, one for each kind, in the order of the kinds' names."""
    found = records(graph, which)
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


def _table(graph: KnowledgeGraph, rows: dict[str, Properties], passages: dict[str, set[str]], lang: str) -> bytes:
    names = graph.names
    properties = {p: names.label(p, lang) for p in {p for values in rows.values() for p in values}}
    for said in ("statedIn", "namedIn"):  # the column of passages says it
        properties.pop(IVC + said, None)
    chosen = sorted(properties, key=lambda p: (properties[p], p))
    titles = (_NAME.pick(lang), _ALSO.pick(lang), *(properties[p] for p in chosen), _PASSAGES.pick(lang), "IRI")
    lines = []
    for node in sorted(rows, key=lambda node: (names.label(node, lang), node)):
        thing = names.get(node)
        own = [_cell(graph, rows[node].get(p, ()), lang) for p in chosen]
        also = _text(_JOIN[lang].join(thing.also if thing else ()))
        cited = _text(" ".join(sorted(passages.get(node, ()))))
        lines.append((_text(names.label(node, lang)), also, *own, cited, _text(node)))
    return spreadsheet.csv(Table(titles, tuple(lines)))


def _cell(graph: KnowledgeGraph, values: Sequence[ox.NamedNode | ox.Literal], lang: str) -> ox.Literal | None:
    """The values in one cell: IRIs by their labels, of the texts in several languages those in *lang*."""
    own = [v for v in values if language(v) == lang] or values
    if len(own) == 1 and isinstance(own[0], ox.Literal):
        return own[0]
    texts = (graph.names.label(v.value, lang) if isinstance(v, ox.NamedNode) else v.value for v in own)
    return _text(_JOIN[lang].join(sorted(texts)))


def _text(text: str) -> ox.Literal | None:
    return ox.Literal(text) if text else None
