"""Makes a page of the server a page of the site: its links become relative, and what needs a server is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape, unescape
from typing import Final

from kg.faces.site.sitemap import SiteFile, SiteMap, relative

_LINKS: Final = {"a": "href", "area": "href", "link": "href", "script": "src", "img": "src", "form": "action"}
"""Element → its attribute with an address of the server."""
_LARGE: Final = 20_000
"""Most characters of a script or a style sheet that stays within its page; a larger one becomes a file that pages share."""
_KINDS: Final = {"script": "js", "style": "css"}
_ATTRIBUTES: Final = r"""(?:[^>"']+|"[^"]*"|'[^']*')*+"""
_TAGS: Final = re.compile(
    r"<!--.*?-->"
    rf"|<(?P<raw>script|style)(?=[\s>])(?P<given>{_ATTRIBUTES})>(?P<content>.*?)</(?P=raw)\s*>"
    rf"|<(?P<tag>a|area|link|img|form)(?=[\s/>])(?P<attributes>{_ATTRIBUTES})>"
    r"|</(?P<end>a|form)\s*>",
    re.DOTALL,
)
"""What can have a link, and comments, in which nothing is changed. The pages are those of our own templates, which escape each
text and quote each attribute; HTMLParser, which reads any page, takes six times as long."""
_UNLINKED: Final = re.compile(r"""\s(?:href|hreflang|rel)=(?:"[^"]*"|'[^']*')""")


_LINK: Final = {tag: re.compile(rf"""\s{name}=["']([^"']*)["']""") for tag, name in _LINKS.items()}


@dataclass
class Page:
    """A page of the site.

    Attributes:
        html: its text.
        links: the pages and files that it links to.
        parts: files that were within the page: path from the root of the site → text.
    """

    html: str
    links: dict[SiteFile, None] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)


def rewritten(html: str, site_map: SiteMap, at: str, file: str, lang: str) -> Page:
    """The page *html* as a page of the site.

    Args:
        html: a page of the server.
        site_map: where its pages are.
        at: address of the page on the server.
        file: path of its file, from the root of the site.
        lang: language of the page.
    """
    page = Page(html)
    edits = _Edits(page, site_map, at, file, lang)
    for found in _TAGS.finditer(html):
        if found["tag"]:
            edits.element(found)
        elif found["raw"]:
            edits.raw(found)
        elif found["end"]:
            edits.end(found)
    parts, end = [], 0
    for start, stop, text in sorted(edits.made):
        if start >= end:  # what is within a part that is left out is left out too
            parts += [html[end:start], text]
            end = stop
    page.html = "".join([*parts, html[end:]])
    return page


class _Edits:
    """Finds what has to change in a page.

    Attributes:
        made: parts of the text as (start, end, what takes its place).
    """

    def __init__(self, page: Page, site_map: SiteMap, at: str, file: str, lang: str) -> None:
        self.made: list[tuple[int, int, str]] = []
        self._page, self._site_map, self._at, self._file, self._lang = page, site_map, at, file, lang
        self._dropped: dict[str, int] = {}  # element → where one begins that is left out as a whole

    def element(self, found: re.Match[str]) -> None:
        """Change the link of an element, or note that the element is left out."""
        tag = found["tag"]
        link = _LINK[tag].search(found[0])
        if link is None or link[1].startswith("#"):
            return
        target = self._site_map.target(unescape(link[1]), self._at)
        if target is None:
            return
        if target.site_file is None or (tag == "form" and not _has_script(target.site_file)):
            if tag == "a" and not target.dropped:
                self.made.append((*found.span(), _UNLINKED.sub("", found[0])))
            elif tag in ("a", "form"):
                self._dropped[tag] = found.start()
            else:
                self.made.append((*found.span(), ""))
            return
        rest = "" if tag == "form" else target.rest
        self._lead(found.start() + link.start(1), link[1], target.site_file, target.lang, rest)

    def end(self, found: re.Match[str]) -> None:
        """Leave an element out that was noted."""
        if (start := self._dropped.pop(found["end"], None)) is not None:
            self.made.append((start, found.end(), ""))

    def raw(self, found: re.Match[str]) -> None:
        """Change the address of a script, or make the content of a large script or style sheet a file."""
        tag, content = found["raw"], found["content"]
        link = _LINK[tag].search(f"<{tag}{found['given']}>") if tag in _LINK else None
        if link:
            target = self._site_map.target(unescape(link[1]), self._at)
            if target and target.site_file:
                self._lead(found.start() + link.start(1), link[1], target.site_file, target.lang, target.rest)
            elif target:
                self.made.append((*found.span(), ""))
        elif len(content) > _LARGE:
            file = f"static/{sha256(content.encode()).hexdigest()[:16]}.{_KINDS[tag]}"
            self._page.parts[file] = content
            there = relative(file, self._file)
            made = f'<script src="{there}"></script>' if tag == "script" else f'<link rel="stylesheet" href="{there}">'
            self.made.append((*found.span(), made))

    def _lead(self, start: int, link: str, site_file: SiteFile, lang: str, rest: str) -> None:
        """Let the address *link* at *start* lead to *site_file*."""
        self._page.links[site_file] = None
        there = relative(site_file.file(lang or self._lang), self._file) + rest
        self.made.append((start, start + len(link), escape(there)))


def _has_script(site_file: SiteFile) -> bool:
    """Whether a script of the page reads what a form sends to it."""
    return site_file.name in ("search", "sparql")
