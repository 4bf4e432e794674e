"""KnowledgeGraph: the one object that Python users hold and every face calls; it only delegates."""

from __future__ import annotations

import os
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.ask.catalogue import Catalogue
from kg.ask.names import Match, Names, Thing
from kg.errors import StoreError, UsageProblem
from kg.source.project import Project
from kg.store.base import Store
from kg.store.embedded import EmbeddedStore, to_table
from kg.store.results import Table
from kg.terms import Text, is_url

if TYPE_CHECKING:
    import networkx as nx
    import rdflib

    from kg.ask.chain import Chain
    from kg.ask.entity import Entity
    from kg.ask.network import Hop, Rank
    from kg.ask.overview import AuditFinding
    from kg.reason.proof import Prover, Why
    from kg.store.worker import Answer, Worker


class KnowledgeGraph:
    """A built graph, opened for questions.

    Args:
        path: folder of the store (``build/current``).
        in_memory: read the whole dataset now instead of opening the index; for a process that answers many questions.

    Raises:
        StoreError: there is no graph, or one of its files is damaged.

    Example:
        The examples of the methods go on from here.

        >>> import kg
        >>> graph = kg.open()
        >>> graph.find("蓝箭航天")[0].thing.label.en
        'LandSpace'
    """

    def __init__(self, path: Path, *, in_memory: bool = False) -> None:
        from kg.pipeline.freshness import require_whole

        self.path = path.resolve()
        require_whole(self.path)
        place = self.path / ("dataset.nq" if in_memory else "index")
        self.store: Store = EmbeddedStore(place, in_memory=in_memory)

    # -- parts, read when first needed --------------------------------------------------------------

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the store is made of: inputs, tools, counts, digest."""
        body: dict[str, Any] = self._json("manifest.json")
        return body

    @cached_property
    def names(self) -> Names:
        """Every name and the thing it means."""
        return Names(self._json("lookup.json"))

    @cached_property
    def catalogue(self) -> Catalogue:
        """The saved queries."""
        return Catalogue(self._json("queries.json"), self.names)

    # -- questions ------------------------------------------------------------------------------------

    def query(self, name: str, limit: int | None = None, /, **params: str | int | float) -> Table:
        """The rows of the saved query *name*.

        Args:
            name: the query, as ``kg queries`` lists it.
            limit: most rows; the table says if there were more.
            params: values of its parameters, each an IRI, a slug, a label, an alias or a number; its defaults otherwise.

        Raises:
            NotFound: no such query, or a name that nothing bears.
            UsageProblem: no such parameter, or an impossible value.

        Example:
            >>> table = graph.query("companies-in-segment", segment="satellite manufacturing")
            >>> len(table)
            4
            >>> graph.query("companies-in-segment", 1, segment="卫星制造").truncated
            True
        """
        saved = self.catalogue.get(name)
        sparql = self.catalogue.bind(saved, {key: str(value) for key, value in params.items()})
        return self.store.select(sparql, shown=f"queries/{name}.rq", limit=limit)

    @cached_property
    def _worker(self) -> Worker:
        """The process for queries from outside; it starts with the first of them and ends with this graph."""
        from kg.store.worker import Worker

        return Worker(self.path / "index")

    def sparql(self, text: str, *, seconds: float | None = None) -> Table | bool | rdflib.Graph:
        """The answer of any SPARQL query, whole; it runs in a process of its own, which can open no connection.

        Args:
            text: the query; the project's prefixes need no declaration.
            seconds: wall-clock limit; None: as long as it takes.

        Returns:
            A Table (SELECT), a bool (ASK) or an rdflib Graph (CONSTRUCT, DESCRIBE).

        Raises:
            SyntaxProblem: not SPARQL, with line and column.
            Refused: it would open a connection (SERVICE), or names a graph that is not here (FROM).
            UsageProblem: the engine cannot evaluate it; rdflib cannot hold the answer (a triple as a term).
            LimitReached: the time or 1 GiB of memory ran out.

        Example:
            >>> graph.sparql("SELECT ?name WHERE { co:byd rdfs:label ?name } ORDER BY LANG(?name)").rows
            ((<Literal value=BYD language=en>,), (<Literal value=比亚迪 language=zh>,))
            >>> graph.sparql("ASK { co:byd ivc:cooperatesWith co:huawei }")
            True
            >>> len(graph.sparql("CONSTRUCT WHERE { co:byd ivc:cooperatesWith ?other }"))
            1
        """
        found = self._worker.query(text, shown="query", seconds=seconds)
        if found.kind == "truth":
            return found.truth
        return found.table() if found.kind == "rows" else _rdflib(found.body)

    def ask(self, text: str, *, shown: str = "query", seconds: float = 30.0, limit: int = 10_000) -> Answer:
        """The answer of a query that you do not trust, at most *limit* rows; raises as :meth:`sparql` does."""
        return self._worker.query(text, shown=shown, seconds=seconds, limit=limit).answer()

    def find(self, text: str, *kinds: str, limit: int = 10) -> list[Match]:
        """Things that *text* may mean, best first.

        Args:
            text: a name in 汉字, 繁體, pinyin, its initials, English, an alias; a typo is forgiven.
            kinds: classes of the ontology (``"Company"``) to which the search is held; none means all.
            limit: most things to return.

        Returns:
            Matches: a thing (``iri``, ``kind``, ``label``, ``also``) and a score from 0 to 100.

        Example:
            >>> [(m.thing.label.en, m.thing.kind, m.score) for m in graph.find("比亞迪")]
            [('BYD', 'Company', 95.0)]
        """
        return self.names.find(text, kinds, limit)

    def resolve(self, text: str, *kinds: str) -> Thing:
        """The one thing that *text* names, held to the classes *kinds*.

        Raises:
            NotFound: nothing bears the name.

        Example:
            >>> graph.resolve("BYD").iri
            'https://w3id.org/xinzhi/organization/byd'
        """
        return self.names.resolve(text, *kinds)

    def entity(self, text: str) -> Entity:
        """One thing from all sides: names, edges with their grounds, figures, claims, passages.

        Raises:
            NotFound: nothing bears the name.

        Example:
            >>> edge = graph.entity("landspace").edges[0]
            >>> [graph.names.label(iri, "en") for iri in (edge.predicate, edge.other)]
            ['active in', 'commercial space']
            >>> edge.kind
            'inferred'
        """
        from kg.ask.entity import entity

        return entity(self.store, self.names, self.resolve(text))

    def chain(self, industry: str) -> Chain:
        """The tier chart of an industry.

        Returns:
            ``views`` (ways to divide it), each with ``stages``, these with ``segments``, these with ``companies`` and
            ``products``; every one has its IRI, and from the segment down the passages that say so. Beside them the
            segments of no stage (``unplaced``), and who is in no segment: ``representatives`` of the industry as a whole,
            and ``others`` that take part in it.

        Raises:
            NotFound: no industry bears the name.

        Example:
            >>> stages = graph.chain("商业航天").views[0].stages
            >>> [graph.names.label(stage.tier, "en") for stage in stages]
            ['upstream', 'midstream', 'downstream']
        """
        from kg.ask.chain import chain

        return chain(self.store, self.resolve(industry, "Industry").iri)

    def path_between(self, one: str, other: str) -> list[Hop]:
        """How two things are connected, a passage on each hop.

        Raises:
            NotFound: nothing bears one of the names, or nothing connects them.

        Example:
            >>> hops = graph.path_between("比亚迪", "三一重工")
            >>> [(graph.names.label(hop.predicate, "en"), hop.forward) for hop in hops]
            [('cooperates with', True), ('active in', True), ('active in', False)]
        """
        from kg.ask.network import path

        return path(self.store, self.resolve(one).iri, self.resolve(other).iri)

    @cached_property
    def _prover(self) -> Prover:
        from kg.reason.proof import Prover

        return Prover(self.store)

    def why(self, subject: str, predicate: str, value: str) -> Why:
        """Why a triple holds, down to passages, shortest proof first; or what is missing for it.

        Args:
            subject: any name of a thing, or an IRI.
            predicate: a property by label (``涉足产业``), inverse label, or prefixed name; ``a`` for a kind.
            value: any name of a thing, class or literal.

        Returns:
            ``holds``; if so ``proofs``, each with its ``passages``, the ``rule`` of its last step and the proofs of what
            that needs as ``premises``; if not, what the nearest rules lack as ``missing``.

        Raises:
            NotFound: one of the three means nothing.

        Example:
            >>> proof = graph.why("蓝箭航天", "涉足产业", "商业航天").proofs[0]
            >>> proof.kind, len(proof.premises)
            ('rule', 2)
            >>> graph.why("蓝箭航天", "active in", "6G").holds
            False
        """
        from kg.ask.statement import read

        return self._prover.why(read(self.store, self.names, subject, predicate, value))

    def explain(self, found: Why) -> dict[str, Any]:
        """The answer of :meth:`why` as plain data with the words of every step in zh and en.

        Example:
            >>> graph.explain(graph.why("蓝箭航天", "涉足产业", "商业航天"))["proofs"][0]["rule"]["en"]
            'if X operates in Z and Z in industry Y, then X active in Y'
        """
        from kg.ask.explain import explain

        return explain(found, self.names)

    def audit(self, industry: str | None = None) -> list[AuditFinding]:
        """Where the report disagrees with itself, over all or for one industry.

        Returns:
            Findings, warnings first: ``rule``, ``severity``, ``focus`` and ``involved`` (IRIs), ``message``, ``passages``.

        Raises:
            NotFound: no industry bears the name.

        Example:
            >>> [finding.rule for finding in graph.audit("量子科技")]
            ['A15-section-gap', 'A16-divided-twice', 'A18-lacks-section']
        """
        from kg.ask.overview import audit_findings

        return audit_findings(self.store, self.resolve(industry, "Industry").iri if industry else None)

    def central(self, limit: int = 20) -> list[Rank]:
        """Things by betweenness centrality."""
        from kg.ask.network import central

        return central(self.store, limit)

    def cut_points(self, limit: int = 20) -> list[Rank]:
        """Single points of failure: what the rest of the graph hangs on."""
        from kg.ask.network import cut_points

        return cut_points(self.store, limit)

    # -- hand over to the libraries people know ---------------------------------------------------------

    def to_rdflib(self) -> rdflib.Dataset:
        """The whole dataset as an rdflib Dataset (default graph materialised, named graphs as stated).

        Example:
            >>> len(graph.to_rdflib().default_graph) == graph.manifest["counts"]["default"]
            True
        """
        import rdflib

        data, dataset = ox.serialize(self.store.quads(), format=ox.RdfFormat.N_QUADS), rdflib.Dataset()
        with warnings.catch_warnings():  # rdflib 7's parser uses what rdflib 7 deprecates
            warnings.simplefilter("ignore", DeprecationWarning)
            dataset.parse(data=data or b"", format="nquads")
        return dataset

    def to_networkx(self, *, inferred: bool = False) -> nx.MultiDiGraph:
        """The stated edges between things as a networkx MultiDiGraph.

        Args:
            inferred: also the edges that rules conclude and those of background knowledge.

        Returns:
            Nodes are IRIs; the key of an edge is the IRI of its property, its data are ``kind`` and ``passages``.

        Example:
            >>> network = graph.to_networkx()
            >>> byd, huawei = graph.resolve("比亚迪").iri, graph.resolve("华为").iri
            >>> [data["passages"] for data in network[byd][huawei].values()]
            [['https://w3id.org/xinzhi/passage/r1-L0398']]
        """
        from kg.ask.network import to_networkx

        return to_networkx(self.store, inferred=inferred)

    def _json(self, name: str) -> Any:
        """One of the records that the build left beside the index."""
        from kg.pipeline.freshness import record

        try:
            return record(self.path / name)
        except (OSError, ValueError) as error:
            raise StoreError(
                Text(f"图谱缺少或损坏:{name}", f"the store lacks {name} or it is damaged"),
                hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
            ) from error


class RemoteGraph(KnowledgeGraph):
    """A graph that ``kg build --store URL`` put into a SPARQL 1.1 store; names are read from it, queries are the package's.

    Args:
        url: the store's query endpoint, or the base under which it has ``query``.
    """

    def __init__(self, url: str) -> None:
        from kg.store.remote import RemoteStore

        self.url = url
        self.store = RemoteStore(url)

    def sparql(self, text: str, *, seconds: float | None = None) -> Table | bool | rdflib.Graph:
        """As for a graph on this machine; the store elsewhere evaluates it, and the time limit is the wait for its answer."""
        from kg.store.guard import refuse_side_effects
        from kg.store.remote import RemoteStore
        from kg.store.worker import require_time

        require_time(seconds)
        refuse_side_effects(text, "query")
        store = self.store if seconds is None else RemoteStore(self.url, seconds=seconds)
        answer = store.query(text)
        if isinstance(answer, ox.QueryBoolean):
            return bool(answer)
        if isinstance(answer, ox.QuerySolutions):
            return to_table(answer)
        return _rdflib(ox.serialize(answer, format=ox.RdfFormat.N_TRIPLES) or b"")

    def ask(self, text: str, *, shown: str = "query", seconds: float = 30.0, limit: int = 10_000) -> Answer:
        """As for a graph on this machine; the time limit is the wait for the answer."""
        from kg.store.guard import refuse_side_effects
        from kg.store.remote import RemoteStore
        from kg.store.worker import answer, require_time

        require_time(seconds)
        refuse_side_effects(text, shown)
        return answer(RemoteStore(self.url, seconds=seconds), text, shown, limit)

    def _json(self, name: str) -> Any:
        """The same records, made from what the store holds."""
        from kg.pipeline.records import catalogue, counts, lookup

        quads = list(self.store.quads())
        if name == "queries.json":
            store = ox.Store()
            store.extend(quads)
            return catalogue(Project.find(), store)
        return lookup(quads) if name == "lookup.json" else {"counts": counts(quads)}


def _rdflib(triples: bytes) -> rdflib.Graph:
    """Triples in N-Triples as an rdflib Graph."""
    import rdflib
    from rdflib.exceptions import ParserError

    try:
        return rdflib.Graph().parse(data=triples, format="nt")
    except ParserError as error:
        raise UsageProblem(
            Text(f"rdflib 装不下这个答案:{error}", f"rdflib cannot hold this answer: {error}"),
            hint=Text("改用 graph.ask,或写成 SELECT", "use graph.ask, or write it as SELECT"),
        ) from error


def open_graph(
    root: str | Path | None = None, *, store: str | Path | None = None, tell: Any = None, progress: Any = None
) -> KnowledgeGraph:
    """The graph of the packaged project, of the folder *root*, or of the SPARQL endpoint *root*.

    A graph on this machine is built first if it is not there or stale; one in a store that is named alone is read as it stands.

    Args:
        root: a folder with ontology/, data/ and queries/, or the URL of a SPARQL store; None means the packaged project.
        store: where the built graph lies (with *root*: or shall lie): a folder, or the URL of a SPARQL store.
        tell: called with what to know of the graph (a Text); None warns.
        progress: called after each build step with its name and seconds.

    Raises:
        KgError: as a build raises, if one is needed.
        MissingFile: the folder lacks ontology/, data/ or queries/.
        StoreError: there is no graph in *store*; the endpoint cannot be reached, at the first question.

    Example:
        >>> import kg
        >>> graph = kg.open()
        >>> graph.manifest["counts"]["default"] > 10_000
        True
    """
    from kg.pipeline.freshness import CURRENT
    from kg.pipeline.ready import ready

    place = store or os.environ.get("KG_STORE")
    for url in (root, place):
        if url and is_url(url):
            return RemoteGraph(str(url))
    project = ready(root, store, tell=tell or (lambda note: warnings.warn(note.en, stacklevel=4)), progress=progress)
    return KnowledgeGraph(project.store / CURRENT)
