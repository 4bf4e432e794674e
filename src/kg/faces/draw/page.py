"""The HTML page of a drawing: title, legend, a button that switches the language; no external files.

pyvis' option ``in_line`` still links to files on a CDN. Here these links are removed from its template; the vis-network
that pyvis ships (MIT or Apache-2.0) is embedded in the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from typing import Final

from kg.faces.draw.layout import Frame
from kg.faces.draw.legend import Key
from kg.terms import Text

_OUTSIDE: Final = (
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"<link\b[^>]*https?://[^>]*>", re.DOTALL),
    re.compile(r"<script\b[^>]*src=\"https?://[^>]*>\s*</script>", re.DOTALL),
)
"""Comments, style sheets and scripts of pyvis' template that refer to external files."""


def page(html: str, title: Text, legend: Sequence[Key], frames: Sequence[Sequence[Frame]], lang: str) -> str:
    """The complete page.

    Args:
        html: the HTML from pyvis.
        title: title of the drawing.
        legend: the entries of the legend.
        frames: lists of rectangles to draw behind the nodes: first those of bands, then those of segments.
        lang: initial language of the page.
    """
    for part in _OUTSIDE:
        html = part.sub("", html)
    html = re.sub(r"<center>\s*<h1>.*?</h1>\s*</center>", "", html, flags=re.DOTALL)
    html = html.replace("<html>", f'<!DOCTYPE html>\n<html lang="{lang}">', 1).lstrip()
    html = html.replace("<head>", f"<head>{_META}{_both(_document_title(title), lang, 'title')}{_CSS}", 1)
    html = html.replace("<body>", f"<body>{_header(title, legend, lang)}", 1)
    return html.replace("</body>", f"{_SCRIPT.replace('FRAMES', json.dumps(frames))}</body>", 1)


def _header(title: Text, legend: Sequence[Key], lang: str) -> str:
    items = "".join(f"<li>{key.sign}{_both(key.words, lang)}</li>" for key in legend)
    return (
        f'<header id="kg-head"><h1>{_both(title, lang)}</h1><ul>{items}</ul>'
        f'<button id="kg-whole" type="button">{_both(_WHOLE, lang)}</button>'
        '<button id="kg-lang" type="button">中文 / English</button></header>'
    )


def _document_title(title: Text) -> Text:
    """The title of the HTML document."""
    return Text(f"{title.zh} · xinzhi", f"{title.en} · xinzhi")


def _both(words: Text, lang: str, tag: str = "span") -> str:
    """An HTML element with a text in both languages; the button switches between them."""
    zh, en = escape(words.zh), escape(words.en)
    return f'<{tag} data-zh="{zh}" data-en="{en}">{escape(words.pick(lang))}</{tag}>'


_WHOLE: Final = Text("全图", "show all")
_META: Final = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'


_CSS: Final = """<style>
body{display:flex;flex-direction:column;height:100vh;margin:0;font-family:"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
.card{flex:1;min-height:0;position:relative}#mynetwork{border:0!important;position:absolute!important;inset:0 12px;height:auto!important;width:auto!important}
div.vis-tooltip{white-space:pre-line!important;max-width:28em}
#kg-head{display:flex;flex-wrap:wrap;align-items:center;gap:6px 12px;padding:8px 16px;border-bottom:1px solid #ccd3da}
#kg-head h1{font-size:18px;margin:0}
#kg-head ul{display:flex;flex:1 1 300px;flex-wrap:wrap;gap:2px 14px;list-style:none;margin:0;padding:0;font-size:13px}
#kg-head svg{margin-right:5px;vertical-align:-2px}
</style>"""
_SCRIPT: Final = """<script>
(function () {
  var READABLE = 0.45, NEAR = 0.7, MARGIN = 16; // scales at which a label is 7 and 11 pixels high; space around the drawing
  var now = document.documentElement.lang;
  document.getElementById("kg-lang").addEventListener("click", function () {
    now = now === "zh" ? "en" : "zh";
    document.documentElement.lang = now;
    document.querySelectorAll("[data-zh]").forEach(function (e) { e.textContent = e.dataset[now]; });
    [nodes, edges].forEach(function (all) {
      all.update(all.get().map(function (one) { return { id: one.id, label: one["label_" + now] }; }));
    });
  });
  var frames = FRAMES;
  network.on("beforeDrawing", function (pen) {
    frames.forEach(function (boxes, inner) {
      pen.fillStyle = inner ? "#ffffff" : "#f5f7f9";
      pen.strokeStyle = "#c3ccd5";
      boxes.forEach(function (box) {
        pen.fillRect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
        pen.strokeRect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
      });
    });
  });
  function whole() { network.fit(); }
  function start() { // everything, if its labels are readable; else the full width, if they are; else the top left; the user can drag
    whole();
    if (network.getScale() >= READABLE) return;
    var room = document.getElementById("mynetwork"), box = frames[0][0], at = network.getViewPosition(), scale = NEAR;
    if (box) {
      var wide = room.clientWidth / (box[2] - box[0] + 2 * MARGIN);
      scale = wide >= READABLE ? wide : NEAR;
      at = { x: box[0] - MARGIN + room.clientWidth / 2 / scale, y: room.clientHeight / 2 / scale - MARGIN };
    }
    network.moveTo({ position: at, scale: scale });
  }
  document.getElementById("kg-whole").addEventListener("click", whole);
  function ready() { // before it has drawn, vis-network does not know how wide the labels are
    network.once("afterDrawing", start);
    network.redraw();
  }
  if (frames[0].length) ready(); else network.once("stabilizationIterationsDone", ready);
  window.addEventListener("resize", start);
})();
</script>"""
