"""SPARQL constraints of SHACL that one query answers for all focus nodes (docs/decisions/0001)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg.check.default_message import default_message
from kg.check.findings import Finding
from kg.check.prebinding import same_for_all
from kg.terms import Text, amount, compact, iri, lexical
from kg.vocab import IVC, IVL, RDF, RDFS, SH, SHAPE, WORKING, XSD

if TYPE_CHECKING:
    from rdflib import Graph

_PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")
_TARGETS: Final = {
    "targetClass": f"?this <{RDF}type>/<{RDFS}subClassOf>* <%s>",
    "targetSubjectsOf": "?this <%s> ?anything",
    "targetObjectsOf": "?anything <%s> ?this",
    "targetNode": "VALUES ?this { <%s> }",
}
"""Kinds of target (SHACL 2.1.3) and the patterns of their focus nodes."""


@dataclass(frozen=True)
class Constraint:
    """A SPARQL constraint (SHACL 5.1) with the targets of its shape.

    Attributes:
        node: its node in the shapes graph.
        rule: the shape's name.
        severity: ``Violation``, ``Warning`` or ``Info``.
        messages: language → message with placeholders ``{?variable}``.
        working: language → the arithmetic (``ivc:working``), with the same placeholders.
        target: the property of the target and whether the focus node is its object; see :func:`of_target`.
        query: SELECT query of which each row is one result for one focus node, ``?this``.
        prefixes: prefix → namespace, for the query.
    """

    node: Any
    rule: str
    severity: str
    messages: Mapping[str, str]
    working: Mapping[str, str]
    target: tuple[str, bool]
    query: str
    prefixes: Mapping[str, str]

    def finding(self, row: ox.QuerySolution) -> Finding:
        """The finding for one row. ``?path`` and ``?value`` are as in SHACL 5.3.1; other IRIs become ``involved``.

        A finding with neither is on the node itself, and has the statement that makes it a focus node.
        """
        used = _placeholders(self.messages) | _placeholders(self.working)
        values = {name: row[name] for name in used | {"this"}}
        focus, path, value = values["this"].value, iri(_bound(row, "path")), lexical(_bound(row, "value"))
        if not path and not value:
            path, value = self.target[0], focus if self.target[1] else ""
        others = dict.fromkeys(iri(t) for t in row if iri(t) and not iri(t).startswith((IVC, IVL)))
        involved = tuple(other for other in others if other not in (focus, path))
        message, working = (in_both_languages(_filled(texts, values)) for texts in (self.messages, self.working))
        component = "SPARQLConstraintComponent"
        if not any(self.messages.values()):
            message = default_message(component, iri(_bound(row, "path")), lexical(_bound(row, "value")))
        return Finding(self.rule, self.severity, focus, message, path, value, involved, component, working)


def together(shapes: Graph) -> list[Constraint]:
    """The constraints of *shapes* that one query may answer for all focus nodes, in the order of their shapes."""
    found, declared = sorted(shapes.subject_objects(sh("sparql")), key=str), prefixes(shapes)
    return [made for shape, node in found if (made := _constraint(shapes, shape, node, declared[node]))]


def _constraint(shapes: Graph, shape: Any, node: Any, declared: Mapping[str, str]) -> Constraint | None:
    from rdflib import URIRef

    targets = list(_targets(shapes, shape))
    selects = [str(select) for select in shapes.objects(node, sh("select"))]
    alone = (shape, sh("path"), None) not in shapes and not list(shapes.predicates(None, shape))
    once = len(list(shapes.predicates(None, node))) == 1
    named = (shape, sh("targetNode"), None) in shapes
    active = not any(str(o) in ("true", "1") for n in (shape, node) for o in shapes.objects(n, sh("deactivated")))
    if not (
        targets and alone and once and active and len(selects) == 1 and same_for_all(selects[0], in_data=not named)
    ):
        return None
    columns = ox.Store().query(selects[0], prefixes=dict(declared)).variables  # type: ignore[union-attr]
    focus = " UNION ".join(f"{{ {pattern} }}" for pattern in targets)
    return Constraint(
        node,
        name_of(shape),
        name_of(shapes.value(shape, sh("severity")) or sh("Violation")),
        by_language(shapes.objects(node, sh("message"))) or by_language(shapes.objects(shape, sh("message"))),
        by_language(shapes.objects(node, URIRef(WORKING))),
        of_target(shapes, shape),
        f"SELECT {' '.join(map(str, columns))} WHERE {{ {{ SELECT DISTINCT ?this WHERE {{ {focus} }} }} {{ {selects[0]}\n}} }}",
        declared,
    )


def _targets(shapes: Graph, shape: Any) -> Iterator[str]:
    """The pattern of each target of *shape*; none if it may have others: it is a class, its target is a query or a literal."""
    from rdflib import Literal, URIRef

    classes = set(shapes.objects(shape, URIRef(RDF + "type"))) - {sh("NodeShape")}
    literals = any(isinstance(node, Literal) for node in shapes.objects(shape, sh("targetNode")))
    if not (classes or literals or (shape, sh("target"), None) in shapes):
        for name, pattern in _TARGETS.items():
            for term in sorted(map(str, shapes.objects(shape, sh(name)))):
                yield pattern % term


def of_target(shapes: Graph, shape: Any) -> tuple[str, bool]:
    """The property by which *shape* finds its focus nodes, and whether they are its objects; empty if there is none.

    A finding on the node itself is at the line of such a statement. Of several properties the first is taken.
    """
    for name, objects in (("targetObjectsOf", True), ("targetSubjectsOf", False)):
        for term in sorted(map(str, shapes.objects(shape, sh(name)))):
            return term, objects
    return "", False


def prefixes(shapes: Graph) -> Mapping[Any, dict[str, str]]:
    """SPARQL constraint → its prefixes: what is declared where its ``sh:prefixes`` lead (SHACL 5.2.1)."""
    found: dict[Any, dict[str, str]] = defaultdict(dict)
    declared = {start: _declared(shapes, start) for start in set(shapes.objects(None, sh("prefixes")))}
    for node, start in shapes.subject_objects(sh("prefixes")):
        found[node] |= declared[start]
    return found


def _declared(shapes: Graph, start: Any) -> dict[str, str]:
    from rdflib import OWL

    declared = {}
    for place in shapes.transitive_objects(start, OWL.imports):
        for declaration in shapes.objects(place, sh("declare")):
            name, namespace = (shapes.value(declaration, sh(key)) for key in ("prefix", "namespace"))
            declared[str(name)] = str(namespace)
    return declared


def by_language(messages: Iterable[Any]) -> dict[str, str]:
    """Language → message; one without a language counts as English."""
    return {getattr(m, "language", None) or "en": str(m) for m in sorted(messages, key=str)}


def in_both_languages(messages: Mapping[str, str]) -> Text:
    """The messages as one text; where a language lacks, the English message, else any."""
    fallback = messages.get("en") or next(iter(messages.values()), "")
    return Text(messages.get("zh", fallback), fallback)


def name_of(term: Any) -> str:
    """The local name of a packaged shape or of a term of SHACL; other IRIs whole."""
    return str(term).removeprefix(SHAPE).removeprefix(SH)


def _bound(row: ox.QuerySolution, name: str) -> object:
    try:
        return row[name]
    except KeyError:
        return None


def _placeholders(messages: Mapping[str, str]) -> set[str]:
    return {m[1] for text in messages.values() for m in _PLACEHOLDER.finditer(text)}


def _filled(texts: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """The texts with the values in place of their placeholders."""
    return {
        lang: _PLACEHOLDER.sub(lambda m, lang=lang: _show(_value(values, m[1]), lang), text)  # type: ignore[misc]
        for lang, text in texts.items()
    }


def _value(values: Mapping[str, Any], name: str) -> Any:
    """The value of a placeholder. Where a text is missing in one language (``?izh``), the other (``?ien``) stands in for it."""
    other = {"zh": "en", "en": "zh"}.get(name[-2:])
    return values.get(name) or (values.get(name[:-2] + other) if other else None)


def _show(term: Any, lang: str) -> str:
    """A value in a message: IRIs as prefixed names, numbers as people write them (:func:`kg.terms.amount`).

    Figures of the graph are decimals; a shape calculates in doubles.
    """
    if term is None:
        return "?"
    if isinstance(term, ox.Literal) and term.datatype.value in (XSD + "decimal", XSD + "double", XSD + "float"):
        return amount(float(term.value), lang, calculated=term.datatype.value != XSD + "decimal")
    return compact(term.value)


def sh(name: str) -> Any:
    """A term of SHACL for rdflib."""
    from rdflib import URIRef

    return URIRef(SH + name)
