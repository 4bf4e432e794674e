"""Corrects misspelt words of a question: English words with a letter wrong, Chinese words with a homophone in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Final

from kg.ask.names import pinyin_converter
from kg.ask.question.token import ASKED, FUNCTION_WORD, LIGHT, Token
from kg.source.units import Unit

_LETTERS: Final = ((8, 2), (4, 1))
"""Least letters of a word, and how many of them may be wrong, missing or too many."""
_LONGEST: Final = 8
"""Most 汉字 of a word that is compared by its sound."""


class Spelling:
    """Corrects words by the names and words of one graph."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        self._words = words

    @cached_property
    def _letters(self) -> list[str]:
        """Every English word in a name."""
        return sorted({unit for word in self._words for unit in word.split(" ") if unit.isascii() and unit.isalpha()})

    @cached_property
    def _sounds(self) -> Mapping[tuple[str, ...], list[str]]:
        """The pinyin of each name that has 汉字 only → the names."""
        sounds: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for word in self._words:
            characters = word.split(" ")
            if 2 <= len(characters) <= _LONGEST and all(map(_is_han, characters)):
                sounds[tuple(map(_sound, characters))].append(word)
        return sounds

    def corrected(self, found: Sequence[Unit], tokens: Sequence[Token]) -> list[Unit]:
        """The units with the misspelt ones replaced; only parts that nothing reads are looked at."""
        corrected = list(found)
        unread = [position for token in tokens if not token.is_read for position in range(token.start, token.end)]
        for position in unread:
            if better := self._word(found[position].text):
                corrected[position] = replace(found[position], text=better)
        done: set[int] = set()
        for position in unread:
            if position not in done and _is_han(found[position].text):
                span, word = self._homophone(found, position)
                for at, character in zip(span, word.split(" "), strict=False):
                    corrected[at] = replace(found[at], text=character)
                    done.add(at)
        return corrected

    def _word(self, text: str) -> str:
        """The English word that *text* is a misspelling of; empty if none or several are as near."""
        if not text.isascii() or not text.isalpha():
            return ""
        wrong = next((most for least, most in _LETTERS if len(text) >= least), 0)
        if not wrong:
            return ""
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        near = process.extract(text, self._letters, scorer=OSA.distance, score_cutoff=wrong, limit=None)
        near = [one for one in near if one[1] == near[0][1] and (one[0][0] == text[0] or one[1] == 1)]
        if not near:
            return ""
        best = max(fuzz.ratio(text, word) for word, _, _ in near)
        words = [word for word, _, _ in near if fuzz.ratio(text, word) == best]
        words = [word for word in words if FUNCTION_WORD in self._words.get(word, ())] or words
        # of two words that say the same, or nothing, either will do
        meant = {frozenset(self._words.get(word, (word,))) - {FUNCTION_WORD} - LIGHT for word in words}
        return words[0] if len(meant) == 1 else ""

    def _homophone(self, found: Sequence[Unit], position: int) -> tuple[range, str]:
        """The longest span around *position* that sounds like a name, and the name; nothing if several do."""
        for length in range(_LONGEST, 1, -1):
            for start in range(max(0, position - length + 1), min(position, len(found) - length) + 1):
                span = range(start, start + length)
                if all(_is_han(found[at].text) for at in span):
                    words = self._sounds.get(tuple(_sound(found[at].text) for at in span), [])
                    if any(meaning.startswith(ASKED) for word in words for meaning in self._words[word]):
                        continue  # 出了 is no 除了: such a word would turn the question around
                    if len({tuple(self._words[word]) for word in words}) == 1:
                        return span, words[0]
        return range(0), ""


@cache
def _sound(character: str) -> str:
    """The pinyin of one 汉字; there are some ten thousand."""
    return pinyin_converter()(character)[0]


def _is_han(text: str) -> bool:
    return len(text) == 1 and "\u3400" <= text <= "\u9fff"
