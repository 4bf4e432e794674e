"""The page around a drawing: title and legend on top, a button for the language, no file but itself.

pyvis' own ``in_line`` still names files on a CDN; here its template's outside links are dropped and the
vis-network that pyvis ships (MIT or Apache-2.0) is the only script, inside the page.
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
"""Comments, style sheets and scripts of pyvis' template that name other files."""


def page(html: str, title: Text, legend: Sequence[Key], frames: Sequence[Frame], lang: str) -> str:
    """The finished page.

    Args:
        html: what pyvis made.
        title: what is drawn.
        legend: signs and their meaning, in order.
        frames: rectangles drawn behind the nodes.
        lang: language the page opens in.
    """
    for part in _OUTSIDE:
        html = part.sub("", html)
    html = re.sub(r"<center>\s*<h1>.*?</h1>\s*</center>", "", html, flags=re.DOTALL)
    html = html.replace("<html>", f'<html lang="{lang}">', 1)
    html = html.replace("<head>", f"<head><title>{escape(title.pick(lang))} · xinzhi</title>{_CSS}", 1)
    html = html.replace("<body>", f"<body>{_header(title, legend, lang)}", 1)
    return html.replace("</body>", f"{_SCRIPT.replace('FRAMES', json.dumps(frames))}</body>", 1)


def _header(title: Text, legend: Sequence[Key], lang: str) -> str:
    items = "".join(f"<li>{key.sign}{_both(key.words, lang)}</li>" for key in legend)
    return (
        f'<header id="kg-head"><h1>{_both(title, lang)}</h1><ul>{items}</ul>'
        '<button id="kg-lang" type="button">中文 / English</button></header>'
    )


def _both(words: Text, lang: str) -> str:
    """Words that the button switches."""
    zh, en = escape(words.zh), escape(words.en)
    return f'<span data-zh="{zh}" data-en="{en}">{escape(words.pick(lang))}</span>'


_CSS: Final = """<style>
body{margin:0;font-family:"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
.card{border:0!important}#mynetwork{border:0!important;float:none!important;height:calc(100vh - 52px)!important;margin:0 12px;width:calc(100% - 24px)!important}
div.vis-tooltip{white-space:pre-line!important;max-width:28em}
#kg-head{display:flex;align-items:center;gap:20px;box-sizing:border-box;height:52px;padding:0 16px;border-bottom:1px solid #ccd3da;overflow:hidden}
#kg-head h1{font-size:18px;margin:0;white-space:nowrap}
#kg-head ul{display:flex;flex:1;flex-wrap:wrap;gap:2px 14px;list-style:none;margin:0;padding:0;font-size:13px;white-space:nowrap}
#kg-head svg{margin-right:5px;vertical-align:-2px}
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
  network.on("beforeDrawing", function (pen) {
    FRAMES.forEach(function (box) {
      pen.beginPath();
      pen.rect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
      pen.fillStyle = "#fafbfc";
      pen.fill();
      pen.strokeStyle = "#c3ccd5";
      pen.stroke();
    });
  });
  function whole() { network.fit(); }
  network.once("afterDrawing", whole); // before the first drawing vis-network does not know how wide the labels are
  window.addEventListener("resize", whole);
})();
</script>"""
