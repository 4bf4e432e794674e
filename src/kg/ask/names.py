"""Any name → IRI, and IRI → name: 汉字, 繁體, pinyin, initials, English, alias, slug, a typo."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from kg.errors import NotFound, UsageProblem
from kg.terms import Text, compact, expand, fold, slug
from kg.vocab import IVC, IVL, PASSAGE

_FUZZY: Final = 60.0
"""Least similarity (rapidfuzz ratio, 0–100) at which a misspelt name is still offered."""
_CLOSE: Final = 85.0
"""Least similarity at which one is offered beside names of which the text is a part."""
_NAMED: Final = 95.0
"""Least score of a thing that bears the very name."""
_ALIKE: Final = 99.0
"""Similarity of a name that is spelt otherwise but sounds the same."""
_SHORT: Final = 2
"""Characters of the shortest name in which one may be wrong."""
_FEW: Final = 12
"""Things of a kind that are all named where nothing comes near."""
COUNT: Final = IVL + "count"
_PREFERENCE: Final = (
    "Industry",
    "Company",
    "ResearchBody",
    "PublicBody",
    "Organization",
    "Technology",
    "Product",
    "Segment",
    "Region",
    "Application",
    "Policy",
    "Project",
    "Sector",
    "Stage",
    "ChainView",
)
"""Which thing a bare name means when several kinds bear it: the first in this list."""


@dataclass(frozen=True)
class Thing:
    """A named thing: IRI, class name, labels, aliases."""

    iri: str
    kind: str
    label: Text
    also: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """A thing found for a text, with how well (0–100) it fits."""

    thing: Thing
    score: float


class Names:
    """The names of one built graph."""

    def __init__(self, lookup: Mapping[str, Any]) -> None:
        self.things = tuple(
            Thing(t["iri"], t["kind"], Text(t["zh"], t["en"]), tuple(t["also"]), tuple(t["keys"]))
            for t in lookup["things"]
        )
        self.terms: Mapping[str, list[str]] = lookup["terms"]
        self._classes: Mapping[str, list[str]] = lookup["classes"]
        self._captions: Mapping[str, list[str]] = lookup["captions"]
        self._measures: Mapping[str, str] = lookup["measures"]
        self._by_iri = {t.iri: t for t in self.things}

    def get(self, iri: str) -> Thing | None:
        """The thing with this IRI, if it is named."""
        return self._by_iri.get(iri)

    def thing(self, iri: str, kind: str = "") -> Thing:
        """The thing with this IRI; one that bears no name of its own goes by what it is called (:meth:`label`)."""
        return self._by_iri.get(iri) or Thing(iri, kind, Text(self.label(iri, "zh"), self.label(iri, "en")), (), ())

    def label(self, iri: str, lang: str, *, inverse: bool = False) -> str:
        """What to call *iri*: its label, a property's inverse label, else its compact form."""
        thing = self._by_iri.get(iri)
        if thing:
            return thing.label.pick(lang)
        if iri in self.terms:
            zh, en, back_zh, back_en = self.terms[iri]
            return Text(back_zh or zh, back_en or en).pick(lang) if inverse else Text(zh, en).pick(lang)
        if iri in self._captions:
            return Text(*self._captions[iri]).pick(lang)
        return slug(iri) if iri.startswith(PASSAGE) else compact(iri)

    def unit(self, unit: str, indicator: str, lang: str) -> str:
        """What to write behind a number: 亿美元's 美元, 辆 for a count of vehicles; nothing for a count in English."""
        if unit != COUNT:
            return self.label(unit, lang)
        return self._measures.get(indicator, self.label(unit, lang)) if lang == "zh" else ""

    def has_name(self, iri: str) -> bool:
        """Whether :meth:`label` has words for *iri*."""
        return iri in self._by_iri or iri in self.terms or iri in self._captions

    def is_claim(self, iri: str) -> bool:
        """Whether *iri* is an observation, another claim or a breakdown: what has no name, but says something."""
        return iri in self._captions

    def is_a(self, kind: str, wanted: str) -> bool:
        """Whether class *kind* is *wanted* or narrower."""
        return kind == wanted or wanted in self._classes.get(kind, ())

    def is_class(self, kind: str) -> bool:
        """Whether there is a class called *kind* (``Company``)."""
        return IVC + kind in self.terms and kind[:1].isupper()

    def kind(self, text: str) -> str:
        """The class that *text* names: its own name or its label, in either language.

        Raises:
            UsageProblem: there is no such class, or nothing of it has a name; the hint lists those that can be asked for.
        """
        kinds: list[str] = sorted(
            {k for t in self.things for k in (t.kind, *self._classes.get(t.kind, ())) if self.is_class(k)}
        )
        for kind in kinds:
            if fold(text) in {fold(word) for word in (kind, *self.terms[IVC + kind][:2])}:
                return kind
        raise UsageProblem(
            Text(f"没有类别“{text}”", f"there is no kind “{text}”"),
            hint=Text(
                "可选:" + "、".join(f"{self.label(IVC + k, 'zh')}({k})" for k in kinds),
                "one of: " + ", ".join(kinds),
            ),
        )

    def of_kind(self, wanted: str) -> list[Thing]:
        """Every thing of class *wanted* or a narrower one, in IRI order."""
        return [t for t in self.things if self.is_a(t.kind, wanted)]

    def find(self, text: str, kinds: Iterable[str] = (), limit: int = 10) -> list[Match]:
        """Things that *text* may mean, best first.

        Args:
            text: any spelling of a name, a slug or an IRI.
            kinds: class names to which the search is held; none means all.
            limit: most matches to return.
        """
        pool, folded = self._pool(kinds), fold(text)
        found = _matches(pool, text, folded)
        if folded and not any(m.score >= _NAMED for m in found):
            seen = {m.thing.iri for m in found}
            found += [m for m in _misspelt(pool, text, folded, _CLOSE if found else _FUZZY) if m.thing.iri not in seen]
        return sorted(found, key=_order)[:limit]

    def bearing(self, text: str, *kinds: str) -> list[Thing]:
        """Things of *kinds* that bear *text* as a name, in any spelling, best first."""
        found = _matches(self._pool(kinds), text, fold(text))
        return [m.thing for m in sorted(found, key=_order) if m.score >= _NAMED]

    def _pool(self, kinds: Iterable[str]) -> list[Thing]:
        wanted = tuple(kinds)
        return [t for t in self.things if not wanted or any(self.is_a(t.kind, k) for k in wanted)]

    def resolve(self, text: str, *kinds: str) -> Thing:
        """The one thing that *text* names.

        Args:
            text: IRI, ``prefix:slug``, slug, label or alias.
            kinds: class names to which the name is held.

        Raises:
            NotFound: nothing bears the name; the hint offers the nearest.
        """
        if named := self.bearing(text, *kinds):
            return named[0]
        raise self._unknown(text, kinds)

    def _unknown(self, text: str, kinds: tuple[str, ...]) -> NotFound:
        """That nothing of *kinds* bears *text*: what else does, or what comes near, or what there is where that is little."""
        kind = Text(
            "、".join(self.label(IVC + k, "zh") for k in kinds), " or ".join(self.label(IVC + k, "en") for k in kinds)
        )
        if kinds and (others := self.bearing(text)):
            is_a = Text(self.label(IVC + others[0].kind, "zh"), self.label(IVC + others[0].kind, "en"))
            what = Text(f"“{text}”是{is_a.zh},不是{kind.zh}", f"“{text}” is of the kind {is_a.en}, not {kind.en}")
            return NotFound(what, hint=Text(f"可直接看它:{others[0].iri}", f"look at it itself: {others[0].iri}"))
        near = [m.thing for m in self.find(text, kinds, limit=4)]
        all_ = sorted({t.iri: t for k in kinds for t in self.of_kind(k)}.values(), key=lambda t: t.iri)
        listed = near or (all_ if len(all_) <= _FEW else [])
        both = [t.label.zh if t.label.zh == t.label.en else f"{t.label.zh} / {t.label.en}" for t in listed]
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
        )


