"""The network, ways, centrality and cut points of the invented project, against what its files say and the definitions of both."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from math import log2
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import WORLD
from kg.ask.network import Rank, central, cut_points, to_networkx
from kg.ask.ways import Hop, Way, Ways, ways
from kg.errors import UsageProblem
from kg.graph import KnowledgeGraph
from kg.store.embedded import EmbeddedStore
from kg.terms import compact, iri
from kg.vocab import BACKGROUND, BASE, INFERRED, IVC, IVL, OWL, PASSAGE, TYPE

Edge = tuple[str, str, str]
OWN = "https://example.org/lamp/"
CLAIMS = tuple(BASE + kind for kind in ("observation/", "claim/", "breakdown/"))
MINE = f"{BASE}passage/d-L0001"


@pytest.fixture(scope="module")
def stated() -> dict[Edge, list[str]]:
    """Each edge of the two files of statements → the passages under which it stands, in order.

    What points into the closed lists (unit, status, tier …) measures or classes a thing and connects it with nothing.
    """
    found: dict[Edge, list[str]] = defaultdict(list)
    for document in ("w1", "w2"):
        for q in ox.parse(path=str(WORLD / "data" / document / "statements.trig"), format=ox.RdfFormat.TRIG):
            value = iri(q.object)
            if value and q.predicate.value != TYPE and not value.startswith(IVL):
                found[iri(q.subject), q.predicate.value, value].append(iri(q.graph_name))
    return {edge: sorted(passages) for edge, passages in found.items()}


@pytest.fixture(scope="module")
def neighbours(stated: dict[Edge, list[str]]) -> dict[str, set[str]]:
    """Each thing → those that it is connected with. A claim connects none; who is in claims alone stands alone."""
    found: dict[str, set[str]] = {end: set() for s, _, o in stated for end in (s, o) if not end.startswith(CLAIMS)}
    for one, _, other in stated:
        if one in found and other in found and one != other:
            found[one].add(other)
            found[other].add(one)
    return found


def reached(neighbours: dict[str, set[str]], start: str, without: str = "") -> tuple[dict[str, int], dict[str, int]]:
    """From *start*, by breadth: how far each thing is, and by how many shortest ways."""
    far, ways, todo = {start: 0}, {start: 1}, deque([start])
    while todo:
        one = todo.popleft()
        for other in neighbours[one] - {without}:
            if other not in far:
                far[other], ways[other] = far[one] + 1, 0
                todo.append(other)
            if far[other] == far[one] + 1:
                ways[other] += ways[one]
    return far, ways


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., EmbeddedStore]:
    """``made(("a", "knows", "b", graph), …)``: a store of these edges between things and no others."""

    def make(*edges: tuple[str, str, str, str]) -> EmbeddedStore:
        quads = []
        for subject, predicate, value, graph in edges:
            prop = ox.NamedNode(IVC + predicate)
            triple = (ox.NamedNode(BASE + subject), prop, ox.NamedNode(BASE + value))
            quads += [
                ox.Quad(*triple, ox.NamedNode(graph)),
                ox.Quad(*triple),
                ox.Quad(prop, ox.NamedNode(TYPE), ox.NamedNode(OWL + "ObjectProperty")),
            ]
        file = tmp_path / "dataset.nq"
        file.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        return EmbeddedStore(file, in_memory=True)

    return make


# -- the edges ------------------------------------------------------------------------------------------


def test_the_edges_are_those_that_the_reports_state(world: KnowledgeGraph, stated: dict[Edge, list[str]]) -> None:
    """Edges that rules conclude, and those of background knowledge, are not among them."""
    edges = world.to_networkx().edges(keys=True, data=True)
    told = {(s, p, o): [PASSAGE + name for name in data["passages"].split()] for s, o, p, data in edges}
    assert told == stated
    assert {data["kind"] for *_, data in edges} == {"asserted"}


def test_inferred_and_background_edges_are_told_from_stated_ones(
    world: KnowledgeGraph, stated: dict[Edge, list[str]]
) -> None:
    edges = list(to_networkx(world.store, inferred=True).edges(keys=True, data=True))
    kinds: dict[str, set[Edge]] = defaultdict(set)
    for s, o, p, data in edges:
        kinds[data["kind"]].add((s, p, o))
        assert data["passages"] == stated.get((s, p, o), [])
    assert sum(map(len, kinds.values())) == len(edges)
    assert kinds["asserted"] == stated.keys()
    assert {tuple(map(compact, edge)) for edge in kinds["background"]} == {
        ("reg:chengzhou", "ivc:regionWithin", "reg:yunting"),
        ("reg:yunting", "ivc:regionWithin", "reg:china"),
        ("prod:running-lantern", "ivc:kindOf", "prod:paper-lantern"),
    }
    inferred = {tuple(map(compact, edge)) for edge in kinds["inferred"]}
    assert ("stg:lantern-up", "ivc:upstreamOf", "stg:lantern-down") in inferred
    assert ("co:zhuli", "ivc:activeIn", "ind:paper-lanterns") in inferred
    assert ("reg:chengzhou", "ivc:regionWithin", "reg:china") in inferred
    assert {p for _, p, _ in inferred} & {"ivc:atTier", "ivc:statedIn", "rdf:type"} == set()
    lines = (world.path / "dataset.nq").read_text(encoding="utf-8").splitlines()
    told = {line.removesuffix(f" <{INFERRED}> .") for line in lines if line.endswith(f" <{INFERRED}> .")}
    assert {f"<{s}> <{p}> <{o}>" for s, p, o in kinds["inferred"]} <= told


def test_an_edge_of_several_passages_and_graphs_is_one(made: Callable[..., EmbeddedStore]) -> None:
    """The edge has all its passages, in order; that a rule concludes it too changes nothing."""
    passages = [f"{PASSAGE}d-L{n:04d}" for n in (3, 1, 2)]
    edges = [("a", "knows", "b", graph) for graph in (INFERRED, *passages, BACKGROUND)]
    store = made(
        *edges, ("a", "likes", "b", passages[0]), ("b", "likes", "a", BACKGROUND), ("b", "knows", "a", INFERRED)
    )
    stated = {("knows", "asserted"), ("likes", "asserted")}
    for inferred, more in ((False, set()), (True, {("likes", "background"), ("knows", "inferred")})):
        found = list(to_networkx(store, inferred=inferred).edges(keys=True, data=True))
        assert len(found) == 2 + len(more)
        for start, kinds in (("a", stated), ("b", more)):
            assert {(p.removeprefix(IVC), d["kind"]) for s, _, p, d in found if s == BASE + start} == kinds
        said = {(s, p.removeprefix(IVC)): d["passages"] for s, _, p, d in found}
        assert said[BASE + "a", "knows"] == sorted(passages)
        assert [d["passages"] for *_, d in found if d["kind"] != "asserted"] == [[]] * len(more)


# -- ways -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tied(stated: dict[Edge, list[str]]) -> dict[str, set[str]]:
    """Each thing and each claim → those that it is connected with."""
    found: dict[str, set[str]] = defaultdict(set)
    for one, _, other in stated:
        if one != other:
            found[one].add(other)
            found[other].add(one)
    return found


def simple(tied: dict[str, set[str]], ends: tuple[str, str], most: int) -> Iterator[list[str]]:
    """Every way of at most *most* edges on which no two things are connected that do not follow each other, but the ends."""
    todo = [[ends[0]]]
    while todo:
        way = todo.pop()
        if way[-1] == ends[1]:
            chords = ((a, b) for n, a in enumerate(way) for b in way[n + 2 :] if (a, b) != ends)
            if not any(b in tied[a] for a, b in chords):
                yield way
        elif len(way) <= most:
            todo += [[*way, other] for other in tied[way[-1]] if other not in way]


def costs(tied: dict[str, set[str]], way: list[str]) -> float:
    """By the definition: 1 + log2 n for each thing between the ends that has n neighbours, 1 more for a claim."""
    return sum(1 + log2(len(tied[node])) + node.startswith(CLAIMS) for node in way[1:-1])


def hops(way: Way) -> list[tuple[str, str, str, bool, str]]:
    return [
        (compact(h.subject), compact(h.predicate), compact(h.value), h.forward, " ".join(map(compact, h.passages)))
        for h in way.hops
    ]


@pytest.mark.parametrize(
    "pair",
    [("明盈灯业", "明萤灯业"), ("听竹社", "云汀省"), ("青岚", "风铃业"), ("节庆消费", "青岚"), ("竹里编舍", "冷染")],
)
def test_the_ways_are_the_cheapest_of_all(
    world: KnowledgeGraph, tied: dict[str, set[str]], pair: tuple[str, str]
) -> None:
    """They are compared with all ways of at most two edges more than the shortest, found by trying every one."""
    ends = world.resolve(pair[0]).iri, world.resolve(pair[1]).iri
    shortest = min(map(len, simple(tied, ends, 6))) - 1
    every = list(simple(tied, ends, min(6, shortest + 2)))
    found = ways(world.store, ends, limit=8)
    assert found.complete
    told = [[way.hops[0].ends[0], *(hop.ends[1] for hop in way.hops)] for way in found.ways]
    assert [way.cost for way in found.ways] == pytest.approx(sorted(costs(tied, way) for way in every)[:8])
    assert all(way in every for way in told)
    assert len({tuple(way) for way in told}) == len(told)
    for way, nodes in zip(found.ways, told, strict=True):
        assert list(way.neighbours) == [len(tied[node]) for node in nodes[1:-1]]
    assert ways(world.store, ends, limit=2).ways == found.ways[:2]


def test_a_hub_comes_last(made: Callable[..., EmbeddedStore]) -> None:
    """Two things are in one country with a hundred others; a longer way leads through things with few neighbours, and comes first."""
    crowd = [(f"n{n}", "in", "country", MINE) for n in range(100)]
    small = [("n0", "knows", "x", MINE), ("x", "knows", "y", MINE), ("y", "knows", "n1", MINE)]
    found = ways(made(*crowd, *small), (BASE + "n0", BASE + "n1")).ways
    assert [[hop.ends[1].removeprefix(BASE) for hop in way.hops] for way in found] == [
        ["x", "y", "n1"],
        ["country", "n1"],
    ]
    assert [way.neighbours for way in found] == [(2, 2), (100,)]
    assert [way.cost for way in found] == pytest.approx([4, 1 + log2(100)])


def test_a_step_tells_its_triple_its_direction_and_its_passages(world: KnowledgeGraph) -> None:
    assert hops(world.ways("青岚", "听竹社").ways[0]) == [
        ("co:qinglan", "ivc:investsIn", f"{OWN}organization/听竹社", True, "psg:w2-L0027")
    ]
    there, back = world.ways("明盈灯业", "明萤灯业").ways, world.ways("明萤灯业", "明盈灯业").ways
    turned = [[(s, p, o, not forward, passages) for s, p, o, forward, passages in hops(way)[::-1]] for way in back]
    assert sorted(map(hops, there)) == sorted(turned)
    assert {hop.ground for way in there for hop in way.hops} == {"asserted"}


def test_of_two_edges_the_stated_one_comes_first_then_one_along_the_way(made: Callable[..., EmbeddedStore]) -> None:
    edges = [
        ("b", "aids", "a", MINE),
        ("a", "likes", "b", MINE),
        ("a", "knows", "b", MINE),
        ("a", "beats", "b", INFERRED),
    ]
    found = ways(made(*edges), (BASE + "a", BASE + "b"), inferred=True)
    assert [way.hops for way in found.ways] == [
        (Hop(BASE + "a", IVC + "knows", BASE + "b", True, "asserted", (MINE,)),)
    ]


def test_rules_and_background_connect_only_when_asked_for(made: Callable[..., EmbeddedStore]) -> None:
    store = made(("a", "knows", "b", INFERRED), ("b", "knows", "c", BACKGROUND), ("c", "knows", "d", MINE))
    for one, other in ("ab", "bc", "ad", "cx"):
        assert ways(store, (BASE + one, BASE + other)).ways == ()
    (way,) = ways(store, (BASE + "a", BASE + "d"), inferred=True).ways
    assert [(hop.ground, hop.passages) for hop in way.hops] == [
        ("inferred", ()),
        ("background", ()),
        ("asserted", (MINE,)),
    ]


def test_an_inferred_step_tells_the_passages_of_its_proof(world: KnowledgeGraph) -> None:
    (way,) = world.ways("竹里编舍", "纸灯业", limit=1, inferred=True).ways
    (hop,) = way.hops
    assert hop.ground == "inferred"
    proof = world.why(hop.subject, hop.predicate, hop.value).proofs[0]
    assert set(hop.passages) == {passage for leaf in proof.leaves for passage in leaf.passages} != set()


def test_of_a_large_graph_no_more_is_read_than_the_limit(
    made: Callable[..., EmbeddedStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read of it connects the two, or not; either way it says that there may be more."""
    crowd = [(f"n{n}", "in", "country", MINE) for n in range(300)]
    store = made(*crowd, ("a", "knows", "n0", MINE), ("b", "knows", "n1", MINE), ("a", "knows", "b", MINE))
    ends = BASE + "a", BASE + "b"
    assert [len(way.hops) for way in ways(store, ends).ways] == [1]
    monkeypatch.setattr("kg.ask.ways._MOST_EDGES", 3)
    few = ways(store, ends)
    assert (few.complete, [len(way.hops) for way in few.ways]) == (False, [1])
    assert ways(store, (BASE + "n5", BASE + "a")) == Ways((), False)
    monkeypatch.undo()
    late = ways(store, (BASE + "n5", BASE + "b"), seconds=0)
    assert not late.complete


