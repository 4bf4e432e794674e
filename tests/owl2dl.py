"""What keeps an ontology out of OWL 2 DL: undeclared terms, terms of two kinds, axioms that break a global restriction.

A section number is one of the structural specification (https://www.w3.org/TR/owl2-syntax/); one after "mapping" is of
the mapping to RDF (https://www.w3.org/TR/owl2-mapping-to-rdf/). OWLAPI's ``OWL2DLProfile``, which needs Java, finds the
same in this project's files and in the slips of the test, but for those that its parser mends by itself. Stricter than
OWL: individuals without a name and properties that imply each other in a circle are told. Laxer: a date in an annotation
is ``xsd:date``, as Dublin Core has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Final

from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

PROPERTIES: Final = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
KINDS: Final = (OWL.Class, RDFS.Datatype, *PROPERTIES, OWL.NamedIndividual)
_BUILT_IN: Final = {
    OWL.Class: {OWL.Thing, OWL.Nothing},
    OWL.ObjectProperty: {OWL.topObjectProperty, OWL.bottomObjectProperty},
    OWL.DatatypeProperty: {OWL.topDataProperty, OWL.bottomDataProperty},
    OWL.AnnotationProperty: {
        *(RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy, OWL.deprecated, OWL.versionInfo),
        *(OWL.priorVersion, OWL.backwardCompatibleWith, OWL.incompatibleWith),
    },
    RDFS.Datatype: {
        *(RDFS.Literal, RDF.PlainLiteral, RDF.XMLLiteral, RDF.langString, OWL.real, OWL.rational),
        *(XSD.string, XSD.normalizedString, XSD.token, XSD.language, XSD.Name, XSD.NCName, XSD.NMTOKEN),
        *(XSD.decimal, XSD.integer, XSD.nonNegativeInteger, XSD.nonPositiveInteger, XSD.positiveInteger),
        *(XSD.negativeInteger, XSD.long, XSD.int, XSD.short, XSD.byte, XSD.unsignedLong, XSD.unsignedInt),
        *(XSD.unsignedShort, XSD.unsignedByte, XSD.double, XSD.float, XSD.boolean, XSD.hexBinary),
        *(XSD.base64Binary, XSD.anyURI, XSD.dateTime, XSD.dateTimeStamp),
    },
}
"""Tables 3, 4 and 5: the entities of the reserved vocabulary, and the datatypes of section 4."""
_RESERVED: Final = tuple(map(str, (OWL, RDF, RDFS, XSD)))
_CLASSES: Final = {RDFS.subClassOf, OWL.equivalentClass, OWL.disjointWith}
_OF_CLASSES: Final = {OWL.intersectionOf, OWL.unionOf}
_FILLERS: Final = {OWL.someValuesFrom, OWL.allValuesFrom, OWL.onClass, OWL.complementOf}
_BOUNDS: Final = {
    *(OWL.minCardinality, OWL.maxCardinality, OWL.cardinality, OWL.hasSelf),
    *(OWL.minQualifiedCardinality, OWL.maxQualifiedCardinality, OWL.qualifiedCardinality),
}
_PAIRS: Final = {RDFS.subPropertyOf, OWL.equivalentProperty, OWL.propertyDisjointWith}
_HEADER: Final = {OWL.versionIRI, OWL.imports}
_OF_OBJECTS: Final = {
    *(OWL.InverseFunctionalProperty, OWL.ReflexiveProperty, OWL.IrreflexiveProperty),
    *(OWL.SymmetricProperty, OWL.AsymmetricProperty, OWL.TransitiveProperty),
}
_OF_SIMPLE: Final = {
    *(OWL.FunctionalProperty, OWL.InverseFunctionalProperty, OWL.IrreflexiveProperty, OWL.AsymmetricProperty),
}
_NODES: Final = {OWL.AllDisjointClasses, OWL.AllDisjointProperties}


def violations(graph: Graph) -> list[str]:
    """What is not OWL 2 DL in *graph*, one line each."""
    ontology = _Ontology(graph)
    return sorted({*ontology.declarations(), *ontology.triples(), *ontology.simple(), *ontology.regular()})


class _Ontology:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._kinds = {kind: {*graph.subjects(RDF.type, kind), *_BUILT_IN.get(kind, ())} for kind in KINDS}

    def declarations(self) -> Iterator[str]:
        """5.8.1: an IRI is one kind of property, and not both class and datatype. 2.4: no other reserved IRI is declared."""
        for exclusive in (PROPERTIES, (OWL.Class, RDFS.Datatype)):
            count: dict[Node, int] = defaultdict(int)
            for kind in exclusive:
                for term in self._kinds[kind]:
                    count[term] += 1
            yield from (f"5.8.1 two kinds: {term}" for term, kinds in count.items() if kinds > 1)
        for kind in KINDS:
            declared = self._kinds[kind] - _BUILT_IN.get(kind, set())
            yield from (f"2.4 reserved: {term}" for term in declared if str(term).startswith(_RESERVED))

    def triples(self) -> Iterator[str]:
        """Mapping 3.2: what each triple needs to be read as an axiom, an annotation or a part of one."""
        for s, p, o in self._graph:
            yield from self._triple(s, p, o)
            if isinstance(s, BNode) and not set(self._graph.predicates(s)) & _STRUCTURE:
                yield "11.2 an individual without a name"
        for node in set(self._graph.objects()):
            if isinstance(node, BNode) and len(list(self._graph.subjects(None, node))) > 1:
                yield "mapping 3.2 an expression is used twice"

    def _triple(self, s: Node, p: Node, o: Node) -> Iterable[str]:
        read = {
            RDF.type: self._type,
            RDFS.domain: self._end,
            RDFS.range: self._end,
            OWL.members: self._members,
            OWL.inverseOf: lambda _, value: self._property(value),
            OWL.onProperty: lambda _, value: self._property(value, *PROPERTIES[:2]),
            OWL.hasValue: lambda node, value: self._value(self._graph.value(node, OWL.onProperty), value),
            OWL.propertyChainAxiom: lambda _, value: self._each(self._property, value),
            **dict.fromkeys(_CLASSES | _FILLERS, lambda one, other: [*self._class(one), *self._class(other)]),
            **dict.fromkeys(_OF_CLASSES, lambda _, value: self._each(self._class, value)),
            **dict.fromkeys(_PAIRS, self._pair),
            **dict.fromkeys(_BOUNDS | _HEADER | {RDF.first, RDF.rest}, lambda *_: ()),
        }
        if p in read:
            return read[p](s, o)  # type: ignore[index]
        if str(p).startswith(_RESERVED) and p not in _BUILT_IN[OWL.AnnotationProperty]:
            return [f"mapping 3.2 not read here: {p}"]
        return self._value(p, o)

    def _each(self, check: Callable[[Node], Iterator[str]], members: Node) -> Iterator[str]:
        yield from (found for part in self._graph.items(members) for found in check(part))

    def _end(self, prop: Node, end: Node) -> Iterator[str]:
        yield from self._is(prop, *PROPERTIES)
        yield from self._class(end) if prop in self._kinds[OWL.ObjectProperty] else self._is(end, *KINDS)

    def _type(self, s: Node, kind: Node) -> Iterator[str]:
        if kind in _OF_OBJECTS:
            yield from self._property(s)
        elif kind == OWL.FunctionalProperty:
            yield from self._is(s, *PROPERTIES[:2])
        elif kind not in {*KINDS, *_NODES, OWL.Restriction, OWL.Ontology}:
            yield from self._class(kind)

    def _class(self, node: Node) -> Iterator[str]:
        """A class or a datatype, by a name that is declared or by an expression that has its type."""
        if isinstance(node, BNode):
            if not {OWL.Class, OWL.Restriction, RDFS.Datatype} & set(self._graph.objects(node, RDF.type)):
                yield "mapping 3.2.4 a class expression without its type"
        else:
            yield from self._is(node, OWL.Class, RDFS.Datatype)

    def _property(self, node: Node, *kinds: URIRef) -> Iterator[str]:
        inverse = self._graph.value(node, OWL.inverseOf)
        yield from self._is(inverse if isinstance(node, BNode) and inverse else node, *(kinds or PROPERTIES[:1]))

    def _pair(self, one: Node, other: Node) -> Iterator[str]:
        """Two properties of one kind."""
        if not any(not [*self._property(one, kind), *self._property(other, kind)] for kind in PROPERTIES):
            yield f"5.8.1 not two properties of one kind: {one} {other}"

    def _members(self, s: Node, members: Node) -> Iterator[str]:
        for kind in self._graph.objects(s, RDF.type):
            yield from self._each(self._class if kind == OWL.AllDisjointClasses else self._property, members)

    def _value(self, prop: Node | None, value: Node) -> Iterator[str]:
        """The value of a property that is declared is what its kind has: 9.6."""
        if prop in self._kinds[OWL.AnnotationProperty]:
            return
        yield from self._property(prop, *PROPERTIES) if prop else ()
        if prop in self._kinds[OWL.ObjectProperty] and isinstance(value, Literal):
            yield f"9.6.4 a literal as the value of {prop}"
        if prop in self._kinds[OWL.DatatypeProperty]:
            if not isinstance(value, Literal):
                yield f"9.6.6 no literal as the value of {prop}"
            elif value.datatype:
                yield from self._is(value.datatype, RDFS.Datatype)

    def _is(self, term: Node, *kinds: URIRef) -> Iterator[str]:
        if not any(term in self._kinds[kind] for kind in kinds):
            yield f"5.8.1 not declared as {' or '.join(k.fragment for k in kinds)}: {term}"

    # -- 11 global restrictions -----------------------------------------------------------------------

    def simple(self) -> Iterator[str]:
        """11.2: no restriction on number, and none of these kinds, for a property that is composed of others."""
        composite = self._composite()
        for kind in _OF_SIMPLE:
            yield from (f"11.2 not simple: {p}" for p in self._graph.subjects(RDF.type, kind) if p in composite)
        for bound in _BOUNDS:
            for node in self._graph.subjects(bound):
                if self._name(self._graph.value(node, OWL.onProperty)) in composite:
                    yield f"11.2 not simple, with {bound.fragment}"
        pairs = {x for pair in self._graph.subject_objects(OWL.propertyDisjointWith) for x in pair}
        for node in self._graph.subjects(RDF.type, OWL.AllDisjointProperties):
            pairs |= set(self._graph.items(self._graph.value(node, OWL.members)))  # type: ignore[arg-type]
        yield from (f"11.2 not simple, yet disjoint: {p}" for p in pairs if self._name(p) in composite)

    def _composite(self) -> set[Node]:
        """11.1: transitive, or implied by a chain, or above such a property."""
        found = {*self._graph.subjects(RDF.type, OWL.TransitiveProperty), *self._graph.subjects(OWL.propertyChainAxiom)}
        while more := {up for p in found for up in self._above().get(p, ())} - found:
            found |= more
        return found

    def _above(self) -> Mapping[Node, set[Node]]:
        """Property → those that hold wherever it or its inverse holds, one step up."""
        above: dict[Node, set[Node]] = defaultdict(set)
        for predicate in (RDFS.subPropertyOf, OWL.equivalentProperty, OWL.inverseOf):
            for s, o in self._graph.subject_objects(predicate):
                one, other = self._name(s), self._name(o)
                above[one].add(other)
                if predicate != RDFS.subPropertyOf:
                    above[other].add(one)
        return above

    def _name(self, node: Node | None) -> Node:
        """The property itself or of which *node* is the inverse."""
        inverse = self._graph.value(node, OWL.inverseOf) if isinstance(node, BNode) else None
        return inverse or node or RDF.nil

    def regular(self) -> Iterator[str]:
        """11.2: the parts of a chain come before what it implies, in an order that no inclusion turns back."""
        same = self._same()
        before: dict[Node, set[Node]] = defaultdict(set)
        for whole, chain in self._graph.subject_objects(OWL.propertyChainAxiom):
            parts = list(self._graph.items(chain))
            if parts == [whole, whole]:
                continue
            rest = parts[1:] if parts[0] == whole else parts[:-1] if parts[-1] == whole else parts
            before[same(whole)] |= {same(self._name(part)) for part in rest}
        for one, above in self._above().items():
            for other in above - {one}:
                if same(one) != same(other):
                    before[same(other)].add(same(one))
        cycle = _cycle(before)
        if cycle:
            yield f"11.2 not regular: {' '.join(sorted(map(str, cycle)))}"

    def _same(self) -> _Union:
        same = _Union()
        for predicate in (OWL.inverseOf, OWL.equivalentProperty):
            for s, o in self._graph.subject_objects(predicate):
                if not isinstance(s, BNode):
                    same.join(s, self._name(o))
        return same


_STRUCTURE: Final = _OF_CLASSES | _FILLERS | {OWL.onProperty, OWL.inverseOf, OWL.members, OWL.oneOf, RDF.first}


class _Union:
    """Properties that are one but for direction."""

    def __init__(self) -> None:
        self._first: dict[Node, Node] = {}

    def __call__(self, node: Node) -> Node:
        while node in self._first:
            node = self._first[node]
        return node

    def join(self, one: Node, other: Node) -> None:
        one, other = self(one), self(other)
        if one != other:
            self._first[one] = other


def _cycle(before: Mapping[Node, Iterable[Node]]) -> set[Node]:
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        return set(error.args[1])
    return set()
