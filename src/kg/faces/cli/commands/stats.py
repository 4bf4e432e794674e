"""``kg stats``: what the graph holds."""

from __future__ import annotations

from typing import Any

import click

from kg.faces.cli.bilingual import Integer, command, option
from kg.faces.cli.language import say
from kg.faces.cli.options import Run, common
from kg.faces.cli.render import chosen, format_option, note_truncated, print_plain
from kg.terms import Text


@command(
    help=Text(
        "图谱有多大;--central 列出枢纽与单点", "how much there is; --central lists hubs and single points of failure"
    )
)
@option("--central", is_flag=True, help=Text("介数中心性与割点", "betweenness centrality and articulation points"))
@option("--limit", type=Integer(1), help=Text("每种最多行数(--central:15)", "most rows of each kind (--central: 15)"))
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
        note_truncated(run.lang)


def _print_central(run: Run, graph: Any, limit: int, format_: str | None) -> None:
    for_readers = chosen(format_) in ("table", "md")
    between, cut = (
        (say("介数中心性", "betweenness"), say("割点", "cut point")) if for_readers else ("betweenness", "cut point")
    )
    hubs = [(between, r.iri, f"{r.score:.4f}", r.degree) for r in graph.central(limit)]
    cuts = [(cut, r.iri, f"{r.score:.0f}", r.degree) for r in graph.cut_points(limit)]
    rows = [(kind, graph.names.label(iri, run.lang), iri, score, degree) for kind, iri, score, degree in hubs + cuts]
    heads = [say("指标", "measure"), say("名称", "name"), "IRI", say("值", "score"), say("边数", "edges")]
    print_plain(("measure", "name", "iri", "score", "degree"), heads, rows, format_, run.lang)


_COUNTS = {
    "ontology": ("本体与清单", "ontology and lists"),
    "alignment": ("与公共词汇的对应", "alignment with public vocabularies"),
    "passages": ("段落登记", "passages"),
    "entities": ("名称与类别", "names and kinds"),
    "background": ("背景", "background"),
    "links": ("别处的条目", "entries elsewhere"),
    "report": ("文献所述", "stated by a document"),
    "passages_stating": ("有陈述的段落(个)", "passages that state something"),
    "inferred": ("推理得出", "inferred"),
    "default": ("默认图合计(去重)", "default graph, distinct"),
    "findings": ("审计发现(条)", "audit findings"),
}


_NO_TRIPLES = ("passages_stating", "findings")
