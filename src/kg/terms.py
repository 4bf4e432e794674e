"""Words about words: bilingual text, compact IRIs, names folded for comparison, widths of 汉字."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Final, Literal

import pyoxigraph as ox

from kg.vocab import BASE, PREFIXES

Lang = Literal["zh", "en"]
LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")


@dataclass(frozen=True)
class Text:
    """The same words in Chinese and in English; neither can be left out."""

    zh: str
    en: str

    def pick(self, lang: str) -> str:
        """The words in *lang*; anything but ``zh`` reads English."""
        return self.zh if lang == "zh" else self.en

    def plain(self) -> dict[str, str]:
        """Both by their language, as JSON has them."""
        return {"zh": self.zh, "en": self.en}


_BY_LENGTH = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


def compact(iri: str) -> str:
    """``prefix:name`` where a prefix of the project fits, else the IRI unchanged."""
    for prefix, namespace in _BY_LENGTH:
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def expand(name: str) -> str:
    """The IRI of ``prefix:name`` or ``<IRI>``; a text with no known prefix comes back unchanged."""
    if name[:1] == "<" and name[-1:] == ">":
        return name[1:-1]
    prefix, colon, local = name.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else name


def is_url(place: object) -> bool:
    """Whether *place* names a store by URL rather than a folder."""
    return str(place).startswith(("http://", "https://"))


def slug(iri: str) -> str:
    """The last step of one of our IRIs (``landspace`` of ``…/organization/landspace``)."""
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1] if iri.startswith(BASE) else iri


def fold(name: str) -> str:
    """*name* for comparison: NFKC (full-width → half-width), case-folded, letters and digits only."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def cell_width(text: str) -> int:
    """Columns that *text* takes in a terminal: 汉字 two (UAX #11), control characters none."""
    from wcwidth import wcswidth, wcwidth

    whole = wcswidth(text)
    return whole if whole >= 0 else sum(max(wcwidth(character), 0) for character in text)


def amount(number: float, lang: str) -> str:
    """A number as people of *lang* read it: 6582.2亿, 658.22 billion; small ones plain."""
    if isinstance(number, float) and not isfinite(number):
        return special(number)
    if abs(number) > _MOST:
        return str(number)
    steps = _ZH_STEPS if lang == "zh" else _EN_STEPS
    for size, word in steps:
        if abs(number) >= size:
            return f"{_short(number / size)}{word}"
    return _short(number)


def special(number: float) -> str:
    """NaN or an infinity as XML Schema writes it: ``NaN``, ``INF``, ``-INF``."""
    return "NaN" if isnan(number) else "INF" if number > 0 else "-INF"


_MOST: Final = 10**300
"""Beyond this, a whole number cannot be divided as a float."""
_ZH_STEPS: Final = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
_EN_STEPS: Final = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))


def _short(number: float) -> str:
    """At most four decimals, no trailing zeros, thousands separated; what is smaller than that by its first four digits."""
    text = f"{number:,.4f}".rstrip("0").rstrip(".")
    return text if text not in ("0", "-0") else f"{number:.4g}" if number else "0"


def iri(term: object) -> str:
    """The IRI of a named node; empty for any other term and for the default graph."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def lexical(term: object) -> str:
    """The text of an IRI, literal or blank node, whatever its kind."""
    return str(getattr(term, "value", ""))


def language(term: object) -> str | None:
    """The language tag of a literal that has one."""
    return term.language if isinstance(term, ox.Literal) else None
