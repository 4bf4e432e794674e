"""Paths, centrality and cut points of the invented project, against what its files say and the definitions of both."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import WORLD
from kg.ask.network import Hop, Rank, central, cut_points, path, to_networkx
from kg.errors import NotFound
from kg.graph import KnowledgeGraph
from kg.store.embedded import EmbeddedStore
from kg.terms import compact, expand, iri
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
    """Not what rules conclude nor what is known otherwise."""
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
    """With all its passages, in order; that a rule concludes it too changes nothing."""
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


# -- paths ----------------------------------------------------------------------------------------------


def hops(found: list[Hop]) -> list[tuple[str, str, str, bool, str]]:
    return [
        (compact(h.subject), compact(h.predicate), compact(h.value), h.forward, " ".join(map(compact, h.passages)))
        for h in found
    ]


def test_the_way_from_one_thing_to_another(world: KnowledgeGraph) -> None:
    assert hops(world.path_between("青岚", "听竹社")) == [
        ("co:qinglan", "ivc:investsIn", f"{OWN}organization/听竹社", True, "psg:w2-L0027")
    ]
    there = [
        ("co:mingying-lamps", "ivc:basedIn", "reg:chengzhou", True, "psg:w2-L0023"),
        ("reg:chengzhou", "ivc:focusesOn", "seg:lantern-tying", True, "psg:w1-L0029"),
        ("co:mingying-lanterns", "ivc:keyPlayerIn", "seg:lantern-tying", False, "psg:w1-L0023"),
    ]
    assert hops(world.path_between("明盈灯业", "明萤灯业")) == there
    back = [(s, p, o, not forward, passages) for s, p, o, forward, passages in there[::-1]]
    assert hops(world.path_between("明萤灯业", "明盈灯业")) == back


def test_the_way_is_as_short_as_any(world: KnowledgeGraph, neighbours: dict[str, set[str]]) -> None:
    """Or leads through claims, each of them as long as three edges, where that is no longer."""
    start = expand("co:zhuli")
    far, _ = reached(neighbours, start)
    for end in sorted(far.keys() - {start})[::4]:
        way = path(world.store, start, end)
        through = sum(h.subject.startswith(CLAIMS) or h.value.startswith(CLAIMS) for h in way)
        assert len(way) == far[end] if not through else len(way) + 0.5 * through <= far[end]


def test_a_claim_connects_where_plain_edges_lead_a_long_way_round(world: KnowledgeGraph) -> None:
    """By the trait that names both; over a product, its technology and an industry it would be four edges."""
    assert hops(world.path_between("听竹社", "云汀省")) == [
        ("clm:w2-yunting-shops", "ivc:about", f"{OWN}organization/听竹社", False, "psg:w2-L0029"),
        ("clm:w2-yunting-shops", "ivc:about", "reg:yunting", True, "psg:w2-L0029"),
    ]


@pytest.mark.parametrize(("plain", "claimed"), [(2, False), (4, True)])
def test_a_way_through_a_claim_is_as_long_as_three_edges(
    made: Callable[..., EmbeddedStore], plain: int, claimed: bool
) -> None:
    chain = [(f"n{n}", "knows", f"n{n + 1}", MINE) for n in range(plain)]
    claim = [("c", "about", "n0", MINE), ("c", "about", f"n{plain}", MINE), ("c", "statedIn", "passage/d-L0001", MINE)]
    found = path(made(*chain, *claim), BASE + "n0", f"{BASE}n{plain}")
    assert [h.predicate == IVC + "about" for h in found] == ([True] * 2 if claimed else [False] * plain)


def test_so_is_one_through_a_claim_that_is_pointed_at(made: Callable[..., EmbeddedStore]) -> None:
    """Through two claims six: five plain edges are shorter."""
    chain = [(f"n{n}", "knows", f"n{n + 1}", MINE) for n in range(5)]
    claims = [("n0", "of", "c", MINE), ("m", "of", "c", MINE), ("m", "of", "d", MINE), ("n5", "of", "d", MINE)]
    stated = [(claim, "statedIn", "passage/d-L0001", MINE) for claim in "cd"]
    found = path(made(*chain, *claims, *stated), BASE + "n0", BASE + "n5")
    assert [h.predicate for h in found] == [IVC + "knows"] * 5


def test_of_two_edges_the_one_along_the_way_and_first_by_name_is_shown(made: Callable[..., EmbeddedStore]) -> None:
    edges = [("b", "aids", "a", MINE), ("a", "likes", "b", MINE), ("a", "knows", "b", MINE)]
    assert path(made(*edges), BASE + "a", BASE + "b") == [Hop(BASE + "a", IVC + "knows", BASE + "b", True, (MINE,))]


def test_rules_and_background_connect_nothing(made: Callable[..., EmbeddedStore]) -> None:
    store = made(("a", "knows", "b", INFERRED), ("b", "knows", "c", BACKGROUND), ("c", "knows", "d", MINE))
    for one, other in ("ab", "bc", "cx"):
        with pytest.raises(NotFound, match="states nothing that connects the two"):
            path(store, BASE + one, BASE + other)
    assert len(path(store, BASE + "c", BASE + "d")) == 1


# -- centrality and cut points ------------------------------------------------------------------------------


def test_centrality_is_the_share_of_shortest_ways_through_a_thing(
    world: KnowledgeGraph, neighbours: dict[str, set[str]]
) -> None:
    """By the definition: over all pairs of others, the part of their shortest ways that leads through it; then the mean."""
    searched = {one: reached(neighbours, one) for one in neighbours}
    score = dict.fromkeys(neighbours, 0.0)
    for one, (far, ways) in searched.items():
        for other in far.keys() - {one}:
            for between in far.keys() - {one, other}:
                onward, its_ways = searched[between]
                if other in onward and far[between] + onward[other] == far[other]:
                    score[between] += ways[between] * its_ways[other] / ways[other]
    pairs = (len(neighbours) - 1) * (len(neighbours) - 2)  # each pair was counted from both of its ends
    found = central(world.store, 1000)
    assert {r.iri: r.score for r in found} == pytest.approx({one: value / pairs for one, value in score.items()})
    assert {r.iri: r.degree for r in found} == {one: len(others) for one, others in neighbours.items()}
    assert found == sorted(found, key=lambda r: (-r.score, r.iri))
    assert central(world.store, 3) == found[:3]
    assert central(world.store) == found[:20]
    assert [compact(r.iri) for r in found[:2]] == ["ind:paper-lanterns", "co:qinglan"]


def test_cut_points_by_what_they_alone_hold(world: KnowledgeGraph, neighbours: dict[str, set[str]]) -> None:
    """By taking each thing away and looking what is still reached; and as counted by hand in the files."""
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
    """Twice the same edge is no second way, nor is one to itself, nor one that a rule concludes."""
    star = [("a", "knows", other, MINE) for other in "bcd"]
    store = made(*star, ("b", "likes", "a", MINE), ("a", "likes", "a", MINE), ("b", "knows", "c", INFERRED))
    assert cut_points(store) == [Rank(BASE + "a", 2.0, 3)]
    ring = made(*star, ("b", "knows", "c", MINE), ("d", "knows", "c", MINE))
    assert cut_points(ring) == []
    two = made(
        ("a", "knows", "b", MINE), ("b", "knows", "c", MINE), ("x", "knows", "y", MINE), ("y", "knows", "z", MINE)
    )
    assert cut_points(two) == [Rank(BASE + "b", 1.0, 2), Rank(BASE + "y", 1.0, 2)]
