"""``kg show``: everything about one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kg.ask.entity import node
from kg.ask.quantity import figure_in_words
from kg.faces.cli.bilingual import command, option
from kg.faces.cli.completing import THING
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import cell, cite, in_words, print_line
from kg.faces.cli.texts import registered_texts, text_option
from kg.terms import Text, in_full, slug

if TYPE_CHECKING:
    from kg.ask.entity import Claim, Edge, Entity


@command(help=Text("一个事物的全貌:名称、关系、数字、论断、出处", "one thing from all sides"))
@click.argument("thing", type=THING)
@option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@text_option(
    Text("原文副本,显示段落时附上原文;可重复", "a copy of a text, for the words of a passage; may be given again")
)
@common
@click.pass_obj
def show(run: Run, thing: str, format_: str, texts: tuple[str, ...]) -> None:
    """Print the page of one thing."""
    graph = run.graph()
    found = node(graph.store, graph.names, thing)
    passage = _Passage(run, graph, found, texts) if found.span else None
    if format_ == "json":
        import json

        from kg.ask import plain

        body = passage.plain() if passage else plain.entity(found, graph.names)
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    _print_thing(found, graph.names, run.lang, passage.words if passage else None)
    others = [t for t in graph.names.bearing(thing) if t != found.thing]
    if others:
        listed = say("、", ", ").join(f"{graph.names.label(o.iri, run.lang)} ({slug(o.iri)}, {o.kind})" for o in others)
        click.echo(say(f"\n同名的还有:{listed}", f"\nalso of this name: {listed}"), err=True)


def _print_head(found: Entity, names: Any, lang: str) -> None:
    """What it is called, what it is, where it is registered."""
    t = found.thing
    name, other = t.label.pick(lang), t.label.pick("en" if lang == "zh" else "zh")
    click.secho(name, bold=True, nl=False)
    kind = names.kind_label(t.kind, lang) if t.kind else say("本体的词", "term of the ontology")
    click.echo(f"  {other}  ({kind})" if other != name else f"  ({kind})")
    click.echo(t.iri)
    if found.span:
        place = found.span
        print_line(f"{place.section} · {say('字符', 'characters')} {place.start}–{place.end} · SHA-256 {place.sha256}")
    if t.also:
        print_line(f"{say('又名', 'also')}: {' / '.join(t.also)}", t.also)
    for texts in found.texts.values():
        print_line(texts.get(lang) or next(iter(texts.values())))
    for prop, value in found.values:
        print_line(f"{names.label(prop, lang)}: {in_full(value, lang) if isinstance(value, float) else value}")
    for link in found.links:
        near = say("(相近)", " (close)") if link.close else ""
        print_line(f"{names.label(link.register, lang)}: {link.code}{near}  {link.date}  {link.basis[lang]}")


class _Passage:
    """A passage, with its words if a copy of the text is given."""

    def __init__(self, run: Run, graph: Any, found: Entity, texts: tuple[str, ...]) -> None:
        from kg.ask.passage import passage
        from kg.ask.texts import Copy, Texts
        from kg.source.passages import document_iri

        given = registered_texts(run, graph.store, texts)
        self._texts = Texts(graph.store, graph.names, {document_iri(d): Copy.of(d, text) for d, _, text in given})
        self._found, self._names = passage(graph.store, graph.names, found), graph.names
        self.words = self._texts.words(self._found)

    def plain(self) -> dict[str, Any]:
        """The passage as JSON values, as over HTTP."""
        from kg.ask import plain

        marks = self._texts.marks(self._found, self.words) if self.words is not None else []
        return plain.passage(self._found, self._names, self.words, marks)


def _print_thing(found: Entity, names: Any, lang: str, original: str | None) -> None:
    _print_head(found, names, lang)
    if original is not None:
        click.echo(f"\n{original}")
    if found.span:
        click.secho(f"\n{say('这一段说', 'what it states')}", bold=True)
        for triple in found.states:
            print_line("  " + in_words(triple, lang, names), [cell(term, lang, names) for term in triple])
    words = {
        "asserted": say("文献所述", "stated by a document"),
        "background": say("背景(文献未说)", "background, not said by any document"),
        "entities": say("名称与归类", "names and kinds"),
        "inferred": say("推理得出", "inferred"),
    }
    for kind, title in words.items():
        edges = [e for e in found.edges if e.kind == kind]
        if edges:
            click.secho(f"\n{title}", bold=True)
            for edge in edges:
                print_line(f"  {_edge(edge, names, lang)}{cite(edge.passages)}", [names.label(edge.other, lang)])
    for title, claims in ((say("数字", "figures"), found.figures), (say("论断", "claims"), found.claims)):
        if claims:
            click.secho(f"\n{title}", bold=True)
            for claim in claims:
                print_line(f"  {claim_line(claim, names, lang)}{cite((claim.passage,))}")


def _edge(edge: Edge, names: Any, lang: str) -> str:
    arrow = "→" if edge.out else "←"
    return f"{names.label(edge.predicate, lang, inverse=not edge.out)} {arrow} {names.label(edge.other, lang)}"


def claim_line(claim: Claim, names: Any, lang: str) -> str:
    """A claim in one line: indicator, region, years and value, or its summary."""
    summary = claim.summary.get(lang, "")
    if claim.value is None:
        kind = names.kind_label(claim.kind, lang)
        return f"{kind}: {summary}"
    parts = [names.label(i, lang) for i in (claim.indicator, claim.region) if i] + (
        [claim.years] if claim.years else []
    )
    number = figure_in_words(claim, names, lang)
    tail = [names.label(i, lang) for i in (claim.status, claim.attributed_to) if i] + ([summary] if summary else [])
    return f"{' '.join(parts)}: {number} ({say('、', ', ').join(tail)})"