def _matches(pool: Iterable[Thing], text: str, folded: str) -> list[Match]:
    return [Match(thing, score) for thing in pool if (score := _score(thing, text, folded))]


def _order(match: Match) -> tuple[float, int, str]:
    return -match.score, _rank(match.thing), match.thing.iri


def _score(thing: Thing, text: str, folded: str) -> float:
    """100 for the label or IRI itself, less for alias, other spelling, beginning, part; 0 for no match."""
    if text in (thing.label.zh, thing.label.en, thing.iri) or expand(text) == thing.iri:
        return 100.0
    if text in thing.also or text == slug(thing.iri):
        return 99.0
    if not folded:
        return 0.0
    if folded in thing.keys:
        if folded in (fold(thing.label.zh), fold(thing.label.en)):
            return 97.0
        initials = len(folded) <= _SHORT and folded.isascii() and not _is_written(folded, thing)
        return 90.0 if initials else _NAMED  # two letters are a guess
    best = 0.0
    for key in thing.keys:
        if len(folded) > 1 and folded in key:
            start = 80.0 if key.startswith(folded) else 70.0
            best = max(best, start + 10.0 * len(folded) / len(key))
    return best


def _misspelt(pool: list[Thing], text: str, folded: str, least: float) -> list[Match]:
    """Names that sound alike, before those that are written nearly alike; all below every true match."""
    from rapidfuzz import fuzz, process

    keys = [(key, thing) for thing in pool for key in thing.keys]
    sound, written = _sound(text), keys
    if len(folded) == _SHORT:  # one of two characters: a ratio of 50, of names that have no more than two
        least = 50.0
        written = [one for one in keys if len(one[0]) == _SHORT and _is_written(*one)]
    near = process.extract(folded, [k for k, _ in written], scorer=fuzz.ratio, score_cutoff=least, limit=50)
    scored = [(written[at], score) for _, score, at in near]
    scored += [(one, _ALIKE) for one in keys if sound and one[0] == sound]
    best: dict[str, Match] = {}
    for (_, thing), score in scored:
        scaled = score * 0.69
        if thing.iri not in best or best[thing.iri].score < scaled:
            best[thing.iri] = Match(thing, scaled)
    return list(best.values())


