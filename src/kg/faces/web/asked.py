"""What a request asks for: its path, read by the server; its parameters and what was posted, read by a worker.

To read them takes as long as a simple query, and an answer that is kept is found without.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_options_header

from kg.terms import LANGS, Text

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_MOST_FIELDS: Final = 500


class Question(NamedTuple):
    """A task for a worker, what of the path says which thing is meant, and the format named in it."""

    task: str
    path: str = ""
    suffix: str = ""


class Wrong(Exception):
    """A request that no task is asked for: the problem's code and words."""

    def __init__(self, code: str, zh: str, en: str, hint: Text | None = None) -> None:
        super().__init__(en)
        self.told = (code, zh, en, hint)


def params(asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parameters of a request: those that were posted, then those in the URL, each in order.

    Args:
        asked: ``query``, the URL's query string; ``body`` and ``kind``, what was posted and its media type.

    Raises:
        Wrong: one is not UTF-8, asks for an update or for a language that there is not, or there are too many.
    """
    found = fields(asked["query"])
    if asked["kind"] == FORM:
        found = [*fields(asked["body"]), *found]
    elif asked["kind"]:
        found = [("query", _utf8(asked["body"])), *found]
    for name, value in found:
        if name == "lang" and value not in ("", *LANGS):
            raise Wrong("usage", f"没有语言 {value}", f"there is no language {value}", Text("zh 或 en", "zh or en"))
    return found


def fields(text: bytes) -> list[tuple[str, str]]:
    """The fields of a form, percent-encoded or, as ``curl --data`` sends them, as they are.

    Raises:
        Wrong: it is not UTF-8, or has too many.
    """
    if text.count(b"&") >= _MOST_FIELDS:
        raise Wrong("usage", "参数太多", "there are too many parameters")
    pairs = (field.partition(b"=") for field in text.split(b"&") if field)
    return [(_decoded(name), _decoded(value)) for name, _, value in pairs]


def _decoded(text: bytes) -> str:
    """*text* without its percent-encoding, by the decoder of Python's own escapes; urllib's loop costs as much as a query."""
    text = text.replace(b"+", b" ")
    if b"%" not in text:
        return _utf8(text)
    escaped = text.replace(b"\\", b"\\x5c").replace(b"%", b"\\x")
    try:
        return _utf8(escaped.decode("unicode_escape").encode("latin-1"))
    except UnicodeDecodeError:  # a percent sign that begins no escape stands for itself
        return _utf8(unquote_to_bytes(text))


def _utf8(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise Wrong("usage", "请求不是 UTF-8", "the request is not UTF-8") from None


def posted_kind(content_type: str, encoding: str) -> str:
    """The media type of what is posted: a query, or a form with one.

    Args:
        content_type: the header.
        encoding: the headers ``Content-Encoding``; nothing compressed is read, as a few bytes could become a great many.

    Raises:
        Wrong: it is something else.
    """
    kind, options = parse_options_header(content_type)
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
    if encoding.strip().lower() not in ("", "identity"):
        raise Wrong(
            "media-type", f"不接受压缩 {encoding}", f"the content encoding {encoding} is not accepted; send it plain"
        )
    if charset not in ("utf-8", "utf8"):
        raise Wrong("media-type", f"不接受编码 {charset}", f"the charset {charset} is not accepted; use utf-8")
    return kind


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
