"""Class and property expressions of OWL 2 RL as triple patterns.

The profile allows other expressions for a subclass than for a superclass
(https://www.w3.org/TR/owl2-profiles/#Class_Expressions_3). Whatever it does not allow raises Unsupported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import chain, product
from typing import Final

import pyoxigraph as ox

from kg.reason.rules import TYPE_OF, Body, TriplePattern
from kg.terms import Text, compact, iri, lexical
from kg.vocab import OWL, RDF, RDFS, XSD

ANNOTATIONS: Final = {RDFS + name for name in ("label", "comment", "isDefinedBy", "seeAlso")}
_RESERVED: Final = (OWL, RDF, RDFS)
THING: Final = OWL + "Thing"
_RESTRICTIONS: Final = {"hasValue", "someValuesFrom", "allValuesFrom", "maxCardinality", "maxQualifiedCardinality"}
_SUPPORTED: Final = _RESTRICTIONS | {"intersectionOf", "unionOf", "oneOf", "complementOf"}
_BESIDES: Final = {"onProperty", "onProperties", "onClass", "onDataRange", "withRestrictions"}
_UNSUPPORTED: Final = {
    *("minCardinality", "cardinality", "minQualifiedCardinality", "qualifiedCardinality"),
    *("hasSelf", "datatypeComplementOf", "onDatatype"),
}
PARTS: Final = {OWL + name for name in _SUPPORTED | _BESIDES | _UNSUPPORTED}
"""The predicates with which class expressions are written."""
_INWARDS: Final = PARTS | {RDF + "first", RDF + "rest"}

_WHOLE: Final[dict[str, tuple[int | None, int | None]]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "nonPositiveInteger": (None, 0),
    "positiveInteger": (1, None),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
"""The least and the greatest value. The store gives a valid literal of any of these the datatype xsd:integer."""
_DERIVED: Final = {
    "decimal": ("integer",),
    "string": ("normalizedString", "token", "language", "Name", "NCName", "NMTOKEN"),
    "dateTime": ("dateTimeStamp",),
}
"""The datatypes derived from one. Whether a value is one of a derived string or date, the datatype alone does not say."""
_BY_VALUE: Final = {name for names in _DERIVED.values() for name in names} - {"integer"}

_NEEDS_A_THING = Text(
    "规则不能造出没有名称的东西;下限请写成形状(sh:minCount、sh:qualifiedMinCount)",
    "a rule cannot make up a thing without a name; write a lower bound as a shape (sh:minCount, sh:qualifiedMinCount)",
)
_NEEDS_A_CHOICE = Text(
    "规则不能在几个之中选一个;请写成形状(sh:or、sh:in)",
    "a rule cannot choose one of several; write it as a shape (sh:or, sh:in)",
)
_NEEDS_AN_ABSENCE = Text(
    "规则只从已知的推,不从没有的推;请写成形状或查询",
    "a rule infers from what is known, never from what is not; write it as a shape or as a query",
)
_MALFORMED = Text("改正它的写法", "correct how it is written")
_AS_SUPERCLASS: Final = {
    "someValuesFrom": _NEEDS_A_THING,
    "minCardinality": _NEEDS_A_THING,
    "minQualifiedCardinality": _NEEDS_A_THING,
    "cardinality": _NEEDS_A_THING,
    "qualifiedCardinality": _NEEDS_A_THING,
    "unionOf": _NEEDS_A_CHOICE,
    "oneOf": _NEEDS_A_CHOICE,
}
_AS_SUBCLASS: Final = {
    "oneOf": Text(
        "写明每个个体的类与边;或把它用作 owl:someValuesFrom 的值域",
        "state the classes and edges of each individual; or use it as the filler of owl:someValuesFrom",
    ),
    **dict.fromkeys(("allValuesFrom", "complementOf", "maxCardinality", "maxQualifiedCardinality"), _NEEDS_AN_ABSENCE),
}
_OTHERWISE = Text(
    "OWL 2 RL 没有这种写法;docs/axioms.md 列有可用的",
    "OWL 2 RL does not have this; docs/axioms.md lists what can be used",
)


class Unsupported(Exception):
    """What an axiom says cannot become a rule. Has what is at fault and the next step."""

    def __init__(self, what: Text, hint: Text = _OTHERWISE) -> None:
        super().__init__(what.en)
        self.what, self.hint = what, hint


@dataclass(frozen=True)
class Consequence:
    """What follows for a member of a superclass.

    Attributes:
        body: what must hold besides.
        head: what follows then; None if it contradicts the axiom.
        guard: a SPARQL FILTER, or empty.
        name: entry of the OWL 2 RL rule table that says so; empty for the one of the axiom.
    """

    body: Body = ()
    head: TriplePattern | None = None
    guard: str = ""
    name: str = ""


class Expressions:
    """The class and property expressions of an ontology."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._by_subject: dict[object, list[tuple[str, object]]] = defaultdict(list)
        for quad in quads:
            self._by_subject[quad.subject].append((quad.predicate.value, quad.object))
        self._fresh = 0

    def circular(self) -> ox.Triple | None:
        """A triple that makes a node part of itself, if there is one. Every other method takes for granted that there is none."""
        parts = {s: [o for p, o in pairs if p in _INWARDS] for s, pairs in self._by_subject.items()}
        try:
            TopologicalSorter(parts).prepare()
        except CycleError as error:
            part, whole = error.args[1][:2]
            predicate = next(p for p, o in self._by_subject[whole] if o == part and p in _INWARDS)
            return ox.Triple(whole, ox.NamedNode(predicate), part)
        return None

    # -- classes --------------------------------------------------------------------------------------

    def premises(self, member: str, expression: object) -> list[Body]:
        """Every way to be in a subclass: the patterns that make *member* one of *expression*."""
        if isinstance(expression, ox.NamedNode):
            return self._premises_of_name(member, expression)
        kind, parts = self._read(expression)
        if kind == "intersectionOf":
            every = (self.premises(member, part) for part in self.items(parts[kind]))
            return [tuple(chain.from_iterable(bodies)) for bodies in product(*every)]
        if kind == "unionOf":
            return [body for part in self.items(parts[kind]) for body in self.premises(member, part)]
        if kind == "hasValue":
            return [(self.triple(member, parts["onProperty"], self.value(parts[kind])),)]
        if kind == "someValuesFrom":
            return list(self._premises_of_some(member, parts["onProperty"], parts[kind]))
        raise _refused(kind, Text("子类", "subclass"), _AS_SUBCLASS)

    def _premises_of_name(self, member: str, name: ox.NamedNode) -> list[Body]:
        if name.value == THING:
            return [()]
        if name.value == OWL + "Nothing":
            return []
        return [((member, TYPE_OF, self.class_(name)),)]

    def _premises_of_some(self, member: str, prop: object, filler: object) -> Iterator[Body]:
        if isinstance(filler, ox.BlankNode):
            kind, parts = self._read(filler)
            if kind == "oneOf":
                for item in self.items(parts[kind]):
                    yield (self.triple(member, prop, self.value(item)),)
                return
        other = self._variable()
        for body in self.premises(other, filler):
            yield (self.triple(member, prop, other), *body)

    def consequences(self, member: str, expression: object) -> Iterator[Consequence]:
        """All that follows from *member* being in the superclass *expression*."""
        if isinstance(expression, ox.NamedNode):
            yield from self._consequences_of_name(member, expression)
            return
        kind, parts = self._read(expression)
        if kind == "intersectionOf":
            for part in self.items(parts[kind]):
                yield from self.consequences(member, part)
        elif kind == "complementOf":
            yield from (Consequence(body, name="cls-com") for body in self.premises(member, parts[kind]))
        elif kind == "hasValue":
            yield Consequence(head=self.triple(member, parts["onProperty"], self.value(parts[kind])))
        elif kind == "allValuesFrom":
            yield from self._consequences_of_all(member, parts["onProperty"], parts[kind])
        elif kind in ("maxCardinality", "maxQualifiedCardinality"):
            filler = parts.get("onClass", ox.NamedNode(THING))
            yield from self._consequences_of_most(member, parts["onProperty"], lexical(parts[kind]), filler)
        else:
            raise _refused(kind, Text("上位类", "superclass"), _AS_SUPERCLASS)

    def _consequences_of_name(self, member: str, name: ox.NamedNode) -> Iterator[Consequence]:
        if name.value == OWL + "Nothing":
            yield Consequence(name="cls-nothing2")
        elif is_datatype(name):
            yield Consequence(guard=_outside(member, name), name="dt-not-type")
        elif name.value != THING:
            yield Consequence(head=(member, TYPE_OF, self.class_(name)))

    def _consequences_of_all(self, member: str, prop: object, filler: object) -> Iterator[Consequence]:
        other = self._variable()
        step = self.triple(member, prop, other)
        for found in self.consequences(other, filler):
            guard = _named(other) if found.head and found.head[0] == other and step[2] == other else ""
            yield replace(found, body=(step, *found.body), guard=guard + found.guard)

    def _consequences_of_most(self, member: str, prop: object, most: str, filler: object) -> Iterator[Consequence]:
        one, other = self._variable(), self._variable()
        step, second = (self.triple(member, prop, variable) for variable in (one, other))
        if most == "0":
            for body in self.premises(one, filler):
                yield Consequence((step, *body), name="cls-maxc1")
        elif most == "1":
            for body, more in product(self.premises(one, filler), self.premises(other, filler)):
                yield Consequence((step, second, *body, *more), guard=different(one, other), name="cls-maxc2")
        else:
            raise Unsupported(
                Text(f"上限只能是 0 或 1,不能是 {most}", f"an upper bound can be 0 or 1, not {most}"),
                Text("请写成形状(sh:maxCount)", "write it as a shape (sh:maxCount)"),
            )

    def _read(self, expression: object) -> tuple[str, dict[str, object]]:
        """The kind of a class expression, and its parts by local name."""
        if not isinstance(expression, ox.BlankNode):
            raise Unsupported(Text("类的位置上是文字", "there is a literal in the place of a class"), _MALFORMED)
        found = [(p.removeprefix(OWL), o) for p, o in self._by_subject[expression] if p in PARTS]
        parts = dict(found)
        kinds = parts.keys() - _BESIDES
        kind = next(iter(kinds), "")
        needed = {"onProperty"} if kind in _RESTRICTIONS else set()
        needed |= {"onClass"} if kind == "maxQualifiedCardinality" else set()
        if len(kinds) != 1 or len(found) != len(parts) or (kind in _SUPPORTED and parts.keys() != needed | {kind}):
            words = ", ".join(sorted(f"owl:{name}" for name, _ in found)) or "[]"
            raise Unsupported(
                Text(f"类的表达式不完整或有多余:{words}", f"a class expression lacks a part or has too many: {words}"),
                _MALFORMED,
            )
        return kind, parts

    # -- terms ----------------------------------------------------------------------------------------

    def triple(self, subject: str, prop: object, value: str) -> TriplePattern:
        """The pattern for *prop*; subject and value are swapped for ``[ owl:inverseOf P ]``."""
        if isinstance(prop, ox.BlankNode):
            return self._written(value, self.only(prop, OWL + "inverseOf"), subject)
        return self._written(subject, prop, value)

    def _written(self, subject: str, prop: object, value: str) -> TriplePattern:
        if not isinstance(prop, ox.NamedNode) or (prop.value.startswith(_RESERVED) and prop.value not in ANNOTATIONS):
            raise Unsupported(
                Text(f"{_word(prop)} 不能作属性", f"{_word(prop)} cannot stand for a property"), _OTHERWISE
            )
        if subject.startswith('"'):
            raise Unsupported(Text("文字不能作主语", "a literal cannot be a subject"), _MALFORMED)
        return subject, str(prop), value

    def class_(self, name: ox.NamedNode) -> str:
        """A class in N-Triples form."""
        if is_datatype(name) or name.value.startswith(OWL):
            raise Unsupported(Text(f"{_word(name)} 不能作子类", f"{_word(name)} cannot be a subclass here"))
        return str(name)

    def value(self, term: object) -> str:
        """A value in N-Triples form. A blank node would be a variable of the rule."""
        if isinstance(term, ox.BlankNode):
            raise Unsupported(
                Text("这里不能用没有名称的个体", "an individual without a name cannot stand here"),
                Text("给它一个 IRI", "give it an IRI"),
            )
        return str(term)

    def items(self, head: object) -> list[object]:
        """The members of an RDF list."""
        items: list[object] = []
        while iri(head) != RDF + "nil":
            items.append(self.only(head, RDF + "first"))
            head = self.only(head, RDF + "rest")
        return items

    def part(self, subject: object, *names: str) -> object:
        """The only object of *subject* with one of the predicates *names* of OWL."""
        found = [o for name in names for p, o in self._by_subject[subject] if p == OWL + name]
        if len(found) != 1:
            words = "/".join(f"owl:{name}" for name in names)
            raise Unsupported(Text(f"应有一个 {words}", f"there must be one {words}"), _MALFORMED)
        return found[0]

    def only(self, subject: object, predicate: str) -> object:
        """The only object of *subject* with *predicate*."""
        found = [o for p, o in self._by_subject[subject] if p == predicate]
        if len(found) != 1:
            word = compact(predicate)
            raise Unsupported(Text(f"应有一个 {word}", f"there must be one {word}"), _MALFORMED)
        return found[0]

    def _variable(self) -> str:
        self._fresh += 1
        return f"?v{self._fresh}"


