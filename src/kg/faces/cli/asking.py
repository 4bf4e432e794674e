"""kg chain, kg find, kg show, kg path, kg audit, kg stats."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click
import pyoxigraph as ox

from kg.ask.chain import NOTHING, UNPLACED
from kg.errors import NotFound, UsageProblem
from kg.faces.cli.completing import INDUSTRY, THING
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import (
    chosen,
    cite,
    format_option,
    format_or_text_option,
    in_words,
    print_plain,
    show,
    tell_truncated,
)
from kg.store.results import Table
from kg.store.values import Term
from kg.terms import Text, amount, expand, slug
from kg.vocab import PASSAGE, SH, SHAPE

if TYPE_CHECKING:
    from kg.ask.chain import Chain, SegmentCell
    from kg.ask.entity import Claim, Edge, Entity
    from kg.ask.overview import AuditFinding


@click.command(help=say("产业链图:层级、环节、企业与出处", "the tier chart of an industry, with companies and sources"))
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
        show(rows, format_, run.lang, graph.names, _HEADS, rows.columns[:-1])
        return
    click.secho(graph.names.label(found.industry, run.lang), bold=True)
    click.echo(say("▸ 层级  · 环节  ● 企业与机构  ○ 产品", "▸ stage  · segment  ● company or institute  ○ product"))
    for view in found.views:
        click.secho(f"\n■ {graph.names.label(view.iri, run.lang)}", bold=True)
        for stage in view.stages:
            click.echo(f"  ▸ {graph.names.label(stage.iri, run.lang)}")
            _print_cells(stage.segments, graph.names, run.lang, 4)
            if not stage.segments:
                click.echo(f"    ({NOTHING.pick(run.lang)})")
    if found.unplaced:
        click.secho(f"\n■ {UNPLACED.pick(run.lang)}", bold=True)
        _print_cells(found.unplaced, graph.names, run.lang, 4)
    for group in found.outside:
        click.secho(f"\n■ {group.words.pick(run.lang)}", bold=True)
        for company in group.things:
            click.echo(f"    ● {graph.names.label(company.iri, run.lang)}{cite(company.passages)}")


def _print_cells(cells: Iterable[SegmentCell], names: Any, lang: str, indent: int) -> None:
    for cell in cells:
        click.echo(f"{' ' * indent}· {names.label(cell.iri, lang)}{cite(cell.passages)}")
        for mark, things in (("●", cell.companies), ("○", cell.products)):
            if things:
                listed = say("、", ", ").join(f"{names.label(t.iri, lang)}{cite(t.passages)}" for t in things)
                click.echo(f"{' ' * (indent + 4)}{mark} {listed}")
        _print_cells(cell.parts, names, lang, indent + 4)


def _chain_rows(found: Chain) -> Table:
    """The chart as rows: one per thing named in a segment, per segment or stage that names nothing, per company outside."""
    columns = ("view", "stage", "tier", "segment", "relation", "company", "product", "passages")
    rows: list[tuple[Any, ...]] = []

    def row(passages: Iterable[str], **iris: str | None) -> None:
        rows.append((*(_node(i) if (i := iris.get(c)) else None for c in columns[:-1]), _slugs(passages)))

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


_HEADS = {
    "view": Text("视图", "view"),
    "stage": Text("阶段", "stage"),
    "tier": Text("层级", "tier"),
    "segment": Text("环节", "segment"),
    "relation": Text("与产业的关系", "tie to the industry"),
    "company": Text("企业", "company"),
    "product": Text("产品", "product"),
    "passages": Text("出处", "source"),
    "subject": Text("主语", "subject"),
    "predicate": Text("关系", "predicate"),
    "object": Text("宾语", "object"),
    "severity": Text("级别", "severity"),
    "rule": Text("规则", "rule"),
    "focus": Text("对象", "focus"),
    "zh": Text("说明", "message"),
    "en": Text("说明", "message"),
    "involved": Text("涉及", "involved"),
}
"""What the columns of charts, paths and audits are called for readers."""


@click.command(help=say("按任何名称找事物", "find things by any name"))
@click.argument("text")
@click.option("--kind", help=say("类别,如 企业 或 Company", "kind, such as company or Company"))
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True)
@format_option
@common
@click.pass_obj
def find(run: Run, text: str, kind: str | None, limit: int, format_: str | None) -> None:
    """List what a text may mean, best first; exit 3 when nothing comes near."""
    graph = run.graph()
    matches = graph.find(text, *([graph.names.kind(kind)] if kind else []), limit=limit)
    if not matches:
        raise NotFound(Text(f"没有与“{text}”相近的名称", f"no name comes near “{text}”"))
    rows = [
        (
            m.thing.label.zh,
            m.thing.label.en,
            graph.names.label(f"https://w3id.org/xinzhi/ns#{m.thing.kind}", run.lang),
            " / ".join(m.thing.also),
            m.thing.iri,
            round(m.score),
        )
        for m in matches
    ]
    columns = ("zh", "en", "kind", "also", "iri", "score")
    heads = [
        say("中文名", "zh name"),
        say("英文名", "en name"),
        say("类别", "kind"),
        say("别名", "also"),
        "IRI",
        say("匹配", "fit"),
    ]
    print_plain(columns, heads, rows, format_, run.lang)


@click.command("show", help=say("一个事物的全貌:名称、关系、数字、论断、出处", "one thing from all sides"))
@click.argument("thing", type=THING)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@common
@click.pass_obj
def show_command(run: Run, thing: str, format_: str) -> None:
    """Print one entity page."""
    graph = run.graph()
    found = _entity(graph, thing)
    if format_ == "json":
        import json

        from kg.ask import plain

        click.echo(json.dumps(plain.entity(found, graph.names), ensure_ascii=False, indent=2))
        return
    _print_entity(found, graph.names, run.lang)
    others = [t for t in graph.names.bearing(thing) if t != found.thing]
    if others:
        listed = say("、", ", ").join(f"{graph.names.label(o.iri, run.lang)} ({slug(o.iri)}, {o.kind})" for o in others)
        click.echo(say(f"\n同名的还有:{listed}", f"\nalso of this name: {listed}"), err=True)


def _entity(graph: Any, thing: str) -> Entity:
    """The page of a name, or of whatever bears an IRI: a figure, a passage (``w1-L0037``), a class."""
    from kg.ask.entity import described

    try:
        found: Entity = graph.entity(thing)
    except NotFound:
        iri = f"{PASSAGE}{thing}" if _PASSAGE.fullmatch(thing) else expand(thing)
        unnamed = described(graph.store, graph.names, iri) if ":" in iri else None
        if unnamed is None:
            raise
        return unnamed
    return found


_PASSAGE = re.compile(r"r\d+-L\d+")


def _print_entity(found: Entity, names: Any, lang: str) -> None:
    t = found.thing
    name, other = t.label.pick(lang), t.label.pick("en" if lang == "zh" else "zh")
    click.secho(name, bold=True, nl=False)
    kind = (
        names.label(f"https://w3id.org/xinzhi/ns#{t.kind}", lang) if t.kind else say("本体的词", "term of the ontology")
    )
    click.echo(f"  {other}  ({kind})" if other != name else f"  ({kind})")
    click.echo(t.iri)
    if found.span:
        place = found.span
        click.echo(f"{place.section} · {say('字符', 'characters')} {place.start}–{place.end} · SHA-256 {place.sha256}")
    if t.also:
        click.echo(f"{say('又名', 'also')}: {' / '.join(t.also)}")
    for texts in found.texts.values():
        click.echo(texts.get(lang) or next(iter(texts.values())))
    for prop, value in found.values:
        click.echo(f"{names.label(prop, lang)}: {amount(value, lang) if isinstance(value, float) else value}")
    if found.span:
        click.secho(f"\n{say('这一段说', 'what it states')}", bold=True)
        for triple in found.states:
            click.echo("  " + in_words(triple, lang, names))
    words = {
        "asserted": say("报告所述", "stated by the report"),
        "background": say("背景(报告未说)", "background, not said by the report"),
        "entities": say("名称与归类", "names and order"),
        "inferred": say("推理得出", "inferred"),
    }
    for kind, title in words.items():
        edges = [e for e in found.edges if e.kind == kind]
        if edges:
            click.secho(f"\n{title}", bold=True)
            for edge in edges:
                click.echo(f"  {_edge(edge, names, lang)}{cite(edge.passages)}")
    for title, claims in ((say("数字", "figures"), found.figures), (say("论断", "claims"), found.claims)):
        if claims:
            click.secho(f"\n{title}", bold=True)
            for claim in claims:
                click.echo(f"  {claim_line(claim, names, lang)}{cite((claim.passage,))}")


def _edge(edge: Edge, names: Any, lang: str) -> str:
    arrow = "→" if edge.out else "←"
    return f"{names.label(edge.predicate, lang, inverse=not edge.out)} {arrow} {names.label(edge.other, lang)}"


def claim_line(claim: Claim, names: Any, lang: str) -> str:
    """A claim in one line: what is measured, where, when, how much, or the paraphrase."""
    summary = claim.summary.get(lang, "")
    if claim.value is None:
        kind = names.label(f"https://w3id.org/xinzhi/ns#{claim.kind}", lang)
        return f"{kind}: {summary}"
    parts = [names.label(i, lang) for i in (claim.indicator, claim.region) if i] + (
        [claim.years] if claim.years else []
    )
    bound = "" if slug(claim.comparator or "") == "eq" else names.label(claim.comparator, lang) + " "
    unit = names.unit(claim.unit, claim.indicator, lang)
    value = amount(claim.value, lang) if isinstance(claim.value, (int, float)) else claim.value
    number = f"{bound}{value} {unit}".rstrip()
    tail = [names.label(i, lang) for i in (claim.status, claim.attributed_to) if i] + ([summary] if summary else [])
    return f"{' '.join(parts)}: {number} ({say('、', ', ').join(tail)})"


@click.command(help=say("两个事物如何相连,每一步都有出处", "how two things are connected, a passage on each hop"))
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
        rows = [(_node(h.subject), _node(h.predicate), _node(h.value), _slugs(h.passages)) for h in hops]
        things = ("subject", "predicate", "object")
        show(Table((*things, "passages"), tuple(rows)), format_, run.lang, graph.names, _HEADS, things)
        return
    for hop in hops:
        here, there = (hop.subject, hop.value) if hop.forward else (hop.value, hop.subject)
        edge = graph.names.label(hop.predicate, run.lang, inverse=not hop.forward)
        click.echo(f"{run.label(graph.names, here)} — {edge} → {run.label(graph.names, there)}{cite(hop.passages)}")


@click.command(help=say("报告自相矛盾之处,附算式", "where the report contradicts itself, with the arithmetic"))
@click.argument("industry", required=False, type=INDUSTRY)
@click.option("--severity", type=click.Choice(["Warning", "Info"]), help=say("只列此级别", "only this severity"))
@format_or_text_option
@common
@click.pass_obj
def audit(run: Run, industry: str | None, severity: str | None, format_: str | None) -> None:
    """Print the audit's findings; exit 1 when there is a Warning, as a linter does."""
    graph = run.graph()
    found = [f for f in graph.audit(industry) if severity in (None, f.severity)]
    kind = chosen(format_, "text")
    if kind == "text":
        for rule, of_rule in groupby(found, key=lambda f: f.rule):
            _print_findings(rule, list(of_rule), graph.names, run.lang)
        click.echo(say(f"{len(found)} 条", f"{len(found)} finding(s)"), err=True)
    else:
        show(_audit_rows(found, graph.names, run.lang, kind), kind, run.lang, graph.names, _HEADS, ("focus",))
    if any(f.severity == "Warning" for f in found):
        raise click.exceptions.Exit(1)


