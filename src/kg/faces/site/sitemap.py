"""Where a page of the server is in a site: its address → the name of its file.

A site has the pages that can be counted beforehand. What a page may be asked about is in :data:`_PARAMETERS`; a link to any
other address of the server leads nowhere in a site.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import permutations
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from starlette.routing import Match, Route

from kg.ask.catalogue import from_written
from kg.errors import KgError
from kg.faces.web.policy import OF_ENGINE, OF_FILES
from kg.faces.web.rows import FORMATS
from kg.faces.web.things import SUFFIXES
from kg.terms import expand
from kg.vocab import BASE

if TYPE_CHECKING:
    from kg.ask.catalogue import Catalogue
    from kg.source.queryfile import Parameter, SavedQuery

_ORIGIN: Final = "http://site.invalid"
_MOST_VALUES: Final = 64
"""A saved query is answered beforehand for each value of its first parameter, unless there are more values than this."""
_MOST_COMPARED: Final = 12
"""Each two industries are put side by side, unless there are more than this."""
_FIGURED: Final = ("industry", "indicator", "thing")
"""What figures are asked of."""
_PARAMETERS: Final[Mapping[str, tuple[frozenset[str], ...]]] = {
    "/queries": (frozenset({"tag"}),),
    "/audit": (frozenset({"industry"}),),
    "/explore": (frozenset({"thing"}),),
    "/resource": (frozenset({"iri"}),),
    "/figures": tuple(frozenset({name, *more}) for name in _FIGURED for more in ((), ("all",))),
    "/figures.svg": tuple(frozenset({name, "group"}) for name in _FIGURED),
    "/matrix/{name}": (frozenset({"measure"}),),
    "/picture.svg": (frozenset({"thing"}),),
    "/compare": (frozenset({"a", "b"}),),
    "/why": (frozenset({"subject", "predicate", "object"}),),
}
"""Route → the parameters that a page of the site may have, all of one set."""
_DRAWN: Final = frozenset({"/explore", "/picture.svg"})
"""Routes of drawings. A site has those of industries: one of each thing would be most of its bytes."""
_NEVER_BARE: Final = frozenset({"/resource", "/why"})
"""Routes that have nothing to show without parameters."""
_BY_SCRIPT: Final[Mapping[str, str]] = {"/search": "/search", "/ask": "/search", "/sparql": "/sparql"}
"""Route → the page of the site whose script reads the parameters in the reader's browser."""
_FOR_SERVERS: Final = frozenset(
    {
        "/completion.json",
        "/path",
        "/path.json",
        "/explore.json",
        "/figures.json",
        "/compare.json",
        "/picture.png",
        "/cite.json",
        "/healthz",
        "/readyz",
        "/metrics",
        "/.well-known/void",
        "/dataset",
        "/void",
        "/openapi.json",
        "/queries.json",
        "/ask.json",
        "/search.json",
        "/why.json",
        "/problem/{code}",
    }
)
"""Routes that only a running server has."""
_THING: Final = "/{path:path}"
_ENDINGS: Final = frozenset({*FORMATS, *SUFFIXES, "svg", "png", "css", "js"})
_RDF: Final = ("ttl", "jsonld")
_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "/queries/{name}": ("csv", "xlsx"),
    "/chain/{name}": ("json", "svg"),
    "/matrix/{name}": (),
    "/resource": _RDF,
    _THING: _RDF,
}
"""Route → the formats of its pages that are in the site; any format elsewhere."""
_SHARED: Final = frozenset({"ttl", "jsonld", "json", "css", "js", "nq"})
"""Formats that are the same in both languages."""
_SUFFIX: Final = re.compile(r"\.([a-z0-9]{2,6})$")
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*(-L[0-9]+)?", re.ASCII)
"""A part of a file name that every file system takes and tells from all others, also where case does not count."""
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.ASCII)
"""Names that Windows keeps for devices."""
_LONGEST: Final = 80
_KEPT: Final = 40
"""Most characters of a part of a name; those of a longer one that stay before its digest."""


