"""Helpers for texts and RDF terms: bilingual text, prefixed names, folding, text width, numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
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
    """The last segment of an IRI in the project's namespace (``qinglan`` of ``…/organization/qinglan``).

    Any other IRI is returned unchanged; :meth:`kg.ask.names.Names.slug` may have a shorter name for it.
    """
    return local_name(iri) if iri.startswith(BASE) else iri


def local_name(iri: str) -> str:
    """What stands behind the last ``#`` or ``/`` of an IRI of any namespace; another namespace may have the same name."""
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


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

    Other words that end in s lose it too. This is harmless, because both sides of a comparison are folded.
    """
    if not word.isascii() or not word.isalpha():
        return word
    return _PLURAL.sub(lambda ending: "y" if ending["y"] else "", word)


def plural(label: str) -> str:
    """The plural of an English label by the general rule: companies, branches, products."""
    if re.search("[^aeiou]y$", label):
        return f"{label[:-1]}ies"
    return f"{label}es" if re.search("(s|x|ch|sh)$", label) else f"{label}s"


def cell_width(text: str) -> int:
    """The number of terminal columns of *text*: 汉字 have two (UAX #11), control characters none."""
    from wcwidth import wcswidth, wcwidth

    whole = wcswidth(text)
    return whole if whole >= 0 else sum(max(wcwidth(character), 0) for character in text)


_SCALE: Final = "(?: ?[万亿]+| (?:(?:m|b|tr)illion|%))"
NUMBER: Final = re.compile(rf"[-+]?\d[\d,.]*(?:[eE][-+]?\d+)?{_SCALE}?")
"""A number with its 万, 亿 or million."""
WIDE: Final = "\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U0001f300-\U0003fffd"
"""Characters that are two columns wide, for a class of a regular expression."""
PIECE: Final = re.compile(
    rf"[(\[“‘《〈「『【〔(]*(?:[^\s{WIDE}]+(?:(?<=\d){_SCALE})?|[{WIDE}])[)\]”’》〉」』】〕),。、;:?!…—]*"
)
"""What is never broken: a word, a number with its 亿, an identifier or one 汉字, with its punctuation."""


def amount(number: float, lang: str, *, calculated: bool = False) -> str:
    """A number as people write it: 6582.2 亿, 10,644.6 亿, 658.22 billion, 97.5; small numbers without 万 or million.

    No digit that a document may have printed is lost: the word (万, 亿, 万亿; million, billion, trillion) is the largest
    one that needs no more decimals than there are zeros between it and the next smaller word. A calculated number has no
    more digits than those that it comes from: it is rounded to four significant digits, but never to fewer than one decimal.

    Args:
        number: the number in single units.
        lang: ``zh`` or ``en``.
        calculated: whether it is the result of a calculation. A number of more digits than people print is so in any case.
    """
    if isinstance(number, float) and not isfinite(number):
        return special(number)
    if not number or abs(number) > _MOST:
        return str(number or 0)
    digits = Decimal(repr(number))
    rounded = calculated or len(digits.normalize().as_tuple().digits) > _PRINTED
    zeros, steps = _ZH_STEPS if lang == "zh" else _EN_STEPS
    for size, word in steps:
        part = digits.scaleb(-size)
        if abs(part) >= _ONE and rounded:
            return f"{_rounded(part, lang)} {word}"
        if abs(part) >= 1 and _decimals(part) <= zeros:
            return f"{_grouped(part, lang)} {word}"
    return _rounded(digits, lang) if rounded else _grouped(digits, lang)


def exact(number: float) -> str:
    """A number with all its digits, thousands separated by commas: 1,064,460,000,000."""
    if isinstance(number, float) and not isfinite(number):
        return special(number)
    return f"{number:,}".removesuffix(".0")


def in_full(number: float, lang: str) -> str:
    """A number with all its digits and, if it is large, as people write it: 1,064,460,000,000 (1.064 万亿)."""
    told = amount(number, lang)
    return f"{exact(number)} ({told})" if " " in told else exact(number)


def special(number: float) -> str:
    """The lexical form of NaN or an infinity in XML Schema: ``NaN``, ``INF``, ``-INF``."""
    return "NaN" if isnan(number) else "INF" if number > 0 else "-INF"


_MOST: Final = 10**300
"""Larger integers are written in full."""
_ZH_STEPS: Final = (4, ((12, "万亿"), (8, "亿"), (4, "万")))
_EN_STEPS: Final = (3, ((12, "trillion"), (9, "billion"), (6, "million")))
"""Zeros between a word and the next smaller one, and the words with their zeros."""
_PRINTED: Final = 12
"""Most significant digits of a number that may be printed; one with more, as 10/3, is the result of a calculation."""
_DIGITS: Final = 4
"""Significant digits of a calculated number for people."""
_ONE: Final = Decimal("0.99995")
"""What is rounded to 1: 9999.99 亿 is 1 万亿."""


def _rounded(number: Decimal, lang: str) -> str:
    """*number* with the digits of a calculated one, a half rounded up."""
    size = number.adjusted()
    places = max(1, _DIGITS - 1 - size)
    if size < -_DIGITS:
        return f"{float(number):.{_DIGITS}g}"
    with localcontext(prec=max(_DIGITS, size) + places + 2):
        return _grouped(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), lang)


def _grouped(number: Decimal, lang: str) -> str:
    """*number* with all its digits, without zeros at the end of the decimals.

    Thousands are separated by commas; in Chinese from 10,000 on, because 6582 亿 is written without.
    """
    if number.adjusted() < -_DIGITS:
        return repr(float(number))
    text = f"{number:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(",", "") if lang == "zh" and abs(number) < 10_000 else text


def _decimals(number: Decimal) -> int:
    """How many decimals *number* has, without zeros at their end."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def iri(term: object) -> str:
    """The IRI of a named node; empty for any other term and for the default graph."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def lexical(term: object) -> str:
    """The text of any term: an IRI, a literal's lexical form or a blank node's label."""
    return str(getattr(term, "value", ""))


def language(term: object) -> str | None:
    """The language tag of a literal; None if it has none."""
    return term.language if isinstance(term, ox.Literal) else None
