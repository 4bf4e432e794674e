"""Pages that are no single thing: home, the tier chart, the audit, the search, a proof; each also as JSON."""

from __future__ import annotations

from typing import Any, Final

from kg.ask import plain
from kg.ask.chain import NOTHING, UNPLACED
from kg.errors import NotFound, UsageProblem
from kg.faces.draw import draw
from kg.faces.web.context import HTML, JSON, Context, as_json, choose, html
from kg.faces.web.policy import for_page
from kg.faces.web.problems import STATUS, TITLES, TYPE
from kg.service.messages import Answer, Request
from kg.terms import Text

_BOTH: Final = {"html": HTML, "json": JSON}
_MOST: Final = 50


def _either(context: Context, request: Request, body: Any, template: str, **values: Any) -> Answer:
    """*body* as JSON, or the page that shows the same."""
    if choose(request, _BOTH) == "json":
        return as_json(body)
    return context.page(template, request, **values)


def home(context: Context, request: Request) -> Answer:
    """``/``: what is here."""
    industries = context.graph.names.of_kind("Industry")
    counts = context.graph.manifest["counts"]
    body = {
        "dataset": context.dataset,
        "counts": counts,
        "industries": [plain.named(i.iri, context.graph.names) for i in industries],
    }
    queries = list(context.graph.catalogue)
    return _either(context, request, body, "home.html", industries=industries, counts=counts, queries=queries)


def chain(context: Context, request: Request) -> Answer:
    """``/chain/SLUG``: the tier chart of an industry.

    Raises:
        NotFound: no such industry.
    """
    found = context.graph.chain(request.path)
    body = {**plain.chain(found, context.graph.names), "dataset": context.dataset}
    words = {"unplaced": UNPLACED, "nothing": NOTHING}
    return _either(context, request, body, "chain.html", chain=found, path=request.path, **words)


def audit(context: Context, request: Request) -> Answer:
    """``/audit?industry=``: where the report disagrees with itself."""
    industry = request.one("industry") or None
    found = context.graph.audit(industry)
    body = {"findings": [plain.finding(f, context.graph.names) for f in found], "dataset": context.dataset}
    return _either(context, request, body, "audit.html", findings=found, industry=industry)


def search(context: Context, request: Request) -> Answer:
    """``/search?q=&kind=``: things by any name, best first."""
    text, kind = request.one("q"), request.one("kind")
    if kind and not context.graph.names.is_class(kind):
        raise UsageProblem(Text(f"没有类 {kind}", f"there is no class {kind}"))
    found = context.graph.find(text, *([kind] if kind else []), limit=_MOST) if text.strip() else []
    body = {"q": text, "matches": [plain.match(m) for m in found], "dataset": context.dataset}
    return _either(context, request, body, "search.html", text=text, matches=found)


def why(context: Context, request: Request) -> Answer:
    """``/why?subject=&predicate=&object=``: the proof of a triple, or what is missing for it.

    Raises:
        UsageProblem: one of the three is not given. NotFound: one of them means nothing.
    """
    three = [request.one(name) for name in ("subject", "predicate", "object")]
    if not any(three):
        return _either(context, request, {"triple": None}, "why.html", three=three, why=None)
    if not all(t.strip() for t in three):
        raise UsageProblem(
            Text("需要 subject、predicate、object 三个参数", "subject, predicate and object are all needed"),
            hint=Text(
                "/why?subject=精进电动&predicate=涉足产业&object=智能网联新能源汽车",
                "/why?subject=Jing-Jin&predicate=active in&object=…",
            ),
        )
    found = context.graph.explain(context.graph.why(*three))
    return _either(context, request, {**found, "dataset": context.dataset}, "why.html", three=three, why=found)


def explore(context: Context, request: Request) -> Answer:
    """``/explore?thing=``: the drawing of a thing, or of all industries; its scripts are named in its own policy.

    Raises:
        NotFound: nothing bears the name. NotAcceptable: something else than a page is asked for.
    """
    choose(request, {"html": HTML})
    text = draw(context.graph, request.one("thing") or None, request.lang)
    return html(text.encode(), request.lang, {"Content-Security-Policy": for_page(text)})


def problem(context: Context, request: Request) -> Answer:
    """``/problem/CODE``: what a type of problem means.

    Raises:
        NotFound: there is no such type.
    """
    code = request.path
    if code not in STATUS:
        raise NotFound(Text(f"没有问题类型 {code}", f"there is no type of problem called {code}"))
    title = TITLES[code]
    body = {"type": TYPE + code, "status": STATUS[code], "title": title.plain()}
    return _either(context, request, body, "problem.html", code=code, status=STATUS[code], title=title)
