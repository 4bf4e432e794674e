"""What can be asked in words: the wordings of each saved query, filled in, and the answer to the first of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kg.ask.catalogue import from_written
from kg.source.queryfile import SavedQuery
from kg.terms import slug
from kg.vocab import PASSAGE

if TYPE_CHECKING:
    from kg.ask.question.answer import Answer
    from kg.graph import KnowledgeGraph

_ROWS: Final = 4
"""Rows of a query whose values are tried in its wordings."""
_TRIES: Final = 12
"""Most combinations of values that are tried for one query."""
_LONGEST: Final = 240
"""Most characters of an answer on the page."""
_OPTIONAL: Final = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True)
class AskableQuery:
    """The entry of one query: ``asked`` are questions that it answers, ``sentence`` is the answer to the first."""

    name: str
    title: str
    asked: tuple[str, ...]
    sentence: str


def askable(graph: KnowledgeGraph, lang: str) -> list[tuple[str, list[AskableQuery]]]:
    """Each tag with the entries of its queries, both sorted by name. A query stands under its first tag only.

    A query that no wording leads to is left out, as is a wording that leads to another query.
    """
    found: dict[str, list[AskableQuery]] = defaultdict(list)
    for query in graph.catalogue:
        if entry := _entry(graph, query, lang):
            found[query.tags[0]].append(entry)
    return sorted(found.items())


def _entry(graph: KnowledgeGraph, query: SavedQuery, lang: str) -> AskableQuery | None:
    wordings = query.ask.get(lang, ())
    for words in islice(_fillings(graph, query, lang), _TRIES) if wordings else ():
        answered = dict(pair for wording in wordings if (pair := _asked(graph, query, wording, words)))
        if answered:
            sentence = next(iter(answered.values())).sentence.pick(lang)
            cut = sentence if len(sentence) <= _LONGEST else f"{sentence[:_LONGEST]}…"
            return AskableQuery(query.name, query.title.pick(lang), tuple(answered), cut)
    return None


def _asked(graph: KnowledgeGraph, query: SavedQuery, wording: str, words: dict[str, str]) -> tuple[str, Answer] | None:
    """*wording* with *words* in it, and the answer; with its optional part if another query answers it without."""
    for optional in ("", r"\1"):
        asked = _OPTIONAL.sub(optional, wording).removesuffix("!").format_map(words)
        answer = graph.ask(asked)
        if _answers(answer, query):
            return asked, answer
    return None


def _answers(answer: Answer, query: SavedQuery) -> bool:
    return answer.status == "answered" and answer.reading is not None and answer.reading.query.name == query.name


def _fillings(graph: KnowledgeGraph, query: SavedQuery, lang: str) -> Iterator[dict[str, str]]:
    """Words for the parameters of *query*: its defaults, else values of its own rows, else things of the class."""
    table = graph.query(query.name, _ROWS)
    free = [param for param in query.params if param.default == "UNDEF"]
    fixed = {p.name: _named(graph, from_written(p.default), lang) for p in query.params if p not in free}
    choices: list[list[str]] = []
    for param in free:
        if param.name in table.columns:
            column = table.columns.index(param.name)
            terms = dict.fromkeys(row[column] for row in table.rows)
            choices.append([_said(graph, term, lang) for term in terms if term is not None])
        else:
            kind = "Industry" if param.type == "thing" else param.type
            choices.append([thing.label.pick(lang) for thing in graph.names.of_kind(kind)[:_ROWS]])
    for words in product(*choices):
        yield {**fixed, **dict(zip((param.name for param in free), words, strict=True))}


def _said(graph: KnowledgeGraph, term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, lang: str) -> str:
    return _named(graph, term.value, lang) if isinstance(term, ox.NamedNode) else str(getattr(term, "value", ""))


def _named(graph: KnowledgeGraph, value: str, lang: str) -> str:
    """What people call a value: the label of an IRI, but of a passage the number of its line."""
    if value.startswith(PASSAGE):
        return slug(value).rpartition("L")[2].lstrip("0")
    return graph.names.label(value, lang)
