"""The order of a build: read → integrity → closure → disjointness → audit → write; atomic and reproducible."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as changed
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg import vocab
from kg.check import dataset
from kg.check.audit import audit, write_audit
from kg.check.findings import Finding, order, with_nearest
from kg.check.shapes import Shapes, default_graph
from kg.errors import BuildBlocked
from kg.pipeline import manifest, questions, records
from kg.pipeline.digests import seal
from kg.pipeline.freshness import CURRENT, Stamp, input_digests, unchanged
from kg.pipeline.lookup import names_in
from kg.pipeline.memory import give_back
from kg.pipeline.spelling import spellings
from kg.pipeline.swap import locked, replacing
from kg.reason.closure import close, close_with_owlrl
from kg.reason.rules import compile_rules
from kg.source.project import KINDS, Project
from kg.source.turtle import Locator, read_project
from kg.store.embedded import solutions
from kg.terms import Text, iri, lexical

_PORTION: Final = 2000
"""Quads written to the index at once."""
Progress = Callable[[str, float], None]


@dataclass
class Outcome:
    """What a build did.

    Attributes:
        path: folder of the store.
        built: False where nothing had changed and the old store stands.
        counts: quads by kind (asserted, background, inferred, …), findings by severity.
        seconds: step → wall-clock seconds; empty where nothing was built.
        findings: of the audit, or of the blocking checks.
    """

    path: Path
    built: bool
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


class Blocked(BuildBlocked):
    """BuildBlocked with its findings, so that a face can print them."""

    def __init__(self, findings: list[Finding]) -> None:
        number = len(findings)
        super().__init__(
            Text(
                f"检查发现 {number} 处问题,图谱未改动",
                f"the checks found {number} problem(s); the old store is untouched",
            ),
            hint=Text("按上面的 文件:行 改正后再运行 kg build", "mend the lines named above and run kg build again"),
        )
        self.findings = findings


def build(
    project: Project,
    *,
    reasoner: str = "rules",
    force: bool = False,
    wait: float = 0.0,
    progress: Progress | None = None,
) -> Outcome:
    """Build the store of *project*.

    Args:
        reasoner: ``rules`` (compiled, inside the store) or ``owlrl`` (the oracle).
        force: build even if nothing changed.
        wait: seconds to wait for another build in the same store.
        progress: called after each step with its name and seconds.

    Raises:
        Blocked: integrity or disjointness findings, each with file and line.
        SyntaxProblem, MissingFile: a file cannot be read.
        BuildRunning: another build is at work, and still is after *wait*.
        StoreError: the disk refused, or the store's folder holds the files of others.
    """
    with locked(project.store, wait):
        stamp = Stamp.of(project)
        if not force and unchanged(project, stamp, reasoner):
            return Outcome(project.store / CURRENT, built=False)
        job = _Job(progress)
        digests = input_digests(project)
        with job.step("read"):
            quads = read_project(project)
            queries = questions.read_all(project, quads)
        with job.step("names"):
            spelt = spellings(names_in(quads))
        store, findings = job.checked(project, quads, reasoner)
        version = _version(quads)
        del quads
        with job.step("queries"):
            asked = records.catalogue(project, store, queries)
        with job.step("write"):
            looked_up = records.lookup(store, spelt)
            counts, data = records.counts(store), dump(store)
            del store
            made = manifest.make(digests, reasoner, version, counts, data)
            name = f"v-{made['dataset_sha256'][:12]}-{_short(made)}"
            give_back()
            with replacing(project.store, name) as folder:
                (folder / "dataset.nq").write_bytes(data)
                del data
                _write_index(folder)
                _write_json(folder / "lookup.json", looked_up)
                _write_json(folder / "queries.json", asked, in_order=False)  # theirs is that of the files
                _write_json(folder / "manifest.json", made)
                seal(folder)
                stamp.write(folder)
        return Outcome(project.store / CURRENT, True, counts, job.seconds, findings)


def check(project: Project) -> list[Finding]:
    """Every finding on *project*: integrity, types, dataset, disjointness and audit, each with its place."""
    job = _Job(None)
    quads = read_project(project)
    questions.read_all(project, quads)
    try:
        _, findings = job.checked(project, quads, "rules")
    except Blocked as blocked:
        return blocked.findings
    return locate(project, findings)


def locate(project: Project, findings: list[Finding]) -> list[Finding]:
    """The same findings, each with the file and line of its triple."""
    locator = Locator(project)
    return [changed(f, place=f.place or locator.find(_node(f), f.path, f.value, f.graph)) for f in findings]


def _node(finding: Finding) -> str:
    """The node to look for: what has no kind, or no IRI, is reached from the ontology's own node (I33)."""
    return finding.focus if finding.focus != vocab.ONTOLOGY else next(iter(finding.involved), "")


