"""The ways in which two things are connected: several, and those through hubs last.

A hub is a thing with many neighbours, such as a country or an industry; that two firms both have to do with it says little
of them. So a way costs 1 + log2 n for each thing between its ends that has n neighbours, and 1 more if that is a claim,
which only mentions both; the cheapest ways come first. A direct edge costs nothing.

A way is left out if two things on it that do not follow each other are directly connected, its ends excepted.

Only the surroundings of the two things are read, step by step from both ends, and never more than :data:`_MOST_EDGES` edges:
a large graph costs no more than a small one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from math import log2
from time import monotonic
from typing import TYPE_CHECKING, Final

from kg.ask.entity import GROUNDS, ground_and_passages
from kg.ask.network import CLAIM, NOT_STATED, STATED, relations
from kg.store.base import Store
from kg.store.batches import batches
from kg.terms import Text

if TYPE_CHECKING:
    import networkx as nx

MOST_WAYS: Final = 20
"""Most ways that can be asked for."""
_MOST_STEPS: Final = 6
"""Most edges of a way."""
_FURTHER: Final = 2
"""By how many edges a way may be longer than the shortest."""
_MOST_EDGES: Final = 20_000
"""Most edges that are read."""
_MOST_TRIED: Final = 200
"""Most ways that are looked at for one that is short enough."""
_BATCH: Final = 200
"""Most things whose edges one query reads."""
_EDGES: Final = """
SELECT DISTINCT ?s ?p ?o ?g WHERE {{
  {{ VALUES ?s {{ {things} }} GRAPH ?g {{ ?s ?p ?o }} }} UNION {{ VALUES ?o {{ {things} }} GRAPH ?g {{ ?s ?p ?o }} }}
  FILTER(?p IN ({relations}) && isIRI(?o) && ?s != ?o && ({graphs}))
}} LIMIT {limit}"""
_NEIGHBOURS: Final = """
SELECT ?thing (COUNT(DISTINCT ?other) AS ?n) WHERE {{ VALUES ?thing {{ {things} }}
  {{ GRAPH ?g {{ ?thing ?p ?other }} }} UNION {{ GRAPH ?g {{ ?other ?p ?thing }} }}
  FILTER(?p IN ({relations}) && isIRI(?other) && ?other != ?thing && ({graphs}))
}} GROUP BY ?thing"""
_CLAIMS: Final = "SELECT DISTINCT ?claim WHERE {{ VALUES ?claim {{ {things} }} {claim} }}"
_ANY: Final = f"{STATED} || {NOT_STATED}"

Triple = tuple[str, str, str]
"""Subject, property and object."""


@dataclass(frozen=True)
class Hop:
    """One step of a way.

    Attributes:
        subject, predicate, value: the triple.
        forward: whether the way follows its direction.
        ground: ``asserted`` (by a passage), ``background`` or ``inferred``.
        passages: the passages that state it; of an inferred one, those on which its shortest proof rests.
    """

    subject: str
    predicate: str
    value: str
    forward: bool
    ground: str
    passages: tuple[str, ...]

    @property
    def ends(self) -> tuple[str, str]:
        """The thing from which the way comes, and the one to which it goes on."""
        return (self.subject, self.value) if self.forward else (self.value, self.subject)


@dataclass(frozen=True)
class Way:
    """A way from one thing to another.

    Attributes:
        hops: its steps, in order.
        neighbours: of each thing between the ends, how many neighbours it has.
        cost: the sum by which ways are ordered; see the head of this module.
    """

    hops: tuple[Hop, ...]
    neighbours: tuple[int, ...]
    cost: float


@dataclass(frozen=True)
class Ways:
    """What connects two things.

    Attributes:
        ways: the ways, the cheapest first.
        complete: whether the surroundings were read as far as ways are looked for; otherwise a limit of time or edges was
            reached first, and there may be others.
    """

    ways: tuple[Way, ...]
    complete: bool


def ways(store: Store, ends: tuple[str, str], *, limit: int = 5, inferred: bool = False, seconds: float = 3.0) -> Ways:
    """The ways from one thing to another, along edges in either direction.

    Args:
        store: the store.
        ends: the IRIs of the two things.
        limit: most ways; at most :data:`MOST_WAYS`.
        inferred: follow inferred edges and background knowledge too, not only what passages state.
        seconds: after this time, what has been found is returned.

    Returns:
        Ways of at most six edges, and of at most two more than the shortest; none if the two are not connected so.
    """
    import networkx as nx

    deadline = monotonic() + seconds
    around = _Surroundings(store, _ANY if inferred else STATED)
    start, end = ends
    reach, complete = _read_between(around, start, end, deadline)
    if not reach:
        return Ways((), complete)
    network = _between(around.network(), start, end)
    neighbours = around.neighbours(network)
    cost = _costs(neighbours, around.claims(network), ends)
    for one, other in network.edges:
        network.edges[one, other]["cost"] = (cost[one] + cost[other]) / 2
    found = []
    for nodes in islice(nx.shortest_simple_paths(network, start, end, weight="cost"), _MOST_TRIED):
        if len(nodes) - 1 <= reach and not _has_shortcut(network, nodes):
            hops = tuple(around.hop(one, other) for one, other in pairwise(nodes))
            inner = nodes[1:-1]
            found.append(Way(hops, tuple(neighbours[n] for n in inner), sum(cost[n] for n in inner)))
        if len(found) == min(limit, MOST_WAYS):
            break
        if monotonic() > deadline:
            complete = False
            break
    return Ways(tuple(found), complete)


def unconnected(*, inferred: bool, complete: bool) -> Text:
    """The words for two things between which no way was found."""
    if not complete:
        return Text(
            "在读过的范围内没有找到把两者连起来的路;范围已到上限,不等于没有",
            "no way between the two in what was read; a limit was reached, so there may be one",
        )
    if inferred:
        return Text(
            f"文献、推理与背景都没有在 {_MOST_STEPS} 步之内把两者连起来",
            f"neither the documents nor inference nor background connects the two within {_MOST_STEPS} steps",
        )
    return Text(
        f"文献没有在 {_MOST_STEPS} 步之内把两者连起来;推理与背景或许可以",
        f"the documents do not connect the two within {_MOST_STEPS} steps; inference and background may",
    )


class _Surroundings:
    """The edges around things, read from the store as far as they are asked for."""

    def __init__(self, store: Store, graphs: str) -> None:
        self._store = store
        self._parts = {"graphs": graphs, "relations": ", ".join(f"<{relation}>" for relation in relations(store))}
        self._graphs: dict[Triple, set[str]] = defaultdict(set)
        self._between: dict[frozenset[str], set[Triple]] = defaultdict(set)
        self._read: set[str] = set()
        self.full = False

    def step(self, things: Collection[str]) -> set[str]:
        """The neighbours of *things*; sets ``full`` instead of reading more than :data:`_MOST_EDGES`."""
        for batch in batches(sorted(set(things) - self._read), _BATCH):
            room = _MOST_EDGES - len(self._graphs)
            rows = self._select(_EDGES, batch, limit=room + 1)
            self.full = self.full or len(rows) > room
            for subject, predicate, value, graph in rows[:room]:
                self._graphs[subject, predicate, value].add(graph)
                self._between[frozenset((subject, value))].add((subject, predicate, value))
            self._read |= set(batch)
            if self.full:
                break
        return {node for pair in self._between if pair & set(things) for node in pair}

    def network(self) -> nx.Graph:
        """What has been read, as an undirected simple graph; the same edges give the same order."""
        import networkx as nx

        return nx.Graph(sorted(tuple(sorted(pair)) for pair in self._between))

    def neighbours(self, things: Iterable[str]) -> dict[str, int]:
        """How many neighbours each of *things* has in the whole graph."""
        return {
            thing: int(n) for batch in batches(sorted(things), _BATCH) for thing, n in self._select(_NEIGHBOURS, batch)
        }

    def claims(self, things: Iterable[str]) -> set[str]:
        """Those of *things* that are claims."""
        return {
            thing for batch in batches(sorted(things), _BATCH) for (thing,) in self._select(_CLAIMS, batch, claim=CLAIM)
        }

    def hop(self, one: str, other: str) -> Hop:
        """The edge from *one* to *other*, in either direction: a stated one first, then one along the way."""
        found = []
        for edge in self._between[frozenset((one, other))]:
            ground, passages = ground_and_passages(self._graphs[edge])
            found.append((GROUNDS.index(ground), edge[0] != one, edge[1], Hop(*edge, edge[0] == one, ground, passages)))
        return min(found, key=lambda entry: entry[:3])[3]

    def _select(self, query: str, things: Sequence[str], **more: int | str) -> list[tuple[str, ...]]:
        listed = " ".join(f"<{thing}>" for thing in things)
        rows = self._store.select(query.format(things=listed, **self._parts, **more)).rows
        return [tuple(term.value for term in row if term is not None and hasattr(term, "value")) for row in rows]


def _read_between(around: _Surroundings, start: str, end: str, deadline: float) -> tuple[int, bool]:
    """Read from both ends, always on the smaller side, until they have met and :data:`_FURTHER` steps more.

    Returns:
        How many edges a way may have so that all such ways have been read, 0 if the ends are not connected; and whether
        no limit was reached.
    """
    seen = ({start}, {end})
    outer = [{start}, {end}]
    met = 0
    for steps in range(1, _MOST_STEPS + 1):
        side = 0 if outer[0] and (len(outer[0]) <= len(outer[1]) or not outer[1]) else 1
        outer[side] = around.step(outer[side]) - seen[side]
        seen[side].update(outer[side])
        if not met and seen[0] & seen[1]:
            met = steps
        if around.full or monotonic() > deadline:
            return (steps if met else 0), False
        if steps == met + _FURTHER and met:
            return steps, True
        if not met and not outer[side]:  # everything connected with this end has been read
            return 0, True
    return (_MOST_STEPS if met else 0), bool(met) or not (outer[0] and outer[1])


def _between(network: nx.Graph, start: str, end: str) -> nx.Graph:
    """*network* without what leads nowhere: things with one neighbour, again and again."""
    while ends := [node for node, degree in network.degree if degree < 2 and node not in (start, end)]:
        network.remove_nodes_from(ends)
    return network


def _has_shortcut(network: nx.Graph, nodes: Sequence[str]) -> bool:
    return any(
        network.has_edge(node, later)
        for at, node in enumerate(nodes)
        for later in nodes[at + 2 :]
        if (node, later) != (nodes[0], nodes[-1])
    )


def _costs(neighbours: dict[str, int], claims: set[str], ends: tuple[str, str]) -> dict[str, float]:
    return {n: 0.0 if n in ends else 1 + log2(number) + (n in claims) for n, number in neighbours.items()}