def is_datatype(term: object) -> bool:
    """Whether *term* is a datatype of XML Schema or RDF."""
    name = iri(term)
    return name.startswith(XSD) or name in (RDFS + "Literal", RDF + "langString", RDF + "PlainLiteral")


def different(one: str, other: str) -> str:
    """A filter: two terms are two things. Two numbers of one value are one; two names are two, as each thing has one name."""
    return f"FILTER(COALESCE({one} != {other}, true))"


def _named(variable: str) -> str:
    return f"FILTER(isIRI({variable}))"


def _outside(variable: str, datatype: ox.NamedNode) -> str:
    """A filter: not a literal of *datatype*."""
    name = datatype.value.removeprefix(XSD)
    if name in _BY_VALUE:
        raise Unsupported(
            Text(f"不检查 xsd:{name}", f"xsd:{name} is not checked"),
            Text("请写成形状(sh:datatype、sh:pattern)", "write it as a shape (sh:datatype, sh:pattern)"),
        )
    if datatype.value == RDFS + "Literal":
        return f"FILTER(!isLiteral({variable}))"
    if name in _WHOLE:
        least, most = _WHOLE[name]
        bounds = [f"{variable} >= {least}"] if least is not None else []
        bounds += [f"{variable} <= {most}"] if most is not None else []
        value = " && ".join((f"FLOOR({variable}) = {variable}", *bounds))  # an error beyond the engine's 64 bits
        return _unless(variable, (XSD + "integer", XSD + "decimal"), f" && COALESCE({value}, true)")
    derived = [XSD + other for other in _DERIVED.get(name, ())]
    derived += [XSD + "string", RDF + "langString"] if name == RDF + "PlainLiteral" else []
    return _unless(variable, (datatype.value, *derived))


def _unless(variable: str, datatypes: Iterable[str], more: str = "") -> str:
    listed = ", ".join(f"<{one}>" for one in datatypes)
    return f"FILTER(!(isLiteral({variable}) && DATATYPE({variable}) IN ({listed}){more}))"


def _refused(kind: str, place: Text, hints: dict[str, Text]) -> Unsupported:
    what = Text(f"owl:{kind} 不能用在{place.zh}的位置", f"owl:{kind} cannot stand for a {place.en}")
    return Unsupported(what, hints.get(kind, _OTHERWISE))


def _word(term: object) -> str:
    return compact(lexical(term)) or "[…]"
