"""Finds the IRI for a name and the label for an IRI.

A name can be in 汉字, 繁體, pinyin, pinyin initials or English; it can be an alias or a slug, or contain a typo.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import inf
from typing import Any, Final

from kg.errors import NotFound, UsageProblem
from kg.terms import Text, class_iri, compact, expand, fold, has_han, local_name, slug
from kg.vocab import COUNT, PASSAGE, TYPE

_FUZZY: Final = 60.0
"""Least similarity (rapidfuzz ratio, 0–100) of a misspelt name that is suggested."""
_CLOSE: Final = 85.0
"""Least similarity of a misspelt name that is suggested although the text is a part of other names."""
_NAMED: Final = 95.0
"""Least score of a thing that has exactly this name, in any spelling."""
_ALIKE: Final = 99.0
"""Similarity of a name with other characters but the same pinyin."""
_SHORT: Final = 2
"""Characters of the shortest name in which one character may be wrong."""
_FEW: Final = 12
"""If no name is similar, all things of a class are listed when there are no more than this many."""
_BETWEEN_WORDS: Final = " ,,."
_BETWEEN_PARTS: Final = re.compile(r"[\s·,,、]+")
"""What stands between the parts of a caption, as its readers write them."""
_BRACKETS: Final = re.compile(r"[((][^()()]*[))]")
_LEGAL_FORM: Final = re.compile(
    r"(?:股份|有限责任|有限|集团|控股|公司|科技|技术|实业"
    r"|[ ,.](?:co|ltd|limited|inc|incorporated|corp|corporation|company|plc|llc|holdings?|group|technolog(?:y|ies))\.?)$",
    re.IGNORECASE,
)
"""The last word of a registered name that says of which legal form or how large the firm is, not what it is called."""
_END: Final = re.compile(r"\w[\w-]*")
_IS_A: Final = Text("是", "is of kind")
"""The name of ``rdf:type`` in a sentence."""


@dataclass(frozen=True)
class Thing:
    """A thing with a label: IRI, class name, label, aliases, folded search keys and codes in registers elsewhere."""

    iri: str
    kind: str
    label: Text
    also: tuple[str, ...]
    keys: tuple[str, ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """A thing found for a text, with a score from 0 to 100."""

    thing: Thing
    score: float


def different(one: Thing, other: Thing) -> tuple[Thing, Thing]:
    """The two things.

    Raises:
        UsageProblem: they are the same.
    """
    if one.iri == other.iri:
        raise UsageProblem(
            Text(f"“{one.label.zh}”与“{other.label.zh}”是同一事物", f"“{one.label.en}” is given twice"),
            hint=Text("给出两个不同的事物", "name two different things"),
        )
    return one, other


class Names:
    """The lookup table of one built graph."""

    def __init__(self, lookup: Mapping[str, Any]) -> None:
        self.things = tuple(
            Thing(
                t["iri"],
                t["kind"],
                Text(t["zh"], t["en"]),
                tuple(t["also"]),
                tuple(t["keys"]),
                tuple(t.get("codes", ())),
            )
            for t in lookup["things"]
        )
        self.terms: Mapping[str, list[str]] = lookup["terms"]
        self._classes: Mapping[str, list[str]] = lookup["classes"]
        self._precedence: Mapping[str, int] = lookup["precedence"]
        self.properties: Collection[str] = frozenset(lookup["properties"])
        self.variants: Mapping[str, str] = lookup["variants"]
        """Traditional character → simplified character, for the characters of all names."""
        self.documents: Mapping[str, str] = lookup["documents"]
        """IRI of each document with passages → its id, with which the names of its passages begin."""
        self._captions: Mapping[str, list[str]] = lookup["captions"]
        self._measure_words: Mapping[str, str] = lookup["measure_words"]
        self._counted: Mapping[str, list[str]] = lookup["counted"]
        self._symbols: Mapping[str, str] = lookup["symbols"]
        self._by_iri = {t.iri: t for t in self.things}

    def get(self, iri: str) -> Thing | None:
        """The thing with this IRI; None if it has no label."""
        return self._by_iri.get(iri)

    def thing(self, iri: str, kind: str = "") -> Thing:
        """The thing with this IRI. If it has no label, one is made from :meth:`label` and *kind*."""
        return self._by_iri.get(iri) or Thing(iri, kind, self.text(iri), (), ())

    def label(self, iri: str, lang: str, *, inverse: bool = False) -> str:
        """A label for *iri*: its label, a property's inverse label, a caption, or else its prefixed name."""
        return self.text(iri, inverse=inverse).pick(lang)

    def text(self, iri: str, *, inverse: bool = False) -> Text:
        """The :meth:`label` of *iri* in both languages."""
        thing = self._by_iri.get(iri)
        if thing:
            return thing.label
        if iri in self.terms:
            zh, en, back_zh, back_en = self.terms[iri]
            return Text(back_zh or zh, back_en or en) if inverse else Text(zh, en)
        if iri in self._captions:
            return Text(*self._captions[iri])
        if iri == TYPE:  # of the vocabulary of RDF itself, of which OWL allows no declaration
            return _IS_A
        name = slug(iri) if iri.startswith(PASSAGE) else compact(iri)
        return Text(name, name)

    def slug(self, iri: str) -> str:
        """A text for addresses that :meth:`resolve` reads as the thing *iri*: the end of its IRI, in any namespace.

        An IRI of another namespace stays whole if its end is not made of letters, digits and hyphens, or if another thing
        has this end or name.
        """
        return self._ends.get(iri) or slug(iri)

    @cached_property
    def _ends(self) -> Mapping[str, str]:
        """IRI of another namespace → its end, if that names no other thing."""
        names = Counter(name for t in self.things for name in {local_name(t.iri), t.label.zh, t.label.en, *t.also})
        foreign = ((t.iri, local_name(t.iri)) for t in self.things if slug(t.iri) == t.iri)
        return {iri: end for iri, end in foreign if names[end] == 1 and _END.fullmatch(end)}

    def unit(self, unit: str, indicator: str, lang: str) -> str:
        """The unit to write after a number, as 美元. For counts, the measure word in Chinese (辆), nothing in English."""
        if unit != COUNT:
            return self.label(unit, lang)
        return (self.measure_word(indicator) or self.label(unit, lang)) if lang == "zh" else ""

    def measure_word(self, counted: str) -> str:
        """The Chinese measure word of a count, as 辆, by the IRI of its indicator or of the figure itself; empty if it has none."""
        return self._measure_words.get(counted, "")

    def symbol(self, unit: str) -> str:
        """The symbol of a unit, as US$ or km; empty if it has none."""
        return self._symbols.get(unit, "")

    def has_name(self, iri: str) -> bool:
        """Whether :meth:`label` has a label or caption for *iri*."""
        return iri in self._by_iri or iri in self.terms or iri in self._captions

    def is_claim(self, iri: str) -> bool:
        """Whether *iri* is an observation, another claim or a breakdown, which have a caption instead of a label."""
        return iri in self._captions

    def is_a(self, kind: str, wanted: str) -> bool:
        """Whether class *kind* is *wanted* or one of its subclasses."""
        return kind == wanted or wanted in self.superclasses(kind)

    def are_akin(self, kinds: Iterable[str], others: Iterable[str]) -> bool:
        """Whether one of *kinds* is one of the classes *others*, or a subclass or superclass of one."""
        beside = list(others)
        return any(self.is_a(kind, other) or self.is_a(other, kind) for kind in kinds for other in beside)

    def superclasses(self, kind: str) -> Sequence[str]:
        """The names of the superclasses of class *kind*, nearest first."""
        return self._classes.get(kind, ())

    @property
    def classes(self) -> Collection[str]:
        """The names of all classes with a label."""
        return self._classes.keys()

    @cached_property
    def kinds(self) -> Sequence[str]:
        """The names of the classes that have a thing with a label, and of their superclasses, in order."""
        used = {thing.kind for thing in self.things}
        return sorted(used.union(*map(self.superclasses, used)))

    def kind_label(self, kind: str, lang: str) -> str:
        """The label of class *kind*."""
        return self.label(class_iri(kind), lang)

    def kind_text(self, kind: str) -> Text:
        """The label of class *kind* in both languages."""
        return self.text(class_iri(kind))

    def kind_plural(self, kind: str) -> Text:
        """The label of class *kind* for several of its things: 企业, companies."""
        return Text(self.kind_label(kind, "zh"), self._counted[kind][1] if kind in self._counted else kind)

    def measure_word_of_kind(self, kind: str) -> str:
        """The Chinese measure word for things of class *kind*, as 家; 个 if the class is unknown."""
        return self._counted[kind][0] if kind in self._counted else "个"

    def counted(self, number: int, kind: str) -> Text:
        """A number of things of class *kind*: 15 家企业, 15 companies."""
        several = self.kind_plural(kind)
        one = self.kind_label(kind, "en") if number == 1 else several.en
        return Text(f"{number} {self.measure_word_of_kind(kind)}{several.zh}", f"{number} {one}")

    def shared_kind(self, iris: Iterable[str]) -> str:
        """The name of the nearest class that all of these things are of; empty if there is none."""
        kinds = list(dict.fromkeys(thing.kind for iri in iris if (thing := self.get(iri))))
        lines = [(kind, *self.superclasses(kind)) for kind in kinds]
        return next((kind for kind in lines[0] if all(kind in line for line in lines)), "") if lines else ""

    def kind_words(self, kind: str) -> tuple[str, str, str]:
        """What a class may be called: its Chinese label, its English label, its local name."""
        return self.kind_label(kind, "zh"), self.kind_label(kind, "en"), re.split("[#/:]", kind)[-1]

    def kind(self, text: str) -> str:
        """The name of the class with the local name, label or IRI *text*.

        Raises:
            UsageProblem: there is no such class, or none of its instances has a label; the hint lists the classes.
        """
        words = {kind: self.kind_words(kind) for kind in self.kinds}
        for kind in self.kinds:
            if fold(text) in map(fold, (kind, *words[kind])):
                return kind
        raise UsageProblem(
            Text(f"没有类别“{text}”", f"there is no kind “{text}”"),
            hint=Text(
                "可选:" + "、".join(f"{zh}({name})" for zh, _, name in words.values()),
                "one of: " + ", ".join(name for _, _, name in words.values()),
            ),
        )

    def of_kind(self, wanted: str) -> list[Thing]:
        """The things of class *wanted* and its subclasses, in IRI order."""
        return [t for t in self.things if self.is_a(t.kind, wanted)]

    def find(self, text: str, kinds: Iterable[str] = (), limit: int = 10) -> list[Match]:
        """The things that match *text*, best first.

        Args:
            text: any spelling of a name, a slug or an IRI.
            kinds: names of the classes to search; empty means all.
            limit: most matches to return.
        """
        candidates, folded = self._of_kinds(kinds), fold(text)
        found = _matches(candidates, text, folded)
        if folded and not any(m.score >= _NAMED for m in found):
            seen = {m.thing.iri for m in found}
            found += [
                m for m in _misspelt(candidates, text, folded, _CLOSE if found else _FUZZY) if m.thing.iri not in seen
            ]
        return sorted(found, key=self._order)[:limit]

    def bearing(self, text: str, *kinds: str) -> list[Thing]:
        """The things of *kinds* with the name *text*, in any spelling, best first.

        A registered name names the organization that is called the same without its legal form, such as 股份有限公司 or Inc.
        """
        if thing := self._by_iri.get(expand(text)):
            return [thing] if not kinds or any(self.is_a(thing.kind, kind) for kind in kinds) else []
        candidates = self._of_kinds(kinds)
        for name in (text, *_without_legal_form(text)):
            found = [m for m in _matches(candidates, name, fold(name)) if m.score >= _NAMED]
            if found:
                return [m.thing for m in sorted(found, key=self._order)]
            candidates = [thing for thing in candidates if self.is_a(thing.kind, "Organization")]
        return []

    def captioned(self, text: str) -> list[str]:
        """IRIs of the figures, claims and breakdowns with the caption or the slug *text*; several may have one caption."""
        folded = fold(text)
        return [
            iri
            for iri, captions in self._captions.items()
            if text == local_name(iri) or (folded and folded in map(fold, captions))
        ]

    def captioned_like(self, text: str, limit: int = 4) -> list[str]:
        """IRIs of the figures, claims and breakdowns whose captions have all words of *text*, else of those written like it."""
        from rapidfuzz import fuzz, process

        words = [folded for word in _BETWEEN_PARTS.split(text) if (folded := fold(word))]
        captions = [(iri, fold(caption)) for iri, both in self._captions.items() for caption in both]
        found = [iri for iri, caption in captions if words and all(word in caption for word in words)]
        if not found:
            near = process.extract(fold(text), [c for _, c in captions], scorer=fuzz.ratio, score_cutoff=_FUZZY)
            found = [captions[at][0] for _, _, at in near]
        return list(dict.fromkeys(found))[:limit]

    def _order(self, match: Match) -> tuple[float, float, str]:
        return -match.score, self._precedence.get(match.thing.kind, inf), match.thing.iri

    def _of_kinds(self, kinds: Iterable[str]) -> list[Thing]:
        wanted = tuple(kinds)
        return [t for t in self.things if not wanted or any(self.is_a(t.kind, k) for k in wanted)]

    def resolve(self, text: str, *kinds: str) -> Thing:
        """The thing with the name *text*; the preferred one if there are several.

        Args:
            text: IRI, ``prefix:slug``, slug, label or alias.
            kinds: names of the classes to search; none means all.

        Raises:
            NotFound: no thing has the name; the hint gives similar names.
        """
        if named := self.bearing(text, *kinds):
            return named[0]
        raise self._unknown(text, kinds)

    def _unknown(self, text: str, kinds: tuple[str, ...]) -> NotFound:
        """The error for a name *text* that no thing of *kinds* has.

        It names a thing of another class with this name; or similar names; or all things of *kinds* if they are few.
        """
        kind = Text(
            "、".join(self.kind_label(k, "zh") for k in kinds), " or ".join(self.kind_label(k, "en") for k in kinds)
        )
        if kinds and (others := self.bearing(text)):
            is_a = self.kind_text(others[0].kind)
            what = Text(f"“{text}”是{is_a.zh},不是{kind.zh}", f"“{text}” is of the kind {is_a.en}, not {kind.en}")
            if meant := [m.thing for m in self.find(text, kinds, limit=4)]:
                zh, en = (comma.join(map(_both, meant)) for comma in ("、", ", "))
                hint = Text(f"名称相近的{kind.zh}:{zh}", f"{kind.en} with such a name: {en}")
                return NotFound(what, hint=hint, near=[thing.iri for thing in meant])
            return NotFound(what, hint=Text(f"可直接看它:{others[0].iri}", f"look at it itself: {others[0].iri}"))
        near = [m.thing for m in self.find(text, kinds, limit=4)]
        everything = sorted({t.iri: t for k in kinds for t in self.of_kind(k)}.values(), key=lambda t: t.iri)
        offered = near or (everything if len(everything) <= _FEW else [])
        both = [_both(thing) for thing in offered]
        if near:
            hint = Text(f"是不是:{'、'.join(both)}?", f"did you mean: {', '.join(both)}?")
        elif both:
            hint = Text(f"可选:{'、'.join(both)}", f"one of: {', '.join(both)}")
        else:
            hint = Text("用 kg find 查找名称", "look names up with kg find")
        return NotFound(
            Text(
                f"找不到名为“{text}”的{kind.zh or '事物'}",
                f"nothing is named “{text}”{f' among {kind.en}' if kinds else ''}",
            ),
            hint=hint,
            near=[thing.iri for thing in offered],
        )