def _audit_rows(found: list[AuditFinding], names: Any, lang: str, kind: str) -> Table:
    """One row per finding; for the eye (``table``, ``md``) severity and the things involved are told in words."""
    seen = kind in ("table", "md")
    rows: list[tuple[Term | None, ...]] = []
    for f in found:
        severity = names.label(SH + f.severity, lang) if seen else f.severity
        involved = say("、", ", ").join(names.label(i, lang) for i in f.involved) if seen else " ".join(f.involved)
        texts = [ox.Literal(t) for t in (f.message.zh, f.message.en, involved)]
        rows.append((ox.Literal(severity), ox.Literal(f.rule), _node(f.focus), *texts, _slugs(f.passages)))
    return Table(("severity", "rule", "focus", "zh", "en", "involved", "passages"), tuple(rows))


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _slugs(passages: Iterable[str]) -> ox.Literal:
    return ox.Literal(" ".join(slug(p) for p in passages))


def _print_findings(rule: str, found: list[AuditFinding], names: Any, lang: str) -> None:
    """One rule and what it found: the thing concerned, what is wrong, where it stands."""
    severity = names.label(SH + found[0].severity, lang)
    title = f"{severity} · {names.label(SHAPE + rule, lang)} ({rule})"
    click.secho(title, bold=found[0].severity == "Warning")
    for f in found:
        click.echo(f"  {names.label(f.focus, lang)}: {f.message.pick(lang)}{cite(f.passages)}")


