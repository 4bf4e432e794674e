"""The HTML page of a drawing: pyvis' page, the data, and our scripts and style; no external files.

pyvis' option ``in_line`` still links to files on a CDN. Here these links are removed from its template; the vis-network
that pyvis ships (MIT or Apache-2.0) is embedded in the page.
"""

from __future__ import annotations

import json
import re
from html import escape
from importlib.resources import files
from typing import Any, Final

from kg.terms import Text

_OUTSIDE: Final = (
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"<link\b[^>]*https?://[^>]*>", re.DOTALL),
    re.compile(r"<script\b[^>]*src=\"https?://[^>]*>\s*</script>", re.DOTALL),
    re.compile(r"<center>\s*<h1>.*?</h1>\s*</center>", re.DOTALL),
    re.compile(r"<style type=\"text/css\">.*?</style>", re.DOTALL),
)
"""Parts of pyvis' template that are removed: comments, what refers to external files, its heading, its own style."""
_SCRIPTS: Final = (
    "start.js",
    "data.js",
    "state.js",
    "scene.js",
    "chain.js",
    "columns.js",
    "overview.js",
    "lines.js",
    "view.js",
    "camera.js",
    "panel.js",
    "list.js",
    "controls.js",
    "export.js",
    "run.js",
)
"""The scripts in the order in which they run."""
_STATIC: Final = {
    name: files("kg.faces.draw").joinpath("static", name).read_text(encoding="utf-8")
    for name in ("page.html", "page.css", *_SCRIPTS)
}
"""The files of the page, read when the module is imported: workers of the server read none later."""
_START: Final = ("start", "pictures", "page")
"""Parts of the data that depend on what the drawing starts with. The others are a script of their own, which pages can share."""
_META: Final = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'


def page(html: str, title: Text, data: dict[str, Any], listed: list[Text], lang: str) -> str:
    """The complete page.

    Args:
        html: the HTML from pyvis.
        title: title of the drawing.
        data: what the scripts read, as JSON values.
        listed: names of what is drawn, for a browser without scripts.
        lang: initial language of the page.
    """
    for part in _OUTSIDE:
        html = part.sub("", html)
    html = html.replace("<html>", f'<!DOCTYPE html>\n<html lang="{lang}">', 1).lstrip()
    head = f"{_META}<title>{escape(title.pick(lang))} · xinzhi</title><style>{_STATIC['page.css']}</style>"
    html = html.replace("<head>", f"<head>{head}", 1)
    html = html.replace("<body>", f"<body>{_STATIC['page.html']}{_without_scripts(title, listed, lang)}", 1)
    html = html.replace('<div class="card"', '<div class="card" role="main"', 1)
    start = {key: data[key] for key in _START}
    whole = {key: value for key, value in data.items() if key not in start}
    given = f"<script>const GRAPH = {_json(whole)};</script><script>const START = {_json(start)};</script>"
    scripts = "".join(f"<script>\n{_STATIC[name]}</script>" for name in _SCRIPTS)
    return html.replace("</body>", f"{given}{scripts}</body>", 1)


def _json(data: dict[str, Any]) -> str:
    """JSON that may stand in a script element: no name in it can end the element or begin a comment."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _without_scripts(title: Text, listed: list[Text], lang: str) -> str:
    words = Text("图需要脚本。图中有:", "The drawing needs scripts. It shows:").pick(lang)
    items = "".join(f"<li>{escape(name.pick(lang))}</li>" for name in listed)
    return f"<noscript><h1>{escape(title.pick(lang))}</h1><p>{words}</p><ul>{items}</ul></noscript>"