@dataclass(frozen=True)
class SiteFile:
    """A page or file of the site.

    Attributes:
        url: path and query string that the server is asked for.
        name: path of its file, without language and suffix.
        suffix: suffix of the file.
        shared: whether both languages have the same file.
    """

    url: str
    name: str
    suffix: str = "html"
    shared: bool = False

    def file(self, lang: str) -> str:
        """The path of the file, from the root of the site, in the language *lang*."""
        return f"{self.name}.{self.suffix}" if self.shared else f"{lang}/{self.name}.{self.suffix}"


@dataclass(frozen=True)
class Target:
    """Where a link leads.

    Attributes:
        site_file: the page; None if the site does not have it.
        lang: the language that the link names, or empty.
        rest: query string and fragment that stay in the link.
        dropped: whether the link is to be left out with its words, because they would mean nothing without it.
    """

    site_file: SiteFile | None
    lang: str = ""
    rest: str = ""
    dropped: bool = False


class SiteMap:
    """The pages and files of one site.

    Args:
        catalogue: the saved queries.
        routes: the routes of the server.
        own: pages and files that only a site has: path → page or file.

    Attributes:
        policy: the Content-Security-Policy that its pages carry.
        engine_policy: that of the page on which queries are answered.
    """

    policy: Final = OF_FILES
    engine_policy: Final = OF_ENGINE

    def __init__(self, catalogue: Catalogue, routes: Sequence[Route], own: Mapping[str, SiteFile]) -> None:
        self._catalogue, self._routes, self._own = catalogue, routes, own
        self._values = {query.name: list(self._every_value(query)) for query in catalogue}
        industries = [thing.iri for thing in catalogue.names.of_kind("Industry")]
        self.pairs = frozenset(permutations(industries, 2)) if len(industries) <= _MOST_COMPARED else frozenset()
        """The industries that are put side by side."""
        self._drawn = {name for iri in industries for name in (iri, catalogue.names.slug(iri))}
        self._first = {query.name: query.params[0] for query in catalogue if self._values[query.name]}
        self._targets = lru_cache(maxsize=2**16)(self._target)

    def values(self, query: SavedQuery) -> list[str]:
        """The values of the first parameter of *query* for which the site has its answer: IRIs or texts."""
        return self._values[query.name]

    def _every_value(self, query: SavedQuery) -> list[str]:
        if not query.params or query.params[0].narrows:
            return []
        try:
            found = self._catalogue.terms(query.params[0], "all")
        except KgError:  # a text or a number, of which there is no end
            return []
        return [] if found == ["UNDEF"] or len(found) > _MOST_VALUES else [from_written(term) for term in found]

    def target(self, link: str, at: str) -> Target | None:
        """Where *link*, on the page with the address *at*, leads; None if it leads out of the site."""
        return self._targets(link, "/" if link.startswith("/") else at)

    def _target(self, link: str, at: str) -> Target | None:
        try:
            parts = urlsplit(urljoin(_ORIGIN + at, link))
        except ValueError:
            return None
        if f"{parts.scheme}://{parts.netloc}" != _ORIGIN:
            return None
        given = parse_qsl(parts.query, keep_blank_values=True)
        lang = next((value for name, value in given if name == "lang"), "")
        params = [(name, value) for name, value in given if name not in ("lang", "format") and value]
        suffix = next((value for name, value in given if name == "format"), "")
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        path = unquote(parts.path) or "/"
        route = self._route(path)
        if route in _BY_SCRIPT:
            query = f"?{urlencode(params)}" if params else ""
            return Target(self._own[_BY_SCRIPT[route]], lang, query + fragment)
        if path in self._own:
            return Target(self._own[path], lang, fragment)
        ending = _SUFFIX.search(path)
        known = SUFFIXES if route == _THING else _ENDINGS
        suffix = suffix or (ending[1] if ending and ending[1] in known else "")
        if route == "/cite":
            return self._cited(dict(params), lang)
        site_file = self._site_file(route, path, params, suffix)
        meaningless = bool(suffix) or route in _FOR_SERVERS or route in _DRAWN
        return Target(site_file, lang, fragment, site_file is None and meaningless)

    def _cited(self, params: Mapping[str, str], lang: str) -> Target:
        """Where what is to be cited has its page: it says how to cite it."""
        if "chain" in params:
            path = f"/chain/{self._catalogue.names.slug(params['chain'])}"
        elif "thing" in params:
            iri = expand(params["thing"])
            path = f"/{iri[len(BASE) :]}" if iri.startswith(BASE) else f"/resource?{urlencode({'iri': iri})}"
        else:  # a statement, of which there are too many
            return Target(None, dropped=True)
        found = self._target(path, "/")
        return Target(found.site_file, lang, found.rest) if found and found.site_file else Target(None, dropped=True)

    def _route(self, path: str) -> str:
        scope = {"type": "http", "method": "GET", "path": path, "root_path": ""}
        return next((route.path for route in self._routes if route.matches(scope)[0] == Match.FULL), "")

    def _site_file(self, route: str, path: str, params: list[tuple[str, str]], suffix: str) -> SiteFile | None:
        allowed = _SUFFIXES.get(route)
        if not route or route in _FOR_SERVERS or (suffix and allowed is not None and suffix not in allowed):
            return None
        kept = self._params(route, path, params)
        if kept is None or (route in _NEVER_BARE and not kept):
            return None
        stem = path.removesuffix(f".{suffix}") if suffix else path
        query = [*kept, *([("format", suffix)] if suffix and stem == path else [])]
        url = f"{_quoted(path)}?{urlencode(query)}" if query else _quoted(path)
        shared = suffix in _SHARED or path.startswith("/static/")
        return SiteFile(url, _name(stem, kept), suffix or "html", shared)

    def _params(self, route: str, path: str, params: list[tuple[str, str]]) -> list[tuple[str, str]] | None:
        """The parameters in one order and spelling; None if the site has no page for them."""
        if route == "/queries/{name}":
            return self._asked(_SUFFIX.sub("", path).rpartition("/")[2], params)
        names = [name for name, _ in params]
        if not names:
            return []
        if route in _DRAWN and not {value for _, value in params} <= self._drawn:
            return None
        if route == "/compare" and tuple(value for _, value in sorted(params)) not in self.pairs:
            return None
        return sorted(params) if len(set(names)) == len(names) and set(names) in _PARAMETERS.get(route, ()) else None

    def _asked(self, query: str, params: list[tuple[str, str]]) -> list[tuple[str, str]] | None:
        """The parameters of a saved query: the page of its rows, and one value of its first parameter."""
        pages = [param for param in params if param[0] == "cursor"]
        asked = [param for param in params if param[0] != "cursor"]
        first = self._first.get(query)
        if not asked:
            return pages
        if len(asked) > 1 or first is None or asked[0][0] != first.name:
            return None
        value = self._value(first, asked[0][1])
        return [(first.name, value), *pages] if value in self._values[query] else None

    def _value(self, param: Parameter, text: str) -> str:
        """The IRI or the text that *text* means as a value of *param*; empty if it means none, or several."""
        try:
            found = self._catalogue.terms(param, text)
        except KgError:
            return ""
        return from_written(found[0]) if len(found) == 1 else ""


