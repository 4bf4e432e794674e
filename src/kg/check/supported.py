"""What of SHACL is evaluated here; a shape that uses anything else is refused at its line, for it would find nothing.

That is SHACL Core and SHACL-SPARQL (https://www.w3.org/TR/shacl/), without entailment regimes and ``$shapesGraph``, which are
optional there. Targets by query, rules, functions and expressions of SHACL Advanced Features, and SHACL-JS, are not evaluated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from kg.check.prebinding import variables
from kg.terms import Text, compact
from kg.vocab import SH, TYPE

_TERMS: Final = frozenset(
    (
        *("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "deactivated", "severity", "message"),
        *("name", "description", "order", "group", "defaultValue", "property", "node", "path", "alternativePath"),
        *("inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath", "and", "or", "not", "xone", "class"),
        *("datatype", "nodeKind", "minCount", "maxCount", "minInclusive", "maxInclusive", "minExclusive"),
        *("maxExclusive", "minLength", "maxLength", "pattern", "flags", "languageIn", "uniqueLang", "equals"),
        *("disjoint", "lessThan", "lessThanOrEquals", "qualifiedValueShape", "qualifiedValueShapesDisjoint"),
        *("qualifiedMinCount", "qualifiedMaxCount", "hasValue", "in", "closed", "ignoredProperties"),
        *("sparql", "select", "ask", "prefixes", "declare", "prefix", "namespace", "parameter", "optional"),
        *("labelTemplate", "validator", "nodeValidator", "propertyValidator", "resultAnnotation"),
        *("annotationProperty", "annotationVarName", "annotationValue"),
        *("shapesGraph", "suggestedShapesGraph", "shapesGraphWellFormed"),
        *("conforms", "result", "detail", "focusNode", "resultPath", "resultMessage", "resultSeverity", "value"),
        *("sourceShape", "sourceConstraint", "sourceConstraintComponent"),
        "nodeShape",  # of a draft of SHACL; the W3C's suite still has it, and expects no result of it
    )
)
"""Properties of SHACL that are evaluated, or that describe shapes or results."""
_CLASSES: Final = frozenset(
    (
        *("Shape", "NodeShape", "PropertyShape", "PropertyGroup", "PrefixDeclaration", "NodeKind", "Severity"),
        *("ConstraintComponent", "Parameter", "Parameterizable", "ResultAnnotation", "Validator"),
        *("SPARQLConstraint", "SPARQLAskValidator", "SPARQLSelectValidator", "SPARQLExecutable"),
        *("SPARQLAskExecutable", "SPARQLSelectExecutable", "AbstractResult", "ValidationReport", "ValidationResult"),
    )
)
"""Classes of SHACL of which instances are understood."""
_QUERIES: Final = frozenset((SH + "select", SH + "ask"))


def not_evaluated(rows: Iterable[tuple[int, ox.Quad]], deactivated: Collection[str]) -> tuple[int, Text] | None:
    """The first thing in a shapes file that is not evaluated: its line, and what it is.

    Args:
        rows: every quad of the file with its line.
        deactivated: IRIs of shapes and constraints that are deactivated, perhaps in another file.

    Returns:
        None if all is evaluated, but for what is deactivated.
    """
    placed = list(rows)
    off = _switched_off((quad for _, quad in placed), deactivated)
    for line, quad in placed:
        if off.isdisjoint((quad.subject, quad.object)) and (found := _stranger(quad)):
            return line + found[0], found[1]
    return None


def might_have_any(quads: Iterable[ox.Quad]) -> bool:
    """Whether anything in *quads* is not evaluated, deactivated or not; quicker than :func:`not_evaluated`."""
    return any(map(_stranger, quads))


def _stranger(quad: ox.Quad) -> tuple[int, Text] | None:
    """What of *quad* is not evaluated, and on which of the lines of its object, from 0."""
    predicate, value = quad.predicate.value, quad.object
    if predicate.startswith(SH) and predicate.removeprefix(SH) not in _TERMS:
        return 0, _none_of_shacl(predicate)
    if predicate == TYPE and isinstance(value, ox.NamedNode) and value.value.startswith(SH):
        return None if value.value.removeprefix(SH) in _CLASSES else (0, _none_of_shacl(value.value))
    if predicate in _QUERIES and isinstance(value, ox.Literal) and "shapesGraph" in value.value:
        for start, name in variables(value.value):
            if name == "shapesGraph":
                text = Text(
                    "$shapesGraph 不受支持:查询看不到形状的图",
                    "$shapesGraph is not supported: a query does not see the shapes",
                )
                return value.value.count("\n", 0, start) - value.value.count("\n"), text
    return None


def _none_of_shacl(term: str) -> Text:
    name = compact(term)
    return Text(
        f"{name} 不属于 SHACL Core 与 SHACL-SPARQL,不会执行",
        f"{name} is not of SHACL Core or SHACL-SPARQL and would not be evaluated",
    )


def _switched_off(quads: Iterable[ox.Quad], deactivated: Collection[str]) -> set[object]:
    """The nodes that are deactivated, and the blank nodes within them."""
    inside: dict[object, list[object]] = {}
    found: list[object] = [ox.NamedNode(name) for name in deactivated]
    for quad in quads:
        if quad.predicate.value == SH + "deactivated" and _is_true(quad.object):
            found.append(quad.subject)
        if isinstance(quad.object, ox.BlankNode):
            inside.setdefault(quad.subject, []).append(quad.object)
    off: set[object] = set()
    while found:
        node = found.pop()
        if node not in off:
            off.add(node)
            found += inside.get(node, ())
    return off


def _is_true(term: object) -> bool:
    return isinstance(term, ox.Literal) and term.value in ("true", "1")


def deactivated_names(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """The IRIs that *quads* deactivate."""
    for quad in quads:
        named = isinstance(quad.subject, ox.NamedNode) and quad.predicate.value == SH + "deactivated"
        if named and _is_true(quad.object):
            yield quad.subject.value  # type: ignore[union-attr]
