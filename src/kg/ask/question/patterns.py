"""The wordings of saved queries, read with the same words as questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kg.ask.question.linker import Linker
from kg.ask.question.token import ASKED, FUNCTION_WORD, Token
from kg.source.queryfile import SavedQuery

_ORDERED: Final = "!"
"""Ends a wording whose words have to come in this order: “who supplies X” is not “X supplies whom”."""
_PIECE: Final = re.compile(r"\{(\w+)\}|([\[\]])|([^\[\]{}]+)")


@dataclass(frozen=True)
class Pattern:
    """What a question must hold to be this wording of a saved query.

    Attributes:
        query: name of the saved query.
        lang: language of the wording.
        wording: the wording itself.
        slots: names of the parameters that it has, in order.
        needs: what each word of it can mean.
        may: what each word in brackets can mean.
        order: if the order of the words matters, ``{name}`` for each parameter and the empty string for each word of
            *needs*, as they follow each other.
    """

    query: str
    lang: str
    wording: str
    slots: tuple[str, ...]
    needs: tuple[frozenset[str], ...]
    may: tuple[frozenset[str], ...]
    order: tuple[str, ...] = ()


class UnreadWording(ValueError):
    """A wording has words that no name and no term of the ontology has; ``args`` are the wording and the words."""


def patterns(queries: Iterable[SavedQuery], linker: Linker) -> Iterator[Pattern]:
    """The pattern of each wording of *queries*.

    Raises:
        UnreadWording: a wording has words that *linker* cannot read.
    """
    for query in queries:
        for lang, wordings in query.ask.items():
            for wording in wordings:
                yield _pattern(query.name, lang, wording, linker)


def _pattern(query: str, lang: str, wording: str, linker: Linker) -> Pattern:
    slots: list[str] = []
    needs: list[frozenset[str]] = []
    may: list[frozenset[str]] = []
    light: list[frozenset[str]] = []
    order: list[str] = []
    inside = False
    for slot, bracket, words in _PIECE.findall(wording):
        if slot:
            slots.append(slot)
            order.append(slot)
        elif bracket:
            inside = bracket == "["
        for token in linker.read(words):
            if not token.is_read:
                raise UnreadWording(wording, token.text)
            if token.has_content:
                meanings = _meant(token)
                (may if inside else light if token.is_light else needs).append(meanings)
                order += [] if inside or token.is_light else [""]
    if needs:
        may += light
    ordered = tuple(order) if wording.endswith(_ORDERED) else ()
    return Pattern(query, lang, wording.rstrip(_ORDERED), tuple(slots), tuple(needs or light), tuple(may), ordered)


def _meant(token: Token) -> frozenset[str]:
    """The meanings of a word in a wording. The word of a question wins over a term with the same name."""
    asked = frozenset(meaning for meaning in token.meanings if meaning.startswith(ASKED))
    return asked or token.meanings - {FUNCTION_WORD} or frozenset({token.number})