def relative(target: str, at: str) -> str:
    """The link from the file *at* to the file *target*, both as paths from the root of the site."""
    here, there = at.split("/")[:-1], target.split("/")
    while here and len(there) > 1 and here[0] == there[0]:
        here, there = here[1:], there[1:]
    return _quoted("/".join([*([".."] * len(here)), *there]))


def _name(path: str, params: list[tuple[str, str]]) -> str:
    """The name of the file of a page, without suffix.

    The values of parameters follow the name, without the names of the parameters: no route has two that are of one kind.
    """
    parts = [_part(part) for part in path.strip("/").split("/")] if path != "/" else ["index"]
    if params:
        values = "-".join(value.removeprefix(BASE).replace("/", "-") for _, value in params)
        parts[-1] += f"--{_part(values)}"
    return "/".join(parts)


def _part(text: str) -> str:
    """*text* as a part of a file name; with a digest of it where it cannot stay as it is."""
    if _PLAIN.fullmatch(text) and not _DEVICES.fullmatch(text) and text != "index" and len(text) <= _LONGEST:
        return text
    kept = re.sub("[^a-z0-9]+", "-", text.lower())[:_KEPT].strip("-")
    return f"{kept}-{sha256(text.encode()).hexdigest()[:10]}".strip("-")


def _quoted(path: str) -> str:
    return quote(path, safe="/")
