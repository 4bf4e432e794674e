"""What pySHACL checks: on all of the data at first, and after an edit only where the edit can matter.

After an edit, the findings can change for two kinds of focus nodes: the subjects and objects of the statements that are
new or gone; and, where a shape looks at such a statement at the end of a path, the nodes from which the path leads to its
subject. These nodes are checked again, on a part of the data: the statements about them and about all nodes to which the
paths lead, and the statements of which they are objects. The findings on other focus nodes are reused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from kg.check.constraints import sh
from kg.check.findings import Finding
from kg.check.shapes import Shapes, default_graph, in_order
from kg.source.turtle import rdflib_term, to_rdflib
from kg.vocab import RDFS, SH, TYPE

if TYPE_CHECKING:
    from rdflib import Graph

_FORWARD: Final = frozenset(
    (
        *("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "declare", "prefix", "namespace"),
        *("message", "severity", "deactivated", "name", "description", "order", "group", "defaultValue"),
        *(
            "property",
            "node",
            "path",
            "alternativePath",
            "inversePath",
            "and",
            "or",
            "not",
            "xone",
            "class",
            "datatype",
            "nodeKind",
        ),
        *("minCount", "maxCount", "minInclusive", "maxInclusive", "minExclusive", "maxExclusive", "minLength"),
        *("maxLength", "pattern", "flags", "languageIn", "uniqueLang", "equals", "disjoint", "lessThan"),
        *("lessThanOrEquals", "qualifiedValueShape", "qualifiedValueShapesDisjoint", "qualifiedMinCount"),
        *("qualifiedMaxCount", "hasValue", "in", "closed", "ignoredProperties"),
    )
)
"""Terms of SHACL whose constraints read the values of a path, or, outside other shapes, who has the focus node as a value."""
_COUNTING: Final = frozenset(("path", "minCount", "maxCount", "nodeKind", "message", "severity", "name", "description"))
"""Terms whose constraints need to know only that an inverse path has values, not what is said of the values."""
_SUB_CLASS_OF: Final = ox.NamedNode(RDFS + "subClassOf")
_DEFAULT: Final = ox.DefaultGraph()


class Core:
    """pySHACL's findings for shapes that stay the same, on data that is edited between the runs."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._lines: Set[bytes] = frozenset()
        self._found: dict[Any, list[Finding]] = {}

    def run(self, store: ox.Store) -> list[Finding]:
        """Every finding on the default graph of *store*, whether or not there was a run before."""
        lines = frozenset((store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=_DEFAULT) or b"").splitlines())
        found = self._after(store, lines ^ self._lines) if self._lines else None
        self._lines, self._found = lines, self._shapes.results(default_graph(store)) if found is None else found
        return in_order(self._found.values())

    @cached_property
    def _sight(self) -> _Sight | None:
        return _sight(self._shapes.others)

    def _after(self, store: ox.Store, lines: Iterable[bytes]) -> dict[Any, list[Finding]] | None:
        """The findings after an edit, by focus node; None if all nodes have to be checked.

        Args:
            store: the data after the edit.
            lines: the statements that are new or gone.
        """
        changed = [quad.triple for quad in ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES)]
        if self._sight is None or any(t.predicate == _SUB_CLASS_OF for t in changed):
            return None
        nodes = _concerned(store, changed, self._sight)
        again = self._shapes.results(to_rdflib(_around(store, nodes, self._sight.steps))) if nodes else {}
        return {**self._found, **{node: again.get(node, []) for node in map(rdflib_term, nodes)}}


class _Sight(NamedTuple):
    """What shapes see of the nodes to which their paths lead.

    Attributes:
        steps: the length of the longest path through property shapes that stand in each other.
        predicates: what they look at in those nodes; None for everything.
    """

    steps: int
    predicates: frozenset[str] | None


def _sight(shapes: Graph) -> _Sight | None:
    """How far *shapes* see; None if a path may lead anywhere."""
    from rdflib import URIRef

    used = {str(p).removeprefix(SH) for p in shapes.predicates() if str(p).startswith(SH)}
    paths, backwards = {}, set()
    for node, path in shapes.subject_objects(sh("path")):
        if inverse := shapes.value(path, sh("inversePath")):
            backwards.add(node)
        listed = shapes.value(inverse or path, sh("alternativePath"))
        paths[node] = list(shapes.items(listed)) if listed else [inverse or path]
    beyond = {str(p).removeprefix(SH) for node in backwards for p in shapes.predicates(node)} - _COUNTING
    if (
        beyond
        or not used <= _FORWARD
        or not all(isinstance(part, URIRef) for parts in paths.values() for part in parts)
    ):
        return None
    compared = [sh(name) for name in ("equals", "disjoint", "lessThan", "lessThanOrEquals")]
    inner = {TYPE}

    def length(node: Any, above: tuple[Any, ...]) -> int:
        if node in above:
            raise RecursionError
        if any(shape in paths for shape in above):
            if node in backwards:
                raise RecursionError
            inner.update(map(str, (*paths.get(node, ()), *(o for p in compared for o in shapes.objects(node, p)))))
        parts = (
            o for p, o in shapes.predicate_objects(node) if p != sh("path") and not str(p).startswith(SH + "target")
        )
        below = (length(part, (*above, node)) for part in parts if (part, None, None) in shapes)
        return (node in paths) + max(below, default=0)

    try:
        steps = max((length(node, ()) for node in set(shapes.subjects())), default=0)
    except RecursionError:
        return None
    return _Sight(steps, None if "closed" in used else frozenset(inner))


def _concerned(store: ox.Store, changed: Iterable[ox.Triple], sight: _Sight) -> set[Any]:
    """The focus nodes that may have other findings now that the triples *changed* are new or gone."""
    ends = set(changed)
    found = {end for triple in ends for end in (triple.subject, triple.object)}
    seen = {t.subject for t in ends if sight.predicates is None or t.predicate.value in sight.predicates}
    for _ in range(sight.steps):
        seen |= {q.subject for node in seen for q in store.quads_for_pattern(None, None, node, _DEFAULT)}
    return found | seen


def _around(store: ox.Store, nodes: Iterable[Any], steps: int) -> Iterator[ox.Quad]:
    """What the shapes can see of *nodes*; may give a quad more than once."""
    yield from store.quads_for_pattern(None, _SUB_CLASS_OF, None, _DEFAULT)
    reached: set[Any] = set(nodes)
    seen: set[Any] = set()
    for node in reached:
        yield from store.quads_for_pattern(None, None, node, _DEFAULT)
    for _ in range(steps + 1):
        reached = {node for node in reached - seen if not isinstance(node, ox.Literal)}
        seen |= reached
        quads = [q for node in reached for q in store.quads_for_pattern(node, None, None, _DEFAULT)]
        yield from quads
        reached = {q.object for q in quads}
