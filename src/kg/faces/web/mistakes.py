"""The page that tells a browser what went wrong, inside the layout, with links to what was meant."""

from __future__ import annotations

from kg.errors import KgError
from kg.faces.web import negotiate
from kg.faces.web.context import JSON, Context, html
from kg.faces.web.problems import MEDIA, STATUS, TITLES, code_of
from kg.service.messages import Request, Response


def page(context: Context, request: Request, error: KgError) -> Response | None:
    """The page for *error*; None if the client does not prefer HTML, or the server itself failed.

    Args:
        context: the graph and its pages.
        request: the request that could not be answered.
        error: what went wrong.
    """
    code = code_of(error)
    offered = [MEDIA, JSON, "text/html"]
    if STATUS[code] >= 500 or negotiate.media(request.accept, offered) != "text/html":
        return None
    near = context.graph.catalogue.near(request.path) if request.task == "query" else []
    values = {"error": error, "title": TITLES[code], "status": STATUS[code], "queries": near}
    body = context.pages.render("error.html", request, **values)
    return html(body, request.lang, status=STATUS[code])._replace(keep=False)
