"""Pages other than those of single nodes: home, chain, search, question, drawing; most also as JSON."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kg.ask import plain
from kg.ask.chain import NOTHING, UNPLACED
from kg.ask.listing import HEADS, chain_rows
from kg.ask.profile import profile
from kg.ask.question.repeat import repeat
from kg.ask.tables import for_reader, without_empty
from kg.ask.tally import tally, whole
from kg.errors import NotFound, UsageProblem
from kg.faces.draw import draw, explored
from kg.faces.picture import svg
from kg.faces.picture.png import png
from kg.faces.web.context import BOTH, HTML, JSON, Context, as_json, choose, either, html
from kg.faces.web.files import FILES, attached, spreadsheet
from kg.faces.web.policy import for_page
from kg.faces.web.problems import STATUS, TITLES, TYPE
from kg.service.messages import Request, Response
from kg.terms import Text, local_name

if TYPE_CHECKING:
    from kg.ask.question.answer import Answer

_PICTURES: Final = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}
_DATA_FIRST: Final = {"json": JSON, "html": HTML}
_MOST: Final = 50
"""Most matches."""


def chain(context: Context, request: Request) -> Response:
    """``/chain/SLUG``: the chain of an industry, as a page, data or a picture.

    Raises:
        NotFound: there is no such industry. MissingFile: a PNG is asked for, and the machine has no font for it.
    """
    found = context.graph.chain(request.path)
    kind = choose(request, BOTH | _PICTURES | FILES)
    if kind in _PICTURES:
        return _pictured(context, request, found.industry)
    if kind in FILES:
        cited = partial(context.graph.citer.chart, found.industry, found.passages)
        made = spreadsheet(context, request._replace(suffix=kind), chain_rows(found), HEADS, cited)
        return attached(made, "chain", local_name(found.industry), kind)
    body = {**plain.chain(found, context.graph.names), "dataset": context.dataset}
    graph = context.graph
    values = {
        "profile": profile(graph.store, graph.names, found),
        "whole": whole(found),
        "in_words": lambda numbers: numbers.words(graph.names),
        "tally": tally,
        "sources": graph.citer.sources(found.passages),
        "dated": graph.citer.works.dataset.issued,
        "unplaced": UNPLACED,
        "nothing": NOTHING,
    }
    return either(context, request, body, "chain.html", chain=found, path=request.path, **values)


def search(context: Context, request: Request) -> Response:
    """``/search?q=&kind=``: the answer if the text is a question, and the things that match it as a name, best first."""
    text, kind = request.one("q"), request.one("kind")
    kinds = [context.graph.names.kind(kind)] if kind else []
    answer = context.graph.ask(text) if text.strip() and not kinds else None
    found = context.graph.find(text, *kinds, limit=_MOST) if text.strip() else []
    body = {
        "q": text,
        "answer": context.graph.questions.plain(answer) if answer else None,
        "matches": [plain.match(m) for m in found],
        "dataset": context.dataset,
    }
    return either(context, request, body, "search.html", text=text, matches=found, **_told(context, request, answer))


def ask(context: Context, request: Request) -> Response:
    """``/ask?q=``: the answer to a question in Chinese or English; its page is that of ``/search``.

    Raises:
        UsageProblem: there is no question, and the client is no browser, for which there is a page to ask on.
    """
    text = request.one("q")
    if not text.strip():
        if choose(request, _DATA_FIRST) == "html":
            return context.page("search.html", request, text="", matches=[], **_told(context, request, None))
        raise UsageProblem(
            Text("需要参数 q,即问题", "the parameter q, the question, is needed"),
            hint=Text("写成 /ask?q=…", "write /ask?q=…"),
        )
    answer = context.graph.ask(text)
    if choose(request, _DATA_FIRST) == "json":
        return as_json({**context.graph.questions.plain(answer), "dataset": context.dataset})
    found = context.graph.find(text, limit=_MOST)
    return context.page("search.html", request, text=text, matches=found, **_told(context, request, answer))


def _told(context: Context, request: Request, answer: Answer | None) -> dict[str, Any]:
    """The template values for the answer to a question: its first rows, and the links that have them again.

    Without an answer, the page has some questions to begin with.
    """
    graph, lang = context.graph, request.lang
    shared: dict[str, Any] = {
        "answer": None,
        "examples": lambda: context.starting_questions[lang],
        "question": graph.catalogue.question,
    }
    if answer is None:
        return shared
    ran = repeat(answer.reading, graph.catalogue, lang) if answer.reading else None
    table = without_empty(for_reader(answer.table.head(_MOST), lang, graph.names))
    return {
        **shared,
        "answer": answer,
        "again": ran,
        "choices": [repeat(one, graph.catalogue, lang) for one in answer.choices],
        "table": table,
        "headings": [ran.query.columns[column].pick(lang) for column in table.columns] if ran else [],
    }


def explore(context: Context, request: Request) -> Response:
    """``/explore?thing=``: the drawing of a thing, or of all industries, with its own Content-Security-Policy.

    ``/explore.json`` has the data of the drawing: it asks there for what it does not have yet.

    Raises:
        NotFound: no thing has the name. NotAcceptable: the client does not accept HTML.
    """
    thing = request.one("thing") or None
    if request.suffix == "json":
        return as_json(explored(context.graph, context.graph.resolve(thing).iri if thing else None, []))
    choose(request, {"html": HTML})
    text = draw(context.graph, thing, request.lang, None if context.pages.static else context.pages.root)
    return html(text.encode(), request.lang, {"Content-Security-Policy": for_page(text)})


def picture(context: Context, request: Request) -> Response:
    """``/picture.svg?thing=``, ``/picture.png?thing=``: the picture of a thing, or of all industries.

    Raises:
        NotFound: no thing has the name. MissingFile: a PNG is asked for, and the machine has no font for it.
    """
    return _pictured(context, request, request.one("thing") or None)


def _pictured(context: Context, request: Request, thing: str | None) -> Response:
    """The picture of *thing* as SVG or PNG, as the client prefers."""
    kind, image = choose(request, _PICTURES), svg(context.graph, thing, request.lang)
    body = image.encode() if kind == "svg" else png(image)
    return Response(body, _PICTURES[kind], {"Content-Language": request.lang})


def problem(context: Context, request: Request) -> Response:
    """``/problem/CODE``: the description of a problem type.

    Raises:
        NotFound: there is no such type.
    """
    code = request.path
    if code not in STATUS:
        raise NotFound(Text(f"没有问题类型 {code}", f"there is no type of problem called {code}"))
    title = TITLES[code]
    body = {"type": TYPE + code, "status": STATUS[code], "title": title.plain()}
    return either(context, request, body, "problem.html", code=code, status=STATUS[code], title=title)