def test_one_thing_is_not_connected_with_itself(world: KnowledgeGraph) -> None:
    with pytest.raises(UsageProblem, match="given twice"):
        world.ways("青岚", "qinglan")


# -- centrality and cut points ------------------------------------------------------------------------------


def test_centrality_is_the_share_of_shortest_ways_through_a_thing(
    world: KnowledgeGraph, neighbours: dict[str, set[str]]
) -> None:
    """By the definition, it is the part of the shortest ways of two others that leads through the thing, averaged over all pairs."""
    searched = {one: reached(neighbours, one) for one in neighbours}
    score = dict.fromkeys(neighbours, 0.0)
    for one, (far, own) in searched.items():
        for other in far.keys() - {one}:
            for between in far.keys() - {one, other}:
                onward, its_ways = searched[between]
                if other in onward and far[between] + onward[other] == far[other]:
                    score[between] += own[between] * its_ways[other] / own[other]
    pairs = (len(neighbours) - 1) * (len(neighbours) - 2)  # each pair was counted from both of its ends
    found = central(world.store, 1000)
    assert {r.iri: r.score for r in found} == pytest.approx({one: value / pairs for one, value in score.items()})
    assert {r.iri: r.degree for r in found} == {one: len(others) for one, others in neighbours.items()}
    assert found == sorted(found, key=lambda r: (-r.score, r.iri))
    assert central(world.store, 3) == found[:3]
    assert central(world.store) == found[:20]
    assert [compact(r.iri) for r in found[:2]] == ["ind:paper-lanterns", "co:qinglan"]


