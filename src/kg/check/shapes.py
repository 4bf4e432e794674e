"""SHACL validation: by one query on the store for a SPARQL constraint where that is enough, else by pySHACL.

pySHACL asks the query of a SPARQL constraint once for each focus node (docs/decisions/0001). The tests check on the W3C's
suites, and on a failing example of every packaged shape, that the results are the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kg.check.constraints import Constraint, by_language, in_both_languages, name_of, of_target, prefixes, sh, together
from kg.check.default_message import default_message, parameter_of
from kg.check.findings import Finding, merge
from kg.check.prebinding import set_apart
from kg.check.supported import deactivated_names, might_have_any, not_evaluated
from kg.errors import Place, SyntaxProblem
from kg.source.turtle import FORMATS, positions, read, to_rdflib
from kg.store.embedded import solutions
from kg.terms import LANGS, Text, compact, lexical
from kg.vocab import PREFIXES, SH

if TYPE_CHECKING:
    from rdflib import Graph

_PATH: Final = re.compile(r"[$?]PATH\b")
_NO_CONSTRAINT: Final = frozenset(
    (
        "message",
        "severity",
        "targetClass",
        "targetSubjectsOf",
        "targetObjectsOf",
        "targetNode",
        "declare",
        "prefix",
        "namespace",
    )
)
"""Terms of SHACL for targets, messages and prefixes."""


class Shapes:
    """The shapes graph from one or more files; can validate any number of stores.

    Raises:
        SyntaxProblem: a file is not Turtle, or a query in it is not SPARQL; the error has the line.
    """

    def __init__(self, files: Mapping[Path, str], languages: Collection[str] = LANGS) -> None:
        """Read the shapes.

        Args:
            files: path → the path as error messages give it.
            languages: languages of the project; constraints of another language (``dcterms:language``) are deactivated.
        """
        self._files = files
        quads = {path: read(path, shown=shown) for path, shown in files.items()}
        self._names = {path: {name_of(lexical(q.subject)) for q in of_file} for path, of_file in quads.items()}
        self._refuse_what_is_not_evaluated(quads)
        self.graph = to_rdflib(chain.from_iterable(quads.values()))
        self._deactivate_other(languages)
        nothing, declared = ox.Store(), prefixes(self.graph)
        for constraint in self.graph.objects(None, sh("sparql")):
            for select in map(str, self.graph.objects(constraint, sh("select"))):
                try:  # $PATH stands for the path of the property shape (SHACL 5.3.2)
                    solutions(nothing, _PATH.sub("<urn:path>", select), declared[constraint])
                except (SyntaxError, RuntimeError) as error:  # the latter: a function that the engine does not have
                    raise self._mistake(str(error), SH + "select", select) from error

    def _refuse_what_is_not_evaluated(self, quads: Mapping[Path, list[ox.Quad]]) -> None:
        for path, of_file in quads.items():
            if not might_have_any(of_file):
                continue
            off = set(deactivated_names(chain.from_iterable(quads.values())))
            if found := not_evaluated(positions(path.read_bytes(), FORMATS[path.suffix]), off):
                line, why = found
                raise SyntaxProblem(
                    why,
                    place=Place(self._files[path], line),
                    hint=Text(
                        "改写为 SPARQL 约束(sh:sparql),或用 sh:deactivated true 停用",
                        "write it as a SPARQL constraint (sh:sparql), or switch it off with sh:deactivated true",
                    ),
                )

    def _deactivate_other(self, languages: Collection[str]) -> None:
        """Deactivate every SPARQL constraint whose dcterms:language is none of *languages* (SHACL 5.1)."""
        from rdflib import DCTERMS, Literal

        for constraint in list(self.graph.objects(None, sh("sparql"))):
            wanted = self.graph.value(constraint, DCTERMS.language)
            if wanted is not None and str(wanted) not in languages:
                self.graph.add((constraint, sh("deactivated"), Literal(True)))

    @property
    def labels(self) -> list[tuple[str, str, str]]:
        """IRI, language and text of each label of a rule or severity in the files."""
        return sorted(
            (str(node), str(getattr(label, "language", None)), str(label))
            for node, label in self.graph.subject_objects(_label())
            if not _blank(node)
        )

    def file_of(self, rule: str) -> Path | None:
        """The first of the files that has the shape *rule*."""
        return next((path for path, names in self._names.items() if rule in names), None)

    def run(self, store: ox.Store, data: Graph | None = None) -> list[Finding]:
        """Every finding of these shapes on the default graph of *store*.

        Args:
            store: the store.
            data: its default graph for rdflib; None makes it from *store*.
        """
        found = list(self.run_together(store))
        if self.need_pyshacl:
            found += self.run_pyshacl(default_graph(store) if data is None else data)
        return found

    @cached_property
    def need_pyshacl(self) -> bool:
        """Whether there is any constraint but those that one query can answer for all focus nodes."""
        used = {str(p).removeprefix(SH) for p in self.others.predicates() if str(p).startswith(SH)}
        return not used <= _NO_CONSTRAINT

    # -- SPARQL constraints of which one query answers for all focus nodes -------------------------

    def run_together(self, store: ox.Store) -> Iterator[Finding]:
        """Findings of the SPARQL constraints that one query can answer for all focus nodes."""
        for constraint in self._together:
            yield from merge(constraint.finding(row) for row in solutions(store, constraint.query, constraint.prefixes))

    @cached_property
    def _together(self) -> list[Constraint]:
        return together(self.graph)

    @cached_property
    def others(self) -> Graph:
        """The shapes without those constraints."""
        from rdflib import OWL, Graph

        mine = {c.node for c in self._together}
        others = Graph()
        for triple in self.graph:
            if triple[0] not in mine and triple[2] not in mine:
                others.add(_set_apart(triple))
        for constraint, start in list(others.subject_objects(sh("prefixes"))):  # pySHACL does not follow owl:imports
            for place in others.transitive_objects(start, OWL.imports):
                others.add((constraint, sh("prefixes"), place))  # type: ignore[arg-type]
        return others

    # -- all other constraints ---------------------------------------------------------------------

    def run_pyshacl(self, data: Graph) -> list[Finding]:
        """Findings of all other constraints on *data*, by pySHACL."""
        return in_order(self.results(data).values())

    def results(self, data: Graph) -> dict[Any, list[Finding]]:
        """Focus node, as rdflib has it → the findings of :meth:`run_pyshacl` on it, in any order."""
        import pyshacl
        from rdflib import Graph

        try:
            _, report, why = pyshacl.validate(data, shacl_graph=self.others, inplace=True)
        except Exception as error:  # rdflib and its SPARQL parser raise no narrower class
            raise self._mistake(str(getattr(error, "message", error))) from error
        if not isinstance(report, Graph):  # a failure (SHACL 3.6.2), such as a constraint with MINUS
            raise self._mistake(why)
        found: dict[Any, list[Finding]] = defaultdict(list)
        for result in report.objects(None, sh("result")):
            found[report.value(result, sh("focusNode"))].append(self._finding(report, result))
        return found

    def _finding(self, report: Graph, result: Any) -> Finding:
        shape = self._named(report.value(result, sh("sourceShape")))
        focus = report.value(result, sh("focusNode"))
        at, what = (report.value(result, sh(key)) for key in ("resultPath", "value"))
        path, value = _text(at), _text(what)
        message = self._message(report, result, path, value)
        if at is None and what == focus:  # a constraint on the node itself
            path, of_objects = of_target(self.graph, shape)
            value = value if of_objects else ""
        return Finding(
            rule=name_of(shape),
            severity=name_of(report.value(result, sh("resultSeverity"))),
            focus=str(focus),
            message=message,
            path=path,
            value=value,
            component=name_of(report.value(result, sh("sourceConstraintComponent"))),
        )

    def _message(self, report: Graph, result: Any, path: str, value: str) -> Text:
        """The message of the shape or of its constraint; if neither has one, a :func:`default_message`.

        pySHACL's own are in English only, and empty for SPARQL constraints. What another component says is kept.
        """
        from rdflib import URIRef

        component = report.value(result, sh("sourceConstraintComponent"))
        sources = [report.value(result, sh(key)) for key in ("sourceShape", "sourceConstraint")]
        given = any(str(text) for source in sources if source for text in self.graph.objects(source, sh("message")))
        if given or not str(component).startswith(SH):
            return in_both_languages(by_language(report.objects(result, sh("resultMessage"))))
        if not path and (at := self.graph.value(sources[0], sh("path"))):
            path = self._path_in_sparql(at)
        name = name_of(component)
        required = list(map(_text, self.graph.objects(sources[0], URIRef(parameter_of(name)))))
        return default_message(name, path, value, compact(required[0]) if len(required) == 1 else "")

    def _path_in_sparql(self, path: Any) -> str:
        """A property path of the shapes as SPARQL writes it (``^ex:owns``)."""
        from rdflib import Graph
        from rdflib.extras.shacl import parse_shacl_path

        names = Graph(bind_namespaces="none")
        for prefix, namespace in PREFIXES.items():
            names.bind(prefix, namespace)
        return parse_shacl_path(self.graph, path).n3(names.namespace_manager)

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


def in_order(findings: Iterable[Iterable[Finding]]) -> list[Finding]:
    """The findings in an order that is the same in every run, so that :func:`merge` keeps the same component."""
    return merge(
        sorted(
            chain.from_iterable(findings), key=lambda f: (f.component, f.rule, f.focus, f.path, f.value, f.message.en)
        )
    )


def _set_apart(triple: Any) -> Any:
    """The triple of a shapes graph; the variables of a query are :func:`kg.check.prebinding.set_apart`."""
    from rdflib import Literal

    subject, predicate, value = triple
    return (subject, predicate, Literal(set_apart(value))) if predicate in (sh("select"), sh("ask")) else triple


def default_graph(store: ox.Store) -> Graph:
    """The default graph of *store* as an rdflib Graph, for pySHACL."""
    return to_rdflib(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))


def _text(term: Any) -> str:
    """The IRI or the lexical form; empty for a blank node and for None."""
    return "" if term is None or _blank(term) else str(term)


def _blank(term: Any) -> bool:
    from rdflib import BNode

    return isinstance(term, BNode)


def _label() -> Any:
    from rdflib import RDFS

    return RDFS.label
