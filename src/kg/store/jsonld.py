"""JSON-LD 1.1: a context, one object per named graph and per subject, blank nodes and lists inside their statements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyoxigraph as ox

from kg.source.writer import Statements, Subject, Writer, rank
from kg.terms import iri
from kg.vocab import TYPE, XSD

_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""Integers that a JSON number holds exactly and that are read again as they are written."""


def jsonld(quads: Iterable[ox.Quad], prefixes: Mapping[str, str], *, indent: bool = False) -> str:
    """The *quads* as one JSON-LD document.

    Args:
        quads: the quads; those of the default graph stand beside the named graphs.
        prefixes: prefix → namespace; the context has those that are used.
        indent: whether to indent; else the document is one line.
    """
    body = _Document(list(quads), prefixes).plain()
    return json.dumps(body, ensure_ascii=False, indent=2 if indent else None) + "\n"


class _Document:
    def __init__(self, quads: list[ox.Quad], prefixes: Mapping[str, str]) -> None:
        iris = {iri(term) for q in quads for term in (q.subject, q.predicate, q.object, q.graph_name)}
        schemes = {name.partition(":")[0] for name in iris}  # a prefix like a scheme would change these IRIs
        self._writer = Writer(quads, {name: space for name, space in prefixes.items() if name not in schemes})
        others = {q.predicate.value for q in quads if isinstance(q.object, ox.Literal)}
        others |= {TYPE for q in quads if q.predicate.value == TYPE and isinstance(q.object, ox.BlankNode)}
        self._links = {q.predicate.value for q in quads} - others
        """Predicates of which the context says that a text is an IRI, because they have no literal."""
        self._written: set[str] = set()

    def plain(self) -> dict[str, Any]:
        """The document as JSON values."""
        graphs: list[Any] = []
        for name in sorted(self._writer.graphs, key=str):
            nodes = self._nodes(self._writer.graphs[name])
            graphs += nodes if isinstance(name, ox.DefaultGraph) else [{"@id": self._name(name), "@graph": nodes}]
        links = {self._iri(p): {"@type": "@id"} for p in sorted(self._links & self._written - {TYPE})}
        return {"@context": self._writer.used | links, "@graph": graphs}

    def _nodes(self, subjects: Mapping[Subject, Statements]) -> list[dict[str, Any]]:
        nodes = [s for s in subjects if s not in self._writer.nested]
        named = sorted((node for node in nodes if not self._writer.is_anonymous(node)), key=str)
        # an anonymous node has another label each time a query constructs it: what it says gives its place
        others = [self._node(subjects, node) for node in nodes if self._writer.is_anonymous(node)]
        return [*(self._node(subjects, node) for node in named), *sorted(others, key=_order)]

    def _node(self, subjects: Mapping[Subject, Statements], node: Subject) -> dict[str, Any]:
        body: dict[str, Any] = {} if self._writer.is_anonymous(node) else {"@id": self._name(node)}
        said = subjects.get(node, {})
        for predicate in sorted(said, key=rank):
            values = sorted((self._value(subjects, predicate, value) for value in said[predicate]), key=_order)
            self._written.add(predicate)  # the links of a list are not
            key = "@type" if predicate == TYPE and TYPE in self._links else self._iri(predicate)
            body[key] = values[0] if len(values) == 1 else values
        return body

    def _value(self, subjects: Mapping[Subject, Statements], predicate: str, term: object) -> Any:
        if isinstance(term, ox.Literal):
            value = self._literal(term)
            return {"@value": value} if isinstance(value, str) and predicate in self._links else value
        items = self._writer.items(subjects, term)
        if items is not None:
            return {"@list": [self._value(subjects, predicate, item) for item in items]}
        if isinstance(term, ox.BlankNode) and self._writer.is_anonymous(term):
            return self._node(subjects, term)
        return self._name(term) if predicate in self._links else {"@id": self._name(term)}

    def _literal(self, literal: ox.Literal) -> Any:
        if literal.language:
            return {"@language": literal.language, "@value": literal.value}
        datatype = literal.datatype.value
        if datatype == XSD + "string":
            return literal.value
        if datatype == XSD + "boolean" and literal.value in ("true", "false"):
            return literal.value == "true"
        if datatype == XSD + "integer" and _INTEGER.fullmatch(literal.value):
            return int(literal.value)
        return {"@type": self._iri(datatype), "@value": literal.value}

    def _iri(self, name: str) -> str:
        return self._name(ox.NamedNode(name))

    def _name(self, term: object) -> str:
        return self._writer.term(term).strip("<>")


def _order(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
