"""A picture as one HTML file: pyvis makes the network, this module makes the page self-contained.

pyvis' own ``in_line`` still names files on a CDN; here its template's outside links are dropped and the
vis-network that pyvis ships (MIT or Apache-2.0) is the only script, inside the page.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING, Any, Final

from kg.terms import Text
from kg.vocab import PASSAGE

if TYPE_CHECKING:
    from kg.ask.picture import Line, Node, Picture
    from kg.graph import KnowledgeGraph

STYLES: Final[dict[str, tuple[str, str, Text]]] = {
    "Industry": ("ellipse", "#1f3a5f", Text("产业", "industry")),
    "Stage": ("box", "#3d6ea5", Text("层级", "stage")),
    "Segment": ("box", "#8fb8de", Text("环节", "segment")),
    "Company": ("box", "#f2c14e", Text("企业", "company")),
    "Product": ("ellipse", "#b7d7a8", Text("产品", "product")),
    "Technology": ("diamond", "#a78bca", Text("技术", "technology")),
    "Application": ("hexagon", "#7fc8c2", Text("应用场景", "application")),
    "Region": ("triangle", "#d98c5f", Text("地区", "region")),
    "Project": ("star", "#e06c75", Text("项目", "project")),
    "Thing": ("dot", "#c0c0c0", Text("其他", "other")),
}
"""Class → shape, colour, legend; a class not listed is drawn as Thing."""
_SAME: Final = {"ResearchBody": "Company", "PublicBody": "Company", "Organization": "Company"}
_DARK: Final = ("Industry", "Stage")
_COLUMN: Final = 560
_ROW: Final = 70
_OUTSIDE: Final = (
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"<link\b[^>]*https?://[^>]*>", re.DOTALL),
    re.compile(r"<script\b[^>]*src=\"https?://[^>]*>\s*</script>", re.DOTALL),
)
"""Comments, style sheets and scripts of pyvis' template that name other files."""


def draw(graph: KnowledgeGraph, thing: str | None, lang: str) -> str:
    """The HTML of a drawing.

    Args:
        graph: a built graph.
        thing: any name of an industry, company or other thing; None draws the industries and what links them.
        lang: language the page opens in; a button switches it.
    """
    from kg.ask.picture import picture

    iri = graph.resolve(thing).iri if thing else None
    drawn = picture(graph.store, graph.names, iri)
    title = (
        Text(graph.names.label(iri, "zh"), graph.names.label(iri, "en")) if iri else Text("十大产业", "ten industries")
    )
    return _page(_network(graph, drawn, lang), graph, drawn, (title, lang))


def _network(graph: KnowledgeGraph, drawn: Picture, lang: str) -> Any:
    from pyvis.network import Network

    network = Network(height="100vh", width="100%", directed=True, cdn_resources="in_line", bgcolor="#ffffff")
    places = _places(drawn)
    sections = _sections(graph)
    for node in drawn.nodes.values():
        network.add_node(node.iri, **_node(graph, node, lang, places.get(node.iri)))
    for line in drawn.lines.values():
        network.add_edge(line.subject, line.value, **_edge(graph, line, lang, sections))
    physics = {
        "enabled": not places,
        "solver": "forceAtlas2Based",
        "forceAtlas2Based": {"gravitationalConstant": -120, "springLength": 140, "avoidOverlap": 0.8},
        "stabilization": {"iterations": 400, "fit": True},
    }
    interaction = {"hover": True, "tooltipDelay": 80, "navigationButtons": False}
    edges = {"smooth": {"type": "cubicBezier", "forceDirection": "horizontal"} if places else {"type": "continuous"}}
    network.set_options(json.dumps({"physics": physics, "interaction": interaction, "edges": edges}))
    return network


def _node(graph: KnowledgeGraph, node: Node, lang: str, place: tuple[int, int] | None) -> dict[str, Any]:
    kind = style_of(node.kind)
    shape, colour, legend = STYLES[kind]
    thing = graph.names.get(node.iri)
    names = thing.label if thing else Text(node.iri, node.iri)
    fields: dict[str, Any] = {
        "label": _wrapped(names.pick(lang)),
        "label_zh": _wrapped(names.zh),
        "label_en": _wrapped(names.en),
        "title": f"{names.zh} / {names.en}\n{legend.zh} / {legend.en}",
        "shape": shape,
        "color": colour,
        "kind": kind,
        "font": {"color": "#ffffff" if kind in _DARK else "#1a1a1a", "size": 18 if kind in _DARK else 15},
    }
    if place:
        fields |= {"x": place[0], "y": place[1], "physics": False}
    return fields


