"""Helpers for texts and RDF terms: bilingual text, prefixed names, folding, text width, numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Final, Literal

import pyoxigraph as ox

from kg.vocab import BASE, IVC, PREFIXES

Lang = Literal["zh", "en"]
LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")


@dataclass(frozen=True)
class Text:
    """A text in Chinese and in English."""

    zh: str
    en: str

    def pick(self, lang: str) -> str:
        """The Chinese text for ``zh``, else the English text."""
        return self.zh if lang == "zh" else self.en

    def plain(self) -> dict[str, str]:
        """Language → text, as JSON values."""
        return {"zh": self.zh, "en": self.en}


def listed(texts: Iterable[Text]) -> Text:
    """The texts as a list, with the comma that each language has between the members of one."""
    both = list(texts)
    return Text("、".join(text.zh for text in both), ", ".join(text.en for text in both))


_BY_LENGTH = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


def compact(iri: str) -> str:
    """``prefix:name`` if a prefix of the project fits, else the IRI unchanged."""
    for prefix, namespace in _BY_LENGTH:
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def expand(name: str) -> str:
    """The IRI of ``prefix:name`` or ``<IRI>``; a text without a known prefix is returned unchanged."""
    if name[:1] == "<" and name[-1:] == ">":
        return name[1:-1]
    prefix, colon, local = name.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else name


def is_url(place: object) -> bool:
    """Whether *place* is the URL of a store, not a folder."""
    return str(place).startswith(("http://", "https://"))


def slug(iri: str) -> str:
    """The last segment of an IRI in the project's namespace (``landspace`` of ``…/organization/landspace``).

    Any other IRI is returned unchanged.
    """
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1] if iri.startswith(BASE) else iri


def class_name(iri: str) -> str:
    """The name of the class *iri*: its local name if the packaged ontology has it, else the IRI."""
    return iri.removeprefix(IVC)


def class_iri(name: str) -> str:
    """The IRI of the class with this :func:`class_name`."""
    return name if ":" in name else IVC + name


_PLURAL: Final = re.compile(r"(?P<y>(?<=[a-z]{2})ies)$|(?<=ss)es$|(?<=x)es$|(?<=[cs]h)es$|(?<=[a-z][a-hj-rtv-z])s$")
_WORD: Final = re.compile("[a-z]{4,}")
"""A word that is long enough to be a plural."""


def has_han(text: str) -> bool:
    """Whether *text* has a 汉字."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def fold(name: str) -> str:
    """*name* for comparison: NFKC (full-width → half-width), case-folded, English words in the singular, letters and
    digits only."""
    text = _WORD.sub(lambda word: singular(word[0]), unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in text if c.isalnum())


def singular(word: str) -> str:
    """A folded English word without the ending of the plural or of the third person; any other text unchanged.

    What is neither loses the same in every spelling.
    """
    if not word.isascii() or not word.isalpha():
        return word
    return _PLURAL.sub(lambda ending: "y" if ending["y"] else "", word)


def cell_width(text: str) -> int:
    """The number of terminal columns of *text*: 汉字 have two (UAX #11), control characters none."""
    from wcwidth import wcswidth, wcwidth

    whole = wcswidth(text)
    return whole if whole >= 0 else sum(max(wcwidth(character), 0) for character in text)


_SCALE: Final = "(?:[万亿]+| (?:(?:m|b|tr)illion|%))"
NUMBER: Final = re.compile(rf"[-+]?\d[\d,.]*(?:[eE][-+]?\d+)?{_SCALE}?")
"""A number with its 万, 亿 or million."""
_WIDE: Final = "\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U0001f300-\U0003fffd"
PIECE: Final = re.compile(
    rf"[(\[“‘《〈「『【〔(]*(?:[^\s{_WIDE}]+(?:(?<=\d){_SCALE})?|[{_WIDE}])[)\]”’》〉」』】〕),。、;:?!…—]*"
)
"""What is never broken: a word, a number with its 亿, an identifier or one 汉字, with its punctuation."""


def amount(number: float, lang: str) -> str:
    """A number with the units of *lang*: 6582.2亿, 658.22 billion; small numbers without a unit."""
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
    """The lexical form of NaN or an infinity in XML Schema: ``NaN``, ``INF``, ``-INF``."""
    return "NaN" if isnan(number) else "INF" if number > 0 else "-INF"


_MOST: Final = 10**300
"""Larger integers are written in full, because dividing them as floats could overflow."""
_ZH_STEPS: Final = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
_EN_STEPS: Final = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))


def _short(number: float) -> str:
    """At most four decimals, no trailing zeros, thousands separators; smaller numbers with four significant digits."""
    text = f"{number:,.4f}".rstrip("0").rstrip(".")
    return text if text not in ("0", "-0") else f"{number:.4g}" if number else "0"


def iri(term: object) -> str:
    """The IRI of a named node; empty for any other term and for the default graph."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def lexical(term: object) -> str:
    """The text of any term: an IRI, a literal's lexical form or a blank node's label."""
    return str(getattr(term, "value", ""))


def language(term: object) -> str | None:
    """The language tag of a literal; None if it has none."""
    return term.language if isinstance(term, ox.Literal) else None
