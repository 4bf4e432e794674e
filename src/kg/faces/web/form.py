"""Parses the parameters of a request: from the query string, and from a posted form or query; splits names in paths."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header

from kg.errors import Refused, UsageProblem
from kg.faces.web.problems import HttpProblem
from kg.terms import LANGS, Text

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_MOST_FIELDS: Final = 500

Params = tuple[tuple[str, str], ...]


def parse(query_string: bytes, body: bytes = b"", kind: str = "") -> tuple[Params, str]:
    """The parameters of a request, and the language of its parameter ``lang``.

    Args:
        query_string: query string of the URL.
        body: body of a POST request.
        kind: media type of the body, a form or a query; empty for other methods.

    Returns:
        The parameters without ``lang``, those of the body first; and ``zh``, ``en`` or an empty string.

    Raises:
        UsageProblem: a text is not UTF-8, there are too many fields, or the language is unknown.
    """
    fields = _fields(query_string)
    if kind == FORM:
        fields = [*_fields(body), *fields]
    elif kind:
        fields = [("query", _utf8(body)), *fields]
    named = [value for name, value in fields if name == "lang" and value]
    for lang in named:
        if lang not in LANGS:
            raise UsageProblem(
                Text(f"没有语言 {lang}", f"there is no language {lang}"), hint=Text("zh 或 en", "zh or en")
            )
    return tuple(field for field in fields if field[0] != "lang"), named[0] if named else ""


def posted_kind(content_type: str, encoding: str) -> str:
    """The media type of a posted query or form.

    Args:
        content_type: the header ``Content-Type``.
        encoding: the header ``Content-Encoding``. Compressed bodies are refused: a small one could expand to a huge one.

    Raises:
        HttpProblem: media type, content encoding or charset is not accepted. Refused: the body is an update.
    """
    kind, options = parse_options_header(content_type)
    kind, charset = kind.lower(), options.get("charset", "utf-8").lower()
    if kind == UPDATE:
        raise read_only()
    if kind not in (FORM, QUERY):
        raise HttpProblem(
            "media-type",
            Text(f"不接受内容类型 {kind or '(无)'}", f"the content type {kind or '(none)'} is not accepted"),
            hint=Text(f"{FORM} 或 {QUERY}", f"{FORM} or {QUERY}"),
        )
    if encoding.strip().lower() not in ("", "identity"):
        words = Text(f"不接受压缩 {encoding}", f"the content encoding {encoding} is not accepted; send it plain")
        raise HttpProblem("media-type", words)
    if charset not in ("utf-8", "utf8"):
        raise HttpProblem(
            "media-type", Text(f"不接受编码 {charset}", f"the charset {charset} is not accepted; use utf-8")
        )
    return kind


def split(name: str, suffixes: tuple[str, ...]) -> tuple[str, str]:
    """Name and suffix of ``name.suffix``; the suffix is empty if it is not one of *suffixes*."""
    stem, dot, ending = name.rpartition(".")
    return (stem, ending) if dot and ending in suffixes else (name, "")


def read_only() -> Refused:
    """The error for an update."""
    return Refused(
        Text("此处只读,不接受更新", "this endpoint is read-only; updates are refused"),
        hint=Text("改数据请编辑文件后运行 kg build", "to change the data, edit its files and run kg build"),
    )


def _fields(text: bytes) -> list[tuple[str, str]]:
    """The fields of a form. Values may be percent-encoded or, as ``curl --data`` sends them, plain UTF-8."""
    try:
        return parse_qsl(_utf8(text), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except ValueError:
        raise UsageProblem(Text("参数太多", "there are too many parameters")) from None


def _utf8(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise _not_utf8() from None


def _not_utf8() -> UsageProblem:
    return UsageProblem(Text("请求不是 UTF-8", "the request is not UTF-8"))