def _edge(graph: KnowledgeGraph, line: Line, lang: str, sections: dict[str, str]) -> dict[str, Any]:
    names = Text(graph.names.label(line.predicate, "zh"), graph.names.label(line.predicate, "en"))
    sources = [f"{p.removeprefix(PASSAGE)} {sections.get(p, '')}" for p in line.passages]
    origin = sources or ["推理或归类,无直接段落 / inferred or grouping"]
    return {"title": "\n".join([f"{names.zh} / {names.en}", *origin]), "color": "#9aa5b1", "arrowStrikethrough": False}


def _places(drawn: Picture) -> dict[str, tuple[int, int]]:
    """Fixed places where the picture has columns: tiers left to right, companies and products under their segment."""
    columns: dict[int, list[Node]] = defaultdict(list)
    for node in drawn.nodes.values():
        if node.column is not None:
            columns[node.column].append(node)
    places: dict[str, tuple[int, int]] = {}
    for column, nodes in columns.items():
        row, side = 0, 0
        for node in nodes:
            if node.kind in ("Industry", "Stage", "Segment") or side == 2:
                row, side = row + 1, 0
            if node.kind in ("Industry", "Stage", "Segment"):
                places[node.iri] = (column * _COLUMN, row * _ROW)
                row += 1
            else:
                places[node.iri] = (column * _COLUMN - 120 + side * 240, row * _ROW)
                side += 1
    return places


def _sections(graph: KnowledgeGraph) -> dict[str, str]:
    rows = graph.store.select("SELECT ?p ?path WHERE { ?p ivc:sectionPath ?path }")
    return {row["p"]: row["path"] for row in rows}


def style_of(kind: str) -> str:
    """The key of STYLES for a class name."""
    kind = _SAME.get(kind, kind)
    return kind if kind in STYLES else "Thing"


def _wrapped(label: str, columns: int = 22) -> str:
    """A label over several lines of at most *columns* terminal columns, broken at spaces where there are any."""
    from kg.terms import width

    lines, line = [], ""
    for piece in re.findall(r"[^\s\u4e00-\u9fff]+\s*|\s+|[\u4e00-\u9fff]", label):
        if line and width(line + piece) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return "\n".join([*lines, line.rstrip()])


def _page(network: Any, graph: KnowledgeGraph, drawn: Picture, head: tuple[Text, str]) -> str:
    title, lang = head
    html: str = network.generate_html(notebook=False)
    for part in _OUTSIDE:
        html = part.sub("", html)
    html = re.sub(r"<center>\s*<h1>.*?</h1>\s*</center>", "", html, flags=re.DOTALL)
    html = html.replace("<html>", f'<html lang="{lang}">', 1)
    html = html.replace("<head>", f"<head><title>{escape(title.pick(lang))} · xinzhi</title>{_CSS}", 1)
    return html.replace("</body>", _overlay(drawn, title, lang) + "</body>", 1)


def _overlay(drawn: Picture, title: Text, lang: str) -> str:
    """Title, legend and the language button."""
    kinds = sorted({style_of(n.kind) for n in drawn.nodes.values()}, key=list(STYLES).index)
    items = "".join(
        f'<li><i style="background:{STYLES[k][1]}"></i><span data-zh="{STYLES[k][2].zh}" data-en="{STYLES[k][2].en}">'
        f"{STYLES[k][2].pick(lang)}</span></li>"
        for k in kinds
    )
    return (
        f'<aside id="kg-legend"><h1 data-zh="{escape(title.zh)}" data-en="{escape(title.en)}">{escape(title.pick(lang))}</h1>'
        f'<ul>{items}</ul><button id="kg-lang" type="button">中文 / English</button></aside>{_SCRIPT}'
    )


_CSS: Final = """<style>
body{margin:0;font-family:"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
.card{border:0!important}#mynetwork{border:0!important;float:none!important}
div.vis-tooltip{white-space:pre-line!important;max-width:28em}
#kg-legend{position:fixed;top:12px;left:12px;background:#fffffff0;border:1px solid #ccd3da;border-radius:8px;padding:10px 14px;z-index:9}
#kg-legend h1{font-size:18px;margin:0 0 6px}#kg-legend ul{list-style:none;margin:0 0 8px;padding:0;font-size:13px}
#kg-legend i{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:6px;vertical-align:-1px}
</style>"""
_SCRIPT: Final = """<script>
(function () {
  var now = document.documentElement.lang;
  document.getElementById("kg-lang").addEventListener("click", function () {
    now = now === "zh" ? "en" : "zh";
    document.documentElement.lang = now;
    document.querySelectorAll("[data-zh]").forEach(function (e) { e.textContent = e.dataset[now]; });
    nodes.update(nodes.get().map(function (n) { return { id: n.id, label: n["label_" + now] }; }));
  });
})();
</script>"""
