"""Finds a number in a line of text, with its scale, unit and comparator, as Chinese and English texts print them, and with
the words that make it a forecast, a rise or fall, or a comparison."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from kg.terms import iri, lexical
from kg.vocab import COUNT, HIDDEN_LABEL, IVC, IVL, LABEL, TYPE

_SCALES: Final = {
    "万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4,
    "trillion": 10**12, "billion": 10**9, "bn": 10**9, "million": 10**6, "thousand": 10**3,
}  # fmt: skip
_SCALE: Final = re.compile("|".join(sorted(_SCALES, key=len, reverse=True)), re.IGNORECASE)
_WORDED: Final = {"10000000": "千万", "1000000": "百万"}
"""Number → the word that prints it without a digit."""
_DIGITS: Final = "零一二三四五六七八九"
_PLACES: Final = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
_ONES: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_PARTS: Final = {
    2: "half|halves", 3: "third", 4: "quarter|fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth", 10: "tenth",
}  # fmt: skip
"""Denominator → its word in English, without the s of several."""
_NAMED: Final = {
    "50": (("一半|半数|过半|(?<!first )(?<!second )half", "percent"),),
    "100": (("翻(?:一)?番|翻倍|doubl(?:e|es|ed|ing)", "percent"),),
    "2": (("翻(?:一)?番|翻倍|doubl(?:e|es|ed|ing)|twice", "times"),),
    "3": (("tripl(?:e|es|ed|ing)", "times"),),
}
"""Number → words that print it with its unit."""
_CALENDAR: Final = re.compile(
    r"(?:19|20)\d\d\s*年|\d+\s*(?:财年|季度|月|日)|(?<![A-Za-z])(?:FY|Q|H)\s?['’]?\d+|(?<!\d)[1-4][QH](?![A-Za-z])|(?:in|since)\s+(?:19|20)\d\d(?=\s*(?:[,.;:]|$))"
)
"""Digits that name a time: a year, a quarter, a fiscal year, a day."""
_TO: Final = re.compile(r"\s*(?:至|到|-|—+|–|~|to\b|and\b)\s*[\d.]+\s*")
"""From the low end of a range to behind the number of its high end."""
_FROM: Final = re.compile(r"\d\D{0,4}(?:至|到|-|—|–|~|to|and)\s*$")
"""What stands before the high end of a range."""
_COMPARED: Final = IVC + "comparedWith"
_STOP: Final = re.compile(r"[,。;:!?、()\n]|\d")
_COMMA: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
"""A comma inside a number."""
_REMARKS: Final = ("ObservationStatus", "Direction")
"""Classes of list members whose words tell what kind of figure a number is; those of ``ivc:comparedWith`` do so too."""
NUMBER: Final = "…"
"""What stands for the number in ``skos:hiddenLabel``."""


def normal(text: str) -> str:
    """*text* with half-width characters and without the commas inside numbers."""
    return _COMMA.sub("", unicodedata.normalize("NFKC", text))


def normal_places(text: str) -> tuple[str, list[int]]:
    """:func:`normal` of *text*, and for each of its characters, and for its end, the offset in *text*."""
    characters = [(plain, n) for n, character in enumerate(text) for plain in unicodedata.normalize("NFKC", character)]
    whole = "".join(plain for plain, _ in characters)
    commas = {found.start() for found in _COMMA.finditer(whole)}
    kept = [pair for at, pair in enumerate(characters) if at not in commas]
    return "".join(plain for plain, _ in kept), [*(n for _, n in kept), len(text)]


@dataclass(frozen=True)
class Words:
    """How texts print units and comparators: pairs of a word and the IRI it stands for, the longest word first.

    Attributes:
        before: comparators before the number.
        after: comparators behind it.
        signs: units before the number.
        units: units behind it.
        remarks_before: status, direction and comparison (``ivc:comparedWith``) before the number.
        remarks_after: the same behind it.
    """

    before: list[tuple[str, str]]
    after: list[tuple[str, str]]
    signs: list[tuple[str, str]]
    units: list[tuple[str, str]]
    remarks_before: list[tuple[str, str]] = field(default_factory=list)
    remarks_after: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, quads: Iterable[ox.Quad]) -> Words:
        """The words in the ontology among *quads*: ``skos:hiddenLabel``, and the labels and symbols of units."""
        kinds: dict[str, str] = {}
        texts: dict[str, set[str]] = defaultdict(set)
        for quad in quads:
            if quad.predicate.value == TYPE:
                kinds[iri(quad.subject)] = iri(quad.object)
            elif quad.predicate.value in (LABEL, IVC + "symbol", HIDDEN_LABEL):
                texts[iri(quad.subject)].add(NUMBER.join(map(normal, lexical(quad.object).split(NUMBER))))

        kinds[_COMPARED] = _COMPARED

        def pairs(*classes: str, before: bool) -> list[tuple[str, str]]:
            found = {
                (word.strip(NUMBER), node)
                for node in texts
                if kinds.get(node, "").removeprefix(IVC) in classes and node != COUNT
                for word in texts[node]
                if word.endswith(NUMBER) == before and ("Unit" in classes or NUMBER in word)
            }
            return sorted(found, key=lambda pair: (-len(pair[0]), pair))

        remarks = (*_REMARKS, _COMPARED.removeprefix(IVC))
        return cls(
            pairs("Comparator", before=True),
            pairs("Comparator", before=False),
            pairs("Unit", before=True),
            pairs("Unit", before=False),
            pairs(*remarks, before=True),
            pairs(*remarks, before=False),
        )


@dataclass(frozen=True)
class PrintedNumber:
    """A number where it is printed.

    Attributes:
        scale: the multiplier that its scale word names.
        units: IRIs of the units whose words stand at it; empty if there is none.
        comparators: IRIs of the comparators whose words stand at it; empty if there is none.
        near: IRIs of the comparators whose words stand in the same clause.
        remarks: IRIs of the statuses and directions, and ``ivc:comparedWith``, whose words stand in the same clause.
        direct: those of them whose words stand at the number, or at the comparator before it.
        start: where the number begins in the text.
        end: where its unit ends, or its scale word, or the number.
    """

    scale: int
    units: frozenset[str]
    comparators: frozenset[str]
    near: frozenset[str]
    start: int
    end: int
    remarks: frozenset[str] = frozenset()
    direct: frozenset[str] = frozenset()


def printed_numbers(value: str, text: str, words: Words) -> Iterator[PrintedNumber]:
    """The places of *text*, which is :func:`normal`, at which *value* is printed."""
    plain = f"{float(value):f}".rstrip("0").rstrip(".")
    times = [found.span() for found in _CALENDAR.finditer(text)]
    for found in re.finditer(rf"(?<![\d.]){re.escape(plain)}(?:\.0+)?(?![\d]|\.\d)", text):
        if not any(start <= found.start() < end for start, end in times):
            yield _printed(text, found.start(), found.end(), words)
    if word := _WORDED.get(plain):
        for found in re.finditer(word, text):
            yield _printed(text, found.start(), found.end(), words)
    for form, unit in (*_in_words(plain), *_in_parts(plain), *_NAMED.get(plain, ())):
        for found in re.finditer(form, text, re.IGNORECASE):
            printed = _printed(text, found.start(), found.end(), words)
            if unit or printed.units or printed.scale > 1:
                units = printed.units | ({IVL + unit} if unit else frozenset())
                more = {IVL + "gt"} if found[0] == "过半" else frozenset()
                yield replace(printed, units=units, comparators=printed.comparators | more)


def prints_count(number: str, text: str) -> bool:
    """Whether *text*, which is :func:`normal`, prints the whole number *number*, in digits or in words (六家, 四小龙)."""
    digits = rf"(?<![\d.]){number}(?![\d]|\.\d)"
    return any(re.search(form, text, re.IGNORECASE) for form in (digits, *(form for form, _ in _in_words(number))))


def _in_words(plain: str) -> Iterator[tuple[str, str]]:
    """The number in words, with the unit that they imply."""
    whole, _, part = plain.partition(".")
    if not whole.isdecimal() or not 0 < float(plain) < 10**4:
        return
    number = int(whole)
    han = _han(number) + ("点" + "".join(_DIGITS[int(digit)] for digit in part) if part else "")
    yield rf"(?<![{_DIGITS}两十百千点第]){han}(?![{_DIGITS}十点]|[百千](?!万))", ""
    if part or number >= 100:
        return
    tens, ones = divmod(number, 10)
    if tens:
        yield (
            f"{_DIGITS[tens]}成"
            + (f"(?:{_DIGITS[ones]}{'|半' if ones == 5 else ''})" if ones else f"(?![{_DIGITS}半])"),
            "percent",
        )
    english = _ONES[number] if number < 20 else _TENS[tens - 2] + (f"[- ]{_ONES[ones]}" if ones else "")
    yield rf"(?<![\w-]){english}(?![\w-])", ""


def _han(number: int) -> str:
    """A number below ten thousand in 汉字, as a regular expression: 二 and 两 are one."""
    text, gap = "", False
    for size, place in _PLACES:
        digit = number // size % 10
        if not digit:
            gap = bool(text)
            continue
        two = "[二两]" if size >= 100 or number == 2 else "二"
        text += (
            ("零" if gap else "")
            + (two if digit == 2 else "" if number < 20 and size == 10 else _DIGITS[digit])
            + place
        )
        gap = False
    return text or _DIGITS[0]


def _in_parts(plain: str) -> Iterator[tuple[str, str]]:
    """The fractions that are the number, rounded as it is: as percent or as a multiple."""
    places = len(plain.partition(".")[2])
    for whole, names in _PARTS.items():
        for part in range(1, whole):
            han = "十" if whole == 10 else _DIGITS[whole]
            several = f"{_ONES[part]}[- ](?:{names}){'s' if part > 1 else ''}"
            form = rf"{han}分之{_DIGITS[part]}|(?<![\w-]){several}(?!\w)" + (
                rf"|\ba (?:{names}) of\b" if part == 1 else ""
            )
            if Decimal(plain) == round(Decimal(100 * part) / whole, places):
                yield form, "percent"
            if places and Decimal(plain) == round(Decimal(part) / whole, places):
                yield form, "times"


def _printed(text: str, start: int, end: int, words: Words) -> PrintedNumber:
    scale, at = _scale(text, end)
    units, at = _unit(text, at, words)
    low, high = _TO.match(text, at), _FROM.search(text[max(0, start - 12) : start])
    if low and not units:  # 30至40亿元: what stands behind the second number is of both
        scale, behind = _scale(text, low.end())
        units, _ = _unit(text, behind, words)
    head = text[:start].rstrip()
    sign = next((pair for pair in words.signs if re.search(_alone(pair[0]) + r"$", head)), None)
    if sign:
        head, units = head.removesuffix(sign[0]).rstrip(), units | {sign[1]}
    here = _longest(words.before, lambda word: head.lower().endswith(word.lower()))
    here |= _longest(words.after, lambda word: _stands_behind(word, text, (end, at)))
    if low or high:
        here |= {IVL + name for name in (("ge", "gt", "eq") if low else ("le", "lt", "eq"))}
    behind_it = _STOP.split(text[at:])[0]
    near = _said(words.before, _STOP.split(head)[-1]) | _said(words.after, behind_it)
    before = _STOP.split(_without_times(head))[-1]
    remarks = _said(words.remarks_before, before) | _said(words.remarks_after, behind_it)
    bare = _comparator(words).sub("", before)
    direct = {node for word, node in words.remarks_before if bare.endswith(word)}
    direct |= {node for word, node in words.remarks_after if behind_it.lstrip().startswith(word)}
    return PrintedNumber(scale, units, frozenset(here), near, start, at, remarks, frozenset(direct))


def _said(pairs: Iterable[tuple[str, str]], clause: str) -> frozenset[str]:
    """What the words in *clause* stand for."""
    return frozenset(node for word, node in pairs if word in clause)


def _without_times(text: str) -> str:
    """*text* with a mark that ends no clause in place of each year, quarter and day."""
    return _CALENDAR.sub("·", text)


def _comparator(words: Words) -> re.Pattern[str]:
    """What may stand between a verb and its number: 了, and a comparator (增长了约)."""
    return re.compile(rf"\s*了?(?:{'|'.join(re.escape(word) for word, _ in words.before) or '(?!)'})?\s*$")


def _scale(text: str, at: int) -> tuple[int, int]:
    """The multiplier of the scale word at *at*, and where the text goes on."""
    found = re.compile(rf"\s*({_SCALE.pattern})", re.IGNORECASE).match(text, at)
    return (_SCALES[found[1].lower()], found.end()) if found else (1, at)


def _unit(text: str, at: int, words: Words) -> tuple[frozenset[str], int]:
    """The units whose longest word stands at *at*, and where the text goes on. A word in letters ends with a letter's end."""
    rest = text[at:].lstrip()
    here = at + len(text[at:]) - len(rest)
    fits = [
        (word, node)
        for word, node in words.units
        if rest.startswith(word)
        and not (
            word[-1].isascii()
            and word[-1].isalpha()
            and rest[len(word) : len(word) + 1].isascii()
            and rest[len(word) : len(word) + 1].isalpha()
        )
    ]
    longest = len(fits[0][0]) if fits else 0
    return frozenset(node for word, node in fits if len(word) == longest), here + longest if fits else at


def _alone(word: str) -> str:
    """A regular expression for *word* where no letter before it makes another word or sign of it (NT$)."""
    return rf"(?<![A-Za-z]){re.escape(word)}"


def _longest(pairs: Iterable[tuple[str, str]], fits: Callable[[str], bool]) -> set[str]:
    """What the longest word that *fits* stands for."""
    found = [(word, node) for word, node in pairs if fits(word)]
    return {node for word, node in found if len(word) == len(found[0][0])}


def _stands_behind(word: str, text: str, places: Iterable[int]) -> bool:
    """Whether *word* stands at one of *places*; a word of two 汉字 may have a measure word before it (2300座以上)."""
    gap = r"\s*[^\d\s,。;:!?、()]{0,2}?" if len(word) > 1 else r"\s*"
    return any(re.compile(gap + re.escape(word)).match(text, at) for at in places)
