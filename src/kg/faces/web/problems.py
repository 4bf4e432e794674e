"""Errors as ``application/problem+json`` (RFC 9457): a stable type, a status, what to do next.

The type is ``https://w3id.org/xinzhi/problem/<code>``, where the code is that of :mod:`kg.errors`; the server answers
under the same path with what it means.
"""

from __future__ import annotations

from typing import Any, Final

from kg.errors import KgError
from kg.terms import Text
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
    "body": 413,
    "media-type": 415,
    "host": 421,
    "too-large": 422,
    "limit": 503,
    "busy": 503,
    "store": 503,
    "error": 500,
}
"""Code → status; a code that is not here is 500."""
TITLES: Final = {
    "syntax": Text("查询语法有误", "the query is not well-formed"),
    "usage": Text("参数有误", "a parameter is wrong"),
    "unauthorized": Text("需要令牌", "a token is needed"),
    "refused": Text("查询被拒绝", "the query is refused"),
    "not-found": Text("没有这个事物", "there is no such thing"),
    "method": Text("此处不接受这种方法", "this method is not accepted here"),
    "not-acceptable": Text("不提供这种格式", "this format is not offered"),
    "slow": Text("请求未按时到齐", "the request did not arrive"),
    "stale-cursor": Text("分页标记已过期", "the page marker is no longer valid"),
    "body": Text("请求过大", "the request is too large"),
    "media-type": Text("不接受这种内容类型", "this content type is not accepted"),
    "host": Text("Host 不被接受", "this Host is not accepted"),
    "too-large": Text("答案过大", "the answer is too large"),
    "limit": Text("查询超出限度", "the query ran over its limits"),
    "busy": Text("服务器忙", "the server is busy"),
    "store": Text("图谱不可读", "the graph cannot be read"),
    "error": Text("服务器内部出错", "the server failed"),
}
"""Code → what every problem of the type is called."""


def told(error: KgError) -> dict[str, Any]:
    """*error* as JSON values, as a worker tells it to the server."""
    return {
        "code": error.code,
        "what": {"zh": error.what.zh, "en": error.what.en},
        "place": {"line": error.place.line, "column": error.place.column} if error.place and error.place.line else None,
        "hint": {"zh": error.hint.zh, "en": error.hint.en} if error.hint else None,
    }


def plain(code: str, zh: str, en: str, hint: Text | None = None) -> dict[str, Any]:
    """A problem of the HTTP layer itself."""
    return {
        "code": code,
        "what": {"zh": zh, "en": en},
        "place": None,
        "hint": {"zh": hint.zh, "en": hint.en} if hint else None,
    }


def problem(error: dict[str, Any], lang: str, request: str) -> tuple[int, dict[str, Any]]:
    """(status, body) of a problem.

    Args:
        error: as :func:`told` or :func:`plain` make it.
        lang: ``zh`` or ``en``.
        request: the request's id, by which the log has it.
    """
    code = error["code"] if error["code"] in STATUS else "error"
    status = STATUS[code]
    body = {
        "type": TYPE + code,
        "title": TITLES[code].pick(lang),
        "status": status,
        "detail": error["what"][lang],
        "instance": f"urn:request:{request}",
    }
    if error["hint"]:
        body["hint"] = error["hint"][lang]
    if error["place"]:
        body |= error["place"]
    return status, body
