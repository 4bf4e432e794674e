"""``kg compare``: two things side by side."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

import click
import pyoxigraph as ox

from kg.ask import plain
from kg.ask.comparison import SIDES
from kg.ask.listing import COMPARED, HEADS, compared_rows
from kg.ask.quantity import figure_in_words, of_row
from kg.faces.cli.bilingual import command
from kg.faces.cli.completing import THING
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import cell, chosen, cite, for_readers, format_or_text_option, print_line, print_table, put
from kg.terms import Text
from kg.vocab import EQUAL

if TYPE_CHECKING:
    from kg.ask.comparison import Comparison
    from kg.ask.names import Names

_FIGURES: Final = ("", "other_")
"""What the columns of either figure begin with."""
_EQUAL: Final = ox.NamedNode(EQUAL)
"""The comparator that goes without saying."""


@command(
    help=Text(
        "两个产业、企业、地区等并排:共有、仅一方有、数字之比",
        "two industries, companies, regions … side by side: shared, only here, only there, figures",
    )
)
@click.argument("one", type=THING)
@click.argument("other", type=THING)
@format_or_text_option
@common
@click.pass_obj
def compare(run: Run, one: str, other: str, format_: str | None) -> None:
    """Print what two things share, what only one of them has, and their figures."""
    graph = run.graph()
    found = graph.compare(one, other)
    kind = chosen(format_, "text")
    if kind == "json":
        put(json.dumps(plain.comparison(found, graph.names), ensure_ascii=False, indent=1) + "\n")
    elif kind == "text":
        _print(found, graph.names, run.lang)
    else:
        table = compared_rows(found, run.lang if for_readers(kind) else "")
        cited = partial(graph.citer.comparison, found)
        print_table(table, kind, run.lang, graph.names, HEADS, COMPARED[1:4], cited=cited)


def _print(found: Comparison, names: Names, lang: str) -> None:
    one, other = found.one.label.pick(lang), found.other.label.pick(lang)
    titles = (say("共有", "shared"), say(f"仅{one}", f"only {one}"), say(f"仅{other}", f"only {other}"))
    click.secho(f"{one} · {other}", bold=True)
    for side, title in zip(SIDES, titles, strict=True):
        items = found.of(side)
        click.secho(f"\n■ {title} ({len(items)})", bold=True)
        for (aspect, inverse), group in groupby(items, key=lambda item: (item.aspect, item.inverse)):
            click.echo(f"  {names.label(aspect, lang, inverse=inverse)}")
            for item in group:
                name = names.label(item.thing, lang)
                print_line(f"    · {name}{cite(item.passages)}", [name])
    if found.differences:
        _print_differences(found, names, lang)
    if found.figures.rows:
        _print_figures(found, names, lang)


def _print_differences(found: Comparison, names: Names, lang: str) -> None:
    """Each property that both have with other values, on one line."""
    click.secho(f"\n■ {say('同一关系,对象不同', 'same relation, other values')} ({len(found.differences)})", bold=True)
    for aspect in found.differences:
        sides = [[names.label(item.thing, lang) for item in side] for side in (aspect.one, aspect.other)]
        one, other = (say("、", ", ").join(side) for side in sides)
        relation = names.label(aspect.iri, lang, inverse=aspect.inverse)
        print_line(f"  {relation}: {one} ↔ {other}", [*sides[0], *sides[1]])


def _print_figures(found: Comparison, names: Names, lang: str) -> None:
    """Each pair of figures that compares, on one line; then how many do not, and why."""
    click.secho(f"\n■ {say('数字', 'figures')}", bold=True)
    apart: Counter[str] = Counter()
    for row in found.figures.rows:
        terms = dict(zip(found.figures.columns, row, strict=True))
        cells = {c: cell(term, lang, names) for c, term in terms.items()}
        if cells["why_not"]:
            apart[cells["why_not"]] += 1
            continue
        of = " · ".join(cells[c] for c in ("indicator", "region", "year") if cells[c])
        sides = " : ".join(figure_in_words(of_row(terms, prefix), names, lang) for prefix in _FIGURES)
        bound = "" if terms["result_comparator"] == _EQUAL else cells["result_comparator"]
        result = f"{bound} {cells['times']}".strip()
        sources = cite(list(dict.fromkeys((cells["passage"], cells["other_passage"]))))
        print_line(f"  {of}: {sides} = {result} {say('倍', 'times')}{sources}")
    if apart:
        reasons = say("、", ", ").join(f"{reason} {n}" for reason, n in apart.most_common())
        print_line(f"  {say('不可比的数字(及不同之处)', 'figures that do not compare, by what differs')}: {reasons}")
