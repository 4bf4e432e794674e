"""What to say when a saved query has no rows: what was looked for, that the documents do not say it, and what is near."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kg.ask.catalogue import Catalogue, Values
from kg.source.queryfile import TYPES, Parameter, SavedQuery
from kg.store.base import Store
from kg.terms import Text, listed

_FEW: Final = 6
"""Most values that are listed."""
_LIKE: Final = 40.0
"""Least score of a name that is given as similar."""
_OTHERS: Final = 3
"""Most other queries that are named."""


def nothing(store: Store, catalogue: Catalogue, query: SavedQuery, values: Mapping[str, Values]) -> Text:
    """The answer in words to *query* with *values*, for which the graph has no row.

    The nearest is, of each parameter, for which other values there are rows; then other queries that have rows about the
    same thing.
    """
    asked = catalogue.question(query, values)
    near = [
        *_unknown_names(catalogue, query, values),
        *_other_values(store, catalogue, query, values),
        *_other_queries(store, catalogue, query, values),
    ]
    said = Text(
        f"文献没有说:{asked.zh}(未说,不等于没有)",
        f"the documents do not say: {asked.en} (which does not mean that it is false)",
    )
    if not near:
        return said
    return Text(f"{said.zh};相近的:{';'.join(t.zh for t in near)}", f"{said.en}; near: {'; '.join(t.en for t in near)}")


def _unknown_names(catalogue: Catalogue, query: SavedQuery, values: Mapping[str, Values]) -> Iterator[Text]:
    """For each name that nothing bears: that it is so, and the names that are like it."""
    names = {p.name: p for p in query.params if p.type == "string" and p.example}
    for name in names.keys() & values.keys():
        given = values[name]
        for text in [given] if isinstance(given, str) else given:
            if catalogue.names.bearing(text):
                continue
            near = catalogue.names.find(text, limit=_FEW)
            like = listed(match.thing.label for match in near if match.score >= _LIKE)
            yield Text(f"没有事物叫“{text}”", f"nothing is called “{text}”")
            if like.zh:
                yield Text(f"名称相似的:{like.zh}", f"similar: {like.en}")


def _other_values(
    store: Store, catalogue: Catalogue, query: SavedQuery, values: Mapping[str, Values]
) -> Iterator[Text]:
    """For each parameter that is given: the values for which there are rows, all else being equal."""
    for param in query.params:
        if param.name not in values or (param.type in TYPES and not param.narrows and param.type != "year"):
            continue
        every = catalogue.asked(query, {**values, param.name: "all"})
        if param.name not in every.columns:
            continue
        found = [row[param.name] for row in store.select(every.sparql) if row[param.name] is not None]
        if found:
            yield _values_with_rows(catalogue, param, list(dict.fromkeys(found)))


def _values_with_rows(catalogue: Catalogue, param: Parameter, found: list[object]) -> Text:
    labels = listed(catalogue.names.text(str(one)) for one in found[:_FEW])
    rest = "…" if len(found) > _FEW else ""
    return Text(
        f"有此内容的{param.label.zh}:{labels.zh}{rest}",
        f"it says so for {param.label.en}: {labels.en}{rest}",
    )


def _other_queries(
    store: Store, catalogue: Catalogue, query: SavedQuery, values: Mapping[str, Values]
) -> Iterator[Text]:
    """Other queries about the same thing, with the number of their rows; those on the same subject first."""
    subject = next((p for p in query.params if p.name in values and p.type not in TYPES and not p.narrows), None)
    if subject is None:
        return
    terms = catalogue.terms(subject, values[subject.name])
    if len(terms) > 1 or terms == ["UNDEF"]:
        return
    thing, number = terms[0].strip("<>"), 0
    for other in sorted(catalogue, key=lambda q: (-len({*q.tags} & {*query.tags}), q.name)):
        own = [p for p in other.params if not p.narrows]
        if other.name == query.name or [p.type for p in own] != [subject.type] or not {*other.tags} & {*query.tags}:
            continue
        rows = len(store.select(catalogue.bind(other, {own[0].name: thing})))
        if rows:
            number += 1
            command = f"kg query {other.name} {own[0].name}={catalogue.names.slug(thing)}"
            yield Text(f"{other.title.zh} {rows} 行({command})", f"{other.title.en}, {rows} rows ({command})")
        if number == _OTHERS:
            return
