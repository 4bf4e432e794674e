"""Canonical form of the model's Turtle files: sections by kind, terms and predicates in a fixed order, zh before en.

Two files with the same triples get the same text, so a diff shows only changes of the ontology. Comment lines before
the first prefix are kept, all others are lost; use skos:editorialNote for notes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import Place, SyntaxProblem
from kg.source.turtle import parse, to_rdflib
from kg.terms import Text
from kg.vocab import IVC

_FIRST: Final = (
    RDF.type,
    RDFS.label,
    URIRef(IVC + "inverseLabel"),
    SKOS.definition,
    SKOS.example,
    SKOS.scopeNote,
    SKOS.editorialNote,
    RDFS.domain,
    RDFS.range,
)
"""Predicates that are written first, in this order. The others follow by name; rdfs:isDefinedBy is last."""
_SECTIONS: Final = (
    (OWL.Ontology, "ontology"),
    (OWL.Class, "classes"),
    (OWL.ObjectProperty, "object properties"),
    (OWL.DatatypeProperty, "datatype properties"),
    (OWL.AnnotationProperty, "annotation properties"),
)
_PREFIX: Final = re.compile(r"^@prefix\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE)
_LOCAL: Final = re.compile(r"[A-Za-z0-9_]([\w-]*[\w])?", re.ASCII)


def canonical(text: str, shown: str = "file") -> str:
    """The Turtle in *text*, in canonical form.

    Args:
        text: a Turtle file.
        shown: what the file is called in errors.

    Raises:
        SyntaxProblem: *text* is not Turtle, or a blank node is the object of two triples and so cannot be nested.
    """
    graph = to_rdflib(parse(text, ox.RdfFormat.TURTLE, shown))
    header = text[: text.index("@prefix")].rstrip()
    return _Writer(graph, dict(_PREFIX.findall(text)), shown).file(header)


class _Writer:
    def __init__(self, graph: Graph, prefixes: dict[str, str], shown: str) -> None:
        self._graph, self._shown = graph, shown
        self._prefixes = sorted(prefixes.items(), key=lambda p: (-len(p[1]), p[0]))
        self._used: set[str] = set()

    def file(self, header: str) -> str:
        body = "".join(self._sections())
        lines = [f"@prefix {name}: <{space}> ." for name, space in sorted(self._prefixes) if name in self._used]
        return "\n".join([*([header] if header else []), *lines]) + "\n" + body

    def _sections(self) -> Iterator[str]:
        """The ontology, its terms by kind, individuals by class, and last the axioms whose subject is a blank node."""
        left = {s for s in self._graph.subjects() if isinstance(s, URIRef)}
        for kind, title in _SECTIONS:
            members = {s for s in self._graph.subjects(RDF.type, kind) if s in left}
            yield self._section(title, members)
            left -= members
        for title in sorted({self._class(s) for s in left}):
            yield self._section(title, {s for s in left if self._class(s) == title})
        loose = {s for s in self._graph.subjects() if isinstance(s, BNode) and (None, None, s) not in self._graph}
        yield self._blocks("axioms on more than one term", sorted(f"[] {self._body(s)} .\n" for s in loose))

    def _section(self, title: str, members: Iterable[Node]) -> str:
        ordered = sorted(members, key=lambda s: (str(s).casefold(), str(s)))
        return self._blocks(title, [f"{self._term(s)} {self._body(s)} .\n" for s in ordered])

    @staticmethod
    def _blocks(title: str, blocks: list[str]) -> str:
        return f"\n\n# ---- {title}\n" + "".join(f"\n{b}" for b in blocks) if blocks else ""

    def _class(self, subject: Node) -> str:
        return min((self._term(c) for c in self._graph.objects(subject, RDF.type)), default="others")

    def _body(self, subject: Node, between: str = " ;\n    ") -> str:
        """Predicates and objects of *subject*, joined by *between*."""
        predicates = sorted(set(self._graph.predicates(subject)), key=_rank)
        return between.join(f"{self._verb(p)} {self._objects(subject, p)}" for p in predicates)

    def _verb(self, predicate: Node) -> str:
        return "a" if predicate == RDF.type else self._term(predicate)

    def _objects(self, subject: Node, predicate: Node) -> str:
        values = sorted(self._graph.objects(subject, predicate), key=lambda o: (_language(o), self._value(o)))
        return " , ".join(self._value(o) for o in values)

    def _value(self, node: Node) -> str:
        if not isinstance(node, BNode):
            return self._term(node)
        if len(list(self._graph.subject_predicates(node))) > 1:
            raise SyntaxProblem(
                Text("一个空白节点被用了两次", "a blank node is used twice"),
                place=Place(self._shown),
                hint=Text("给它一个 IRI", "give it an IRI"),
            )
        if (node, RDF.first, None) in self._graph:
            return f"( {' '.join(self._value(item) for item in self._graph.items(node))} )"
        return f"[ {self._body(node, ' ; ')} ]"

    def _term(self, node: Node) -> str:
        if isinstance(node, Literal):
            return self._literal(node)
        for name, space in self._prefixes:
            local = str(node).removeprefix(space)
            if str(node).startswith(space) and _LOCAL.fullmatch(local):
                self._used.add(name)
                return f"{name}:{local}"
        return f"<{node}>"

    def _literal(self, node: Literal) -> str:
        if node.datatype == XSD.integer:
            return str(node)
        quoted = str(node).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        if node.language:
            return f'"{quoted}"@{node.language}'
        return f'"{quoted}"' if node.datatype in (None, XSD.string) else f'"{quoted}"^^{self._term(node.datatype)}'


def _rank(predicate: Node) -> tuple[int, str]:
    if predicate == RDFS.isDefinedBy:
        return len(_FIRST) + 1, ""
    known = _FIRST.index(predicate) if predicate in _FIRST else len(_FIRST)
    return known, str(predicate)


def _language(node: Node) -> int:
    """Sort key of a literal: Chinese first, then English, then literals without a language."""
    return {"zh": 0, "en": 1}.get(getattr(node, "language", None) or "", 2)


def main(paths: Iterable[str]) -> None:
    """Rewrite each file that is not in canonical form. If any file is not Turtle, no file is written."""
    texts = {Path(path): canonical(Path(path).read_text(encoding="utf-8"), path) for path in paths}
    for path, text in texts.items():
        if path.read_text(encoding="utf-8") != text:
            beside = path.with_suffix(".new")
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)


if __name__ == "__main__":
    main(sys.argv[1:])
