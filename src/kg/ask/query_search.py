"""Finds saved queries by words: of their name, title, question, wordings, tags, columns and parameters, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from kg.source.queryfile import SavedQuery
from kg.source.units import Unit, units


def search(queries: Iterable[SavedQuery], text: str, variants: Mapping[str, str]) -> list[SavedQuery]:
    """The queries that have most of the words of *text*, or one less.

    Args:
        queries: the saved queries.
        text: words in Chinese, simplified or traditional, or in English, singular or plural.
        variants: traditional character → simplified character.

    Returns:
        Those with most of the words first; of these, those that have them in name and title. None if none has a word.
    """
    wanted = _wanted(units(text, variants))
    ranked = [
        ((len(wanted & _parts(_words(query), variants)), len(wanted & _parts(_heading(query), variants))), query)
        for query in queries
    ]
    least = max(1, max((rank[0] for rank, _ in ranked), default=0) - 1)
    kept = [pair for pair in ranked if pair[0][0] >= least]
    return [query for _, query in sorted(kept, key=lambda pair: pair[0], reverse=True)]


def says(query: SavedQuery, text: str, variants: Mapping[str, str]) -> bool:
    """Whether *query* has every word of *text*."""
    wanted = _wanted(units(text, variants))
    return bool(wanted) and wanted <= _parts(_words(query), variants)


def _heading(query: SavedQuery) -> Iterator[str]:
    yield from (query.name, query.title.zh, query.title.en)


def _words(query: SavedQuery) -> Iterator[str]:
    """All that people may call *query* by."""
    yield from _heading(query)
    yield from query.tags
    for text in (query.question, *query.columns.values(), *(param.label for param in query.params)):
        yield from (text.zh, text.en)
    for wordings in query.ask.values():
        yield from wordings


def _parts(texts: Iterable[str], variants: Mapping[str, str]) -> set[str]:
    """The words and 汉字 of *texts*, and each pair of 汉字 in one of them."""
    found: set[str] = set()
    for text in texts:
        cut = units(text, variants)
        found.update(unit.text for unit in cut)
        found.update(_pairs(cut))
    return found


def _wanted(cut: list[Unit]) -> set[str]:
    """What a query must have for a text: its words, and of 汉字, which mean little alone, each pair if there is one."""
    words = {unit.text for unit in cut if unit.text.isascii()}
    pairs = set(_pairs(cut))
    return words | (pairs or {unit.text for unit in cut})


def _pairs(cut: list[Unit]) -> Iterator[str]:
    return (one.text + other.text for one, other in pairwise(cut) if not (one.text.isascii() or other.text.isascii()))
