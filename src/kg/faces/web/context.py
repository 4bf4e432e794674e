"""The context of web tasks, content negotiation, and helpers for answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from kg.ask.overview import AuditFinding, audit_findings, by_node
from kg.ask.start import questions
from kg.ask.texts import Texts
from kg.errors import NotAcceptable
from kg.faces.web import negotiate
from kg.faces.web.pages import Pages
from kg.graph import KnowledgeGraph
from kg.service.messages import Request, Response
from kg.store.answers import Limits
from kg.terms import LANGS, Text

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"
BOTH: Final = {"html": HTML, "json": JSON}
"""The formats of a view."""
_QUESTIONS: Final = 12
"""Most questions to begin with."""


@dataclass(frozen=True)
class Context:
    """The graph, its pages, the limits of one answer, and the copies of texts that a user gave."""

    graph: KnowledgeGraph
    pages: Pages
    limits: Limits
    texts: Texts

    @property
    def dataset(self) -> str:
        """SHA-256 of the dataset."""
        return str(self.graph.manifest["dataset_sha256"])

    @cached_property
    def flags(self) -> Mapping[str, list[AuditFinding]]:
        """IRI of a thing, figure or passage → what the audit found of it; read once, as the graph stays the same."""
        return by_node(audit_findings(self.graph.store))

    @cached_property
    def starting_questions(self) -> Mapping[str, list[str]]:
        """Language → questions to begin with, each of which has an answer; found once, as the graph stays the same."""
        return {lang: list(self._starting_questions(lang)) for lang in LANGS}

    def _starting_questions(self, lang: str) -> Iterator[str]:
        graph = self.graph
        asked = questions(
            graph.store, graph.catalogue, _QUESTIONS, lambda words: graph.ask(words.pick(lang)).status == "answered"
        )
        return (graph.catalogue.question(one.query, one.values).pick(lang) for one in asked)

    def page(self, template: str, request: Request, **values: object) -> Response:
        """The page *template*, rendered with *values*, as an answer."""
        return html(self.pages.render(template, request, **values), request.lang)


WebTask = Callable[[Context, Request], Response]


def either(context: Context, request: Request, body: Any, template: str, **values: Any) -> Response:
    """*body* as JSON, or the page *template* with the same content."""
    if choose(request, BOTH) == "json":
        return as_json(body)
    return context.page(template, request, **values)


def choose(request: Request, offered: Mapping[str, str]) -> str:
    """The suffix of the answer's format: the suffix of the path, else the client's preference in Accept.

    Args:
        request: the request.
        offered: suffix → media type, the server's preferred one first.

    Raises:
        NotAcceptable: the client accepts none of the offered formats.
    """
    if request.suffix:
        if request.suffix in offered:
            return request.suffix
        raise not_acceptable(request.suffix, list(offered))
    types = {media.partition(";")[0]: suffix for suffix, media in offered.items()}
    found = negotiate.media(request.accept, list(types))
    if found is None:
        raise not_acceptable(request.accept, list(offered))
    return types[found]


def formatted(request: Request) -> Request:
    """*request* with the parameter ``format`` as its suffix, if the path has no suffix."""
    named = next(iter(request.all("format")), "")
    return request._replace(suffix=named) if named and not request.suffix else request


def html(page: bytes, lang: str, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """A page in the language *lang* as an answer."""
    return Response(page, HTML, {"Content-Language": lang, **(headers or {})}, status)


def as_json(body: object, headers: Mapping[str, str] | None = None) -> Response:
    """JSON values as an answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
    return Response(text.encode(), JSON, headers or {})


def not_acceptable(wanted: str, offered: list[str]) -> NotAcceptable:
    """The error for a format that is not offered."""
    listed = ", ".join(offered)
    return NotAcceptable(
        Text(f"不提供格式 {wanted}", f"the format {wanted} is not offered"),
        hint=Text(f"可选:{listed}", f"offered: {listed}"),
    )
