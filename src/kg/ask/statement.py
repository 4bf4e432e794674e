"""Converts three texts to a triple: subject, property and object by name, label or IRI."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

import pyoxigraph as ox

from kg.ask.names import Names
from kg.errors import NotFound
from kg.reason.rules import Pattern
from kg.store.base import Store
from kg.terms import Text, class_iri, expand, fold, lexical, slug
from kg.vocab import IVC, TYPE

_TYPE_WORDS = ("a", "是", "type", "rdf:type", "is a", "属于类")


def read(store: Store, names: Names, subject: str, predicate: str, value: str) -> Pattern:
    """The triple for the texts. If a name is ambiguous, the entities for which the triple holds are preferred.

    Args:
        store: the store.
        names: the lookup table.
        subject: any name, prefixed name or IRI.
        predicate: label, inverse label, prefixed name or IRI of a property; ``a`` for rdf:type. With an inverse label,
            subject and object are swapped.
        value: as *subject*; a class for ``a``; or the text or number of a literal.

    Raises:
        NotFound: one of the texts is unknown; the hint gives similar names.
    """
    link, inverse = _property(names, predicate)
    if inverse:
        subject, value = value, subject
    subjects = _entities(names, subject)
    for node in subjects:
        for term in _objects(store, node, link):
            if lexical(term) == value or term.value in _known(names, link, value):
                return f"<{node}>", f"<{link}>", str(term)
    for term in _objects(store, subjects[0], link):
        if isinstance(term, ox.Literal):  # the property has literals: *value* is one too
            kind = {"language": term.language} if term.language else {"datatype": term.datatype}
            return f"<{subjects[0]}>", f"<{link}>", str(ox.Literal(value, **kind))
    return f"<{subjects[0]}>", f"<{link}>", f"<{_value(names, link, value)}>"


def _objects(store: Store, subject: str, link: str) -> Iterator[ox.NamedNode | ox.Literal]:
    for (term,) in store.select(f"SELECT ?o WHERE {{ <{subject}> <{link}> ?o }} ORDER BY ?o").rows:
        if isinstance(term, (ox.NamedNode, ox.Literal)):
            yield term


def _known(names: Names, link: str, value: str) -> list[str]:
    if link == TYPE:
        return _classes(names, value)
    return [t.iri for t in names.bearing(value)] or _iri(value)


def _value(names: Names, link: str, value: str) -> str:
    if link == TYPE:
        return (_classes(names, value) or [_no_class(names, value)])[0]
    return _entities(names, value)[0]


def _entities(names: Names, text: str) -> list[str]:
    """The IRIs of the entities with the name *text*; or *text* itself, if it is an IRI or a prefixed name."""
    return [t.iri for t in names.bearing(text)] or _iri(text) or [names.resolve(text).iri]


def _iri(text: str) -> list[str]:
    full = expand(text)
    return [full] if full.startswith(("http://", "https://")) and not set(full) & set('<>"{}|^`\\ \n\t') else []


def _property(names: Names, text: str) -> tuple[str, bool]:
    """The IRI of the property *text*, and whether *text* is its inverse label."""
    if text in _TYPE_WORDS or expand(text) == TYPE:
        return TYPE, False
    for iri, (zh, en, back_zh, back_en) in names.terms.items():
        if iri not in names.properties:
            continue
        if expand(text) == iri or fold(text) in {fold(n) for n in (zh, en, slug(iri)) if n}:
            return iri, False
        if fold(text) in {fold(n) for n in (back_zh, back_en) if n}:
            return iri, True
    for iri in _iri(text):  # skos:definition and the like
        if not iri.startswith(IVC):
            return iri, False
    raise _no_property(names, text)


def _no_property(names: Names, text: str) -> NotFound:
    labels = [word for iri in sorted(names.properties) for word in names.terms[iri] if word]
    near = get_close_matches(text, labels, n=4, cutoff=0.3)
    return NotFound(
        Text(f"没有名为“{text}”的关系", f"there is no relation called “{text}”"),
        hint=Text(f"相近的有:{'、'.join(near) or '无'}", f"near: {', '.join(near) or 'none'}"),
    )


def _classes(names: Names, text: str) -> list[str]:
    """The classes with the name *text*."""
    return [
        class_iri(kind)
        for kind in names.classes
        if expand(text) == class_iri(kind) or fold(text) in map(fold, names.kind_words(kind))
    ]


def _no_class(names: Names, text: str) -> str:
    labels = [word for kind in names.classes for word in names.terms[class_iri(kind)] if word]
    near = get_close_matches(text, labels, n=4, cutoff=0.3)
    raise NotFound(
        Text(f"没有名为“{text}”的类", f"there is no class called “{text}”"),
        hint=Text(f"相近的有:{'、'.join(near) or '无'}", f"near: {', '.join(near) or 'none'}"),
    )