def dump(store: ox.Store) -> bytes:
    """Every quad of *store* as N-Quads, one per line, sorted: the same store, the same bytes."""
    lines = (store.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    lines.sort()
    return b"".join(lines)


class _Job:
    """The steps of one build, timed."""

    def __init__(self, progress: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress or (lambda step, seconds: None)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
        self._progress(name, self.seconds[name])

    def checked(self, project: Project, quads: list[ox.Quad], reasoner: str) -> tuple[ox.Store, list[Finding]]:
        """The closed and audited store, and the audit's findings; Blocked if the data must be mended first."""
        shapes = {
            kind: Shapes({path: project.relative(path) for path in project.shapes(kind)}, project.config.languages)
            for kind in KINDS
        }
        with self.step("integrity"):
            store = materialise(quads)
            data = default_graph(store)
            found = [*dataset.check(quads), *shapes["integrity"].run(store, data)]
            said = {(f.path, f.value) for f in found}  # a field's own rule says more than its type's
            found += [f for f in shapes["types"].run(store, data) if (f.path, f.value) not in said or not f.value]
            del data  # the largest thing in memory, and no longer true once the closure has run
            give_back()
            if found:
                raise Blocked(locate(project, order(with_nearest(found, _properties(quads)))))
        with self.step("closure"):
            if reasoner == "owlrl":
                close_with_owlrl(store)
            else:
                axioms = (q for q in quads if lexical(q.graph_name) == vocab.ONTOLOGY)
                close(store, compile_rules(axioms, Locator(project, project.ontology_files)))
        with self.step("disjointness"):
            clashes = disjointness(store)
            if clashes:
                raise Blocked(locate(project, order(clashes)))
        with self.step("audit"):
            findings = audit(store, shapes["audit"])
            write_audit(store, findings, shapes["audit"])
        return store, findings


def materialise(quads: list[ox.Quad]) -> ox.Store:
    """A store with every asserted quad, the default graph as their distinct union, and ``ivc:statedIn`` written."""
    store = ox.Store()
    store.extend(quads)
    store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    inferred = ox.NamedNode(vocab.INFERRED)
    for triple in dataset.stated_in(quads):
        store.add(ox.Quad(triple.subject, triple.predicate, triple.object))
        store.add(ox.Quad(triple.subject, triple.predicate, triple.object, inferred))
    return store


_DISJOINT: Final = """
SELECT DISTINCT ?x ?a ?b WHERE {
  { ?d a owl:AllDisjointClasses ; owl:members ?l . ?l rdf:rest*/rdf:first ?a , ?b . FILTER(STR(?a) < STR(?b)) }
  UNION { ?a owl:disjointWith ?b }
  ?x a ?a , ?b .
}"""
_IRREFLEXIVE: Final = "SELECT ?x ?p WHERE { ?p a owl:IrreflexiveProperty . ?x ?p ?x }"


def disjointness(store: ox.Store) -> list[Finding]:
    """Contradictions in the closure: members of disjoint classes, and irreflexive properties that loop."""
    clashes = [
        Finding(
            "C01-disjoint",
            "Violation",
            row["x"].value,
            Text(
                "推理后同时属于两个互斥的类;检查它的边的方向与对象",
                "after reasoning it belongs to two disjoint classes; check the direction and object of its edges",
            ),
            path=vocab.TYPE,
            involved=(row["a"].value, row["b"].value),
        )
        for row in solutions(store, _DISJOINT)
    ]
    loops = [
        Finding(
            "C02-irreflexive",
            "Violation",
            row["x"].value,
            Text(
                "推理后与自身相关;检查这条边的两端",
                "after reasoning it is related to itself; check both ends of this edge",
            ),
            path=row["p"].value,
        )
        for row in solutions(store, _IRREFLEXIVE)
    ]
    return [*clashes, *loops]


def _write_index(folder: Path) -> None:
    """Oxigraph's index of the dataset in *folder*, written in portions so that little of it is in memory at once.

    It is opened once more at the end: RocksDB then turns its log of writes into tables, which every reader would do again
    at each opening (1.5 ms), and the content of its lists of files into one short list.
    """
    place = folder / "index"
    index = ox.Store(str(place))
    quads = ox.parse(path=str(folder / "dataset.nq"), format=ox.RdfFormat.N_QUADS)
    while portion := list(islice(quads, _PORTION)):
        index.extend(portion)
        index.flush()
    index.optimize()
    index.flush()
    del index
    ox.Store(str(place))
    for log in place.glob("LOG*"):  # what RocksDB tells of its work; nobody reads it
        log.unlink()


def _write_json(path: Path, body: object, *, in_order: bool = True) -> None:
    text = json.dumps(body, ensure_ascii=False, sort_keys=in_order, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def _short(made: dict[str, Any]) -> str:
    from hashlib import sha256

    return sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:8]


def _properties(quads: list[ox.Quad]) -> set[str]:
    """The properties that the ontology declares."""
    kinds = {vocab.OWL + kind for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
    types = (q for q in quads if q.predicate.value == vocab.TYPE and lexical(q.graph_name) == vocab.ONTOLOGY)
    return {iri(q.subject) for q in types if lexical(q.object) in kinds}


def _version(quads: list[ox.Quad]) -> str:
    return next((lexical(q.object) for q in quads if q.predicate.value == vocab.OWL + "versionIRI"), "")
