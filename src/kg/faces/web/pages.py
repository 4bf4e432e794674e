"""Renders HTML pages from Jinja templates; in both languages, with autoescaping."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from jinja2 import ChoiceLoader, Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from kg.ask.citation.cited import Citation, cited_in, located
from kg.ask.citation.styles import STYLES
from kg.ask.quantity import figure_in_words, of_row, printed
from kg.faces.web.hints import linked
from kg.store.values import plain, written
from kg.terms import Text, amount, class_iri, compact, exact, in_full, slug
from kg.vocab import BASE, PASSAGE, SH, SHAPE, XSD

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_LONGEST: Final = 2_000
"""Most characters of a value on a page; the other formats have the whole value."""
_LINKS: Final = 2**12
"""Links to things that are kept as they are written."""
_LISTED: Final = 40
"""Most industries in the menu of each page."""


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates, kept with the compiled modules of this folder, as Python keeps those; none where it cannot be written.

    Compiling them takes a fifth of the start of a server.
    """

    def __init__(self) -> None:
        super().__init__(str(Path(__file__).with_name("__pycache__")))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)


class PageRequest(Protocol):
    """The part of a request that pages use."""

    @property
    def lang(self) -> str:
        """``zh`` or ``en``."""
        ...

    @property
    def params(self) -> Sequence[tuple[str, str]]:
        """The parameters, without ``lang``."""
        ...


class Pages:
    """The templates, with the labels of one graph.

    Args:
        graph: the graph.
        root_path: path under which a proxy shows the server.
        static: None on a server. In a site of files, what its templates ask instead of a server (see
            :mod:`kg.faces.site`): pages leave out what a server has to answer.
        packages: packages with further templates.
    """

    def __init__(
        self, graph: KnowledgeGraph, root_path: str, *, static: Any = None, packages: Sequence[str] = ()
    ) -> None:
        self.root, self.static = root_path.rstrip("/"), static is not None
        self._names = graph.names
        self._link = lru_cache(maxsize=_LINKS)(self._linked)
        self._environment = Environment(
            loader=ChoiceLoader([PackageLoader(package) for package in ("kg.faces.web", *packages)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=_Compiled(),
        )
        self._environment.filters["opening"] = _opening
        self._environment.globals.update(
            root=self.root,
            static=static,
            href=self.href,
            slug=graph.names.slug,
            chain_href=self._chain_href,
            in_language=self._in_language,
            class_iri=class_iri,
            is_a=graph.names.is_a,
            kind_of=self._kind,
            of_row=of_row,
            industries_listed=[thing.iri for thing in graph.names.of_kind("Industry")[:_LISTED]],
            SHAPE=SHAPE,
            SH=SH,
            PASSAGE=PASSAGE,
            XSD=XSD,
        )
        self._environment.globals.update(citer=graph.citer, cited_in=cited_in)
        for name in self._environment.list_templates():
            self._environment.get_template(name)

    def render(self, template: str, request: PageRequest, **values: Any) -> bytes:
        """The page *template* in the language of *request*."""
        lang = request.lang

        def say(zh: str, en: str) -> str:
            return zh if lang == "zh" else en

        def name(iri: str, *, inverse: bool = False) -> str:
            return self._names.label(iri, lang, inverse=inverse)

        def link(iri: str) -> Markup:
            return self._link(iri, lang)

        def cite(passages: Any) -> Markup:
            links = Markup(" ").join(
                Markup('<a class="psg" href="{}">{}</a>').format(self.href(p), slug(p)) for p in passages
            )
            return Markup('<span class="cite">{}</span>').format(links) if passages else Markup()

        def cell(term: Any) -> Markup | str:
            if term is None:
                return ""
            if isinstance(term, ox.NamedNode):
                return cite([term.value]) if term.value.startswith(PASSAGE) else link(term.value)
            value = plain(term)
            if isinstance(value, float):
                return Markup('<data class="num" value="{}" title="{}">{}</data>').format(
                    repr(value), exact(value), amount(value, lang)
                )
            text = written(term)
            return escape(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")

        def figure(claim: Any) -> Markup:
            text = figure_in_words(claim, self._names, lang)
            if getattr(claim, "stated", None) is None:
                return Markup('<data class="num" value="{}">{}</data>').format(claim.value, text)
            stated = printed(claim.stated, claim.scale, lang)
            title = say(f"原文印作 {stated}", f"printed as {stated}")
            return Markup('<data class="num" value="{}" title="{}">{}</data>').format(claim.value, title, text)

        def quoted(cited: Citation, *, open: bool = False) -> Markup:
            styles = [(style, title.pick(lang), write(cited, lang)) for style, (title, write) in STYLES.items()]
            values = {"cited": cited, "styles": styles, "place": located(cited.places, lang), "open": open}
            block = self._environment.get_template("citation.html")
            return Markup(block.render(say=say, pick=pick, **values))

        def quote(**what: str) -> Markup:
            parts = {key: compact(value) for key, value in what.items()}
            url = f"{self.root}/cite?{urlencode({**parts, 'lang': lang})}"
            return Markup('<a class="quote" href="{}">{}</a>').format(url, say("引用", "cite"))

        def pick(text: Text | dict[str, str]) -> str:
            if isinstance(text, Text):
                return text.pick(lang)
            return text.get(lang) or next(iter(text.values()), "")

        def hint(text: Text) -> Markup:
            return linked(text.pick(lang), lang, self.root)

        def number(value: float) -> str:
            return in_full(value, lang)

        def here(**changed: str) -> str:
            kept = [(k, v) for k, v in request.params if k not in changed]
            return "?" + urlencode([*kept, *changed.items()])

        page = self._environment.get_template(template)
        helpers = {
            f.__name__: f for f in (say, name, link, cite, cell, figure, pick, hint, number, here, quote, quoted)
        }
        return page.render(lang=lang, other="en" if lang == "zh" else "zh", **helpers, **values).encode()

    def _linked(self, iri: str, lang: str) -> Markup:
        return Markup('<a href="{}">{}</a>').format(self.href(iri), self._names.label(iri, lang))

    def _kind(self, iri: str) -> str:
        """Name of the class of a thing with a label; empty for any other node."""
        thing = self._names.get(iri)
        return thing.kind if thing else ""

    def _in_language(self, iri: str, lang: str) -> str:
        """The address of the page for *iri* in the language *lang*: its IRI, if it is of the project's namespace."""
        return (
            f"{iri}?lang={lang}"
            if iri.startswith(BASE)
            else f"{self.root}/resource?{urlencode({'iri': iri, 'lang': lang})}"
        )

    def _chain_href(self, iri: str) -> str:
        """The URL of the chain of an industry; of its page if no short name tells the industry."""
        name = self._names.slug(iri)
        return f"{self.root}/chain/{quote(name)}" if name != iri else self.href(iri)

    def href(self, iri: str) -> str:
        """The URL of the page for *iri*.

        An IRI in the project's namespace has its own path. Another IRI with a label in the graph has a page under
        ``/resource``. Any other IRI is a link to itself.
        """
        if iri.startswith(BASE):
            return f"{self.root}/{quote(iri[len(BASE) :], safe='/#')}"
        if self._names.has_name(iri):
            return f"{self.root}/resource?{urlencode({'iri': iri})}"
        return iri if iri.startswith(("http://", "https://")) else "#"


def _opening(text: str) -> str:
    """*text* as it opens a line, with a capital letter."""
    return text[:1].upper() + text[1:]
