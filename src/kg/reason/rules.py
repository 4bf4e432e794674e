"""Compiles the ontology's axioms to rules: head ← body, one triple pattern and a list of triple patterns.

Supports the part of OWL 2 RL that the ontology uses. Every rule has the name of its entry in the OWL 2 RL/RDF rule tables
(https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules).
Any other kind of axiom raises UnknownAxiom; no axiom is silently ignored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kg.errors import UnknownAxiom
from kg.terms import Text, compact, iri, lexical
from kg.vocab import OWL, RDF, RDFS, TYPE, XSD

if TYPE_CHECKING:
    from kg.source.turtle import Locator

Pattern = tuple[str, str, str]
"""subject, predicate, object; each is a variable (starts with ``?``) or a term in N-Triples form."""

_TYPE: Final = f"<{TYPE}>"
# Axioms that forbid triples and never add any; kg.pipeline.build.disjointness checks them.
CHECKED: Final = frozenset({OWL + "disjointWith", OWL + "AllDisjointClasses", OWL + "IrreflexiveProperty"})
_NAMES: Final = {
    OWL + n for n in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Ontology", "Restriction")
}
_PARTS: Final = {
    OWL + n
    for n in ("onProperty", "hasValue", "someValuesFrom", "intersectionOf", "members", "versionIRI", "versionInfo")
}


@dataclass(frozen=True)
class Rule:
    """If the body holds, so does the head.

    Attributes:
        name: entry of the OWL 2 RL rule table, e.g. ``prp-spo2``.
        axiom: subject and predicate of the axiom's triple, to show the origin of the rule.
        head: the pattern of the conclusion.
        body: the patterns of the premises.
        guard: a SPARQL FILTER on the body, or empty.
    """

    name: str
    axiom: tuple[str, str]
    head: Pattern
    body: tuple[Pattern, ...]
    guard: str = ""

    @property
    def reads(self) -> frozenset[str]:
        """Keys of the body (see :func:`key`). The rule can have new conclusions only after triples of these were added."""
        return frozenset(key(p) for p in self.body)

    @property
    def writes(self) -> str:
        """Key of the head."""
        return key(self.head)


def key(pattern: Pattern) -> str:
    """The index key of a pattern: the class for a type triple, else the predicate."""
    return pattern[2] if pattern[1] == _TYPE else pattern[1]


def compile_rules(quads: Iterable[ox.Quad], locator: Locator | None = None) -> list[Rule]:
    """Every rule of the ontology in *quads*, in the order of the axioms' IRIs.

    Args:
        quads: the quads of the ontology.
        locator: finds the line of an axiom for the error.

    Raises:
        UnknownAxiom: an axiom is of an unsupported kind or incomplete.
    """
    return [rule for rule in _Compiler(quads, locator).rules() if rule.head not in rule.body]


class _Compiler:
    """Compiles axioms; :meth:`rules` maps each kind of axiom to a method."""

    def __init__(self, quads: Iterable[ox.Quad], locator: Locator | None) -> None:
        self._locator = locator
        self._by_subject: dict[object, list[tuple[str, object]]] = defaultdict(list)
        self._axioms: list[tuple[object, str, object]] = []
        for quad in quads:
            predicate = quad.predicate.value
            self._by_subject[quad.subject].append((predicate, quad.object))
            if predicate.startswith((OWL, RDFS)) or predicate == TYPE:
                self._axioms.append((quad.subject, predicate, quad.object))
        self._fresh = 0

    def rules(self) -> Iterator[Rule]:
        by_predicate: dict[str, Callable[[object, object], Iterable[Rule]]] = {
            RDFS + "subClassOf": self._sub_class,
            OWL + "equivalentClass": self._equivalent_class,
            RDFS + "subPropertyOf": self._sub_property,
            RDFS + "domain": self._domain,
            RDFS + "range": self._range,
            OWL + "inverseOf": self._inverse,
            OWL + "propertyChainAxiom": self._chain,
        }
        by_type = {OWL + "TransitiveProperty": self._transitive, OWL + "SymmetricProperty": self._symmetric}
        no_rule = CHECKED | _NAMES | _PARTS | {RDFS + n for n in ("label", "comment", "isDefinedBy", "seeAlso")}
        for subject, predicate, value in sorted(self._axioms, key=lambda a: (str(a[0]), a[1], str(a[2]))):
            if predicate in by_predicate:
                try:
                    yield from by_predicate[predicate](subject, value)
                except KeyError as error:  # a malformed list, a restriction without a property, …
                    raise self._unknown(subject, predicate, value) from error
            elif predicate == TYPE and iri(value) in by_type:
                yield by_type[iri(value)](subject)
            elif predicate == TYPE and not iri(value).startswith(OWL):
                continue  # an individual of a class of the ontology
            elif (iri(value) if predicate == TYPE else predicate) not in no_rule:
                raise self._unknown(subject, predicate, value)

    def _unknown(self, subject: object, predicate: str, value: object) -> UnknownAxiom:
        axiom = " ".join(compact(part) for part in (_show(subject), predicate, _show(value)))
        place = self._locator.find(iri(subject), predicate, lexical(value)) if self._locator else None
        return UnknownAxiom(
            Text(f"规则编译器不认识这种公理:{axiom}", f"the rule compiler does not know this axiom: {axiom}"),
            place=place,
            hint=Text(
                "改用已支持的公理,或在 reason/rules.py 中加上它的编译",
                "use a supported kind, or teach reason/rules.py this one",
            ),
        )

    # -- classes ------------------------------------------------------------------------------

    def _sub_class(self, sub: object, sup: object) -> Iterator[Rule]:
        yield from self._implies("cax-sco", (_show(sub), RDFS + "subClassOf"), sub, sup)

    def _equivalent_class(self, one: object, other: object) -> Iterator[Rule]:
        axiom = (_show(one), OWL + "equivalentClass")
        yield from self._implies("cax-eqc", axiom, one, other)
        yield from self._implies("cax-eqc", axiom, other, one)

    def _implies(self, name: str, axiom: tuple[str, str], sub: object, sup: object) -> Iterator[Rule]:
        """Rules for: members of *sub* are members of *sup*. There is one rule per pattern of *sup*."""
        body = tuple(self._member("?x", sub))
        yield from (Rule(name, axiom, head, body) for head in self._member("?x", sup))

    def _member(self, member: str, expression: object) -> Iterator[Pattern]:
        """The patterns for: *member* is in the class *expression* (cls-int, cls-hv, cls-svf)."""
        if isinstance(expression, ox.NamedNode):
            yield (member, _TYPE, str(expression))
            return
        parts = dict(self._by_subject[expression])
        if OWL + "intersectionOf" in parts:
            for part in self._list(parts[OWL + "intersectionOf"]):
                yield from self._member(member, part)
        elif OWL + "hasValue" in parts:
            yield self._step(member, parts[OWL + "onProperty"], str(parts[OWL + "hasValue"]))
        elif OWL + "someValuesFrom" in parts:
            other = self._variable()
            yield self._step(member, parts[OWL + "onProperty"], other)
            yield from self._member(other, parts[OWL + "someValuesFrom"])
        else:
            raise KeyError(OWL + "intersectionOf")

    def _step(self, subject: str, prop: object, value: str) -> Pattern:
        """The pattern for the property *prop*; subject and value are swapped for ``[ owl:inverseOf P ]``."""
        if isinstance(prop, ox.NamedNode):
            return (subject, str(prop), value)
        return (value, str(dict(self._by_subject[prop])[OWL + "inverseOf"]), subject)

    # -- properties -----------------------------------------------------------------------------

    def _sub_property(self, sub: object, sup: object) -> Iterator[Rule]:
        yield Rule("prp-spo1", (_show(sub), RDFS + "subPropertyOf"), ("?x", str(sup), "?y"), (("?x", str(sub), "?y"),))

    def _domain(self, prop: object, cls: object) -> Iterator[Rule]:
        yield Rule("prp-dom", (_show(prop), RDFS + "domain"), ("?x", _TYPE, str(cls)), (("?x", str(prop), "?y"),))

    def _range(self, prop: object, cls: object) -> Iterator[Rule]:
        if not iri(cls).startswith(XSD):  # shapes check the datatypes of literals
            yield Rule(
                "prp-rng",
                (_show(prop), RDFS + "range"),
                ("?y", _TYPE, str(cls)),
                (("?x", str(prop), "?y"),),
                "FILTER(isIRI(?y))",
            )

    def _inverse(self, prop: object, other: object) -> Iterator[Rule]:
        if isinstance(prop, ox.BlankNode):
            return  # a property expression inside a restriction; see _step
        axiom = (_show(prop), OWL + "inverseOf")
        yield Rule("prp-inv1", axiom, ("?y", str(other), "?x"), (("?x", str(prop), "?y"),))
        yield Rule("prp-inv2", axiom, ("?y", str(prop), "?x"), (("?x", str(other), "?y"),))

    def _chain(self, prop: object, chain: object) -> Iterator[Rule]:
        steps = self._list(chain)
        names = ["?x", *(f"?m{n}" for n in range(1, len(steps))), "?y"]
        body = tuple((names[n], str(step), names[n + 1]) for n, step in enumerate(steps))
        yield Rule("prp-spo2", (_show(prop), OWL + "propertyChainAxiom"), ("?x", str(prop), "?y"), body)

    def _transitive(self, prop: object) -> Rule:
        return Rule(
            "prp-trp",
            (_show(prop), TYPE),
            ("?x", str(prop), "?y"),
            (("?x", str(prop), "?m1"), ("?m1", str(prop), "?y")),
        )

    def _symmetric(self, prop: object) -> Rule:
        return Rule("prp-symp", (_show(prop), TYPE), ("?y", str(prop), "?x"), (("?x", str(prop), "?y"),))

    # -- helpers -----------------------------------------------------------------------------------

    def _list(self, head: object) -> Sequence[object]:
        items: list[object] = []
        while iri(head) != RDF + "nil":
            cell = dict(self._by_subject[head])
            items.append(cell[RDF + "first"])
            head = cell[RDF + "rest"]
        return items

    def _variable(self) -> str:
        self._fresh += 1
        return f"?v{self._fresh}"


def _show(term: object) -> str:
    return "[…]" if isinstance(term, ox.BlankNode) else lexical(term)