def _is_written(key: str, thing: Thing) -> bool:
    """Whether *key* is a name as it is written, not its sound or its initials."""
    return key in map(fold, (thing.label.zh, thing.label.en, *thing.also))


def _sound(text: str) -> str:
    """The pinyin of 汉字, as the keys have it; empty for other text. Asked only where no spelling is known."""
    if not any("\u4e00" <= c <= "\u9fff" for c in text):
        return ""
    return fold("".join(_reader()(text)))


@cache
def _reader() -> Callable[[str], list[str]]:
    """What gives 汉字 their pinyin, without the phrases that take four fifths of its memory and time.

    A build needs the phrases, so this half of the library is not left where an import would find it.
    """
    switch = "PYPINYIN_NO_PHRASES"
    before = os.environ.get(switch)
    os.environ[switch] = "1"
    try:
        from pypinyin import Style, lazy_pinyin
    finally:
        del os.environ[switch]
        if before is not None:
            os.environ[switch] = before
        for name in [m for m in sys.modules if m.partition(".")[0] == "pypinyin"]:
            del sys.modules[name]
    return lambda text: lazy_pinyin(text, style=Style.NORMAL)


def _rank(thing: Thing) -> int:
    return _PREFERENCE.index(thing.kind) if thing.kind in _PREFERENCE else len(_PREFERENCE)