@click.command(
    help=say(
        "图谱有多大;--central 列出枢纽与单点", "how much there is; --central lists hubs and single points of failure"
    )
)
@click.option("--central", is_flag=True, help=say("介数中心性与割点", "betweenness centrality and articulation points"))
@click.option(
    "--limit", type=click.IntRange(1), help=say("每种最多行数(--central:15)", "most rows of each kind (--central: 15)")
)
@format_option
@common
@click.pass_obj
def stats(run: Run, central: bool, limit: int | None, format_: str | None) -> None:
    """Print counts by graph and class, the largest of each kind first, or the most central things."""
    from kg.ask.overview import class_counts

    graph = run.graph()
    if central:
        _print_central(run, graph, limit or 15, format_)
        return
    counts = sorted(graph.manifest["counts"].items(), key=lambda count: -count[1])
    kinds = (
        (say("三元组", "triples"), [(say(*_COUNTS[k]), n) for k, n in counts if k not in _NO_TRIPLES]),
        (say("计数", "count"), [(say(*_COUNTS[k]), n) for k, n in counts if k in _NO_TRIPLES]),
        (say("类", "class"), [(graph.names.label(iri, run.lang), n) for iri, n in class_counts(graph.store)]),
    )
    heads = [say("种类", "kind"), say("名称", "name"), say("数量", "count")]
    rows = [(kind, *row) for kind, found in kinds for row in found[:limit]]
    print_plain(("kind", "name", "count"), heads, rows, format_, run.lang)
    if len(rows) < sum(len(found) for _, found in kinds):
        tell_truncated(run.lang)


