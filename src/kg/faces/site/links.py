"""Makes a page of the server a page of the site: its links become relative, and what needs a server is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from typing import Final

from kg.faces.site.places import Place, Places, relative

_LINKS: Final = {"a": "href", "area": "href", "link": "href", "script": "src", "img": "src", "form": "action"}
"""Element → its attribute with an address of the server."""
_LARGE: Final = 20_000
"""Most characters of a script or a style sheet that stays within its page; a larger one becomes a file that pages share."""
_KINDS: Final = {"script": "js", "style": "css"}

Attributes = list[tuple[str, str | None]]


@dataclass
class Page:
    """A page of the site.

    Attributes:
        html: its text.
        places: the pages and files that it links to.
        parts: files that were within the page: path from the root of the site → text.
    """

    html: str
    places: dict[Place, None] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)


def rewritten(html: str, places: Places, at: str, file: str, lang: str) -> Page:
    """The page *html* as a page of the site.

    Args:
        html: a page of the server.
        places: where its pages are.
        at: address of the page on the server.
        file: path of its file, from the root of the site.
        lang: language of the page.
    """
    page = Page(html)
    parser = _Parser(page, places, at, file, lang)
    parser.feed(html)
    parser.close()
    parts, end = [], 0
    for start, stop, text in sorted(parser.edits):
        if start >= end:  # what is within a part that is left out is left out too
            parts += [html[end:start], text]
            end = stop
    page.html = "".join([*parts, html[end:]])
    return page


class _Parser(HTMLParser):
    """Finds what has to change in a page.

    Attributes:
        edits: parts of the text as (start, end, what takes its place).
    """

    def __init__(self, page: Page, places: Places, at: str, file: str, lang: str) -> None:
        super().__init__(convert_charrefs=False)
        self.edits: list[tuple[int, int, str]] = []
        self._page, self._places, self._at, self._file, self._lang = page, places, at, file, lang
        self._lines = [0]
        for line in page.html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._closing: dict[str, Callable[[int, int], None]] = {}

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Rewrite the link of an element, or note that the element is to be left out."""
        start, text = self._position(), self.get_starttag_text() or ""
        link = dict(attrs).get(_LINKS.get(tag, ""))
        if link is not None and not link.startswith("#"):
            self._rewrite(tag, attrs, start, text)
        elif tag in _KINDS and link is None:
            self._closing[tag] = lambda end, after: self._move(tag, start, start + len(text), end, after)

    def handle_endtag(self, tag: str) -> None:
        """Finish what the start tag of the element has noted."""
        if done := self._closing.pop(tag, None):
            start = self._position()
            done(start, self._page.html.index(">", start) + 1)

    def _position(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _rewrite(self, tag: str, attrs: Attributes, start: int, text: str) -> None:
        name = _LINKS[tag]
        target = self._places.target(dict(attrs)[name] or "", self._at)
        if target is None:
            return
        if target.place is None or (tag == "form" and not _has_script(target.place)):
            if tag == "a" and not target.dropped:
                self._replace(start, text, tag, [a for a in attrs if a[0] not in (name, "hreflang", "rel")])
            elif tag in ("link", "img"):
                self.edits.append((start, start + len(text), ""))
            else:
                self._closing[tag] = lambda end, after: self.edits.append((start, after, ""))
            return
        self._page.places[target.place] = None
        there = relative(target.place.file(target.lang or self._lang), self._file)
        changed = there if tag == "form" else there + target.rest
        self._replace(start, text, tag, [(n, changed if n == name else v) for n, v in attrs])

    def _replace(self, start: int, text: str, tag: str, attrs: Attributes) -> None:
        written = "".join(f" {n}" if v is None else f' {n}="{escape(v)}"' for n, v in attrs)
        self.edits.append((start, start + len(text), f"<{tag}{written}{'/>' if text.endswith('/>') else '>'}"))

    def _move(self, tag: str, start: int, begin: int, end: int, after: int) -> None:
        """Make the content of a large script or style sheet a file."""
        content = self._page.html[begin:end]
        if len(content) <= _LARGE:
            return
        file = f"static/{sha256(content.encode()).hexdigest()[:16]}.{_KINDS[tag]}"
        self._page.parts[file] = content
        link = relative(file, self._file)
        made = f'<script src="{link}"></script>' if tag == "script" else f'<link rel="stylesheet" href="{link}">'
        self.edits.append((start, after, made))


def _has_script(place: Place) -> bool:
    """Whether a script of the page reads what a form sends to it."""
    return place.name in ("search", "sparql")