def test_cut_points_by_what_they_alone_hold(world: KnowledgeGraph, neighbours: dict[str, set[str]]) -> None:
    """They are found again by removing each thing and looking what is still reached; and counted by hand in the files."""
    lost = {}
    for one in neighbours:
        home = reached(neighbours, one)[0].keys() - {one}
        parts = {frozenset(reached(neighbours, other, without=one)[0]) for other in home}
        if len(parts) > 1:
            lost[one] = float(len(home) - max(map(len, parts)))
    found = cut_points(world.store)
    assert {r.iri: r.score for r in found} == lost
    assert [(compact(r.iri), r.score, r.degree) for r in found] == [
        ("ind:paper-lanterns", 3.0, 9),  # the division by use and its two stages
        ("seg:lantern-tying", 3.0, 3),  # the company, its lantern, the lantern's frame
        ("co:mingying-lanterns", 2.0, 2),
        ("view:lantern-uses", 2.0, 3),
        ("ind:paper-umbrellas", 1.0, 4),  # the province
        ("ind:wind-chimes", 1.0, 3),  # the tubes
        ("co:qinglan", 1.0, 7),  # the register that it publishes
        ("pol:lantern-plan", 1.0, 3),  # the town's government
        ("prod:running-lantern", 1.0, 2),
        ("seg:lantern-frames", 1.0, 3),  # the wickerwork
        ("tech:cold-dyeing", 1.0, 3),  # the college
    ]
    assert cut_points(world.store, 2) == found[:2]


def test_one_edge_more_and_nothing_hangs_on_a_thing(made: Callable[..., EmbeddedStore]) -> None:
    """A repeated edge is no second way, nor is an edge from a thing to itself, nor one that a rule concludes."""
    star = [("a", "knows", other, MINE) for other in "bcd"]
    store = made(*star, ("b", "likes", "a", MINE), ("a", "likes", "a", MINE), ("b", "knows", "c", INFERRED))
    assert cut_points(store) == [Rank(BASE + "a", 2.0, 3)]
    ring = made(*star, ("b", "knows", "c", MINE), ("d", "knows", "c", MINE))
    assert cut_points(ring) == []
    two = made(
        ("a", "knows", "b", MINE), ("b", "knows", "c", MINE), ("x", "knows", "y", MINE), ("y", "knows", "z", MINE)
    )
    assert cut_points(two) == [Rank(BASE + "b", 1.0, 2), Rank(BASE + "y", 1.0, 2)]
