"""The closure of the invented project: that of another engine, triple by triple, and each compiled rule has its part in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import OWL as OWL_
from rdflib.namespace import RDF as RDF_
from rdflib.namespace import RDFS as RDFS_
from rdflib.namespace import XSD as XSD_

from instances import Instance, filled, instances, materialised, triples
from kg.graph import KnowledgeGraph
from kg.reason.axioms import compile_rules
from kg.reason.closure import close, close_with_owlrl
from kg.reason.rules import Rule, TriplePattern
from kg.source.project import Project
from kg.source.turtle import read_project
from kg.terms import compact, expand, iri
from kg.vocab import BACKGROUND, BASE, INFERRED, IVC, ONTOLOGY, PASSAGES, RDFS, TYPE

_TYPE = f"<{TYPE}>"


@pytest.fixture(scope="module")
def quads(world_project: Project) -> list[ox.Quad]:
    return read_project(world_project)


@pytest.fixture(scope="module")
def rules(quads: list[ox.Quad]) -> list[Rule]:
    return compile_rules(q for q in quads if iri(q.graph_name) == ONTOLOGY)


@pytest.fixture(scope="module")
def axioms(quads: list[ox.Quad]) -> rdflib.Graph:
    """The ontology as rdflib reads it."""
    kept = [q.triple for q in quads if iri(q.graph_name) == ONTOLOGY]
    return rdflib.Graph().parse(data=ox.serialize(kept, format=ox.RdfFormat.N_TRIPLES) or b"", format="nt")


@pytest.fixture(scope="module")
def everything(quads: list[ox.Quad], axioms: rdflib.Graph) -> list[ox.Quad]:
    """What the project states of the world, and something of each class, a pair for each property, a way for each chain.

    Without what adds nothing here: texts and numbers, the ontology's closed lists, the spans of passages.
    """
    axiom = (q for q in quads if iri(q.graph_name) == ONTOLOGY and _is_axiom(q))
    fact = (q for q in quads if iri(q.graph_name) not in (ONTOLOGY, PASSAGES) and iri(q.object))
    return [*axiom, *fact, *_once(axioms)]


@pytest.fixture(scope="module")
def filled_rules(everything: list[ox.Quad], rules: list[Rule]) -> list[set[Instance]]:
    """Of each rule, every way to fill its variables from the closure of everything."""
    return _filled_rules(everything, rules)


def _filled_rules(quads: list[ox.Quad], rules: list[Rule]) -> list[set[Instance]]:
    store = materialised(quads)
    close(store, rules)
    return instances(store, rules)


def _is_axiom(quad: ox.Quad) -> bool:
    term = quad.predicate.value if quad.predicate.value != TYPE else iri(quad.object)
    return not (term.startswith(IVC) or term == RDFS + "isDefinedBy" or isinstance(quad.object, ox.Literal))


def _once(axioms: rdflib.Graph) -> Iterator[ox.Quad]:
    fresh = (ox.NamedNode(f"{BASE}made/{n}") for n in range(10_000))

    def said(subject: ox.NamedNode, predicate: object, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(subject, ox.NamedNode(str(predicate)), value, ox.NamedNode(BACKGROUND))

    def named(kind: rdflib.URIRef) -> list[rdflib.term.Node]:
        return sorted(one for one in axioms.subjects(RDF_.type, kind) if isinstance(one, rdflib.URIRef))

    for one in named(OWL_.Class):
        yield said(next(fresh), TYPE, ox.NamedNode(str(one)))
    for one in named(OWL_.ObjectProperty):
        yield said(next(fresh), one, next(fresh))
    for one in named(OWL_.DatatypeProperty):
        yield said(next(fresh), one, ox.Literal("x"))
    chains = [[one, one] for one in named(OWL_.TransitiveProperty)]
    chains += [list(axioms.items(o)) for o in axioms.objects(None, OWL_.propertyChainAxiom)]
    for chain in chains:
        here = next(fresh)
        for step in chain:
            there = next(fresh)
            back = axioms.value(step, OWL_.inverseOf) if isinstance(step, rdflib.BNode) else None
            yield said(there, back, here) if back else said(here, step, there)
            here = there
    for tiers in (("upstream", "midstream"), ("upstream", "downstream"), ("midstream", "downstream")):
        company = next(fresh)
        yield said(company, TYPE, ox.NamedNode(IVC + "Company"))
        for tier in tiers:
            yield said(company, IVC + "atTier", ox.NamedNode(expand(f"ivl:{tier}")))


def inferred(store: ox.Store) -> set[str]:
    return {str(q.triple) for q in store.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED))}


# -- the closure ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_is_that_of_another_engine(everything: list[ox.Quad], rules: list[Rule]) -> None:
    ours, theirs = materialised(everything), materialised(everything)
    before = len(inferred(ours))
    done = close(ours, rules)
    assert close_with_owlrl(theirs).added == done.added == len(inferred(ours)) - before > 500
    assert inferred(ours) == inferred(theirs)
    assert close(ours, rules).added == 0


def test_the_graph_holds_it(world: KnowledgeGraph, quads: list[ox.Quad], rules: list[Rule]) -> None:
    """The closure is in a graph of its own, and in the default graph with all that is stated."""
    store = materialised(quads)
    close(store, rules)
    lines = (world.path / "dataset.nq").read_text(encoding="utf-8").splitlines()
    told = {line.removesuffix(f" <{INFERRED}> .") for line in lines if line.endswith(f" <{INFERRED}> .")}
    assert told == inferred(store)
    flat = {str(q.triple) for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    assert flat == {str(q.triple) for q in store if iri(q.graph_name)}
    assert not {str(q.triple) for q in quads if "statedIn" not in q.predicate.value} & told, (
        "nothing stated is inferred"
    )


def test_some_of_it_by_hand(world: KnowledgeGraph) -> None:
    """There is one triple for each kind of axiom."""
    for one in (
        "stg:lantern-up ivc:upstreamOf stg:lantern-down",  # feeds, and further
        "reg:chengzhou ivc:regionWithin reg:china",
        "co:zhuli ivc:operatesIn seg:lantern-splints",  # key player in
        "co:zhuli ivc:activeIn ind:paper-lanterns",  # by way of a segment of a segment of a stage of a view
        "co:qinglan a ivc:IntegratedCompany",  # paper upstream, fairs downstream
        "co:yuanshan a ivc:Estimator",
        "obs:w1-lantern-cn-2029 a ivc:Forecast , ivc:Observation , ivc:Claim",
        "obs:w2-dyeing-target-2027 a ivc:Target ; ivc:attributedTo pol:lantern-plan",
        "ind:paper-lanterns a ivc:EnablingIndustry , ivc:Sector",
        "<https://example.org/lamp/organization/听竹社> ivc:cooperatesWith co:mingying-lamps",
        "ind:paper-lanterns ivc:hasApplication app:home-lighting ; ivc:hasPart seg:lantern-splints",
    ):
        assert world.sparql(f"ASK {{ {one} }}") is True, one
    for one in (
        "co:zhuli a ivc:IntegratedCompany",  # upstream alone
        "co:qinglan a ivc:Estimator",
        "obs:w1-lantern-cn-2024 a ivc:Forecast",
        "ind:wind-chimes a ivc:EnablingIndustry",
        "reg:china ivc:regionWithin reg:chengzhou",
        "co:mingying-lamps ivc:investsIn <https://example.org/lamp/organization/听竹社>",
    ):
        assert world.sparql(f"ASK {{ {one} }}") is False, one


# -- the rules --------------------------------------------------------------------------------------------


def test_each_axiom_has_its_rules(axioms: rdflib.Graph, rules: list[Rule]) -> None:
    """The rules are counted from the ontology here, in another way than the compiler's."""

    def pairs(predicate: rdflib.URIRef) -> list[tuple[rdflib.term.Node, rdflib.term.Node]]:
        return [(s, o) for s, o in axioms.subject_objects(predicate) if isinstance(s, rdflib.URIRef)]

    def of(kind: rdflib.URIRef) -> list[rdflib.term.Node]:
        return list(axioms.subjects(RDF_.type, kind))

    wanted = {("prp-dom", ("?x", _TYPE, c.n3()), (("?x", p.n3(), "?y"),)) for p, c in pairs(RDFS_.domain)}
    wanted |= {
        ("prp-rng", ("?y", _TYPE, c.n3()), (("?x", p.n3(), "?y"),))
        for p, c in pairs(RDFS_.range)
        if not str(c).startswith(str(XSD_))
    }
    wanted |= {("prp-spo1", ("?x", q.n3(), "?y"), (("?x", p.n3(), "?y"),)) for p, q in pairs(RDFS_.subPropertyOf)}
    wanted |= {("cax-sco", ("?x", _TYPE, d.n3()), (("?x", _TYPE, c.n3()),)) for c, d in pairs(RDFS_.subClassOf)}
    wanted |= {("prp-symp", ("?y", p.n3(), "?x"), (("?x", p.n3(), "?y"),)) for p in of(OWL_.SymmetricProperty)}
    wanted |= {
        ("prp-trp", ("?x", p.n3(), "?y"), (("?x", p.n3(), "?m1"), ("?m1", p.n3(), "?y")))
        for p in of(OWL_.TransitiveProperty)
    }
    for p, q in pairs(OWL_.inverseOf):
        wanted |= {
            ("prp-inv1", ("?y", q.n3(), "?x"), (("?x", p.n3(), "?y"),)),
            ("prp-inv2", ("?y", p.n3(), "?x"), (("?x", q.n3(), "?y"),)),
        }

    def link(one: str, step: rdflib.term.Node, other: str) -> tuple[str, str, str]:
        """The pattern of a step, which may be an inverse."""
        back = axioms.value(step, OWL_.inverseOf) if isinstance(step, rdflib.BNode) else None
        return (other, back.n3(), one) if back else (one, step.n3(), other)

    for p, chain in pairs(OWL_.propertyChainAxiom):
        steps = list(axioms.items(chain))
        names = ["?x", *(f"?m{n}" for n in range(1, len(steps))), "?y"]
        body = tuple(link(*ends) for ends in zip(names, steps, names[1:], strict=False))
        wanted.add(("prp-spo2", ("?x", p.n3(), "?y"), body))
    found = Counter((r.name, r.head, r.body) for r in rules)
    assert max(found.values()) == 1
    expressions = {one for one in found if one not in wanted}
    assert found.keys() - expressions == wanted
    assert {(name, head[1], compact(head[2][1:-1])) for name, head, _ in expressions} == {
        ("cax-eqc", _TYPE, "ivc:Observation"),  # a forecast or target is an observation
        ("cax-eqc", f"<{IVC}status>", "ivl:forecast"),  # of that status,
        ("cax-eqc", f"<{IVC}status>", "ivl:target"),
        ("cax-eqc", _TYPE, "ivc:Forecast"),  # and the other way round
        ("cax-eqc", _TYPE, "ivc:Target"),
        ("cax-sco", _TYPE, "ivc:EnablingIndustry"),
        ("cax-sco", _TYPE, "ivc:Estimator"),
        ("cax-sco", _TYPE, "ivc:IntegratedCompany"),  # thrice
    }
    assert len(expressions) == 11  # the first of them twice


