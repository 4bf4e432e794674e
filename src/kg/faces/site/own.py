"""The pages and files that only a site has: search and SPARQL in the browser, files of the data, the choice of a language, 404."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from kg.faces.export import archive, export, export_files
from kg.faces.site.folder import MANIFEST
from kg.faces.site.sitemap import SiteFile, SiteMap, relative
from kg.faces.site.sparql import dataset_script, engine_script, node_files, nquads, terms_script
from kg.faces.web.context import Context
from kg.faces.web.sparql import editor_values
from kg.service.messages import Request
from kg.terms import Lang, Text, class_iri, fold

if TYPE_CHECKING:
    from kg.source.queryfile import SavedQuery

FIRST: Final = "/site/index.html"
"""The page at the root of the site, which leads to that of a language; the parameter ``lang`` says to which."""
MISSING: Final = "/site/404.html"
_DATA: Final[Mapping[str, tuple[Text, str]]] = {
    "graph.nq": (
        Text("全部数据:缺省图与各命名图(N-Quads)", "all data: the default graph and every named graph (N-Quads)"),
        "nquads",
    ),
    "graph.ttl": (Text("缺省图(Turtle)", "the default graph (Turtle)"), "turtle"),
    "graph.jsonld": (Text("全部命名图(JSON-LD)", "every named graph (JSON-LD)"), "jsonld"),
    "tables.zip": (Text("每类事物一张表(CSV)", "a table for each kind of thing (CSV)"), ""),
}
"""File → what it is, and its format of :mod:`kg.faces.export`."""
_QUESTION: Final = Text("问题", "question")
_TERMS: Final = "/static/site/terms.js"
_SCRIPTS: Final = ("names.js", "search.js", "chains.js", "sparql.js", "terms.js", "engine.js", "dataset.js")
"""Names of the scripts that only a site has."""


def own_files() -> dict[str, SiteFile]:
    """Path → file, of each page and file that only a site has."""
    return {
        **{path: SiteFile(path, path[1:]) for path in ("/search", "/sparql", "/data")},
        **{f"/data/{file}": _file(f"/data/{file}", shared=bool(format_)) for file, (_, format_) in _DATA.items()},
        **{f"/static/site/{name}": _file(f"/static/site/{name}", shared=True) for name in _SCRIPTS},
        FIRST: SiteFile(FIRST, "index", shared=True),
        MISSING: SiteFile(MISSING, "404", shared=True),
    }


def _file(path: str, *, shared: bool) -> SiteFile:
    name, _, suffix = path[1:].rpartition(".")
    return SiteFile(path, name, suffix, shared)


class Own:
    """Makes these pages and files.

    Args:
        context: the graph and its templates.
        site_map: where the pages of the site are.
        first: the language in which the site begins.
    """

    def __init__(self, context: Context, site_map: SiteMap, first: Lang) -> None:
        self._context, self._graph, self._site_map, self._first = context, context.graph, site_map, first
        static = files("kg.faces.site").joinpath("static")
        self._made: dict[str, Callable[[Lang], bytes]] = {
            "/search": self._names_page,
            "/sparql": lambda lang: self._page("sparql-in-browser.html", lang, **editor_values(context)),
            "/data": lambda lang: self._page(
                "data.html", lang, files=[(file, text) for file, (text, _) in _DATA.items()]
            ),
            **{f"/data/{file}": self._data(format_) for file, (_, format_) in _DATA.items()},
            "/static/site/names.js": lambda lang: self._names(),
            **{
                f"/static/site/{name}": lambda lang, name=name: static.joinpath(name).read_bytes()  # type: ignore[misc]
                for name in ("search.js", "chains.js", "sparql.js")
            },
            _TERMS: lambda lang: terms_script(self._graph, context.pages.href, site_map),
            "/static/site/engine.js": lambda lang: engine_script(),
            "/static/site/dataset.js": lambda lang: dataset_script(self._graph),
            FIRST: lambda lang: self._page("languages.html", self._first),
            MISSING: lambda lang: self._page("missing.html", lang, manifest=MANIFEST),
        }

    def make(self, path: str, lang: Lang) -> bytes | None:
        """The page or file with the path *path*; None if only the server has it."""
        made = self._made.get(path)
        return made(lang) if made else None

    def leads_to(self, path: str) -> Iterable[SiteFile]:
        """The pages that the script with the path *path* links to."""
        return node_files(self._graph, self._context.pages.href, self._site_map) if path == _TERMS else ()

    def _page(self, template: str, lang: Lang, **values: Any) -> bytes:
        values = {"dataset": self._context.dataset, **values}
        return self._context.pages.render(template, Request("site", lang), **values)

    def _names_page(self, lang: Lang) -> bytes:
        things = sorted(self._graph.names.things, key=lambda thing: (thing.kind, thing.label.pick(lang), thing.iri))
        groups = [(class_iri(kind), list(found)) for kind, found in groupby(things, key=lambda thing: thing.kind)]
        return self._page("names.html", lang, groups=groups)

    def _names(self) -> bytes:
        """What the search in the browser reads: things and saved questions with their files, labels and folded spellings."""
        names = self._graph.names
        kinds = sorted({thing.kind for thing in names.things})
        words = [*(names.kind_text(kind) for kind in kinds), _QUESTION]
        things = [
            (
                self._page_of(thing.iri),
                kinds.index(thing.kind),
                thing.label.zh,
                thing.label.en,
                [*thing.keys, *thing.codes],
            )
            for thing in names.things
        ]
        queries = [
            (f"queries/{query.name}.html", len(kinds), query.title.zh, query.title.en, _spellings(query))
            for query in self._graph.catalogue
        ]
        found = {"kinds": [(text.zh, text.en) for text in words], "things": [*things, *queries]}
        return f"window.kgNames = {json.dumps(found, ensure_ascii=False, separators=(',', ':'))};\n".encode()

    def _page_of(self, iri: str) -> str:
        """The link from the search page to the page of a thing."""
        target = self._site_map.target(self._context.pages.href(iri), "/")
        if target is None or target.site_file is None:
            return iri
        return relative(target.site_file.file("zh"), "zh/search.html") + target.rest

    def _data(self, format_: str) -> Callable[[Lang], bytes]:
        if format_ == "nquads":
            return lambda lang: nquads(self._graph)
        if format_:
            return lambda lang: export(self._graph, format_).encode()
        return lambda lang: archive(export_files(self._graph, "csv", lang=lang))


def _spellings(query: SavedQuery) -> list[str]:
    """What a saved query is searched by, folded as names are."""
    return [fold(text) for text in (query.title.zh, query.title.en, query.name)]
