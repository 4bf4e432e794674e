"""Pages of figures: all numbers of an industry, indicator, region or thing, in groups of those that compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from kg.ask import plain
from kg.ask.figures import SELECTORS, Group, Observation, apart, counts, figures, grouped, scope_text
from kg.ask.names import Names, Thing
from kg.ask.overview import AuditFinding
from kg.errors import NotFound
from kg.faces.plot.bars import bars, drawable
from kg.faces.plot.file import file
from kg.faces.web.context import HTML, JSON, Context, as_json, choose
from kg.faces.web.matrix import matrices
from kg.service.messages import Request, Response
from kg.store.values import json_value
from kg.terms import Text, slug

_SVG: Final = "image/svg+xml"
_OFFERED: Final = 60
"""Most values of a selector that the overview lists and the form offers; any other can be written."""
_SHOWN: Final = 200
"""Most figures on a page, unless all are asked for."""
_OWN: Final = Text("该产业章节所述,或关于产业本身", "In the sections on the industry, or about itself")
_OTHERS: Final = Text(
    "其他章节所述,关于它的产品、环节等", "In sections on other industries, about its products, segments and the like"
)


class Part(NamedTuple):
    """The figures of one heading of a page.

    Attributes:
        groups: the figures in groups of those that compare.
        words: the heading; None if the page has one part alone.
        mark: what the keys of its groups end with, so that no two of a page have the same.
    """

    groups: list[Group]
    words: Text | None = None
    mark: str = ""

    @property
    def number(self) -> int:
        """How many figures there are."""
        return sum(len(group.figures) for group in self.groups)


class Shown(NamedTuple):
    """A group as a page shows it.

    Attributes:
        key: its name in addresses and on the page.
        group: the figures.
        words: what they have in common.
        chart: the chart, as markup; None where a table says as much.
    """

    key: str
    group: Group
    words: Text
    chart: Markup | None


class ShownPart(NamedTuple):
    """As much of a part as a page shows: the groups, and the figures that compare with none."""

    part: Part
    groups: list[Shown]
    single: list[Observation]


def page(context: Context, request: Request) -> Response:
    """``/figures?industry=&indicator=&region=&thing=``: the figures that meet all of these; without any, what there is.

    Raises:
        NotFound: nothing has one of the names; or no group has the key that the picture of one is asked for.
    """
    selected = _selected(context, request)
    if request.suffix == "svg":
        return _picture(context, request, selected)
    suffix = choose(request, {"json": JSON} if request.suffix else {"html": HTML, "json": JSON})
    if not selected:
        return _overview(context, request, suffix)
    parts = _parts(context, selected)
    if suffix == "json":
        return as_json(_document(context, selected, parts))
    return _html(context, request, selected, parts)


def charted(context: Context, groups: Iterable[Group], lang: str, mark: str = "") -> Iterator[Shown]:
    """The groups with their charts.

    Args:
        context: the graph.
        groups: the groups.
        lang: language of the charts.
        mark: what their keys end with.
    """
    names = context.graph.names
    for group in groups:
        key = group.scope.key + mark
        chart = Markup(bars(group, names, lang, f"plot-{key}")) if drawable(group) else None
        yield Shown(key, group, scope_text(group.scope, names), chart)


def _selected(context: Context, request: Request) -> dict[str, Thing]:
    """Selector → the thing that the request names for it."""
    named = {name: request.one(name).strip() for name in SELECTORS}
    kinds = {name: [kind] if kind else [] for name, (kind, _) in SELECTORS.items()}
    return {name: context.graph.names.resolve(text, *kinds[name]) for name, text in named.items() if text}


def _parts(context: Context, selected: Mapping[str, Thing]) -> list[Part]:
    """The figures in parts: of an industry, what sections on others say of its products is a part of its own."""
    found = figures(context.graph.store, {name: thing.iri for name, thing in selected.items()})
    first = _first(selected)
    own, others = apart(found, first) if "industry" in selected else (found, [])
    if not others:
        return [Part(grouped(own, context.graph.names, first))]
    parts = ((own, _OWN, ""), (others, _OTHERS, "-others"))
    return [Part(grouped(some, context.graph.names, first), words, mark) for some, words, mark in parts if some]


def _first(selected: Mapping[str, Thing]) -> str:
    """IRI of the thing that the reader has come for: an industry, region or other thing; empty if only an indicator is named."""
    return next((thing.iri for name, thing in selected.items() if name != "indicator"), "")


def _counted(context: Context) -> dict[str, list[tuple[str, int]]]:
    """Selector → its values with the number of their figures; the things are too many to be listed."""
    return {name: counts(context.graph.store, name) for name in SELECTORS if name != "thing"}


def _offered(counted: Mapping[str, list[tuple[str, int]]]) -> dict[str, list[str]]:
    """Selector → the IRIs that the list of its field offers."""
    return {name: [iri for iri, _ in values[:_OFFERED]] for name, values in counted.items()}


def _written(context: Context, thing: Thing, selector: str, lang: str) -> str:
    """A thing as it stands in the field of the form: its label, or its IRI where the label is that of another thing too."""
    kind, label = SELECTORS[selector][0], thing.label.pick(lang)
    return label if context.graph.names.bearing(label, *([kind] if kind else [])) == [thing] else thing.iri


def _overview(context: Context, request: Request, suffix: str) -> Response:
    """What there are figures of, and how many."""
    found = _counted(context)
    if suffix == "html":
        offered = _offered(found)
        return context.page(
            "figures-overview.html", request, counted=found, most=_OFFERED, offered=offered, matrices=matrices(context)
        )
    names = context.graph.names
    body = {
        name: [{**(plain.named(iri, names) or {}), "figures": number} for iri, number in values]
        for name, values in found.items()
    }
    return as_json({**body, "dataset": context.dataset})


def _html(context: Context, request: Request, selected: Mapping[str, Thing], parts: list[Part]) -> Response:
    """The page: the groups, each with its table and, where it says more, its chart; then the figures that stand alone."""
    total = sum(part.number for part in parts)
    most, number, told = total if request.one("all") else _SHOWN, 0, list[ShownPart]()
    for part in parts:
        shown = list[Group]()
        for group in part.groups:
            if number < most:
                shown.append(group)
                number += len(group.figures)
        several = (group for group in shown if len(group.figures) > 1)
        single = [group.figures[0] for group in shown if len(group.figures) == 1]
        told.append(ShownPart(part, list(charted(context, several, request.lang, part.mark)), single))
    values = {name: context.graph.names.slug(thing.iri) for name, thing in selected.items()}
    return context.page(
        "figures.html",
        request,
        selected=selected,
        title=" · ".join(thing.label.pick(request.lang) for thing in selected.values()),
        total=total,
        hidden=total - number,
        parts=told,
        home=_first(selected),
        flags=context.flags,
        asked={name: _written(context, thing, name, request.lang) for name, thing in selected.items()},
        query=urlencode(values),
        offered=_offered(_counted(context)),
    )


def _picture(context: Context, request: Request, selected: Mapping[str, Thing]) -> Response:
    """The chart of one group as a file."""
    choose(request, {"svg": _SVG})
    key = request.one("group")
    every = ((group.scope.key + part.mark, group) for part in _parts(context, selected) for group in part.groups)
    groups = [group for name, group in every if drawable(group) and key in ("", name)]
    if not groups:
        raise NotFound(
            Text("没有可画成图的一组数字", "there is no such group of figures that can be drawn"),
            hint=Text("从 /figures 页面取图的链接", "take the link of a chart from a page of /figures"),
        )
    return Response(file(context.graph, groups[0], request.lang).encode(), _SVG, {"Content-Language": request.lang})


def _document(context: Context, selected: Mapping[str, Thing], parts: list[Part]) -> dict[str, Any]:
    """The figures as JSON values."""
    names, flags = context.graph.names, context.flags
    return {
        "selected": {name: plain.named(thing.iri, names) for name, thing in selected.items()},
        "total": sum(part.number for part in parts),
        "groups": [
            {
                "key": group.scope.key + part.mark,
                "part": part.words.plain() if part.words else None,
                "title": scope_text(group.scope, names).plain(),
                **{part: plain.named(iri, names) for part, iri in group.scope._asdict().items()},
                "series": [
                    {
                        "estimators": [plain.named(iri, names) for iri in series.estimators],
                        "figures": [_figure(names, figure, flags.get(figure.iri, [])) for figure in series.figures],
                    }
                    for series in group.series
                ],
            }
            for part in parts
            for group in part.groups
        ],
        "dataset": context.dataset,
    }


def _figure(names: Names, figure: Observation, flags: Iterable[AuditFinding]) -> dict[str, Any]:
    return {
        "iri": figure.iri,
        "subject": plain.named(figure.subject, names),
        "start": figure.start,
        "year": figure.year,
        "comparator": slug(figure.comparator),
        "value": json_value(figure.value),
        "status": slug(figure.status),
        "sources": [plain.named(iri, names) for iri in figure.sources],
        "passages": [slug(passage) for passage in figure.passages],
        "chapters": [plain.named(iri, names) for iri in figure.chapters],
        "findings": [{"iri": found.iri, "rule": found.rule, "severity": found.severity} for found in flags],
        "summary": figure.summary,
    }