def test_each_rule_fires_and_says_where_it_comes_from(
    quads: list[ox.Quad], rules: list[Rule], filled_rules: list[set[Instance]]
) -> None:
    """On the project itself all rules do but six, whose premises no two statements of it make."""
    assert {
        (r.name, compact(r.axiom[0])) for r, found in zip(rules, _filled_rules(quads, rules), strict=True) if not found
    } == {
        ("prp-trp", "ivc:componentOf"),
        ("prp-trp", "ivc:kindOf"),
        ("prp-spo2", "ivc:appearsIn"),  # by a project, and by a product that uses it
        ("prp-spo2", "ivc:hasApplication"),
        ("prp-spo2", "ivc:worksWith"),
    }
    assert all(filled_rules)
    declared = {(str(q.subject).strip("<>"), q.predicate.value) for q in quads if iri(q.graph_name) == ONTOLOGY}
    assert {r.axiom for r in rules if r.axiom[0] != "[…]"} <= declared
    assert {r.axiom[1] for r in rules if r.axiom[0] == "[…]"} == {RDFS + "subClassOf"}


def test_each_rule_alone_concludes_its_head(rules: list[Rule]) -> None:
    """The data has nothing but the rule's own premises, about made-up nodes."""
    for rule in rules:
        parts = {part for p in (*rule.body, rule.head) for part in p if part.startswith("?")}
        things = {part: f"<{BASE}made/{part[1:]}>" for part in parts}
        head, *body = (filled(p, things) for p in (rule.head, *rule.body))
        store = ox.Store()
        store.load("".join(f"{' '.join(p)} .\n" for p in body).encode(), format=ox.RdfFormat.N_TRIPLES)
        close(store, [rule])
        assert " ".join(head) in inferred(store), rule
        assert len(inferred(store)) == 1 or rule.name == "prp-trp", rule