def _both(thing: Thing) -> str:
    """The label in both languages, for somebody who asked in either."""
    zh, en = thing.label.zh, thing.label.en
    return zh if zh == en else f"{zh} / {en}"


def _matches(candidates: Iterable[Thing], text: str, folded: str) -> list[Match]:
    return [Match(thing, score) for thing in candidates if (score := _score(thing, text, folded))]


def _score(thing: Thing, text: str, folded: str) -> float:
    """The score: 100 for the label or IRI, less for an alias, another spelling, a prefix or a substring; 0 for no match."""
    if text in (thing.label.zh, thing.label.en, thing.iri) or expand(text) == thing.iri:
        return 100.0
    if text in thing.also or text == local_name(thing.iri):
        return 99.0
    if not folded:
        return 0.0
    if folded in thing.keys:
        if folded in (fold(thing.label.zh), fold(thing.label.en)):
            return 97.0
        initials = len(folded) <= _SHORT and folded.isascii() and not _is_written(folded, thing)
        return 90.0 if initials else _NAMED  # two initials fit many names
    best = _NAMED if folded in thing.codes else 0.0
    for key in thing.keys:
        if len(folded) > 1 and folded in key:
            start = 80.0 if key.startswith(folded) else 70.0
            best = max(best, start + 10.0 * len(folded) / len(key))
    return best