def _print_central(run: Run, graph: Any, limit: int, format_: str | None) -> None:
    seen = chosen(format_) in ("table", "md")
    between, cut = (
        (say("介数中心性", "betweenness"), say("割点", "cut point")) if seen else ("betweenness", "cut point")
    )
    hubs = [(between, r.iri, f"{r.score:.4f}", r.degree) for r in graph.central(limit)]
    cuts = [(cut, r.iri, f"{r.score:.0f}", r.degree) for r in graph.cut_points(limit)]
    rows = [(kind, graph.names.label(iri, run.lang), iri, score, degree) for kind, iri, score, degree in hubs + cuts]
    heads = [say("指标", "measure"), say("名称", "name"), "IRI", say("值", "score"), say("边数", "edges")]
    print_plain(("measure", "name", "iri", "score", "degree"), heads, rows, format_, run.lang)


_COUNTS = {
    "ontology": ("本体与清单", "ontology and lists"),
    "passages": ("段落登记", "passages"),
    "entities": ("名称与类别", "names and kinds"),
    "background": ("背景", "background"),
    "report": ("报告所述", "stated by the report"),
    "passages_stating": ("有陈述的段落(个)", "passages that state something"),
    "inferred": ("推理得出", "inferred"),
    "default": ("默认图合计(去重)", "default graph, distinct"),
    "findings": ("审计发现(条)", "audit findings"),
}
_NO_TRIPLES = ("passages_stating", "findings")
