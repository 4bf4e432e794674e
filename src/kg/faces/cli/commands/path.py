"""``kg path``: how two things are connected."""

from __future__ import annotations

import click
import pyoxigraph as ox

from kg.errors import UsageProblem
from kg.faces.cli.bilingual import command
from kg.faces.cli.completing import THING
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import chosen, cite, format_or_text_option, print_table
from kg.faces.cli.rows import HEADS, passage_names
from kg.store.results import Table
from kg.terms import Text


@command(help=Text("两个事物如何相连,每一步都有出处", "how two things are connected, a passage on each hop"))
@click.argument("one", type=THING)
@click.argument("other", type=THING)
@format_or_text_option
@common
@click.pass_obj
def path(run: Run, one: str, other: str, format_: str | None) -> None:
    """Print the shortest chain of stated edges between two things."""
    graph = run.graph()
    hops = graph.path_between(one, other)
    if not hops:
        raise UsageProblem(
            Text(f"“{one}”和“{other}”是同一事物", f"“{one}” and “{other}” are the same thing"),
            hint=Text("给出两个不同的事物", "name two different things"),
        )
    if chosen(format_, "text") != "text":
        rows = [
            (ox.NamedNode(h.subject), ox.NamedNode(h.predicate), ox.NamedNode(h.value), passage_names(h.passages))
            for h in hops
        ]
        things = ("subject", "predicate", "object")
        print_table(Table((*things, "passages"), tuple(rows)), format_, run.lang, graph.names, HEADS, things)
        return
    for hop in hops:
        here, there = (hop.subject, hop.value) if hop.forward else (hop.value, hop.subject)
        edge = graph.names.label(hop.predicate, run.lang, inverse=not hop.forward)
        click.echo(f"{run.label(graph.names, here)} — {edge} → {run.label(graph.names, there)}{cite(hop.passages)}")