def _misspelt(candidates: list[Thing], text: str, folded: str, least: float) -> list[Match]:
    """The names with the same pinyin, then those with a similar spelling; all scores are below those of true matches."""
    from rapidfuzz import fuzz, process

    keys = [(key, thing) for thing in candidates for key in thing.keys]
    sound, written = _sound(text), keys
    if len(folded) == _SHORT:  # one of two characters may differ (ratio 50), in names of two characters only
        least = 50.0
        written = [pair for pair in keys if len(pair[0]) == _SHORT and _is_written(*pair)]
    near = process.extract(folded, [k for k, _ in written], scorer=fuzz.ratio, score_cutoff=least, limit=50)
    scored = [(written[at], score) for _, score, at in near]
    scored += [(pair, _ALIKE) for pair in keys if sound and pair[0] == sound]
    best: dict[str, Match] = {}
    for (_, thing), score in scored:
        scaled = score * 0.69
        if thing.iri not in best or best[thing.iri].score < scaled:
            best[thing.iri] = Match(thing, scaled)
    return list(best.values())


def _without_legal_form(text: str) -> Iterator[str]:
    """*text* without places in brackets, and without one after the other of the words of a legal form at its end."""
    name = _BRACKETS.sub("", text).strip()
    while found := _LEGAL_FORM.search(name):
        name = name[: found.start()].rstrip(_BETWEEN_WORDS)
        if len(fold(name)) < _SHORT:
            return
        yield name


def _is_written(key: str, thing: Thing) -> bool:
    """Whether *key* is the folded spelling of a name, not its pinyin or initials."""
    return key in map(fold, (thing.label.zh, thing.label.en, *thing.also))


def _sound(text: str) -> str:
    """The folded pinyin of a text with 汉字; empty for other text."""
    if not has_han(text):
        return ""
    return fold("".join(pinyin_converter()(text)))


@cache
def pinyin_converter() -> Callable[[str], list[str]]:
    """pypinyin's converter without its phrase dictionary, which takes four fifths of its memory and time.

    A build in the same process needs the dictionary. So the module is removed from ``sys.modules`` afterwards, and a later
    import loads it with the dictionary.
    """
    variable = "PYPINYIN_NO_PHRASES"
    before = os.environ.get(variable)
    os.environ[variable] = "1"
    try:
        from pypinyin import Style, lazy_pinyin
    finally:
        del os.environ[variable]
        if before is not None:
            os.environ[variable] = before
        for name in [m for m in sys.modules if m.partition(".")[0] == "pypinyin"]:
            del sys.modules[name]
    return lambda text: lazy_pinyin(text, style=Style.NORMAL)
