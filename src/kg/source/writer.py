"""Writes Turtle and TriG in one order, so that equal graphs give equal texts and a small change gives a small diff.

Subjects are in the order of their IRIs, prefixes and objects too, labels first. A list is written as ``( … )``, a blank
node with one reference inside its statement as ``[ … ]``. Another blank node gets a name from its own statements, which a
change elsewhere leaves as it is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final

import pyoxigraph as ox

from kg.terms import language
from kg.vocab import IVC, OWL, RDF, RDFS, SKOS, TYPE, XSD

Subject = ox.NamedNode | ox.BlankNode | ox.Triple
"""What a triple may be about: an IRI, a blank node or a quoted triple."""
Statements = dict[str, list[object]]
"""Predicate → its objects, of one subject."""

_FIRST: Final = (
    TYPE,
    RDFS + "label",
    IVC + "inverseLabel",
    SKOS + "definition",
    SKOS + "example",
    SKOS + "scopeNote",
    SKOS + "editorialNote",
    RDFS + "domain",
    RDFS + "range",
)
"""Predicates that are written first, in this order. The others follow by name; rdfs:isDefinedBy is last."""
_LAST: Final = RDFS + "isDefinedBy"
_NIL: Final = ox.NamedNode(RDF + "nil")
_LOCAL: Final = re.compile(r"[A-Za-z0-9_]([\w-]*[\w])?", re.ASCII)
_BARE: Final = {XSD + "integer": re.compile("[+-]?[0-9]+"), XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+")}
"""Datatypes that Turtle writes without quotes, and the forms of theirs that it can write so."""
_DEEPEST: Final = 32
"""Most blank nodes inside each other; a deeper one gets a name."""
_SECTIONS: Final = (
    (OWL + "Ontology", "ontology"),
    (OWL + "Class", "classes"),
    (OWL + "ObjectProperty", "object properties"),
    (OWL + "DatatypeProperty", "datatype properties"),
    (OWL + "AnnotationProperty", "annotation properties"),
)


def turtle(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> str:
    """The *triples* as Turtle, declaring those of *prefixes* that it uses."""
    default = ox.DefaultGraph()
    writer = Writer([ox.Quad(t.subject, t.predicate, t.object, default) for t in triples], prefixes)
    body = "\n".join(writer.blocks(default))
    return f"{writer.prefixes()}\n{body}"


def trig(quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> str:
    """The *quads* as TriG with one block per graph, declaring those of *prefixes* that it uses."""
    writer = Writer(quads, prefixes)
    graphs = "".join(f"\n{writer.graph(name)}" for name in sorted(writer.graphs, key=str))
    return f"{writer.prefixes()}{graphs}"


class Writer:
    """The texts of the graphs in *quads*; notes which prefixes they use."""

    def __init__(self, quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> None:
        self.graphs: dict[object, dict[Subject, Statements]] = {}
        for q in dict.fromkeys(quads):
            said = self.graphs.setdefault(q.graph_name, {}).setdefault(q.subject, {})
            said.setdefault(q.predicate.value, []).append(q.object)
        self._prefixes = sorted(prefixes.items(), key=lambda p: (-len(p[1]), p[0]))
        self._used: set[str] = set()
        self._terms: dict[str, str] = {}
        self.nested, self.named = _blank_nodes(self.graphs)

    @property
    def used(self) -> dict[str, str]:
        """The prefixes that were used up to now, in order, and their namespaces."""
        return {name: space for name, space in sorted(self._prefixes) if name in self._used}

    def prefixes(self) -> str:
        """The lines of Turtle that declare :attr:`used`."""
        return "".join(f"@prefix {name}: <{space}> .\n" for name, space in self.used.items())

    def graph(self, name: object) -> str:
        """The block of a TriG file with the graph *name*."""
        lines = "".join(self.blocks(name)).split("\n")[:-1]  # splitlines would divide a text at U+2028
        body = "".join(f"    {line}\n" for line in lines)
        return f"{'' if isinstance(name, ox.DefaultGraph) else f'{self.term(name)} '}{{\n{body}}}\n"

    def blocks(self, graph: object) -> Iterator[str]:
        """The statements on each subject of *graph*: on names by IRI, then on blank nodes."""
        subjects = self.graphs.get(graph, {})
        yield from self._about(subjects, (s for s in subjects if isinstance(s, ox.NamedNode)))
        yield from self._loose(subjects)

    def sections(self, graph: object) -> Iterator[str]:
        """As :meth:`blocks`, under titles: the ontology, its terms by kind, individuals by class, axioms without a name."""
        subjects = self.graphs.get(graph, {})
        left = {s for s in subjects if isinstance(s, ox.NamedNode)}
        for kind, title in _SECTIONS:
            members = {s for s in left if ox.NamedNode(kind) in subjects[s].get(TYPE, ())}
            yield _section(title, self._about(subjects, members))
            left -= members
        kinds = {s: min(map(self.term, subjects[s].get(TYPE, ())), default="others") for s in left}
        for title in sorted(set(kinds.values())):
            yield _section(title, self._about(subjects, (s for s in left if kinds[s] == title)))
        yield _section("axioms on more than one term", self._loose(subjects))

    def _about(self, subjects: Mapping[Subject, Statements], chosen: Iterable[ox.NamedNode]) -> Iterator[str]:
        for s in sorted(chosen, key=lambda s: (s.value.casefold(), s.value)):
            yield f"{self.term(s)} {self._body(subjects, s)} .\n"

    def _loose(self, subjects: Mapping[Subject, Statements]) -> list[str]:
        """The statements on blank nodes that are not written inside another statement."""
        loose = (s for s in subjects if isinstance(s, ox.BlankNode) and s not in self.nested)
        return sorted(f"{self.named.get(s, '[]')} {self._body(subjects, s)} .\n" for s in loose)

    def _body(self, subjects: Mapping[Subject, Statements], subject: Subject, between: str = " ;\n    ") -> str:
        """Predicates and objects of *subject*, joined by *between*."""
        said = subjects[subject]
        parts = (f"{self._verb(p)} {self._objects(subjects, said[p])}" for p in sorted(said, key=rank))
        return between.join(parts)

    def _verb(self, predicate: str) -> str:
        return "a" if predicate == TYPE else self._iri(predicate)

    def _objects(self, subjects: Mapping[Subject, Statements], objects: Sequence[object]) -> str:
        values = sorted((_language(o), self._value(subjects, o)) for o in objects)
        return " , ".join(value for _, value in values)

    def _value(self, subjects: Mapping[Subject, Statements], node: object) -> str:
        items = self.items(subjects, node)
        if items is not None:
            return f"( {' '.join(self._value(subjects, item) for item in items)} )"
        if isinstance(node, ox.BlankNode) and node in self.nested and node in subjects:
            return f"[ {self._body(subjects, node, ' ; ')} ]"
        return self.term(node)

    def items(self, subjects: Mapping[Subject, Statements], node: object) -> list[object] | None:
        """The items of the list that begins at *node*; None if it is not a list that can be written as ``( … )``."""
        items: list[object] = []
        while isinstance(node, ox.BlankNode) and node in self.nested and node in subjects:
            said = subjects[node]
            if said.keys() != {RDF + "first", RDF + "rest"} or any(len(objects) > 1 for objects in said.values()):
                return None
            items += said[RDF + "first"]
            (node,) = said[RDF + "rest"]
        return items if items and node == _NIL else None

    def is_anonymous(self, node: object) -> bool:
        """Whether *node* is a blank node that needs no name."""
        return isinstance(node, ox.BlankNode) and node not in self.named

    def term(self, node: object) -> str:
        """One term in Turtle."""
        if isinstance(node, ox.NamedNode):
            return self._iri(node.value)
        if isinstance(node, ox.BlankNode):
            return self.named.get(node, "[]")
        return self._literal(node) if isinstance(node, ox.Literal) else str(node)

    def _iri(self, iri: str) -> str:
        if iri not in self._terms:
            self._terms[iri] = self._written(iri)
        return self._terms[iri]

    def _written(self, iri: str) -> str:
        for name, space in self._prefixes:
            local = iri.removeprefix(space)
            if local != iri and _LOCAL.fullmatch(local):
                self._used.add(name)
                return f"{name}:{local}"
        return f"<{iri}>"

    def _literal(self, literal: ox.Literal) -> str:
        datatype = literal.datatype.value
        if datatype in _BARE and _BARE[datatype].fullmatch(literal.value):
            return literal.value
        text = str(literal)
        ending = f"^^<{datatype}>"
        return f"{text.removesuffix(ending)}^^{self._iri(datatype)}" if text.endswith(ending) else text


def _section(title: str, blocks: Iterable[str]) -> str:
    body = "".join(f"\n{block}" for block in blocks)
    return f"\n\n# ---- {title}\n{body}" if body else ""


def rank(predicate: str) -> tuple[int, str]:
    """Sort key of a predicate."""
    if predicate == _LAST:
        return len(_FIRST) + 1, ""
    return _FIRST.index(predicate) if predicate in _FIRST else len(_FIRST), predicate


def _language(node: object) -> int:
    """Sort key of a literal: Chinese first, then English, then literals without a language."""
    return {"zh": 0, "en": 1}.get(language(node) or "", 2)


def _blank_nodes(
    graphs: Mapping[object, Mapping[Subject, Statements]],
) -> tuple[set[ox.BlankNode], dict[ox.BlankNode, str]]:
    """The blank nodes that can be written inside the statement that refers to them, and the names of the others.

    A node that no statement refers to needs neither.
    """
    parents: dict[ox.BlankNode, list[tuple[object, Subject, str]]] = defaultdict(list)
    places: dict[ox.BlankNode, set[object]] = defaultdict(set)
    for graph, subjects in graphs.items():
        for subject, said in subjects.items():
            if isinstance(subject, ox.BlankNode):
                places[subject].add(graph)
            for predicate, objects in said.items():
                for value in objects:
                    if isinstance(value, ox.BlankNode):
                        parents[value].append((graph, subject, predicate))
    single = {
        node: (subject, predicate)
        for node, ((graph, subject, predicate), *more) in parents.items()
        if not more and places[node] <= {graph}
    }
    nested = {node for node in single if _is_shallow(node, single)}
    apart = [node for node in {*parents, *places} if node not in nested and (parents[node] or len(places[node]) > 1)]
    return nested, _names(graphs, apart)


def _is_shallow(node: ox.BlankNode, single: Mapping[ox.BlankNode, tuple[Subject, str]]) -> bool:
    """Whether *node* is in no circle, and not too deep; the length of a list does not count."""
    depth, seen, at = 0, set(), node
    while at in single:
        if at in seen or depth > _DEEPEST:
            return False
        seen.add(at)
        parent, predicate = single[at]
        depth += predicate != RDF + "rest"
        if not isinstance(parent, ox.BlankNode):
            return True
        at = parent
    return True


def _names(
    graphs: Mapping[object, Mapping[Subject, Statements]], nodes: Iterable[ox.BlankNode]
) -> dict[ox.BlankNode, str]:
    """Blank node → its name, made from its statements; of nodes that say the same, the order of their labels decides."""

    def shown(term: object) -> str:
        return "_" if isinstance(term, ox.BlankNode) else str(term)

    names, taken = {}, Counter[str]()
    for node in sorted(nodes, key=str):
        said = sorted(
            f"{graph} {predicate} {shown(value)}"
            for graph, subjects in graphs.items()
            for predicate, objects in subjects.get(node, {}).items()
            for value in objects
        )
        digest = sha256("\n".join(said).encode()).hexdigest()[:8]
        taken[digest] += 1
        names[node] = f"_:b{digest}" + (f"x{taken[digest]}" if taken[digest] > 1 else "")
    return names
