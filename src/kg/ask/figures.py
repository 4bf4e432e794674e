"""Figures (``ivc:Observation``) of an industry, indicator, region or thing, in groups of those that compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final, NamedTuple

from kg.ask.names import Names
from kg.store.base import Store
from kg.store.results import Table
from kg.terms import LANGS, Text

SELECTORS: Final[Mapping[str, tuple[str, str]]] = {
    "industry": ("Industry", "ivc:concernsIndustry"),
    "indicator": ("Indicator", "ivc:indicator"),
    "region": ("Region", "ivc:scopeRegion|ivc:about"),
    "thing": ("", "ivc:about"),
}
"""What figures are selected by → the class of its values (empty: any), and the path from a figure to them."""
# Figures and their subjects are asserted by passages; the OPTIONALs may multiply the rows of one, which are joined again.
_FIGURES: Final = """
SELECT DISTINCT ?figure ?subject ?indicator ?change ?direction ?region ?start ?year ?comparator ?value ?unit ?whole
  ?baseline ?status ?estimator ?source ?passage ?chapter ?stated ?scale ?zh ?en WHERE {{
  {selection}
  ?figure a ivc:Observation ; ivc:about ?subject ; ivc:indicator ?indicator ; ivc:value ?value ; ivc:unit ?unit ;
    ivc:comparator ?comparator ; ivc:status ?status ; ivc:statedIn ?passage .
  OPTIONAL {{ ?passage ivc:contextIndustry ?chapter }}
  OPTIONAL {{ ?figure ivc:statedValue ?stated ; ivc:statedScale ?scale }}
  OPTIONAL {{ ?figure ivc:changeOf ?change }} OPTIONAL {{ ?figure ivc:direction ?direction }}
  OPTIONAL {{ ?figure ivc:scopeRegion ?region }} OPTIONAL {{ ?figure ivc:startYear ?start }}
  OPTIONAL {{ ?figure ivc:year|ivc:endYear ?year }} OPTIONAL {{ ?figure ivc:shareOf ?whole }}
  OPTIONAL {{ ?figure ivc:comparedWith ?baseline }}
  OPTIONAL {{ ?figure ivc:estimatedBy ?estimator }} OPTIONAL {{ ?figure ivc:attributedTo ?source }}
  OPTIONAL {{ ?figure ivc:summary ?zh FILTER(LANG(?zh) = "zh") }}
  OPTIONAL {{ ?figure ivc:summary ?en FILTER(LANG(?en) = "en") }}
}} ORDER BY ?figure ?estimator ?source ?passage ?chapter"""
_COUNTS: Final = """
SELECT ?value (COUNT(DISTINCT ?figure) AS ?figures) WHERE {{ ?figure a ivc:Observation ; {path} ?value . {kind} }}
GROUP BY ?value ORDER BY DESC(?figures) ?value"""


_TOLD: Final = ("subject", "indicator", "unit", "region", "value", "year", "passage")
"""Columns of saved queries that tell a figure."""
_NEEDED: Final = frozenset({"indicator", "unit", "value", "passage"})
"""Those without which the rows of a query are not about single figures."""
_NO_REGION: Final = Text("未注明地区", "region not stated")
_SHARE: Final = Text("占{}", "share of {}")
_COMPARED: Final = Text("与{}相比", "compared with {}")


class Scope(NamedTuple):
    """What figures must have in common to stand on one axis. All are IRIs.

    Attributes:
        indicator: the indicator.
        unit: the unit, which is also the currency.
        region: the region; None if none is stated.
        whole: of what it is a share.
        baseline: with what it is compared.
        change: of a change, the indicator that changes.
        direction: of a change, whether it is an increase or a decrease.
    """

    indicator: str
    unit: str
    region: str | None
    whole: str | None
    baseline: str | None
    change: str | None
    direction: str | None

    @property
    def key(self) -> str:
        """A short name of the scope, for addresses; the same in every build."""
        return sha256("\n".join(part or "" for part in self).encode()).hexdigest()[:10]


@dataclass(frozen=True)
class Observation:
    """One figure. Things are given by their IRIs.

    Attributes:
        iri: the observation.
        subject: what it is about.
        scope: what another figure must share to be compared with it.
        start: first year of a period; None for a single year.
        year: the year, or the last one of a period; None if none is stated.
        comparator: how the value relates to the number: equal, more than …
        value: the number in single units, not in 亿; a text if it is beyond the range of a float.
        status: actual, estimate, forecast, target or design value.
        estimators: who worked it out.
        sources: to whom the passage credits it, who may differ from the estimators.
        passages: the passages that state it.
        chapters: the industries whose sections these passages stand in.
        stated: the number as the document prints it; None if that is not recorded.
        scale: what its scale word multiplies ``stated`` by.
        summary: language → what it says in words, where that is more than its fields.
    """

    iri: str
    subject: str
    scope: Scope
    start: int | None
    year: int | None
    comparator: str
    value: Any
    status: str
    estimators: tuple[str, ...]
    sources: tuple[str, ...]
    passages: tuple[str, ...]
    chapters: tuple[str, ...]
    stated: float | None
    scale: int | None
    summary: Mapping[str, str]

    @property
    def indicator(self) -> str:
        """The indicator."""
        return self.scope.indicator

    @property
    def unit(self) -> str:
        """The unit."""
        return self.scope.unit

    @property
    def place(self) -> str | None:
        """What the number is limited to or measured against: region, whole or baseline; None if none is stated."""
        return self.scope.region or self.scope.whole or self.scope.baseline

    @property
    def years(self) -> str:
        """The year or the period, as people write it; empty if none is stated."""
        return "–".join(str(year) for year in (self.start, self.year) if year is not None)


@dataclass(frozen=True)
class Series:
    """The figures of a group that one estimator worked out; each estimator may draw the bounds of a market differently."""

    estimators: tuple[str, ...]
    figures: tuple[Observation, ...]


@dataclass(frozen=True)
class Group:
    """Figures that compare."""

    scope: Scope
    series: tuple[Series, ...]

    @property
    def figures(self) -> tuple[Observation, ...]:
        """All figures, series after series."""
        return tuple(figure for series in self.series for figure in series.figures)

    @property
    def subjects(self) -> tuple[str, ...]:
        """What they are about, each once."""
        return tuple(dict.fromkeys(figure.subject for figure in self.figures))

    @property
    def of_one_time(self) -> bool:
        """Whether all are of the same year or period, so that different subjects compare."""
        return len({figure.years for figure in self.figures}) == 1


def figures(store: Store, selected: Mapping[str, str]) -> list[Observation]:
    """The figures that meet all of *selected*, in the order of their IRIs.

    Args:
        store: the store.
        selected: key of :data:`SELECTORS` → IRI. The caller has made sure that each is an IRI of the graph.
    """
    selection = " ".join(
        f"VALUES ?{name} {{ <{iri}> }} ?figure {SELECTORS[name][1]} ?{name} ." for name, iri in selected.items()
    )
    return _selected(store, selection)


def figure(store: Store, iri: str) -> Observation | None:
    """The figure with this IRI; None if it is no figure."""
    return next(iter(_selected(store, f"VALUES ?figure {{ <{iri}> }}")), None)


def figures_of(store: Store, rows: Table) -> list[Observation]:
    """The figures that the rows of a saved query tell; none if the rows do not tell figures with their passages.

    Args:
        store: the store.
        rows: rows of terms. A figure is found by those of the columns :data:`_TOLD` that they have.
    """
    told = [name for name in _TOLD if name in rows.columns]
    if not set(told) >= _NEEDED:
        return []
    wanted = {tuple(row[name] for name in told) for row in rows}
    passages = " ".join(f"<{iri}>" for iri in sorted({row["passage"] for row in rows if row["passage"]}))
    found = _selected(store, f"VALUES ?passage {{ {passages} }} ?figure ivc:statedIn ?passage .")
    return [one for one in found if any(key in wanted for key in _keys(one, told))]


def _keys(one: Observation, told: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """What the rows about a figure have in the columns *told*: a row for each of its passages."""
    for passage in one.passages:
        fields: dict[str, Any] = {
            "subject": one.subject,
            "indicator": one.indicator,
            "unit": one.unit,
            "region": one.scope.region,
        }
        fields |= {"value": one.value, "year": one.year, "passage": passage}
        yield tuple(fields[name] for name in told)


def _selected(store: Store, selection: str) -> list[Observation]:
    """The figures that a graph pattern selects, each once."""
    found: dict[str, Observation] = {}
    for row in store.select(_FIGURES.format(selection=selection)):
        one = _observation(row)
        found[one.iri] = _joined(found[one.iri], one) if one.iri in found else one
    return list(found.values())


def _observation(row: Mapping[str, Any]) -> Observation:
    scope = Scope(*(row[name] for name in ("indicator", "unit", "region", "whole", "baseline", "change", "direction")))
    return Observation(
        row["figure"],
        row["subject"],
        scope,
        row["start"],
        row["year"],
        row["comparator"],
        row["value"],
        row["status"],
        tuple(filter(None, [row["estimator"]])),
        tuple(filter(None, [row["source"]])),
        (row["passage"],),
        tuple(filter(None, [row["chapter"]])),
        row["stated"],
        row["scale"],
        {lang: row[lang] for lang in ("zh", "en") if row[lang]},
    )


def _joined(one: Observation, other: Observation) -> Observation:
    """Two rows of one figure, which differ in what it may have several of."""
    return replace(
        one,
        estimators=_union(one.estimators, other.estimators),
        sources=_union(one.sources, other.sources),
        passages=_union(one.passages, other.passages),
        chapters=_union(one.chapters, other.chapters),
    )


def _union(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def apart(observations: Iterable[Observation], industry: str) -> tuple[list[Observation], list[Observation]]:
    """The figures of an industry: those about itself or of its own sections, and those that sections on others have.

    The latter are about its products, segments and the like.
    """
    own, others = list[Observation](), list[Observation]()
    for figure in observations:
        (own if industry in (figure.subject, *figure.chapters) else others).append(figure)
    return own, others


def grouped(observations: Iterable[Observation], names: Names, first: str = "") -> list[Group]:
    """The figures in groups of those that compare; those that say most about *first* stand first, then the larger ones.

    Args:
        observations: the figures.
        names: the lookup table, whose Chinese labels order what is equal.
        first: IRI of the thing that the reader has come for.
    """
    by_scope: dict[Scope, list[Observation]] = defaultdict(list)
    for figure in observations:
        by_scope[figure.scope].append(figure)
    groups = [Group(scope, tuple(_series(members, names))) for scope, members in by_scope.items()]

    def order(group: Group) -> tuple[Any, ...]:
        labels = [names.label(part, "zh") if part else "" for part in group.scope]
        about = sum(figure.subject == first for figure in group.figures)
        return -about, -len(group.figures), labels

    return sorted(groups, key=order)


def _series(members: Iterable[Observation], names: Names) -> Iterable[Series]:
    """The series of one group: those without an estimator first; in each, subject after subject, year after year."""
    by_estimator: dict[tuple[str, ...], list[Observation]] = defaultdict(list)
    for figure in members:
        by_estimator[figure.estimators].append(figure)
    for estimators in sorted(by_estimator):
        ordered = sorted(
            by_estimator[estimators],
            key=lambda f: (names.label(f.subject, "zh"), f.year or 0, f.start or 0, str(f.value), f.iri),
        )
        yield Series(estimators, tuple(ordered))


def scope_text(scope: Scope, names: Names) -> Text:
    """A scope in words: the indicator, of a change what changes, the region, the whole of a share, and the unit."""
    parts = [names.text(scope.indicator)]
    if scope.change:
        change, direction = names.text(scope.change), names.text(scope.direction) if scope.direction else Text("", "")
        parts.append(Text(change.zh + direction.zh, f"{change.en} {direction.en}".strip()))
    parts.append(names.text(scope.region) if scope.region else _NO_REGION)
    for words, iri in ((_SHARE, scope.whole), (_COMPARED, scope.baseline)):
        if iri:
            named = names.text(iri)
            parts.append(Text(words.zh.format(named.zh), words.en.format(named.en)))
    zh, en = (names.unit(scope.unit, scope.indicator, lang) for lang in LANGS)
    parts += [Text(zh, en or zh)] if zh and en else []
    return Text(" · ".join(part.zh for part in parts), " · ".join(part.en for part in parts))


def counts(store: Store, selector: str) -> list[tuple[str, int]]:
    """Each value of *selector* (a key of :data:`SELECTORS`) with its number of figures, largest first."""
    kind, path = SELECTORS[selector]
    query = _COUNTS.format(path=path, kind=f"?value a ivc:{kind}" if kind else "")
    return [(row["value"], row["figures"]) for row in store.select(query)]
