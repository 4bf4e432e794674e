"""Content negotiation for media types and languages (RFC 9110 12.5), with Werkzeug's parsers of headers.

The language of an answer is that of the parameter ``lang``; else the one that its reader chose before, which a cookie
keeps; else the preferred one of Accept-Language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qs

from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import dump_cookie, parse_accept_header, parse_cookie

from kg.terms import LANGS

COOKIE: Final = "kg_lang"
"""The cookie with the language that the reader chose."""
_YEAR: Final = 365 * 24 * 3600


def media(accept: str, offered: Sequence[str]) -> str | None:
    """The best media type of *offered* for *accept*, the first if several are equal; None if none is acceptable.

    Args:
        accept: the Accept header; empty accepts everything. Parameters other than ``q`` (charset, profile) are ignored,
            because each format here has one form only.
        offered: media types, the server's preferred one first.
    """
    return _media(accept, tuple(offered)) if accept else offered[0]


@lru_cache(maxsize=1024)  # clients send few different headers, and parsing one takes longer than most queries
def _media(accept: str, offered: tuple[str, ...]) -> str | None:
    wanted = MIMEAccept((range_.partition(";")[0].strip(), q) for range_, q in parse_accept_header(accept))
    best = max(((wanted.quality(m), -n) for n, m in enumerate(offered)), default=(0.0, 0))
    return offered[-best[1]] if best[0] > 0 else None


@lru_cache(maxsize=1024)
def language(accept: str) -> str:
    """``zh`` or ``en`` for an Accept-Language header: ``zh`` if both are equal, ``en`` if neither is accepted."""
    if not accept:
        return "zh"
    wanted = parse_accept_header(accept, LanguageAccept)
    zh = max((q for tag, q in wanted if tag == "*" or tag.lower().startswith("zh")), default=0)
    en = max((q for tag, q in wanted if tag == "*" or tag.lower().startswith("en")), default=0)
    return "zh" if zh >= en and zh > 0 else "en"


def preferred(fields: Mapping[bytes, bytes]) -> str:
    """``zh`` or ``en`` for a request without the parameter ``lang``.

    Args:
        fields: headers of the request, names in lower case.
    """
    chosen = _chosen(fields)
    return chosen or language(fields.get(b"accept-language", b"").decode("latin-1"))


def to_keep(query_string: bytes, fields: Mapping[bytes, bytes]) -> str:
    """The language that the reader of a page chooses with this request, to be kept in the cookie; empty if none.

    A link from another site opens the page in the language that it names, but does not replace an earlier choice.

    Args:
        query_string: query string of the URL.
        fields: headers of the request, names in lower case.
    """
    if b"lang=" not in query_string or b"text/html" not in fields.get(b"accept", b""):
        return ""
    named = parse_qs(query_string.decode("latin-1")).get("lang", [""])[0]
    chosen = _chosen(fields)
    elsewhere = fields.get(b"sec-fetch-site", b"") == b"cross-site"
    return "" if named not in LANGS or named == chosen or (elsewhere and chosen) else named


def cookie(lang: str, path: str, *, secure: bool) -> str:
    """The header ``Set-Cookie`` that keeps the language *lang* for a year, for the pages under *path* alone."""
    return dump_cookie(
        COOKIE, lang, max_age=_YEAR, sync_expires=False, path=path, secure=secure, httponly=True, samesite="Lax"
    )


def _chosen(fields: Mapping[bytes, bytes]) -> str:
    """The language that the cookie keeps; empty if there is none."""
    cookies = fields.get(b"cookie", b"")
    if COOKIE.encode() not in cookies:
        return ""
    lang = parse_cookie(cookies.decode("ascii", "ignore")).get(COOKIE, "")
    return lang if lang in LANGS else ""
