"""Content negotiation for media types and languages (RFC 9110 12.5), with Werkzeug's parser of Accept headers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header


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
