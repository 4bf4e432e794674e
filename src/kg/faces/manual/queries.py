"""The entry of each saved query in the manual: question, parameters, and the first rows of its answer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kg.ask.tables import for_reader
from kg.faces.cli.render import cell
from kg.source.queryfile import SavedQuery
from kg.terms import Text

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_ROWS: Final = 3


@dataclass(frozen=True)
class QueryEntry:
    """The entry of one query. ``params`` has name, label, type and default; ``more`` is true if there are more rows."""

    name: str
    title: str
    question: str
    params: tuple[tuple[str, str, str, str], ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: bool


def catalogue(graph: KnowledgeGraph, lang: str) -> list[tuple[str, list[QueryEntry]]]:
    """Each tag with its queries, both sorted by name. A query is listed under its first tag only."""
    found: dict[str, list[QueryEntry]] = defaultdict(list)
    for query in graph.catalogue:
        found[query.tags[0]].append(_entry(graph, query, lang))
    return sorted(found.items())


def _entry(graph: KnowledgeGraph, query: SavedQuery, lang: str) -> QueryEntry:
    table = for_reader(graph.query(query.name, _ROWS), lang, graph.names)
    return QueryEntry(
        name=query.name,
        title=query.title.pick(lang),
        question=graph.catalogue.question(query).pick(lang),
        params=tuple((p.name, p.label.pick(lang), p.type, _default(p.default, lang)) for p in query.params),
        heads=tuple(query.columns[c].pick(lang) for c in table.columns),
        rows=tuple(tuple(cell(term, lang, graph.names) for term in row) for row in table.rows),
        more=table.truncated,
    )


def _default(written: str, lang: str) -> str:
    return Text("任意", "any").pick(lang) if written == "UNDEF" else f"`{written}`"
