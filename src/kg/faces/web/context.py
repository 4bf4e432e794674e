"""What every task of the web works with, and the forms in which it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from kg.errors import NotAcceptable
from kg.faces.web import negotiate
from kg.faces.web.pages import Pages
from kg.graph import KnowledgeGraph
from kg.service.messages import Answer, Request
from kg.store.answers import Limits
from kg.terms import Text

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Context:
    """The graph, its pages, and what one answer may take."""

    graph: KnowledgeGraph
    pages: Pages
    limits: Limits

    @property
    def dataset(self) -> str:
        """SHA-256 of the dataset."""
        return str(self.graph.manifest["dataset_sha256"])

    def page(self, template: str, request: Request, **values: object) -> Answer:
        """The page *template* as an answer; *values* are what it shows."""
        return html(self.pages.render(template, request, **values), request.lang)


Task = Callable[[Context, Request], Answer]


def choose(request: Request, offered: Mapping[str, str]) -> str:
    """The suffix of the format to answer in: the one that the path names, else the one that the client prefers.

    Args:
        request: the request.
        offered: suffix → media type, the preferred one first.

    Raises:
        NotAcceptable: none of them is asked for.
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
    """*request* with the format that ``format=`` names, if its path names none."""
    named = next(iter(request.all("format")), "")
    return replace(request, suffix=named) if named and not request.suffix else request


def html(page: bytes, lang: str, headers: Mapping[str, str] | None = None, status: int = 200) -> Answer:
    """A page in the language *lang* as an answer."""
    return Answer(page, HTML, {"Content-Language": lang, **(headers or {})}, status)


def as_json(body: object, headers: Mapping[str, str] | None = None) -> Answer:
    """JSON values as an answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
    return Answer(text.encode(), JSON, headers or {})


def not_acceptable(wanted: str, offered: list[str]) -> NotAcceptable:
    """The error of a format that is not offered."""
    listed = ", ".join(offered)
    return NotAcceptable(
        Text(f"不提供格式 {wanted}", f"the format {wanted} is not offered"),
        hint=Text(f"可选:{listed}", f"offered: {listed}"),
    )
