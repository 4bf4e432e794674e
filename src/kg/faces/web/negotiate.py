"""Which of the offered formats and languages a client prefers (RFC 9110 12.5), by Werkzeug's reading of Accept."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header


def media(accept: str, offered: Sequence[str]) -> str | None:
    """The media type of *offered* that suits *accept* best, the first of equals; None if none is acceptable.

    Args:
        accept: the Accept header; empty accepts everything.
        offered: media types, the preferred one first.
    """
    if not accept:
        return offered[0]
    wanted = parse_accept_header(accept, MIMEAccept)
    best = max(((wanted.quality(m), -n) for n, m in enumerate(offered)), default=(0.0, 0))
    return offered[-best[1]] if best[0] > 0 else None


def language(accept: str) -> str:
    """``zh`` or ``en``; Chinese where both suit alike, English where only other languages are asked for."""
    if not accept:
        return "zh"
    wanted = parse_accept_header(accept, LanguageAccept)
    zh = max((q for tag, q in wanted if tag == "*" or tag.lower().startswith("zh")), default=0)
    en = max((q for tag, q in wanted if tag == "*" or tag.lower().startswith("en")), default=0)
    return "zh" if zh >= en and zh > 0 else "en"
