"""What a form offers for the parameters of a saved query, and what is wrong with the values that it sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kg.ask.catalogue import BETWEEN, Catalogue, Values
from kg.ask.names import Names, Thing
from kg.errors import NotFound, UsageProblem
from kg.source.queryfile import Parameter, SavedQuery
from kg.terms import Text

MOST: Final = 1_000
"""Most names that a form offers for one class; any other name is accepted too."""


@dataclass(frozen=True)
class Choice:
    """One value that a parameter may have.

    Attributes:
        value: the text that a user may write for it.
        label: what it is called.
    """

    value: str
    label: Text


@dataclass(frozen=True)
class Mistake:
    """A value that a parameter cannot have.

    Attributes:
        param: name of the parameter, which the query may not have.
        value: the value; of several, the one that is wrong.
        error: what is wrong with it.
        meant: values that may have been meant.
    """

    param: str
    value: str
    error: NotFound | UsageProblem
    meant: tuple[Choice, ...] = ()


def choices(catalogue: Catalogue, param: Parameter) -> list[Choice]:
    """The values of a closed list, of which one is chosen; none for other parameters."""
    if param.type == "kind":
        return [Choice(kind, catalogue.names.kind_text(kind)) for kind in param.choices]
    return [Choice(choice, catalogue.value_label(param, f'"{choice}"')) for choice in param.choices]


def suggestions(names: Names, kind: str, lang: str) -> list[Choice]:
    """The things of class *kind*, or of any class for ``thing``, by what they are called; at most :data:`MOST`."""
    things = names.things if kind == "thing" else names.of_kind(kind)
    shared = Counter(thing.label.pick(lang) for thing in things)
    found = [Choice(_written(names, thing, lang, shared), thing.label) for thing in things]
    return sorted(found, key=lambda choice: choice.label.pick(lang))[:MOST]


def mistakes(catalogue: Catalogue, query: SavedQuery, values: Mapping[str, Values], lang: str) -> list[Mistake]:
    """What is wrong with *values* for *query*; nothing if :meth:`Catalogue.asked` accepts them."""
    known = {param.name: param for param in query.params}
    found = []
    for name, value in values.items():
        try:
            catalogue.asked(query, {name: value})
        except (NotFound, UsageProblem) as error:
            part = _wrong_part(catalogue, known[name], value) if name in known else ""
            meant = (catalogue.names.thing(iri) for iri in error.near)
            found.append(Mistake(name, part, error, tuple(Choice(t.label.pick(lang), t.label) for t in meant)))
    return found


def parts(value: Values) -> list[str]:
    """The values that are written in *value*, between commas or in a list."""
    given = [value] if isinstance(value, str) else value
    return [part.strip() for one in given for part in BETWEEN.split(one) if part.strip()]


def _wrong_part(catalogue: Catalogue, param: Parameter, value: Values) -> str:
    """The first invalid value."""
    for part in parts(value):
        try:
            catalogue.terms(param, part)
        except (NotFound, UsageProblem):
            return part
    return ""


def _written(names: Names, thing: Thing, lang: str, shared: Mapping[str, int]) -> str:
    """The label of *thing*, or its slug where others of its class are called the same."""
    label = thing.label.pick(lang)
    return label if shared[label] == 1 else names.slug(thing.iri)
