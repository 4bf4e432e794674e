"""Proofs on the invented project: each step holds, none is longer than it need be, and what is missing could be there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from math import inf
from pathlib import Path

import pyoxigraph as ox
import pytest

from instances import instances
from kg.graph import KnowledgeGraph
from kg.reason.axioms import compile_rules
from kg.reason.closure import close
from kg.reason.proof import Missing, Proof, Prover
from kg.reason.rules import Rule, TriplePattern
from kg.store.embedded import EmbeddedStore
from kg.terms import compact, expand, iri
from kg.vocab import BACKGROUND, ENTITIES, INFERRED, IVC, ONTOLOGY, PASSAGE, PASSAGES, PREFIXES, RDFS, TYPE

Steps = dict[TriplePattern, list[tuple[Rule, tuple[TriplePattern, ...]]]]
OWN = "https://example.org/lamp/"
_TYPE = f"<{TYPE}>"


def t(text: str) -> TriplePattern:
    """A triple of prefixed names, ``a`` for the type, in N-Triples form."""
    subject, predicate, value = (f"<{TYPE if word == 'a' else expand(word)}>" for word in text.split())
    return subject, predicate, value


def short(triple: TriplePattern) -> str:
    return " ".join("a" if part == _TYPE else compact(part.strip("<>")) for part in triple)


def steps(proof: Proof) -> Iterator[Proof]:
    yield proof
    for premise in proof.premises:
        yield from steps(premise)


def told(proof: Proof) -> str:
    """A proof in one line: what is stated, and behind each conclusion its premises."""
    if proof.rule is None:
        return f"{short(proof.triple)} [{' '.join(map(compact, proof.passages)) or proof.kind}]"
    return f"{short(proof.triple)} ({', '.join(map(told, proof.premises))})"


@pytest.fixture(scope="module")
def prover(world: KnowledgeGraph) -> Prover:
    return Prover(world.store)


@pytest.fixture(scope="module")
def dataset(world: KnowledgeGraph) -> ox.Store:
    store = ox.Store()
    store.extend(ox.parse(path=str(world.path / "dataset.nq"), format=ox.RdfFormat.N_QUADS))
    return store


@pytest.fixture(scope="module")
def rules(dataset: ox.Store) -> list[Rule]:
    return compile_rules(dataset.quads_for_pattern(None, None, None, ox.NamedNode(ONTOLOGY)))


@pytest.fixture(scope="module")
def places(dataset: ox.Store) -> dict[TriplePattern, set[str]]:
    """Every triple that holds → the named graphs in which it stands."""
    found: dict[TriplePattern, set[str]] = defaultdict(set)
    for q in dataset:
        if iri(q.graph_name):
            found[str(q.subject), str(q.predicate), str(q.object)].add(iri(q.graph_name))
    return found


@pytest.fixture(scope="module")
def conclusions(dataset: ox.Store, rules: list[Rule]) -> Steps:
    """Triple → each filled rule that concludes it from others."""
    found: Steps = defaultdict(list)
    for rule, filled in zip(rules, instances(dataset, rules), strict=True):
        for head, body in filled:
            if head not in body:
                found[head].append((rule, body))
    return found


@pytest.fixture(scope="module")
def inferred(places: dict[TriplePattern, set[str]]) -> list[TriplePattern]:
    found = sorted(triple for triple, graphs in places.items() if graphs == {INFERRED})
    assert len(found) > 250
    return found


# -- what holds ---------------------------------------------------------------------------------------------


def test_every_inferred_triple_is_proved_and_every_step_holds(
    prover: Prover, inferred: list[TriplePattern], places: dict[TriplePattern, set[str]], conclusions: Steps
) -> None:
    """A leaf stands in the graphs that it names; a step is an instance of its rule, found another way."""
    for triple in inferred:
        why = prover.why(triple)
        assert (why.triple, why.holds, why.missing) == (triple, True, ())
        assert why.proofs, triple
        assert len(set(why.proofs)) == len(why.proofs)
        for step in {step for proof in why.proofs for step in steps(proof)}:
            assert step.size == 1 + sum(p.size for p in step.premises)
            if step.rule:
                assert (step.kind, step.passages) == ("rule", ())
                assert (step.rule, tuple(p.triple for p in step.premises)) in conclusions[step.triple]
            elif step.kind == "graph":
                assert step.triple[1:] in [t(f"x ivc:{by} {step.passages[0]}")[1:] for by in ("statedIn", "namedIn")]
                assert _is_told_of(places, step)
            elif step.kind == "report":
                passages = {graph for graph in places[step.triple] if graph.startswith(PASSAGE)}
                assert list(step.passages) == sorted(passages) != []
            else:
                kinds = {ENTITIES: "entities", BACKGROUND: "background", ONTOLOGY: "ontology", PASSAGES: "passages"}
                assert step.passages == ()
                assert step.kind in {kinds.get(graph) for graph in places[step.triple]}


def _is_told_of(places: dict[TriplePattern, set[str]], step: Proof) -> bool:
    """Whether its passage gives a class to a claim, or states anything of what it names."""
    claim = step.triple[1] == _STATED_IN
    return any(
        step.passages[0] in graphs and (triple[:2] == (step.triple[0], _TYPE) if claim else step.triple[0] in triple)
        for triple, graphs in places.items()
    )


def test_the_first_proof_is_the_shortest_that_there_is(
    prover: Prover, inferred: list[TriplePattern], places: dict[TriplePattern, set[str]], conclusions: Steps
) -> None:
    """The sizes are found again by relaxation over all filled rules; last steps that would rest on what they prove are left out."""
    least: dict[TriplePattern, float] = defaultdict(lambda: inf)
    least.update({triple: 1 for triple, graphs in places.items() if graphs != {INFERRED} or triple[1] in _OF_GRAPHS})
    changed = True
    while changed:
        changed = False
        for head, ways in conclusions.items():
            best = min((1 + sum(least[p] for p in body) for _, body in ways), default=inf)
            if best < least[head]:
                least[head], changed = best, True
    for triple in inferred:
        sizes = [proof.size for proof in prover.why(triple).proofs]
        assert sizes == sorted(sizes)
        assert sizes[0] == least[triple], short(triple)
        if least[triple] == 1:
            continue
        given = {(p.rule, tuple(q.triple for q in p.premises)) for p in prover.why(triple).proofs}
        every = {(rule, body): 1 + sum(least[p] for p in body) for rule, body in conclusions[triple]}
        assert sorted(every[one] for one in given) == sizes
        assert all(size > least[triple] for one, size in every.items() if one not in given)


_STATED_IN = f"<{IVC}statedIn>"
_OF_GRAPHS = (_STATED_IN, f"<{IVC}namedIn>")


def test_no_proof_rests_on_itself(prover: Prover, inferred: list[TriplePattern]) -> None:
    def walk(proof: Proof, above: frozenset[TriplePattern]) -> None:
        assert proof.triple not in above
        for premise in proof.premises:
            walk(premise, above | {proof.triple})

    for triple in inferred:
        for proof in prover.why(triple).proofs:
            walk(proof, frozenset())


@pytest.mark.slow
def test_neither_what_was_asked_before_nor_the_store_changes_a_proof(
    world: KnowledgeGraph, inferred: list[TriplePattern]
) -> None:
    """Asked forwards on disk, backwards in memory, and alone, it gives the same proofs in the same order."""
    disk, memory = Prover(world.store), Prover(EmbeddedStore(world.path / "dataset.nq", in_memory=True))
    forwards = {triple: list(map(told, disk.why(triple).proofs)) for triple in inferred}
    backwards = {triple: list(map(told, memory.why(triple).proofs)) for triple in reversed(inferred)}
    assert forwards == backwards
    for triple in inferred[::40]:
        assert list(map(told, Prover(world.store).why(triple).proofs)) == forwards[triple]


@pytest.mark.parametrize(
    ("triple", "proofs"),
    [
        (  # the passage before the rule
            "co:chengzhou-college ivc:worksWith tech:cold-dyeing",
            [
                "co:chengzhou-college ivc:worksWith tech:cold-dyeing [psg:w1-L0029]",
                "co:chengzhou-college ivc:worksWith tech:cold-dyeing "
                "(co:chengzhou-college ivc:develops tech:cold-dyeing [psg:w2-L0033])",
            ],
        ),
        (  # background is told from what a report states
            "reg:chengzhou ivc:regionWithin reg:china",
            [
                "reg:chengzhou ivc:regionWithin reg:china (reg:chengzhou ivc:regionWithin reg:yunting [background], "
                "reg:yunting ivc:regionWithin reg:china [background])"
            ],
        ),
        (  # and so is what the things say
            "stg:lantern-up ivc:upstreamOf stg:lantern-down",
            [
                "stg:lantern-up ivc:upstreamOf stg:lantern-down "
                "(stg:lantern-up ivc:upstreamOf stg:lantern-mid (stg:lantern-up ivc:feeds stg:lantern-mid [entities]), "
                "stg:lantern-mid ivc:upstreamOf stg:lantern-down (stg:lantern-mid ivc:feeds stg:lantern-down [entities]))"
            ],
        ),
        (
            f"{OWN}organization/听竹社 ivc:cooperatesWith co:mingying-lamps",
            [
                f"{OWN}organization/听竹社 ivc:cooperatesWith co:mingying-lamps "
                f"(co:mingying-lamps ivc:cooperatesWith {OWN}organization/听竹社 [psg:w2-L0027])"
            ],
        ),
        ("co:qinglan a ivc:Company", ["co:qinglan a ivc:Company [entities]"]),
        ("ivl:cny a ivc:Unit", ["ivl:cny a ivc:Unit [ontology]"]),
        ("psg:w1-L0008 ivc:fromDocument doc:w1", ["psg:w1-L0008 ivc:fromDocument doc:w1 [passages]"]),
        ("clm:w1-rain ivc:statedIn psg:w1-L0020", ["clm:w1-rain ivc:statedIn psg:w1-L0020 [psg:w1-L0020]"]),
    ],
)
def test_proofs_in_full(prover: Prover, triple: str, proofs: list[str]) -> None:
    """What is stated has a proof of one triple, before any by rules."""
    assert [told(proof) for proof in prover.why(t(triple)).proofs[: len(proofs)]] == proofs


def test_shorter_ways_come_first(prover: Prover) -> None:
    """The proof by the division and the sub-segment has eleven triples; the one by the segment itself has twelve."""
    short_, long = prover.why(t("co:zhuli ivc:activeIn ind:paper-lanterns")).proofs
    assert (short_.size, long.size) == (11, 12)
    assert [[short(p.triple) for p in proof.premises] for proof in (short_, long)] == [
        ["co:zhuli ivc:operatesIn seg:lantern-frames", "seg:lantern-frames ivc:inIndustry ind:paper-lanterns"],
        ["co:zhuli ivc:operatesIn seg:lantern-splints", "seg:lantern-splints ivc:inIndustry ind:paper-lanterns"],
    ]
    integrated = prover.why(t("co:qinglan a ivc:IntegratedCompany")).proofs
    assert [{short(p.triple).rpartition(":")[2] for p in proof.premises[1:]} for proof in integrated] == [
        {"midstream", "downstream"},
        {"upstream", "downstream"},
        {"upstream", "midstream"},
    ]


# -- a small graph, for what the project has not ---------------------------------------------------------------


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


class Made:
    """``prove(axioms, graph=facts, …)``: a prover of a store that is closed under the axioms; all in Turtle."""

    HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())

    def __init__(self, folder: Path) -> None:
        self.file = folder / "dataset.nq"

    def prove(self, axioms: str, facts: dict[str, str]) -> Prover:
        store = ox.Store()
        for graph, text in {ONTOLOGY: axioms, **facts}.items():
            for quad in ox.parse(self.HEAD + text, format=ox.RdfFormat.TURTLE):
                store.add(ox.Quad(*quad.triple, ox.NamedNode(graph)))
                store.add(quad)
        close(store, compile_rules(store.quads_for_pattern(None, None, None, ox.NamedNode(ONTOLOGY))))
        self.file.write_bytes(store.dump(format=ox.RdfFormat.N_QUADS) or b"")
        return Prover(EmbeddedStore(self.file, in_memory=True))


ONE, TWO = f"{PASSAGE}d-L0001", f"{PASSAGE}d-L0002"


def test_a_leaf_is_what_passages_say_before_what_is_known_otherwise(made: Made) -> None:
    said = "co:a ivc:p co:b ."
    prover = made.prove(
        "", {TWO: said, ONE: said, BACKGROUND: said + "co:c ivc:p co:d .", ENTITIES: "co:c ivc:p co:d ."}
    )
    (proof,) = prover.why(t("co:a ivc:p co:b")).proofs
    assert (proof.kind, proof.passages) == ("report", (ONE, TWO))
    (proof,) = prover.why(t("co:c ivc:p co:d")).proofs
    assert (proof.kind, proof.passages, proof.size) == ("background", (), 1)


def test_a_long_way_of_cheap_steps_beats_a_short_one_of_dear_steps(made: Made) -> None:
    """The cost of a step is all that it rests on, not the number of steps down to a leaf."""
    axioms = """
        ivc:far rdfs:subPropertyOf ivc:goal . ivc:farther rdfs:subPropertyOf ivc:far . ivc:farthest rdfs:subPropertyOf ivc:farther .
        ivc:goal owl:propertyChainAxiom ( ivc:q ivc:q ivc:q ivc:q ) ."""
    facts = "co:a ivc:farthest co:b ; ivc:q co:x . co:x ivc:q co:y . co:y ivc:q co:z . co:z ivc:q co:b ."
    proofs = made.prove(axioms, {ONE: facts}).why(t("co:a ivc:goal co:b")).proofs
    assert [(p.size, len(p.premises)) for p in proofs] == [(4, 1), (5, 4)]


def test_equal_proofs_come_in_a_fixed_order(made: Made) -> None:
    axioms = "ivc:q rdfs:subPropertyOf ivc:goal . ivc:p rdfs:subPropertyOf ivc:goal ."
    proofs = made.prove(axioms, {ONE: "co:a ivc:q co:b ; ivc:p co:b ."}).why(t("co:a ivc:goal co:b")).proofs
    assert [short(p.premises[0].triple) for p in proofs] == ["co:a ivc:p co:b", "co:a ivc:q co:b"]


def test_of_equal_proofs_the_first_by_its_premises_is_gone_on_from(made: Made) -> None:
    """The proof whose premises come first in order is used (of p1 and q9), though those of p2 and q1 are found before."""
    axioms = """
        ivc:goal rdfs:subPropertyOf ivc:top .
        ivc:goal owl:propertyChainAxiom ( ivc:p1 ivc:q9 ) , ( ivc:p2 ivc:q1 ) ."""
    facts = "co:a ivc:p1 co:m ; ivc:p2 co:m . co:m ivc:q9 co:b ; ivc:q1 co:b ."
    (proof,) = made.prove(axioms, {ONE: facts}).why(t("co:a ivc:top co:b")).proofs
    assert [short(p.triple) for p in proof.premises[0].premises] == ["co:a ivc:p1 co:m", "co:m ivc:q9 co:b"]


def test_two_that_follow_from_each_other_prove_nothing_without_a_third(made: Made) -> None:
    axioms = """
        ivc:p rdfs:subPropertyOf ivc:q . ivc:q rdfs:subPropertyOf ivc:p . ivc:r rdfs:subPropertyOf ivc:q .
        ivc:s a owl:SymmetricProperty , owl:TransitiveProperty ."""
    prover = made.prove(axioms, {ONE: "co:a ivc:r co:b . co:a ivc:s co:b ."})
    (proof,) = prover.why(t("co:a ivc:p co:b")).proofs
    assert told(proof) == "co:a ivc:p co:b (co:a ivc:q co:b (co:a ivc:r co:b [psg:d-L0001]))"
    (proof,) = prover.why(t("co:a ivc:q co:b")).proofs
    assert told(proof) == "co:a ivc:q co:b (co:a ivc:r co:b [psg:d-L0001])"
    (proof,) = prover.why(t("co:a ivc:s co:a")).proofs
    assert told(proof).count("co:a ivc:s co:b [psg:d-L0001]") == 2
    assert told(prover.why(t("co:a ivc:s co:b")).proofs[0]) == "co:a ivc:s co:b [psg:d-L0001]"


def test_the_guard_of_a_range_holds_for_proofs_too(made: Made) -> None:
    prover = made.prove("ivc:p rdfs:range ivc:A .", {ONE: 'co:a ivc:p co:b , "b" .'})
    assert [told(p) for p in prover.why(t("co:b a ivc:A")).proofs] == ["co:b a ivc:A (co:a ivc:p co:b [psg:d-L0001])"]
    assert not prover.why(t("co:a a ivc:A")).holds


def test_a_guard_holds_in_the_middle_of_a_proof_too(made: Made) -> None:
    """Nothing is proved of a literal, whichever variables of the rule are bound already."""
    axioms = """
        ivc:B rdfs:subClassOf [ owl:onProperty ivc:p ; owl:allValuesFrom ivc:A ] .
        [ owl:inverseOf ivc:q ] rdfs:domain [ owl:intersectionOf ( ivc:C ivc:D ) ] ."""
    prover = made.prove(axioms, {ONE: 'co:a a ivc:B ; ivc:p co:b , "b" ; ivc:q co:c .'})
    (proof,) = prover.why(t("co:b a ivc:A")).proofs
    assert told(proof) == "co:b a ivc:A (co:a a ivc:B [psg:d-L0001], co:a ivc:p co:b [psg:d-L0001])"
    assert [told(p) for p in prover.why(t("co:c a ivc:D")).proofs] == ["co:c a ivc:D (co:a ivc:q co:c [psg:d-L0001])"]


# -- what does not hold ------------------------------------------------------------------------------------------


def lacks(found: tuple[Missing, ...]) -> list[tuple[str, str, list[str], int]]:
    return [(m.rule.name, short(m.lacking), [short(p) for p in m.present], m.ways) for m in found]


@pytest.mark.parametrize(
    ("triple", "missing"),
    [
        (
            "co:zhuli ivc:activeIn ind:wind-chimes",
            [  # first what needs least beside what is there
                (
                    "prp-spo2",
                    "co:zhuli ivc:operatesIn seg:chime-tubes",
                    ["seg:chime-tubes ivc:inIndustry ind:wind-chimes"],
                    1,
                ),
                (
                    "prp-spo2",
                    "seg:lantern-frames ivc:inIndustry ind:wind-chimes",
                    ["co:zhuli ivc:operatesIn seg:lantern-frames"],
                    2,
                ),
                ("prp-spo1", "co:zhuli ivc:representativeOf ind:wind-chimes", [], 1),
            ],
        ),
        (
            "co:zhuli a ivc:IntegratedCompany",
            [
                ("cax-sco", f"co:zhuli ivc:atTier ivl:{tier}", ["co:zhuli a ivc:Company", _UP], 1)
                for _UP in ["co:zhuli ivc:atTier ivl:upstream"]
                for tier in ("downstream", "midstream")
            ],
        ),
        (
            "obs:w1-lantern-cn-2024 a ivc:Forecast",
            [
                (
                    "cax-eqc",
                    "obs:w1-lantern-cn-2024 ivc:status ivl:forecast",
                    ["obs:w1-lantern-cn-2024 a ivc:Observation"],
                    1,
                )
            ],
        ),
        (  # one segment of another, no industry and no stage
            "seg:chime-tubes ivc:partOf seg:lantern-frames",
            [
                (
                    "prp-trp",
                    "seg:chime-tubes ivc:partOf seg:lantern-splints",
                    ["seg:lantern-splints ivc:partOf seg:lantern-frames"],
                    1,
                ),
                ("prp-inv1", "seg:lantern-frames ivc:hasPart seg:chime-tubes", [], 1),
                ("prp-spo1", "seg:chime-tubes ivc:subSegmentOf seg:lantern-frames", [], 1),
            ],
        ),
        ("co:zhuli ivc:produces prod:lantern-frame", []),  # no rule concludes that anything is made
        ("co:zhuli ivc:activeIn co:zhuli", []),  # nor could that ever be
        ("reg:china a ivc:Estimator", []),  # no figure is credited to a region
    ],
)
def test_what_is_missing(prover: Prover, triple: str, missing: list[tuple[str, str, list[str], int]]) -> None:
    why = prover.why(t(triple))
    assert (why.holds, why.proofs) == (False, ())
    assert lacks(why.missing) == missing


def test_what_is_missing_could_be_there(
    prover: Prover, dataset: ox.Store, places: dict[TriplePattern, set[str]], rules: list[Rule]
) -> None:
    """The missing premise does not hold, the others do, together they make the triple, and both ends are of the classes of the property."""
    classes: dict[str, dict[int, set[str]]] = defaultdict(lambda: {0: set(), 2: set()})
    for end, part in (("domain", 0), ("range", 2)):
        for q in dataset.quads_for_pattern(None, ox.NamedNode(RDFS + end), None, ox.NamedNode(ONTOLOGY)):
            if iri(q.object).startswith(IVC):
                classes[str(q.subject)][part].add(str(q.object))
    things = [
        "co:zhuli",
        "ind:wind-chimes",
        "seg:lantern-frames",
        "stg:lantern-mid",
        "prod:bamboo-weave",
        "app:home-lighting",
    ]
    asked = {rule.head[1] for rule in rules if rule.head[1] not in (_TYPE, *_OF_GRAPHS)}
    checked = 0
    for one, link, other in product(things, sorted(asked), things):
        triple = (f"<{expand(one)}>", link, f"<{expand(other)}>")
        why = prover.why(triple)
        assert why.holds is (triple in places)
        assert len(why.missing) <= 5
        assert [len(m.present) for m in why.missing] == sorted((len(m.present) for m in why.missing), reverse=True)
        for near in why.missing:
            checked += 1
            assert near.lacking not in places
            assert all(p in places for p in near.present)
            assert _concludes(near, triple)
            for part, wanted in classes[near.lacking[1]].items():
                assert all((near.lacking[part], _TYPE, c) in places for c in wanted), lacks((near,))
    assert checked > 50


def _concludes(near: Missing, triple: TriplePattern) -> bool:
    """Whether the rule makes *triple* of the premises that are there and the one that is not, in their places."""
    for n in range(len(near.rule.body)):
        bound: dict[str, str] = {}
        body = (*near.present[:n], near.lacking, *near.present[n:])
        parts = zip((near.rule.head, *near.rule.body), (triple, *body), strict=True)
        if all(
            (bound.setdefault(x, y) if x.startswith("?") else x) == y
            for pattern, filled in parts
            for x, y in zip(pattern, filled, strict=True)
        ):
            return True
    return False


def test_ways_are_counted_and_typed(made: Made) -> None:
    """Only those ways to the goal count that the missing step could reach."""
    axioms = "ivc:goal owl:propertyChainAxiom ( ivc:p ivc:q ) . ivc:p rdfs:domain ivc:A ; rdfs:range ivc:B ."
    facts = "co:x ivc:q co:z . co:y ivc:q co:z . co:w ivc:q co:z ."
    types = "co:a a ivc:A . co:x a ivc:C . co:y a ivc:B . co:w a ivc:B ."
    prover = made.prove(axioms, {ONE: facts, ENTITIES: types})
    assert lacks(prover.why(t("co:a ivc:goal co:z")).missing) == [
        ("prp-spo2", "co:a ivc:p co:w", ["co:w ivc:q co:z"], 2)
    ]
    assert prover.why(t("co:x ivc:goal co:z")).missing == (), "what is no A has no p"
    subject, link, _ = t("co:a ivc:goal co:z")
    assert prover.why((subject, link, '"z"')).missing == ()


def test_a_text_is_of_no_class_that_a_property_could_ask_of_it(made: Made) -> None:
    axioms = "ivc:p rdfs:subPropertyOf ivc:goal ; rdfs:range ivc:A . ivc:q rdfs:subPropertyOf ivc:goal ."
    subject, link, _ = t("co:a ivc:goal co:b")
    missing = made.prove(axioms, {ONE: "co:a ivc:r co:b ."}).why((subject, link, '"b"')).missing
    assert [m.lacking for m in missing] == [(subject, f"<{IVC}q>", '"b"')]


def test_a_class_may_be_missing_for_itself(made: Made) -> None:
    """The question is why it is not of the class; so an edge that would make it one is listed as missing, whatever is at its end."""
    axioms = "ivc:p rdfs:domain ivc:A ; rdfs:range ivc:B . ivc:q rdfs:range ivc:A ."
    prover = made.prove(axioms, {ONE: "co:a ivc:r co:b .", ENTITIES: "co:b a ivc:B . co:c a ivc:B ."})
    assert lacks(prover.why(t("co:a a ivc:A")).missing) == [
        ("prp-dom", "co:a ivc:p ?y", [], 1),
        ("prp-rng", "?x ivc:q co:a", [], 1),
    ]


def test_five_at_most_are_named(made: Made) -> None:
    axioms = "".join(f"ivc:p{n} rdfs:subPropertyOf ivc:goal . " for n in range(7))
    missing = made.prove(axioms, {ONE: "co:a ivc:r co:b ."}).why(t("co:a ivc:goal co:b")).missing
    assert [short(m.lacking) for m in missing] == [f"co:a ivc:p{n} co:b" for n in range(5)]


def test_domains_of_inverses_say_what_may_be_missing(made: Made) -> None:
    """What lacks an edge must be of the class that stands behind it, whichever way the domain is written."""
    axioms = """
        ivc:p rdfs:subPropertyOf ivc:goal . [ owl:inverseOf ivc:p ] rdfs:domain ivc:B .
        ivc:p rdfs:domain [ owl:onProperty ivc:r ; owl:hasValue co:z ] ."""
    prover = made.prove(axioms, {ENTITIES: "co:b a ivc:B . co:c a ivc:C ."})
    assert lacks(prover.why(t("co:a ivc:goal co:b")).missing) == [("prp-spo1", "co:a ivc:p co:b", [], 1)]
    assert lacks(prover.why(t("co:a ivc:goal co:c")).missing) == []
