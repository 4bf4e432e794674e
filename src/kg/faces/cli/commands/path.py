"""``kg path``: how two things are connected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click
import pyoxigraph as ox

from kg.ask import plain
from kg.ask.listing import GROUNDS, HEADS, passage_names
from kg.ask.ways import MOST_WAYS, unconnected
from kg.faces.cli.bilingual import Integer, command, option
from kg.faces.cli.completing import THING
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common, note
from kg.faces.cli.render import chosen, cite, format_or_text_option, print_line, print_table, put
from kg.store.results import Table
from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.names import Names
    from kg.ask.ways import Hop, Way, Ways

_THINGS: Final = ("subject", "predicate", "object")


@command(
    help=Text(
        "两个事物如何相连:若干条路,经过枢纽的排在后面,每一步都有出处",
        "how two things are connected: several ways, hubs last, a passage on each hop",
    )
)
@click.argument("one", type=THING)
@click.argument("other", type=THING)
@option("--ways", "limit", type=Integer(1, MOST_WAYS), default=3, show_default=True, help=Text("最多几条", "most ways"))
@option("--inferred", is_flag=True, help=Text("也走推理与背景的边", "follow inferred edges and background too"))
@format_or_text_option
@common
@click.pass_obj
def path(run: Run, one: str, other: str, limit: int, inferred: bool, format_: str | None) -> None:
    """Print the ways that connect two things, the one through the fewest hubs first."""
    graph = run.graph()
    ends = graph.resolve(one), graph.resolve(other)
    found: Ways = graph.ways(ends[0].iri, ends[1].iri, limit=limit, inferred=inferred)
    kind = chosen(format_, "text")
    if kind == "json":
        put(json.dumps(plain.ways(found, *ends, graph.names), ensure_ascii=False, indent=1) + "\n")
    elif kind != "text":
        rows = tuple((ox.Literal(n), *_row(h)) for n, way in enumerate(found.ways, 1) for h in way.hops)
        print_table(
            Table(("way", *_THINGS, "ground", "passages"), rows), format_, run.lang, graph.names, HEADS, _THINGS
        )
    else:
        for n, way in enumerate(found.ways, 1):
            _print(n, way, graph.names, run.lang)
    if not found.ways:
        why = unconnected(inferred=inferred, complete=found.complete)
        note(why if inferred else Text(f"{why.zh}:加 --inferred", f"{why.en}: add --inferred"))


def _row(hop: Hop) -> tuple[ox.NamedNode | ox.Literal, ...]:
    triple = (ox.NamedNode(iri) for iri in (hop.subject, hop.predicate, hop.value))
    return (*triple, ox.Literal(hop.ground), passage_names(hop.passages))


def _print(number: int, way: Way, names: Names, lang: str) -> None:
    """One way: its number and what it leads through, then a line for each hop."""
    through = say("、", ", ").join(
        say(f"{names.label(h.ends[1], lang)}({n} 个相邻)", f"{names.label(h.ends[1], lang)} ({n} neighbours)")
        for h, n in zip(way.hops, way.neighbours, strict=False)
    )
    names_through = [names.label(hop.ends[1], lang) for hop in way.hops]
    how = f"{say('经', 'through')} {through}" if through else say("直接", "directly")
    print_line(f"{number}. {how}", names_through, rest="   ", bold=True)
    for hop in way.hops:
        here, there = hop.ends
        edge = names.label(hop.predicate, lang, inverse=not hop.forward)
        ground = "" if hop.ground == "asserted" else f" [{GROUNDS[hop.ground].pick(lang)}]"
        ends = [names.label(here, lang), names.label(there, lang)]
        print_line(f"   {ends[0]} — {edge} → {ends[1]}{ground}{cite(hop.passages)}", ends)
