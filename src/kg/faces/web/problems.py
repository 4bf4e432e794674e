"""Errors as ``application/problem+json`` (RFC 9457), with a stable type, a status and a hint.

The type is ``https://w3id.org/xinzhi/problem/<code>``, where the code is that of :mod:`kg.errors` or of this module. The
server describes it under the same path.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from starlette.requests import Request

from kg.errors import KgError
from kg.faces.web import negotiate
from kg.faces.web.hints import addressed
from kg.service.messages import Response
from kg.terms import LANGS, Text
from kg.vocab import BASE

MEDIA: Final = "application/problem+json"
TYPE: Final = BASE + "problem/"
STATUS: Final = {
    "syntax": 400,
    "usage": 400,
    "unauthorized": 401,
    "refused": 403,
    "not-found": 404,
    "method": 405,
    "not-acceptable": 406,
    "slow": 408,
    "stale-cursor": 410,
    "length": 411,
    "body": 413,
    "media-type": 415,
    "host": 421,
    "too-large": 422,
    "limit": 503,
    "busy": 503,
    "store": 503,
    "error": 500,
}
"""Code → HTTP status; any other code is 500."""
TITLES: Final = {
    "syntax": Text("查询语法有误", "the query is not well-formed"),
    "usage": Text("参数有误", "a parameter is wrong"),
    "unauthorized": Text("需要令牌", "a token is needed"),
    "refused": Text("查询被拒绝", "the query is refused"),
    "not-found": Text("没有这个事物", "there is no such thing"),
    "method": Text("此处不接受这种方法", "this method is not accepted here"),
    "not-acceptable": Text("不提供这种格式", "this format is not offered"),
    "slow": Text("请求未按时到齐", "the request did not arrive in time"),
    "stale-cursor": Text("分页标记已过期", "the page marker is no longer valid"),
    "length": Text("请求没有说明长度", "the request does not state its length"),
    "body": Text("请求过大", "the request is too large"),
    "media-type": Text("不接受这种内容类型", "this content type is not accepted"),
    "host": Text("Host 不被接受", "this Host is not accepted"),
    "too-large": Text("答案过大", "the answer is too large"),
    "limit": Text("查询超出限度", "the query exceeded its limits"),
    "busy": Text("服务器忙", "the server is busy"),
    "store": Text("图谱不可读", "the graph cannot be read"),
    "error": Text("服务器内部出错", "the server failed"),
}
"""Code → title of the problem type."""
HOME: Final = Text("首页", "home")


class HttpProblem(KgError):
    """The server refuses a request before it runs a task.

    Args:
        http_code: code of the problem, a key of :data:`STATUS`.
        what: what went wrong.
        hint: the next step.
        headers: HTTP headers of the response.
    """

    def __init__(
        self, http_code: str, what: Text, *, hint: Text | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(what, hint=hint)
        self.http_code, self.headers = http_code, dict(headers or {})


def code_of(error: KgError) -> str:
    """The problem code of *error*, a key of :data:`STATUS`."""
    code = error.http_code if isinstance(error, HttpProblem) else error.code
    return code if code in STATUS else "error"


def problem(error: KgError, lang: str, request_id: str) -> dict[str, Any]:
    """The body of a problem (RFC 9457, 3).

    Args:
        error: what went wrong.
        lang: ``zh`` or ``en``.
        request_id: id of the request in the log.
    """
    code = code_of(error)
    body: dict[str, Any] = {
        "type": TYPE + code,
        "title": TITLES[code].pick(lang),
        "status": STATUS[code],
        "detail": error.what.pick(lang),
        "instance": f"urn:request:{request_id}",
    }
    if error.hint:
        body["hint"] = addressed(error.hint.pick(lang))
    if error.place and error.place.line:
        body |= {"line": error.place.line, "column": error.place.column}
    return body


def answer(error: KgError, scope: Mapping[str, Any], root: str) -> Response:
    """The problem as JSON or, if the client prefers HTML, as a small page.

    Args:
        error: what went wrong.
        scope: the ASGI scope of the request, with its ``request_id``.
        root: path under which a proxy shows the server.
    """
    request = Request(dict(scope))
    named = [lang for lang in request.query_params.getlist("lang") if lang in LANGS]
    lang = named[0] if named else negotiate.preferred(scope["fields"])
    body = problem(error, lang, scope["request_id"])
    headers = dict(error.headers) if isinstance(error, HttpProblem) else {}
    if body["status"] == 503:
        headers["Retry-After"] = "1"
    media = negotiate.media(request.headers.get("accept", ""), [MEDIA, "application/json", "text/html"])
    if media != "text/html":
        return Response(
            json.dumps(body, ensure_ascii=False).encode() + b"\n", MEDIA, headers, body["status"], keep=False
        )
    headers["Content-Language"] = lang
    return Response(_page(body, lang, root), "text/html; charset=utf-8", headers, body["status"], keep=False)


def _page(body: Mapping[str, Any], lang: str, root: str) -> bytes:
    """A page that needs no worker."""
    hint = f"<p>{escape(body['hint'])}</p>" if "hint" in body else ""
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{escape(body["title"])}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{escape(root)}/static/style.css">'
        f"<main><h1>{body['status']} {escape(body['title'])}</h1><p>{escape(body['detail'])}</p>{hint}"
        f'<p><a href="{escape(root)}/">{HOME.pick(lang)}</a></p>'
        f"<p><small>{escape(body['type'])} · {escape(body['instance'])}</small></p></main></html>"
    ).encode()
