"""``kg chain``: the tier chart of an industry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click
import pyoxigraph as ox

from kg.ask.chain import NOTHING, UNPLACED
from kg.faces.cli.bilingual import command
from kg.faces.cli.completing import INDUSTRY
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import chosen, cite, format_or_text_option, print_table
from kg.faces.cli.rows import HEADS, passage_names
from kg.store.results import Table
from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.chain import Chain, SegmentCell


@command(help=Text("产业链图:层级、环节、企业与出处", "the tier chart of an industry, with companies and sources"))
@click.argument("industry", type=INDUSTRY)
@format_or_text_option
@common
@click.pass_obj
def chain(run: Run, industry: str, format_: str | None) -> None:
    """Print the tier chart of one industry."""
    graph = run.graph()
    found = graph.chain(industry)
    if chosen(format_, "text") != "text":
        rows = _chain_rows(found)
        print_table(rows, format_, run.lang, graph.names, HEADS, rows.columns[:-1])
        return
    click.secho(graph.names.label(found.industry, run.lang), bold=True)
    click.echo(say("▸ 层级  · 环节  ● 企业与机构  ○ 产品", "▸ stage  · segment  ● company or institute  ○ product"))
    for view in found.views:
        click.secho(f"\n■ {graph.names.label(view.iri, run.lang)}", bold=True)
        for stage in view.stages:
            click.echo(f"  ▸ {graph.names.label(stage.iri, run.lang)}")
            _print_segments(stage.segments, graph.names, run.lang, 4)
            if not stage.segments:
                click.echo(f"    ({NOTHING.pick(run.lang)})")
    if found.unplaced:
        click.secho(f"\n■ {UNPLACED.pick(run.lang)}", bold=True)
        _print_segments(found.unplaced, graph.names, run.lang, 4)
    for group in found.outside:
        click.secho(f"\n■ {group.words.pick(run.lang)}", bold=True)
        for company in group.things:
            click.echo(f"    ● {graph.names.label(company.iri, run.lang)}{cite(company.passages)}")


def _print_segments(cells: Iterable[SegmentCell], names: Any, lang: str, indent: int) -> None:
    for cell in cells:
        click.echo(f"{' ' * indent}· {names.label(cell.iri, lang)}{cite(cell.passages)}")
        for mark, things in (("●", cell.companies), ("○", cell.products)):
            if things:
                listed = say("、", ", ").join(f"{names.label(t.iri, lang)}{cite(t.passages)}" for t in things)
                click.echo(f"{' ' * (indent + 4)}{mark} {listed}")
        _print_segments(cell.parts, names, lang, indent + 4)


def _chain_rows(found: Chain) -> Table:
    """The chart as rows: one for each thing in a segment, each empty segment or stage, each company in no segment."""
    columns = ("view", "stage", "tier", "segment", "relation", "company", "product", "passages")
    rows: list[tuple[Any, ...]] = []

    def row(passages: Iterable[str], **iris: str | None) -> None:
        rows.append((*(ox.NamedNode(i) if (i := iris.get(c)) else None for c in columns[:-1]), passage_names(passages)))

    def add(place: dict[str, str | None], cells: Iterable[SegmentCell]) -> None:
        for cell in (inner for top in cells for inner in top):
            named = [("company", c) for c in cell.companies] + [("product", p) for p in cell.products]
            for what, thing in named:
                row(thing.passages, **place, segment=cell.iri, **{what: thing.iri})
            if not named:
                row(cell.passages, **place, segment=cell.iri)

    for v in found.views:
        for s in v.stages:
            place = {"view": v.iri, "stage": s.iri, "tier": s.tier}
            add(place, s.segments)
            if not s.segments:
                row((), **place)
    add({}, found.unplaced)
    for group in found.outside:
        for thing in group.things:
            row(thing.passages, relation=group.relation, company=thing.iri)
    return Table(columns, tuple(rows))
