"""SHACL validation: pySHACL evaluates core constraints; SPARQL constraints run as queries on the store.

pySHACL runs the query of a SPARQL constraint once per focus node. Here the target is written into the query, so one query
covers all focus nodes (docs/decisions). A test checks on a failing example of every shape that both give the same results.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg.check.findings import Finding, merge
from kg.errors import Place, SyntaxProblem
from kg.source.turtle import FORMATS, positions, read, to_rdflib
from kg.store.embedded import solutions
from kg.terms import LANGS, Text, amount, compact, iri, lexical
from kg.vocab import IVC, IVL, PREFIXES, SH, SHAPE, XSD

if TYPE_CHECKING:
    from rdflib import Graph

_BODY: Final = re.compile(r"\bWHERE\s*\{|\{", re.IGNORECASE)
_NOT_CORE: Final = frozenset(
    ("message", "severity", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
) | frozenset(("sparql", "select", "prefixes", "declare", "prefix", "namespace"))
"""Terms of SHACL for targets, messages and SPARQL constraints, which pySHACL is not needed for."""
_PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")


class Shapes:
    """The shapes graph from one or more files; can validate any number of stores.

    Raises:
        SyntaxProblem: a file is not Turtle, or a query in it is not SPARQL; the error has the line.
    """

    def __init__(self, files: Mapping[Path, str], languages: Collection[str] = LANGS) -> None:
        """Read the shapes.

        Args:
            files: path → the path as error messages give it.
            languages: languages of the project; property shapes that require another language are deactivated.
        """
        self._files = files
        self.graph = to_rdflib(quad for path, shown in files.items() for quad in read(path, shown=shown))
        self._deactivate_other(languages)
        nothing = ox.Store()
        for constraint in self.graph.objects(None, _sh("sparql")):
            select = str(self.graph.value(constraint, _sh("select")))
            try:
                solutions(nothing, select)
            except SyntaxError as error:
                raise self._mistake(str(error), SH + "select", select) from error

    def _deactivate_other(self, languages: Collection[str]) -> None:
        """Deactivate every qualified property shape whose sh:languageIn has none of *languages* (SHACL 2.1.3.4)."""
        from rdflib import Literal
        from rdflib.collection import Collection as RdfList

        for shape, qualified in list(self.graph.subject_objects(_sh("qualifiedValueShape"))):
            head = self.graph.value(qualified, _sh("languageIn"))
            if head is not None and not {str(tag) for tag in RdfList(self.graph, head)} & set(languages):
                self.graph.add((shape, _sh("deactivated"), Literal(True)))

    @property
    def labels(self) -> list[tuple[str, str, str]]:
        """IRI, language and text of each label of a rule or severity in the files."""
        return sorted(
            (str(node), str(getattr(label, "language", None)), str(label))
            for node, label in self.graph.subject_objects(_label())
            if not _blank(node)
        )

    def run(self, store: ox.Store, data: Graph | None = None) -> list[Finding]:
        """Every finding of these shapes on the default graph of *store*.

        Args:
            store: the store.
            data: its default graph for rdflib; None makes it from *store*.
        """
        found = list(self.run_sparql(store))
        if self.has_core:
            found += self.run_core(default_graph(store) if data is None else data)
        return found

    @property
    def has_core(self) -> bool:
        """Whether the shapes use core constraints, so that pySHACL must run."""
        used = {str(p).removeprefix(SH) for p in self.graph.predicates() if str(p).startswith(SH)}
        return not used <= _NOT_CORE

    # -- SPARQL constraints ---------------------------------------------------------------------

    def run_sparql(self, store: ox.Store) -> Iterator[Finding]:
        """Findings of the ``sh:sparql`` constraints, one query per constraint and target."""
        for shape, constraint in sorted(self.graph.subject_objects(_sh("sparql"))):
            select = str(self.graph.value(constraint, _sh("select")))
            messages = _by_language(self.graph.objects(constraint, _sh("message")))
            severity = _name(self.graph.value(shape, _sh("severity")) or _sh("Violation"))
            queries = [_BODY.sub(lambda m, t=t: f"{m[0]} {t} ", select, count=1) for t in self._targets(shape)]  # type: ignore[misc]
            yield from merge(  # across all targets: a node can be in more than one
                _sparql_finding(_name(shape), severity, messages, solution)
                for query in queries
                for solution in solutions(store, query)
            )

    def _targets(self, shape: Any) -> Iterator[str]:
        for cls in sorted(map(str, self.graph.objects(shape, _sh("targetClass")))):
            yield f"$this <{PREFIXES['rdf']}type>/<{PREFIXES['rdfs']}subClassOf>* <{cls}> ."
        for prop in sorted(map(str, self.graph.objects(shape, _sh("targetSubjectsOf")))):
            yield f"FILTER EXISTS {{ $this <{prop}> ?anything }} $this <{PREFIXES['rdf']}type> ?anyType ."
        for prop in sorted(map(str, self.graph.objects(shape, _sh("targetObjectsOf")))):
            yield f"FILTER EXISTS {{ ?anything <{prop}> $this }} $this <{PREFIXES['rdf']}type> ?anyType ."
        for node in sorted(map(str, self.graph.objects(shape, _sh("targetNode")))):
            yield f"VALUES $this {{ <{node}> }}"

    # -- core constraints -----------------------------------------------------------------------

    def run_core(self, data: Graph) -> Iterator[Finding]:
        """Findings of the core constraints on *data*, by pySHACL."""
        import pyshacl
        from pyshacl.errors import ReportableRuntimeError

        try:
            _, report, _ = pyshacl.validate(data, shacl_graph=self._core, inplace=True)
        except ReportableRuntimeError as error:
            raise self._mistake(str(getattr(error, "message", error))) from error
        found = (self._core_finding(report, result) for result in report.objects(None, _sh("result")))
        yield from merge(
            sorted(found, key=lambda f: f.component)
        )  # sorted, so that merge keeps the same component in every run

    @cached_property
    def _core(self) -> Graph:
        from rdflib import Graph

        core = Graph()
        for triple in self.graph:
            if triple[1] not in (_sh("sparql"), _sh("select"), _sh("prefixes")):
                core.add(triple)
        return core

    def _core_finding(self, report: Graph, result: Any) -> Finding:
        shape = self._named(report.value(result, _sh("sourceShape")))
        path = report.value(result, _sh("resultPath"))
        value = report.value(result, _sh("value"))
        focus = report.value(result, _sh("focusNode"))
        if path is None and value == focus:  # a constraint on the node itself: report the property of its target
            path = self.graph.value(shape, _sh("targetObjectsOf"))
            value = focus if path is not None else None
            path = path or self.graph.value(shape, _sh("targetSubjectsOf"))
        return Finding(
            rule=_name(shape),
            severity=_name(report.value(result, _sh("resultSeverity"))),
            focus=str(focus),
            message=_text(_by_language(report.objects(result, _sh("resultMessage")))),
            path=str(path) if path is not None and not _blank(path) else "",
            value="" if value is None or _blank(value) else str(value),
            component=_name(report.value(result, _sh("sourceConstraintComponent"))),
        )

    def _mistake(self, why: str, predicate: str = "", value: str = "") -> SyntaxProblem:
        """The error for a faulty shape, at the line of its triple (*predicate*, *value*) if it is found."""
        at = re.search(r"at (\d+):(\d+)", why)
        inside = int(at[1]) if at else 1
        lines = (
            Place(shown, line - value.count("\n") + inside - 1)
            for path, shown in self._files.items()
            for line, quad in positions(path.read_bytes(), FORMATS[path.suffix])
            if quad.predicate.value == predicate and lexical(quad.object) == value
        )
        place = next(lines, None) or Place(", ".join(self._files.values()))
        return SyntaxProblem(
            Text(f"形状写得不对:{why}", f"the shape is not well written: {why}"),
            place=place,
            hint=Text("改正这条形状后再运行", "mend that shape and run again"),
        )

    def _named(self, shape: Any) -> Any:
        """*shape*, or the named shape around it if it is a blank node."""
        while _blank(shape):
            shape = next(iter(self.graph.subjects(None, shape)))
        return shape


def default_graph(store: ox.Store) -> Graph:
    """The default graph of *store* as an rdflib Graph, for pySHACL.

    rdflib's warnings about ill-typed literals are switched off: each would print a traceback, and the shapes find them.
    """
    from rdflib import Graph

    text = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    logger = logging.getLogger("rdflib.term")
    logger.disabled = True
    try:
        return Graph().parse(data=text or b"", format="nt")
    finally:
        logger.disabled = False


def _sparql_finding(rule: str, severity: str, messages: dict[str, str], solution: ox.QuerySolution) -> Finding:
    """The finding for one solution. ``?path`` and ``?value`` are as in SHACL 5.3.1; other IRIs become ``involved``."""
    row = {name: solution[name] for name in _placeholders(messages) | {"this"}}
    filled = {
        lang: _PLACEHOLDER.sub(lambda m, lang=lang: _show(row.get(m[1]), lang), text)  # type: ignore[misc]
        for lang, text in messages.items()
    }
    focus, path, value = row["this"].value, iri(_bound(solution, "path")), lexical(_bound(solution, "value"))
    others = dict.fromkeys(iri(t) for t in _terms(solution) if iri(t) and not iri(t).startswith((IVC, IVL)))
    involved = tuple(o for o in others if o not in (focus, path))
    return Finding(rule, severity, focus, _text(filled), path, value, involved, "SPARQLConstraintComponent")


def _bound(solution: ox.QuerySolution, name: str) -> object:
    try:
        return solution[name]
    except KeyError:
        return None


def _placeholders(messages: dict[str, str]) -> set[str]:
    return {m[1] for text in messages.values() for m in _PLACEHOLDER.finditer(text)}


def _terms(solution: ox.QuerySolution) -> list[Any]:
    return [term for term in solution if term is not None]


def _show(term: Any, lang: str) -> str:
    """A value in a message: IRIs as prefixed names, decimals with four significant digits, large ones in 亿 or billions."""
    if term is None:
        return "?"
    if isinstance(term, ox.Literal) and term.datatype.value in (XSD + "decimal", XSD + "double", XSD + "float"):
        number = float(term.value)
        return amount(number, lang) if abs(number) >= 10000 else f"{number:.4g}"
    return compact(term.value)


def _by_language(messages: Any) -> dict[str, str]:
    return {getattr(m, "language", None) or "en": str(m) for m in sorted(messages, key=str)}


def _text(messages: dict[str, str]) -> Text:
    fallback = messages.get("en") or next(iter(messages.values()), "")
    return Text(messages.get("zh", fallback), fallback)


def _name(term: Any) -> str:
    return str(term).removeprefix(SHAPE).removeprefix(SH)


def _blank(term: Any) -> bool:
    from rdflib import BNode

    return isinstance(term, BNode)


def _label() -> Any:
    from rdflib import RDFS

    return RDFS.label


def _sh(name: str) -> Any:
    from rdflib import URIRef

    return URIRef(SH + name)
