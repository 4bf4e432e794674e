"""Pages of figures: all numbers of an industry, indicator, region or thing, in groups of those that compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from kg.ask import plain
from kg.ask.figures import SELECTORS, Group, Observation, counts, figures, grouped, scope_text
from kg.ask.names import Thing
from kg.errors import NotFound
from kg.faces.plot.bars import bars, drawable
from kg.faces.plot.file import file
from kg.faces.web.context import HTML, JSON, Context, as_json, choose
from kg.faces.web.matrix import matrices
from kg.service.messages import Answer, Request
from kg.store.values import json_value
from kg.terms import Text, slug

_SVG: Final = "image/svg+xml"
_OFFERED: Final = 60
"""Most values of a selector that the overview lists and the form offers; any other can be written."""
_SHOWN: Final = 200
"""Most figures on a page, unless all are asked for."""


class Shown(NamedTuple):
    """A group as a page shows it.

    Attributes:
        group: the figures.
        words: what they have in common.
        chart: the chart, as markup; None where a table says as much.
    """

    group: Group
    words: Text
    chart: Markup | None


def page(context: Context, request: Request) -> Answer:
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
    groups = _groups(context, selected)
    if suffix == "json":
        return as_json(_document(context, selected, groups))
    return _html(context, request, selected, groups)


def charted(context: Context, groups: Iterable[Group], lang: str) -> Iterator[Shown]:
    """The groups with their charts.

    Args:
        context: the graph.
        groups: the groups.
        lang: language of the charts.
    """
    names = context.graph.names
    for group in groups:
        chart = Markup(bars(group, names, lang, f"plot-{group.scope.key}")) if drawable(group) else None
        yield Shown(group, scope_text(group.scope, names), chart)


def _selected(context: Context, request: Request) -> dict[str, Thing]:
    """Selector → the thing that the request names for it."""
    named = {name: request.one(name).strip() for name in SELECTORS}
    kinds = {name: [kind] if kind else [] for name, (kind, _) in SELECTORS.items()}
    return {name: context.graph.names.resolve(text, *kinds[name]) for name, text in named.items() if text}


def _groups(context: Context, selected: Mapping[str, Thing]) -> list[Group]:
    found = figures(context.graph.store, {name: thing.iri for name, thing in selected.items()})
    return grouped(found, context.graph.names, next((t.iri for n, t in selected.items() if n != "indicator"), ""))


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


def _overview(context: Context, request: Request, suffix: str) -> Answer:
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


def _html(context: Context, request: Request, selected: Mapping[str, Thing], groups: list[Group]) -> Answer:
    """The page: the groups, each with its table and, where it says more, its chart; then the figures that stand alone."""
    total = sum(len(group.figures) for group in groups)
    most = total if request.one("all") else _SHOWN
    shown = [group for at, group in enumerate(groups) if sum(len(g.figures) for g in groups[:at]) < most]
    values = {name: slug(thing.iri) for name, thing in selected.items()}
    return context.page(
        "figures.html",
        request,
        selected=selected,
        title=" · ".join(thing.label.pick(request.lang) for thing in selected.values()),
        total=total,
        hidden=total - sum(len(group.figures) for group in shown),
        groups=list(charted(context, (group for group in shown if len(group.figures) > 1), request.lang)),
        single=[group.figures[0] for group in shown if len(group.figures) == 1],
        asked={name: _written(context, thing, name, request.lang) for name, thing in selected.items()},
        query=urlencode(values),
        offered=_offered(_counted(context)),
    )


def _picture(context: Context, request: Request, selected: Mapping[str, Thing]) -> Answer:
    """The chart of one group as a file."""
    choose(request, {"svg": _SVG})
    key = request.one("group")
    groups = [group for group in _groups(context, selected) if drawable(group) and key in ("", group.scope.key)]
    if not groups:
        raise NotFound(
            Text("没有可画成图的一组数字", "there is no such group of figures that can be drawn"),
            hint=Text("从 /figures 页面取图的链接", "take the link of a chart from a page of /figures"),
        )
    return Answer(file(context.graph, groups[0], request.lang).encode(), _SVG, {"Content-Language": request.lang})


def _document(context: Context, selected: Mapping[str, Thing], groups: list[Group]) -> dict[str, Any]:
    """The figures as JSON values."""
    names = context.graph.names
    return {
        "selected": {name: plain.named(thing.iri, names) for name, thing in selected.items()},
        "total": sum(len(group.figures) for group in groups),
        "groups": [
            {
                "key": group.scope.key,
                "title": scope_text(group.scope, names).plain(),
                **{part: plain.named(iri, names) for part, iri in group.scope._asdict().items()},
                "series": [
                    {
                        "estimators": [plain.named(iri, names) for iri in series.estimators],
                        "figures": [_figure(context, figure) for figure in series.figures],
                    }
                    for series in group.series
                ],
            }
            for group in groups
        ],
        "dataset": context.dataset,
    }


def _figure(context: Context, figure: Observation) -> dict[str, Any]:
    names = context.graph.names
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
        "summary": figure.summary,
    }
