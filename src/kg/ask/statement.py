"""Converts three texts to a triple: subject, property and object by name, label or IRI."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

import pyoxigraph as ox

from kg.ask.names import Names
from kg.errors import NotFound, UsageProblem
from kg.reason.rules import TriplePattern
from kg.store.base import Store
from kg.terms import Text, class_iri, compact, expand, fold, lexical, local_name
from kg.vocab import IVC, TYPE

_TYPE_WORDS = ("a", "是", "type", "rdf:type", "is a", "属于类")


def read(store: Store, names: Names, subject: str, predicate: str, value: str) -> TriplePattern:
    """The triple for the texts. If a name is ambiguous, the things and the property for which it holds are taken.

    Args:
        store: the store.
        names: the lookup table.
        subject: any name, prefixed name or IRI.
        predicate: label, inverse label, prefixed name or IRI of a property; ``a`` for rdf:type. With an inverse label,
            subject and object are swapped.
        value: as *subject*; a class for ``a``; or the text or number of a literal.

    Raises:
        NotFound: one of the texts is unknown; the hint gives similar names.
        UsageProblem: *predicate* is a label of several properties, and the triple holds for none or several of them.
    """
    meanings = _properties(names, predicate)
    asked = [(value, link, subject) if inverse else (subject, link, value) for link, inverse in meanings]
    held = [triple for one in asked if (triple := _held(store, names, *one))]
    if len(held) == 1:
        return held[0]
    if len(asked) > 1:
        raise _choice(names, predicate, [link for link, _ in meanings])
    return held[0] if held else _written(store, names, *asked[0])


def _held(store: Store, names: Names, subject: str, link: str, value: str) -> TriplePattern | None:
    """The triple, for the first things of these names of which it holds; None if it holds of none."""
    for node in _things(names, subject):
        for term in _objects(store, node, link):
            if lexical(term) == value or term.value in _known(names, link, value):
                return f"<{node}>", f"<{link}>", str(term)
    return None


def _written(store: Store, names: Names, subject: str, link: str, value: str) -> TriplePattern:
    """The triple for the best things of these names, though it does not hold."""
    node = _things(names, subject)[0]
    for term in _objects(store, node, link):
        if isinstance(term, ox.Literal):  # the property has literals: *value* is one too
            kind = {"language": term.language} if term.language else {"datatype": term.datatype}
            return f"<{node}>", f"<{link}>", str(ox.Literal(value, **kind))
    return f"<{node}>", f"<{link}>", f"<{_value(names, link, value)}>"


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
    return _things(names, value)[0]


def _things(names: Names, text: str) -> list[str]:
    """The IRIs of the things with the name *text*; or *text* itself, if it is an IRI or a prefixed name."""
    return [t.iri for t in names.bearing(text)] or _iri(text) or [names.resolve(text).iri]


def _iri(text: str) -> list[str]:
    full = expand(text)
    return [full] if full.startswith(("http://", "https://")) and not set(full) & set('<>"{}|^`\\ \n\t') else []


def _properties(names: Names, text: str) -> list[tuple[str, bool]]:
    """The IRIs of the properties that *text* means, each with whether it is the inverse label; at least one.

    A label counts before an inverse label. Only inverse labels are shared, such as “key players” of a segment and of an
    industry.
    """
    if text in _TYPE_WORDS or expand(text) == TYPE:
        return [(TYPE, False)]
    if (iri := expand(text)) in names.properties and iri in names.terms:
        return [(iri, False)]
    found: list[tuple[str, bool]] = []
    for iri, (zh, en, back_zh, back_en) in names.terms.items():
        if iri not in names.properties:
            continue
        if fold(text) in {fold(n) for n in (zh, en, local_name(iri)) if n}:
            return [(iri, False)]
        if fold(text) in {fold(n) for n in (back_zh, back_en) if n}:
            found.append((iri, True))
    found = found or [(iri, False) for iri in _iri(text) if not iri.startswith(IVC)]  # skos:definition and the like
    if not found:
        raise _no_property(names, text)
    return found


def _choice(names: Names, text: str, links: list[str]) -> UsageProblem:
    both = [(names.label(link, "zh"), names.label(link, "en"), compact(link)) for link in links]
    return UsageProblem(
        Text(f"“{text}”是 {len(links)} 种关系的名称", f"“{text}” is a name of {len(links)} relations"),
        hint=Text(
            "写其中一种:" + "、".join(f"{zh}({name})" for zh, _, name in both),
            "write one of them: " + ", ".join(f"{en} ({name})" for _, en, name in both),
        ),
    )


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
