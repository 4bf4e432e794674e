"""Two things side by side: what both are related to, what only one of them is, and their figures.

The rows are those of the project's saved queries with the tag ``compare`` and the parameters ``one`` and ``other``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg.ask.catalogue import Catalogue
from kg.ask.names import Names, Thing, different
from kg.errors import UsageProblem
from kg.source.queryfile import SavedQuery
from kg.store.base import Store
from kg.store.results import Table
from kg.terms import Text

SIDES: Final[Mapping[str, Text]] = {
    "shared": Text("共有", "shared"),
    "one": Text("仅前者", "only the one"),
    "other": Text("仅后者", "only the other"),
}
"""Who is related to something: both things, only the first, only the second; in words."""
_TAG: Final = "compare"
_FIGURE: Final = "figure"
"""The tag of the query that compares figures. A query that lists related things has one of the columns below."""
_ASPECTS: Final = ("relation", "inverse", "class")
"""The columns that say what ties a thing to the two: a property from them, one to them, or the thing's class."""


@dataclass(frozen=True)
class Related:
    """Something to which one or both of two things are related.

    Attributes:
        side: one of :data:`SIDES`.
        aspect: IRI of the property; for two industries, of the class of the thing.
        inverse: whether the property leads from *thing*.
        thing: its IRI.
        passages: the first passage that says so of each of the two.
    """

    side: str
    aspect: str
    inverse: bool
    thing: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Aspect:
    """What ties both things, or one of them, to others in one way.

    Attributes:
        iri: IRI of the property; for two industries, of the class of what they name.
        inverse: whether the property leads to the two things.
        shared, one, other: what is on each of :data:`SIDES`.
        differs: whether both have this property, each with things that the other has not. Claims do not count: no claim
            is about the same as another.
    """

    iri: str
    inverse: bool
    shared: tuple[Related, ...]
    one: tuple[Related, ...]
    other: tuple[Related, ...]
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """Two things, what they are related to (shared first) and each figure of the one with each comparable of the other.

    Attributes:
        one, other: the two things.
        related: what either is related to.
        aspects: the same, by what ties them; those that both have come first.
        figures: pairs of figures, those that compare first.
    """

    one: Thing
    other: Thing
    related: tuple[Related, ...]
    aspects: tuple[Aspect, ...]
    figures: Table

    def of(self, side: str) -> tuple[Related, ...]:
        """What is on one *side*, which is one of :data:`SIDES`."""
        return tuple(item for item in self.related if item.side == side)

    @property
    def differences(self) -> tuple[Aspect, ...]:
        """The properties that both have, each with values that the other has not."""
        return tuple(aspect for aspect in self.aspects if aspect.differs)


def compare(store: Store, catalogue: Catalogue, names: Names, one: Thing, other: Thing) -> Comparison:
    """The comparison of two things.

    Raises:
        UsageProblem: both are the same thing, or the project has no query for such things.
    """
    different(one, other)
    queries = [query for query in catalogue if _TAG in query.tags and _fits(query, names, one, other)]
    listing = sorted((q for q in queries if not q.columns.keys().isdisjoint(_ASPECTS)), key=_is_general)
    if not listing:
        raise UsageProblem(
            Text(f"没有带标签 {_TAG} 的查询可比较它们", f"no query with the tag {_TAG} compares them"),
            hint=Text(
                "在 queries/ 中加入一个,参数为 one 与 other", "add one to queries/ with the parameters one and other"
            ),
        )
    related = _related(_answer(store, catalogue, listing[0], one, other))
    figures = [_answer(store, catalogue, q, one, other) for q in queries if _FIGURE in q.tags]
    return Comparison(one, other, related, _aspects(related, names), figures[0] if figures else Table((), ()))


def _fits(query: SavedQuery, names: Names, one: Thing, other: Thing) -> bool:
    types = {param.name: param.type for param in query.params}
    return all(
        types.get(name) == "thing" or (name in types and names.is_a(thing.kind, types[name]))
        for name, thing in (("one", one), ("other", other))
    )


def _is_general(query: SavedQuery) -> bool:
    """Whether the query takes any things; one for their class is preferred."""
    return any(param.type == "thing" for param in query.params)


def _answer(store: Store, catalogue: Catalogue, query: SavedQuery, one: Thing, other: Thing) -> Table:
    sparql = catalogue.bind(query, {"one": one.iri, "other": other.iri})
    return store.select(sparql, shown=f"queries/{query.name}.rq")


def _related(table: Table) -> tuple[Related, ...]:
    def item(row: Sequence[object]) -> Related:
        cells = {c: term.value for c, term in zip(table.columns, row, strict=True) if isinstance(term, ox.NamedNode)}
        found = [(c, cells[c]) for c in _ASPECTS if c in cells]
        both = [cells[c] for c in ("passage", "other_passage") if c in cells]
        side = "shared" if len(both) == 2 else "one" if "passage" in cells else "other"
        return Related(side, found[0][1], found[0][0] == "inverse", cells["thing"], tuple(dict.fromkeys(both)))

    return tuple(map(item, table.rows))


def _aspects(related: Sequence[Related], names: Names) -> tuple[Aspect, ...]:
    found: dict[tuple[str, bool], dict[str, list[Related]]] = {}
    for item in related:
        symmetric = item.inverse and names.text(item.aspect) == names.text(item.aspect, inverse=True)
        key = item.aspect, item.inverse and not symmetric
        found.setdefault(key, {side: [] for side in SIDES})[item.side].append(item)
    aspects = []
    for (iri, inverse), of in found.items():
        own = [any(not names.is_claim(item.thing) for item in of[side]) for side in ("one", "other")]
        shared, one, other = (tuple(of[side]) for side in SIDES)
        aspects.append(Aspect(iri, inverse, shared, one, other, differs=iri in names.properties and all(own)))
    return tuple(sorted(aspects, key=lambda a: not a.shared and not (a.one and a.other)))