def test_without_any_one_rule_it_is_another(
    everything: list[ox.Quad], rules: list[Rule], filled_rules: list[set[Instance]]
) -> None:
    """Only those rules can be left out that repeat what others imply: the types of what a property joins, of which one is narrower or
    the inverse of another; the transitivity of one of two inverses; that what is of two kinds of status is an observation."""
    stated = triples(materialised(everything), ox.DefaultGraph())
    whole = _concluded(stated, filled_rules)
    spare = [
        rule for n, rule in enumerate(rules) if _concluded(stated, [*filled_rules[:n], *filled_rules[n + 1 :]]) == whole
    ]
    again = Counter(rule.name for rule in spare)
    assert again == {"prp-dom": 11, "prp-rng": 15, "cax-sco": 2, "cax-eqc": 2, "prp-trp": 2}
    needed = [rule for rule in rules if rule not in spare]
    for rule in (spare[0], needed[0], needed[-1]):  # as the closure itself has it
        ours = materialised(everything)
        close(ours, [r for r in rules if r != rule])
        assert (triples(ours, ox.DefaultGraph()) == whole) is (rule in spare), rule


def _concluded(stated: set[TriplePattern], found: Iterable[set[Instance]]) -> set[TriplePattern]:
    """The least set that holds *stated* and, of each instance whose premises it holds, the conclusion."""
    held, new = set(stated), []
    waiting: dict[TriplePattern, list[tuple[TriplePattern, set[TriplePattern]]]] = defaultdict(list)
    for head, body in (one for of_rule in found for one in of_rule):
        missing = set(body) - held
        new += [head] if not missing else []
        for premise in missing:
            waiting[premise].append((head, missing))
    while new:
        if (one := new.pop()) not in held:
            held.add(one)
            for head, missing in waiting[one]:
                missing.discard(one)
                new += [head] if not missing else []
    return held
