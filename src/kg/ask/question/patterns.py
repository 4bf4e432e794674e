"""The wordings of saved queries, read with the same words as questions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.ask.question.leftover import is_property, mentions
from kg.ask.question.linker import Linker
from kg.ask.question.token import ASKED, BOUNDS, FUNCTION_WORD, Token
from kg.errors import Place, SyntaxProblem
from kg.source.queryfile import SavedQuery
from kg.terms import Text

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
        counted: for each parameter that is a number of things, what it counts, as the wording has it: the name of another
            parameter, or the index of one of *needs*.
        order: if the order of the words matters, ``{name}`` for each parameter and the empty string for each word of
            *needs*, as they follow each other.
    """

    query: str
    lang: str
    wording: str
    slots: tuple[str, ...]
    needs: tuple[frozenset[str], ...]
    may: tuple[frozenset[str], ...]
    counted: Mapping[str, str | int]
    order: tuple[str, ...] = ()


def patterns(queries: Iterable[SavedQuery], linker: Linker) -> Iterator[Pattern]:
    """The pattern of each wording of *queries*.

    Raises:
        SyntaxProblem: a wording has words that no name and no term of the ontology has.
    """
    for query in queries:
        for lang, wordings in query.ask.items():
            for wording in wordings:
                yield _pattern(query, lang, wording, linker)


def _pattern(query: SavedQuery, lang: str, wording: str, linker: Linker) -> Pattern:
    slots: list[str] = []
    needs: list[frozenset[str]] = []
    may: list[frozenset[str]] = []
    light: list[frozenset[str]] = []
    order: list[str] = []
    said: list[str | int] = []
    inside = False
    numbers = [param.name for param in query.params if param.type == "integer"]
    bounds = {param.name for param in query.params if param.type in ("integer", "decimal")}
    pieces = _PIECE.findall(wording)
    for at, (slot, bracket, words) in enumerate(pieces):
        if slot:
            slots.append(slot)
            order.append(slot)
            said.append(slot)
        elif bracket:
            inside = bracket == "["
        ranged = 0 < at < len(pieces) - 1 and {pieces[at - 1][0], pieces[at + 1][0]} <= bounds
        for token in linker.read(f"1{words}2")[1:-1] if ranged else linker.read(words):
            if not token.is_read:
                raise _unread(query, wording, token.text)
            if token.has_content:
                meanings = _meant(token, query)
                if not (inside or token.is_light or meanings & BOUNDS):
                    said.append(len(needs))
                (may if inside else light if token.is_light else needs).append(meanings)
                order += [] if inside or token.is_light else [""]
    if needs:
        may += light
    ordered = tuple(order) if wording.endswith(_ORDERED) else ()
    return Pattern(
        query.name,
        lang,
        wording.rstrip(_ORDERED),
        tuple(slots),
        tuple(needs or light),
        tuple(may),
        _counted(said, numbers),
        ordered,
    )


def _unread(query: SavedQuery, wording: str, words: str) -> SyntaxProblem:
    lines = (number for number, line in enumerate(query.sparql.splitlines(), 1) if wording in line)
    return SyntaxProblem(
        Text(f"问法“{wording}”里的“{words}”没有含义", f"“{words}” in the wording “{wording}” means nothing"),
        place=Place(f"queries/{query.name}.rq", next(lines, 0)),
        hint=Text(
            "换一个词,或在 ontology/ 里把它写成某个术语的 skos:hiddenLabel",
            "use another word, or write it in ontology/ as a skos:hiddenLabel of the term that it means",
        ),
    )


def _counted(said: Sequence[str | int], numbers: Collection[str]) -> dict[str, str | int]:
    """What each of *numbers* in a wording counts: what stands behind it, else what stands before it.

    Args:
        said: the wording's parameters and the indexes of its words, in order.
        numbers: names of the parameters that are numbers of things.
    """
    counted: dict[str, str | int] = {}
    for at, name in enumerate(said):
        others = [one for one in (*said[at:], *reversed(said[:at])) if one not in numbers]
        if name in numbers and others:
            counted[str(name)] = others[0]
    return counted


def _meant(token: Token, query: SavedQuery) -> frozenset[str]:
    """The meanings of a word in a wording. The word of a question wins over a term with the same name.

    Of the properties that a word can mean, those win that the query is about: 供应 means a supplier where the query has
    firms that supply, and a maker where it has makers.
    """
    asked = frozenset(meaning for meaning in token.meanings if meaning.startswith(ASKED))
    meant = token.meanings - {FUNCTION_WORD}
    own = {meaning for meaning in meant if mentions(query, meaning)}
    if own:
        meant -= set(filter(is_property, meant)) - own
    return asked or meant or frozenset({token.number})
