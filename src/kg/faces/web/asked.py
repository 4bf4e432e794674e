"""What a request asks for, read from its path, its parameters and its body, before any worker sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from werkzeug.http import parse_options_header

from kg.terms import Text

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_MOST_FIELDS: Final = 500


class Question(NamedTuple):
    """A task for a worker, the request's parameters, what of the path says which thing is meant, the format in it."""

    task: str
    params: Sequence[tuple[str, str]] = ()
    path: str = ""
    suffix: str = ""


class Wrong(Exception):
    """A request that no task is asked for: the problem's code and words."""

    def __init__(self, code: str, zh: str, en: str, hint: Text | None = None) -> None:
        super().__init__(en)
        self.told = (code, zh, en, hint)


def params(request: Request) -> list[tuple[str, str]]:
    """The parameters in the URL, in order."""
    return fields(request.scope["query_string"])


def fields(text: bytes) -> list[tuple[str, str]]:
    """The fields of a form, percent-encoded or, as ``curl --data`` sends them, as they are.

    Raises:
        Wrong: it is not UTF-8, or has too many.
    """
    if text.count(b"&") >= _MOST_FIELDS:
        raise Wrong("usage", "参数太多", "there are too many parameters")
    pairs = (field.partition(b"=") for field in text.split(b"&") if field)
    try:
        return [(_decoded(name), _decoded(value)) for name, _, value in pairs]
    except UnicodeDecodeError:
        raise _not_utf8() from None


def _decoded(text: bytes) -> str:
    """*text* without its percent-encoding, by the decoder of Python's own escapes; urllib's loop costs as much as a query."""
    text = text.replace(b"+", b" ")
    if b"%" not in text:
        return text.decode()
    escaped = text.replace(b"\\", b"\\x5c").replace(b"%", b"\\x")
    try:
        return escaped.decode("unicode_escape").encode("latin-1").decode()
    except UnicodeDecodeError:  # a percent sign that begins no escape stands for itself
        return unquote_to_bytes(text).decode()


def check_posted(request: Request) -> str:
    """The media type of what is posted: a query, or a form with one.

    Raises:
        Wrong: it is something else.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    kind, charset = kind.lower(), options.get("charset", "utf-8").lower()
    if kind == UPDATE:
        raise read_only()
    if kind not in (FORM, QUERY):
        raise Wrong(
            "media-type",
            f"不接受内容类型 {kind or '(无)'}",
            f"the content type {kind or '(none)'} is not accepted",
            Text(f"{FORM} 或 {QUERY}", f"{FORM} or {QUERY}"),
        )
    if charset not in ("utf-8", "utf8"):
        raise Wrong("media-type", f"不接受编码 {charset}", f"the charset {charset} is not accepted; use utf-8")
    return kind


def posted(request: Request, body: bytes) -> list[tuple[str, str]]:
    """The parameters in *body*, then those in the URL.

    Raises:
        Wrong: it is neither a query nor a form, or not UTF-8.
    """
    if check_posted(request) == FORM:
        return [*fields(body), *params(request)]
    try:
        return [("query", body.decode()), *params(request)]
    except UnicodeDecodeError:
        raise _not_utf8() from None


def split(name: str, suffixes: tuple[str, ...]) -> tuple[str, str]:
    """(name, suffix) of ``name.suffix``; the suffix is empty if it is none of *suffixes*."""
    stem, dot, ending = name.rpartition(".")
    return (stem, ending) if dot and ending in suffixes else (name, "")


def read_only() -> Wrong:
    """The refusal of an update."""
    return Wrong(
        "refused",
        "此处只读,不接受更新",
        "this endpoint is read-only; updates are refused",
        Text("改数据请编辑文件后运行 kg build", "to change the data, edit its files and run kg build"),
    )


def _not_utf8() -> Wrong:
    return Wrong("usage", "请求不是 UTF-8", "the request is not UTF-8")
