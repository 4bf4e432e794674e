"""Pages that are no single thing: home, the tier chart, the audit, the search, a proof; each also as JSON."""

from __future__ import annotations

from typing import Any, Final

from kg.ask import plain
from kg.ask.chain import NOTHING, UNPLACED
from kg.errors import NotFound, UsageProblem
from kg.faces.web.desk import HTML, JSON, Reply, Request, Room, as_json
from kg.terms import Text

_BOTH: Final = {"html": HTML, "json": JSON}
_MOST: Final = 50


def _told(room: Room, request: Request, body: Any, template: str, **values: Any) -> Reply:
    """*body* as JSON, or the page that shows the same."""
    if request.choose(_BOTH) == "json":
        return as_json(body)
    return Reply(room.pages.render(template, request, **values), HTML)


def home(room: Room, request: Request) -> Reply:
    """``/``: what is here."""
    industries = room.graph.names.of_kind("Industry")
    counts = room.graph.manifest["counts"]
    body = {
        "dataset": room.dataset,
        "counts": counts,
        "industries": [plain.named(i.iri, room.graph.names) for i in industries],
    }
    queries = list(room.graph.catalogue)
    return _told(room, request, body, "home.html", industries=industries, counts=counts, queries=queries)


def chain(room: Room, request: Request) -> Reply:
    """``/chain/SLUG``: the tier chart of an industry.

    Raises:
        NotFound: no such industry.
    """
    found = room.graph.chain(request.path)
    body = {**plain.chain(found, room.graph.names), "dataset": room.dataset}
    words = {"unplaced": UNPLACED, "nothing": NOTHING}
    return _told(room, request, body, "chain.html", chain=found, path=request.path, **words)


def audit(room: Room, request: Request) -> Reply:
    """``/audit?industry=``: where the report disagrees with itself."""
    industry = request.one("industry") or None
    found = room.graph.audit(industry)
    body = {"findings": [plain.finding(f, room.graph.names) for f in found], "dataset": room.dataset}
    return _told(room, request, body, "audit.html", findings=found, industry=industry)


def search(room: Room, request: Request) -> Reply:
    """``/search?q=&kind=``: things by any name, best first."""
    text, kind = request.one("q"), request.one("kind")
    if kind and not room.graph.names.is_class(kind):
        raise UsageProblem(Text(f"没有类 {kind}", f"there is no class {kind}"))
    found = room.graph.find(text, *([kind] if kind else []), limit=_MOST) if text.strip() else []
    body = {"q": text, "matches": [plain.match(m) for m in found], "dataset": room.dataset}
    return _told(room, request, body, "search.html", text=text, matches=found)


def why(room: Room, request: Request) -> Reply:
    """``/why?subject=&predicate=&object=``: the proof of a triple, or what is missing for it.

    Raises:
        UsageProblem: one of the three is not given. NotFound: one of them means nothing.
    """
    three = [request.one(name) for name in ("subject", "predicate", "object")]
    if not any(three):
        return _told(room, request, {"triple": None}, "why.html", three=three, why=None)
    if not all(t.strip() for t in three):
        raise UsageProblem(
            Text("需要 subject、predicate、object 三个参数", "subject, predicate and object are all needed"),
            hint=Text(
                "/why?subject=精进电动&predicate=涉足产业&object=智能网联新能源汽车",
                "/why?subject=Jing-Jin&predicate=active in&object=…",
            ),
        )
    found = room.graph.explain(room.graph.why(*three))
    return _told(room, request, {**found, "dataset": room.dataset}, "why.html", three=three, why=found)


def explore(room: Room, request: Request) -> Reply:
    """``/explore?thing=``: the drawing of a thing, or of all industries; its scripts are named in its own policy.

    Raises:
        NotFound: nothing bears the name. NotAcceptable: something else than a page is asked for.
    """
    from kg.faces.draw import draw
    from kg.faces.web.policy import for_page

    request.choose({"html": HTML})
    text = draw(room.graph, request.one("thing") or None, request.lang)
    return Reply(text.encode(), HTML, {"Content-Security-Policy": for_page(text)})


def problem(room: Room, request: Request) -> Reply:
    """``/problem/CODE``: what a type of problem means.

    Raises:
        NotFound: there is no such type.
    """
    from kg.faces.web.problems import STATUS, TITLES, TYPE

    code = request.path
    if code not in STATUS:
        raise NotFound(Text(f"没有问题类型 {code}", f"there is no type of problem called {code}"))
    title = TITLES[code]
    body = {"type": TYPE + code, "status": STATUS[code], "title": {"zh": title.zh, "en": title.en}}
    return _told(room, request, body, "problem.html", code=code, status=STATUS[code], title=title)
