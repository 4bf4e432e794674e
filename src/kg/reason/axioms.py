"""Compiles the ontology's axioms to rules and contradictions.

docs/axioms.md lists the kinds of axioms of OWL 2 RL and what becomes of each.
Every rule has the name of its entry in the OWL 2 RL/RDF rule tables
(https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules).
Any other kind of axiom raises UnknownAxiom; no axiom is silently ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from kg.errors import UnknownAxiom
from kg.reason.expressions import ANNOTATIONS, PARTS, Consequence, Expressions, Unsupported, different
from kg.reason.rules import Body, Contradiction, Rule
from kg.terms import Text, compact, iri, lexical
from kg.vocab import ALIGNMENT, OWL, RDFS, TYPE

if TYPE_CHECKING:
    from kg.source.turtle import Locator


def _owl(*names: str) -> frozenset[str]:
    return frozenset(OWL + name for name in names)


_DECLARATIONS: Final = _owl(
    *("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "NamedIndividual", "Ontology", "Thing"),
    *("Restriction", "Axiom", "Annotation", "DeprecatedClass", "DeprecatedProperty", "OntologyProperty"),
)
"""Classes of OWL whose members are declared or are parts of an axiom, which adds no triple by itself."""
_SILENT: Final = ANNOTATIONS | _owl(
    *("versionIRI", "versionInfo", "priorVersion", "backwardCompatibleWith", "incompatibleWith", "deprecated"),
    *("annotatedSource", "annotatedProperty", "annotatedTarget"),
    *("assertionProperty", "targetIndividual", "targetValue"),
)
"""Predicates that say nothing of what holds, or that are read with another of the same axiom."""
_WHOLE: Final = {
    OWL + "AllDisjointClasses": ("members",),
    OWL + "AllDisjointProperties": ("members",),
    OWL + "AllDifferent": ("members", "distinctMembers"),
    OWL + "NegativePropertyAssertion": ("sourceIndividual",),
}
"""Class of an axiom with a node of its own → the predicates that it may be read from."""
_WRITE_AN_EQUIVALENCE = Text(
    "写成 owl:equivalentClass [ … ] 或 rdfs:subClassOf [ … ]",
    "write owl:equivalentClass [ … ] or rdfs:subClassOf [ … ]",
)
_ONE_NAME = Text("两处用同一个 IRI", "use one IRI in both places")
_STATE_IT = Text("直接写出它的类与边", "state its classes and edges themselves")
_NO_FETCHING = Text(
    "把那个文件放进本体文件夹;不从网上取", "put that file into the folder of the ontology; nothing is fetched"
)


class Axioms(NamedTuple):
    """The rules and contradictions of an ontology."""

    rules: list[Rule]
    contradictions: list[Contradiction]


def compile_axioms(quads: Iterable[ox.Quad], locator: Locator | None = None) -> Axioms:
    """Every rule and contradiction of the ontology in *quads*, in the order of the axioms' IRIs.

    Args:
        quads: the quads of the ontology.
        locator: finds the line of an axiom for the error.

    Raises:
        UnknownAxiom: an axiom is of an unsupported kind or incomplete.
    """
    found = list(_Compiler(list(quads), locator).compiled())
    return Axioms(
        [one for one in found if isinstance(one, Rule) and one.head not in one.body],
        [one for one in found if isinstance(one, Contradiction)],
    )


def compile_rules(quads: Iterable[ox.Quad], locator: Locator | None = None) -> list[Rule]:
    """The rules of :func:`compile_axioms`."""
    return compile_axioms(quads, locator).rules


def is_axiom(quad: ox.Quad) -> bool:
    """Whether *quad* says something of what holds in the terms of OWL, or of RDFS about classes and properties."""
    if quad.predicate.value == TYPE:
        kind = iri(quad.object)
        return not kind or (kind.startswith(OWL) and kind not in _DECLARATIONS)
    return quad.predicate.value.startswith((OWL, RDFS)) and quad.predicate.value not in _SILENT


_Compiled = Iterator[Rule | Contradiction]


class _Compiler:
    """Compiles axioms; :meth:`compiled` maps each kind of axiom to a method."""

    def __init__(self, quads: Sequence[ox.Quad], locator: Locator | None) -> None:
        self._quads, self._locator = quads, locator
        self._read = Expressions(quads)
        self._ontologies = {ALIGNMENT, *(iri(q.subject) for q in quads if iri(q.object) == OWL + "Ontology")}
        self._ontologies |= {iri(q.object) for q in quads if q.predicate.value == OWL + "versionIRI"}
        self._by_predicate: dict[str, Callable[[object, object], _Compiled]] = {
            RDFS + "subClassOf": self._sub_class,
            OWL + "equivalentClass": self._equivalent_class,
            OWL + "disjointWith": self._disjoint_classes,
            RDFS + "subPropertyOf": self._sub_property,
            OWL + "equivalentProperty": self._equivalent_property,
            OWL + "propertyDisjointWith": self._disjoint_properties,
            RDFS + "domain": self._domain,
            RDFS + "range": self._range,
            OWL + "inverseOf": self._inverse,
            OWL + "propertyChainAxiom": self._chain,
            OWL + "hasKey": self._key,
            OWL + "sourceIndividual": self._negative,
            OWL + "members": self._members,
            OWL + "distinctMembers": self._members,
            OWL + "differentFrom": self._different,
            OWL + "imports": self._imports,
            OWL + "sameAs": self._same,
        }
        self._by_type: dict[str, Callable[[object], _Compiled]] = {
            OWL + "TransitiveProperty": self._transitive,
            OWL + "SymmetricProperty": self._symmetric,
            OWL + "AsymmetricProperty": self._asymmetric,
            OWL + "IrreflexiveProperty": self._irreflexive,
            OWL + "FunctionalProperty": self._functional,
            OWL + "InverseFunctionalProperty": self._inverse_functional,
        }

    def compiled(self) -> _Compiled:
        if circular := self._read.circular():
            raise self._refused(circular, _CIRCULAR)
        for quad in sorted(self._quads, key=lambda q: (str(q.subject), q.predicate.value, str(q.object))):
            try:
                for one in self._axiom(quad.subject, quad.predicate.value, quad.object):
                    if not one.body:
                        raise Unsupported(Text("这说的是一切个体", "this is said of everything"))
                    yield one
            except Unsupported as error:
                raise self._refused(quad.triple, error) from error

    def _axiom(self, subject: object, predicate: str, value: object) -> _Compiled:
        if predicate == TYPE:
            yield from self._type(subject, value)
        elif predicate in self._by_predicate:
            yield from self._by_predicate[predicate](subject, value)
        elif predicate in PARTS:
            if isinstance(subject, ox.NamedNode):  # a class expression has no name
                raise Unsupported(
                    Text("有名称的类不能直接这样写", "a class with a name cannot have this"), _WRITE_AN_EQUIVALENCE
                )
        elif predicate.startswith((OWL, RDFS)) and predicate not in _SILENT:
            raise _unknown()

    def _type(self, subject: object, kind: object) -> _Compiled:
        if not isinstance(kind, ox.NamedNode):
            raise Unsupported(Text("个体的类没有名称", "the class of an individual has no name"), _STATE_IT)
        if kind.value in self._by_type:
            yield from self._by_type[kind.value](subject)
        elif kind.value in _WHOLE:
            self._read.part(subject, *_WHOLE[kind.value])
        elif kind.value.startswith(OWL) and kind.value not in _DECLARATIONS:
            raise _unknown()

    def _refused(self, triple: ox.Triple, error: Unsupported) -> UnknownAxiom:
        axiom = " ".join(compact(_show(term)) for term in triple)
        return UnknownAxiom(
            Text(f"这条公理不能用:{axiom}({error.what.zh})", f"this axiom cannot be used: {axiom} ({error.what.en})"),
            place=self._locator.find_triple(triple, self._quads) if self._locator else None,
            hint=error.hint,
        )

    # -- classes ------------------------------------------------------------------------------

    def _sub_class(self, sub: object, sup: object) -> _Compiled:
        yield from self._implies("cax-sco", (_show(sub), RDFS + "subClassOf"), sub, sup)

    def _equivalent_class(self, one: object, other: object) -> _Compiled:
        axiom = (_show(one), OWL + "equivalentClass")
        yield from self._implies("cax-eqc", axiom, one, other)
        yield from self._implies("cax-eqc", axiom, other, one)

    def _implies(self, name: str, axiom: tuple[str, str], sub: object, sup: object) -> _Compiled:
        """Rules for: members of *sub* are members of *sup*."""
        bodies = self._read.premises("?x", sub)
        for found in self._read.consequences("?x", sup):
            yield from (_concluding(name, axiom, body, found) for body in bodies)

    def _disjoint_classes(self, one: object, other: object) -> _Compiled:
        yield from self._exclude("cax-dw", (_show(one), OWL + "disjointWith"), one, other)

    def _exclude(self, name: str, axiom: tuple[str, str], one: object, other: object) -> _Compiled:
        for bodies in product(self._read.premises("?x", one), self._read.premises("?x", other)):
            yield Contradiction(name, axiom, bodies[0] + bodies[1])

    def _key(self, cls: object, keys: object) -> _Compiled:
        props = self._read.items(keys)
        if not props:
            raise Unsupported(Text("没有列出属性", "it lists no property"))
        shared = tuple(self._read.triple(m, p, f"?k{n}") for m in ("?x", "?y") for n, p in enumerate(props))
        for body in product(self._read.premises("?x", cls), self._read.premises("?y", cls)):
            yield Contradiction(
                "prp-key", (_show(cls), OWL + "hasKey"), (*body[0], *body[1], *shared), different("?x", "?y")
            )

    # -- properties -----------------------------------------------------------------------------

    def _sub_property(self, sub: object, sup: object) -> _Compiled:
        yield self._leads("prp-spo1", (_show(sub), RDFS + "subPropertyOf"), sub, sup)

    def _equivalent_property(self, one: object, other: object) -> _Compiled:
        axiom = (_show(one), OWL + "equivalentProperty")
        yield self._leads("prp-eqp1", axiom, one, other)
        yield self._leads("prp-eqp2", axiom, other, one)

    def _inverse(self, prop: object, other: object) -> _Compiled:
        if isinstance(prop, ox.BlankNode):
            return  # a property expression; see Expressions.triple
        axiom = (_show(prop), OWL + "inverseOf")
        yield self._leads("prp-inv1", axiom, prop, other, backwards=True)
        yield self._leads("prp-inv2", axiom, other, prop, backwards=True)

    def _symmetric(self, prop: object) -> _Compiled:
        yield self._leads("prp-symp", (_show(prop), TYPE), prop, prop, backwards=True)

    def _leads(self, name: str, axiom: tuple[str, str], sub: object, sup: object, *, backwards: bool = False) -> Rule:
        """The rule for: what *sub* joins, *sup* joins."""
        ends = ("?y", "?x") if backwards else ("?x", "?y")
        return Rule(name, axiom, self._read.triple(ends[0], sup, ends[1]), (self._read.triple("?x", sub, "?y"),))

    def _domain(self, prop: object, cls: object) -> _Compiled:
        body = (self._read.triple("?x", prop, "?y"),)
        for found in self._read.consequences("?x", cls):
            yield _concluding("prp-dom", (_show(prop), RDFS + "domain"), body, found)

    def _range(self, prop: object, cls: object) -> _Compiled:
        body = (self._read.triple("?x", prop, "?y"),)
        for found in self._read.consequences("?y", cls):
            guard = "FILTER(isIRI(?y))" if found.head and found.head[0] == "?y" else ""
            yield _concluding("prp-rng", (_show(prop), RDFS + "range"), body, found, guard)

    def _chain(self, prop: object, chain: object) -> _Compiled:
        steps = self._read.items(chain)
        if not steps:
            raise Unsupported(Text("链是空的", "the chain is empty"))
        names = ["?x", *(f"?m{n}" for n in range(1, len(steps))), "?y"]
        body = tuple(self._read.triple(names[n], step, names[n + 1]) for n, step in enumerate(steps))
        head = self._read.triple("?x", prop, "?y")
        yield Rule("prp-spo2", (_show(prop), OWL + "propertyChainAxiom"), head, body)

    def _transitive(self, prop: object) -> _Compiled:
        body = (self._read.triple("?x", prop, "?m1"), self._read.triple("?m1", prop, "?y"))
        yield Rule("prp-trp", (_show(prop), TYPE), self._read.triple("?x", prop, "?y"), body)

    def _asymmetric(self, prop: object) -> _Compiled:
        body = (self._read.triple("?x", prop, "?y"), self._read.triple("?y", prop, "?x"))
        yield Contradiction("prp-asyp", (_show(prop), TYPE), body)

    def _irreflexive(self, prop: object) -> _Compiled:
        yield Contradiction("prp-irp", (_show(prop), TYPE), (self._read.triple("?x", prop, "?x"),))

    def _functional(self, prop: object) -> _Compiled:
        body = (self._read.triple("?x", prop, "?y"), self._read.triple("?x", prop, "?z"))
        yield Contradiction("prp-fp", (_show(prop), TYPE), body, different("?y", "?z"))

    def _inverse_functional(self, prop: object) -> _Compiled:
        body = (self._read.triple("?y", prop, "?x"), self._read.triple("?z", prop, "?x"))
        yield Contradiction("prp-ifp", (_show(prop), TYPE), body, different("?y", "?z"))

    def _disjoint_properties(self, one: object, other: object) -> _Compiled:
        yield self._exclude_pair("prp-pdw", (_show(one), OWL + "propertyDisjointWith"), one, other)

    def _exclude_pair(self, name: str, axiom: tuple[str, str], one: object, other: object) -> Contradiction:
        return Contradiction(name, axiom, (self._read.triple("?x", one, "?y"), self._read.triple("?x", other, "?y")))

    # -- individuals, lists, the ontology ---------------------------------------------------------

    def _members(self, group: object, members: object) -> _Compiled:
        """The pairs of AllDisjointClasses, AllDisjointProperties and AllDifferent."""
        kind = iri(self._read.only(group, TYPE))
        axiom = (_show(group), OWL + "members")
        for one, other in combinations(self._read.items(members), 2):
            if kind == OWL + "AllDisjointClasses":
                yield from self._exclude("cax-adc", axiom, one, other)
            elif kind == OWL + "AllDisjointProperties":
                yield self._exclude_pair("prp-adp", axiom, one, other)
            elif kind == OWL + "AllDifferent":
                yield from self._different(one, other)
            else:
                raise _unknown()

    def _negative(self, assertion: object, source: object) -> _Compiled:
        prop, target = (
            self._read.part(assertion, "assertionProperty"),
            self._read.part(assertion, "targetIndividual", "targetValue"),
        )
        triple = self._read.triple(self._read.value(source), prop, self._read.value(target))
        yield Contradiction("prp-npa1", (_show(source), OWL + "assertionProperty"), (triple,))

    def _different(self, one: object, other: object) -> _Compiled:
        """No rule: two names are two things anyhow."""
        if self._read.value(one) == self._read.value(other):
            raise Unsupported(Text("同一个个体", "it is one and the same individual"), _ONE_NAME)
        yield from ()

    def _same(self, one: object, other: object) -> _Compiled:
        if one != other:
            raise Unsupported(Text("每个个体只有一个名称", "each individual has one name here"), _ONE_NAME)
        yield from ()

    def _imports(self, _: object, imported: object) -> _Compiled:
        if iri(imported) not in self._ontologies:
            raise Unsupported(Text("这个本体不在这里", "that ontology is not here"), _NO_FETCHING)
        yield from ()


_CIRCULAR = Unsupported(
    Text("表达式包含它自己", "an expression contains itself"),
    Text("给其中的类一个名称", "give a name to a class in it"),
)


def _unknown() -> Unsupported:
    return Unsupported(Text("规则编译器不认识", "the rule compiler does not know this kind"))


def _concluding(
    name: str, axiom: tuple[str, str], body: Body, found: Consequence, guard: str = ""
) -> Rule | Contradiction:
    whole = body + found.body
    if found.head is None:
        return Contradiction(found.name, axiom, whole, found.guard)
    return Rule(name, axiom, found.head, whole, guard + found.guard)


def _show(term: object) -> str:
    return "[…]" if isinstance(term, ox.BlankNode) else lexical(term)
