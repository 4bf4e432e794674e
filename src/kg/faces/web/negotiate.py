"""Which of the offered formats and languages a client prefers (RFC 9110 12.5), by Werkzeug's reading of Accept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header


def media(accept: str, offered: Sequence[str]) -> str | None:
    """The media type of *offered* that suits *accept* best, the first of equals; None if none is acceptable.

    Args:
        accept: the Accept header; empty accepts everything. Its parameters but ``q`` (charset, profile) are not looked
            at: each format here has one form only.
        offered: media types, the preferred one first.
    """
    return _media(accept, tuple(offered)) if accept else offered[0]


@lru_cache(maxsize=1024)  # clients send few different headers, and reading one takes longer than most queries
def _media(accept: str, offered: tuple[str, ...]) -> str | None:
    wanted = MIMEAccept((range_.partition(";")[0].strip(), q) for range_, q in parse_accept_header(accept))
    best = max(((wanted.quality(m), -n) for n, m in enumerate(offered)), default=(0.0, 0))
    return offered[-best[1]] if best[0] > 0 else None


@lru_cache(maxsize=1024)
def language(accept: str) -> str:
    """``zh`` or ``en``; Chinese where both suit alike, English where only other languages are asked for."""
    if not accept:
        return "zh"
    wanted = parse_accept_header(accept, LanguageAccept)
    zh = max((q for tag, q in wanted if tag == "*" or tag.lower().startswith("zh")), default=0)
    en = max((q for tag, q in wanted if tag == "*" or tag.lower().startswith("en")), default=0)
    return "zh" if zh >= en and zh > 0 else "en"
