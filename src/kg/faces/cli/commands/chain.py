"""``kg chain``: the tier chart of an industry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from kg.ask.chain import NOTHING, UNPLACED
from kg.ask.listing import HEADS, chain_rows
from kg.ask.tally import tally, whole
from kg.faces.cli.bilingual import command
from kg.faces.cli.completing import INDUSTRY
from kg.faces.cli.language import current, say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import chosen, cite, format_or_text_option, print_line, print_table
from kg.terms import Text

if TYPE_CHECKING:
    from kg.ask.chain import Chain, Cited, SegmentCell, StageColumn
    from kg.ask.names import Names

_SIGNS = {"company": "●", "product": "○", "application": "□"}
"""What a thing is in a segment → the sign before its name."""
_ARROWS = {True: "→", False: "⇢"}
"""Whether a passage states that a stage feeds another → the arrow."""


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
        rows = chain_rows(found)
        things = rows.columns[:-1]
        cited = partial(graph.cite, "chain", found.industry)
        print_table(rows, format_, run.lang, graph.names, HEADS, things, cited=cited)
        return
    _Printer(graph.names, run.lang).print(found)


class _Printer:
    """Prints a chain as text: a line for each stage and segment, and for each list of companies, products, applications."""

    def __init__(self, names: Names, lang: str) -> None:
        self._names, self._lang = names, lang

    def print(self, found: Chain) -> None:
        click.secho(self._name(found.industry), bold=True)
        numbers = whole(found).words(self._names).pick(self._lang)
        if numbers:
            print_line(numbers)
        print_line("  ".join(_signs(found)), _signs(found))
        for view in found.views:
            self._heading(self._name(view.iri))
            for stage in view.stages:
                self._stage(stage)
        if found.unplaced:
            self._heading(UNPLACED.pick(self._lang))
            self._segments(found.unplaced, 4)
        for group in found.outside:
            self._heading(f"{group.words.pick(self._lang)} ({len(group.things)})")
            self._things(_SIGNS[group.what], group.things, 4)

    def _heading(self, words: str) -> None:
        click.echo()
        print_line(f"■ {words}", bold=True)

    def _stage(self, stage: StageColumn) -> None:
        numbers = tally(stage.segments, stage.applications).words(self._names).pick(self._lang)
        fed = [self._name(c.iri) for c in stage.feeds]
        arrows = [_ARROWS[bool(c.passages)] for c in stage.feeds]
        into = say("、", ", ").join(f"{arrow} {name}" for arrow, name in zip(arrows, fed, strict=True))
        name = self._name(stage.iri)
        line = f"  ▸ {name}{f' ({numbers})' if numbers else ''} {into}".rstrip()
        print_line(line, [name, *numbers.split(" · "), into, *fed])
        self._segments(stage.segments, 4)
        self._things(_SIGNS["application"], stage.own, 4)
        if stage.empty:
            click.echo(f"    ({NOTHING.pick(self._lang)})")

    def _segments(self, cells: Iterable[SegmentCell], indent: int) -> None:
        for cell in cells:
            name = self._name(cell.iri)
            print_line(f"{' ' * indent}· {name}{cite(cell.passages)}", [name])
            for what, things in cell.things:
                self._things(_SIGNS[what], things, indent + 4)
            self._segments(cell.parts, indent + 4)

    def _things(self, sign: str, things: Sequence[Cited], indent: int) -> None:
        """Names with their passages; those that follow each other with the same passages have them once."""
        if not things:
            return
        named = [self._name(thing.iri) for thing in things]
        shown = [
            name if after and after.passages == thing.passages else name + cite(thing.passages)
            for name, thing, after in zip(named, things, [*things[1:], None], strict=True)
        ]
        print_line(f"{' ' * indent}{sign} {say('、', ', ').join(shown)}", named)

    def _name(self, iri: str) -> str:
        return self._names.label(iri, self._lang)


def _signs(found: Chain) -> list[str]:
    """What the signs mean that occur in a chain."""
    signs = [
        say("▸ 层级", "▸ stage"),
        say("· 环节", "· segment"),
        say("● 企业与机构", "● company or institute"),
        say("○ 产品", "○ product"),
    ]
    if whole(found).applications:
        signs.append(say("□ 应用场景", "□ application"))
    signs += [f"{_ARROWS[stated]} {words.pick(current())}" for stated, words in found.arrows.items()]
    return signs
