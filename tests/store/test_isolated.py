"""Queries of the shell and of Python run in a process of their own: the same answers, and an end to whatever they do."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest
from test_confine import filters

from kg.errors import LimitReached, QuerySyntax, Refused, StoreError, UsageProblem
from kg.graph import KnowledgeGraph
from kg.source.project import Project
from kg.store.embedded import EmbeddedStore, to_table
from kg.store.process import QueryProcess
from processes import children, eventually, needs_proc, there

ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(CONCAT(STR(?c), STR(?f), STR(?i))) < 0) }"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture
def worker(world: KnowledgeGraph) -> Iterator[QueryProcess]:
    asked = QueryProcess(world.path / "index")
    yield asked
    end(asked)


def end(worker: QueryProcess) -> None:
    if worker._process:
        worker._process.end()


def number(worker: QueryProcess) -> int:
    """The process number of a worker that has answered."""
    assert worker._process
    return worker._process._process.pid


def ticks(process: int) -> int:
    """Hundredths of a second that *process* has computed (utime of proc(5))."""
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11])


def truth(worker: QueryProcess) -> bool:
    return worker.query("ASK { ?s ?p ?o }", shown="query", seconds=60).truth


# -- answers ------------------------------------------------------------------------------------------------

TERMS = [
    *(ox.Literal(text) for text in ("", "a\tb\nc\rd", "\"'\\", "\0\x01\x7f\x85\u2028\ufffe", "灯😀", "?x", "<a>", "1")),
    *(
        ox.Literal(text, datatype=ox.NamedNode(XSD + kind))
        for text, kind in {
            **{
                "01": "integer",
                "x": "integer",
                "": "integer",
                "9" * 400: "integer",
                "1.": "decimal",
                "1.50": "decimal",
            },
            **{"NaN": "double", "1E400": "double", "1e0": "float", "1": "boolean"},
        }.items()
    ),
    ox.Literal("a\n", language="zh-hans"),
    ox.Literal("a", language="ar", direction=ox.BaseDirection.RTL),
    ox.NamedNode("http://example.org/é?a'b#c"),
    ox.BlankNode("a.b-c"),
    ox.Triple(
        ox.BlankNode("b"),
        ox.NamedNode("urn:p"),
        ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("x\ty")),
    ),
]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[QueryProcess, ox.Store]]:
    """A worker on an index with terms that are hard to write, and the same index in this process."""
    folder = tmp_path_factory.mktemp("odd")
    index = ox.Store(str(folder))
    index.extend(ox.Quad(ox.NamedNode(f"urn:{n:02}"), ox.NamedNode("urn:p"), term) for n, term in enumerate(TERMS))
    index.flush()
    del index
    worker = QueryProcess(folder)
    yield worker, ox.Store.read_only(str(folder))
    end(worker)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x ?o ?unbound { ?x ?p ?o } ORDER BY ?x",
        "SELECT ?unbound { ?x ?p ?o }",
        "SELECT ?x { FILTER(false) }",
        "SELECT * { }",
        "SELECT ?x ?x2 { VALUES (?x ?x2) { (UNDEF 1) (UNDEF UNDEF) (2 UNDEF) } }",
    ],
)
def test_rows_come_as_the_engine_has_them(odd: tuple[QueryProcess, ox.Store], query: str) -> None:
    worker, index = odd
    expected = index.query(query)
    assert isinstance(expected, ox.QuerySolutions)
    assert worker.query(query, shown="query").table() == to_table(expected)


def test_triples_come_as_the_engine_has_them(odd: tuple[QueryProcess, ox.Store]) -> None:
    worker, index = odd
    query = "CONSTRUCT WHERE { ?s ?p ?o }"
    expected = index.query(query)
    assert isinstance(expected, ox.QueryTriples)
    table = worker.query(query, shown="query").result().table
    assert table
    assert set(table.rows) == {(t.subject, t.predicate, t.object) for t in expected}


@pytest.mark.parametrize(
    ("limit", "more"), [(1, True), (len(TERMS) - 1, True), (len(TERMS), False), (len(TERMS) + 1, False)]
)
@pytest.mark.parametrize("query", ["SELECT ?o { ?x ?p ?o } ORDER BY ?x", "CONSTRUCT WHERE { ?s ?p ?o }"])
def test_a_limit_cuts_and_says_so(odd: tuple[QueryProcess, ox.Store], query: str, limit: int, more: bool) -> None:
    """A line break within a value is none between rows."""
    table = odd[0].query(query, shown="query", limit=limit).result().table
    assert table
    assert (len(table), table.truncated) == (min(limit, len(TERMS)), more)


def test_a_limit_ends_an_answer_without_end(worker: QueryProcess) -> None:
    """The engine evaluates only as many rows as are shown."""
    table = worker.query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", shown="query", limit=1000, seconds=60).table()
    assert (len(table), table.truncated) == (1000, True)


@pytest.mark.parametrize("limit", [1, 100, 5000])
def test_a_large_answer_is_cut_between_rows(worker: QueryProcess, world: KnowledgeGraph, limit: int) -> None:
    """The limit may fall anywhere within the pieces in which the engine writes the answer."""
    query = "SELECT ?s ?p ?o { ?s ?p ?o }"
    expected = EmbeddedStore(world.path / "index").select(query, limit=limit)  # an index has an order of its own
    assert worker.query(query, shown="query", limit=limit).table() == expected


def test_errors_come_whole(worker: QueryProcess) -> None:
    with pytest.raises(QuerySyntax) as caught:
        worker.query("SELECT ?x\nWHERE {", shown="<query>")
    assert str(caught.value.place) == "<query>:2:8"
    assert caught.value.hint
    assert "补上" in caught.value.hint.zh
    with pytest.raises(Refused, match="opens no connection"):
        worker.query("ASK { SERVICE <urn:x> { } }", shown="query")
    with pytest.raises(Refused, match="asks for the named graph"):
        worker.query("ASK FROM <urn:x> { }", shown="query")
    with pytest.raises(UsageProblem, match="codec"):
        worker.query("ASK { ?s ?p '\ud800' }", shown="query")


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e300])
def test_what_is_no_time_is_refused(world: KnowledgeGraph, seconds: float) -> None:
    with pytest.raises(UsageProblem, match="time limit"):
        world.sparql("ASK { }", seconds=seconds)


# -- one process --------------------------------------------------------------------------------------------


def test_one_process_answers_them_all(worker: QueryProcess) -> None:
    assert truth(worker)
    first = number(worker)
    with pytest.raises(Refused):
        worker.query("ASK { SERVICE <urn:x> { } }", shown="query")
    assert truth(worker)
    assert number(worker) == first


@filters
def test_it_is_confined(worker: QueryProcess) -> None:
    """A filter of system calls is on (2: SECCOMP_MODE_FILTER), which no new program can drop."""
    assert truth(worker)
    status = Path(f"/proc/{number(worker)}/status").read_text()
    assert "Seccomp:\t2" in status
    assert "NoNewPrivs:\t1" in status


def test_time_ends_it_and_the_next_query_has_another(worker: QueryProcess) -> None:
    assert truth(worker)
    first = number(worker)
    with pytest.raises(LimitReached, match="took more than"):
        worker.query(ENDLESS, shown="query", seconds=0.2)
    assert worker._process is None
    assert truth(worker)
    assert number(worker) != first


@pytest.mark.slow  # a gigabyte is filled
def test_memory_ends_it_and_the_next_query_has_another(worker: QueryProcess) -> None:
    longer = "".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(31))
    with pytest.raises(LimitReached, match="memory"):
        worker.query(f"SELECT (STRLEN(?x31) AS ?n) {{ BIND('xxxxxxxx' AS ?x0) {longer} }}", shown="query", seconds=100)
    assert truth(worker)


@needs_proc
def test_a_process_that_was_killed_is_replaced(worker: QueryProcess) -> None:
    assert truth(worker)
    os.kill(number(worker), signal.SIGKILL)
    assert eventually(lambda: not there(number(worker)))
    assert truth(worker)


@needs_proc
def test_a_process_that_is_killed_at_work_is_told(worker: QueryProcess) -> None:
    assert truth(worker)
    victim = number(worker)
    begun = ticks(victim)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(worker.query, ENDLESS, shown="query")
        assert eventually(lambda: ticks(victim) > begun + 20, 60)
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(LimitReached, match="ran out of memory or is nested"):
            asking.result()
    assert truth(worker)


def test_threads_take_turns(worker: QueryProcess) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = pool.map(lambda n: worker.query(f"SELECT ({n} AS ?n) {{ }}", shown="query").table(), range(40))
        assert [int(table.rows[0][0].value) for table in asked] == list(range(40))  # type: ignore[union-attr]


@pytest.mark.slow
def test_waiting_for_another_thread_counts(worker: QueryProcess) -> None:
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(worker.query, ENDLESS, shown="query", seconds=3)
        assert eventually(worker._lock.locked)
        with pytest.raises(LimitReached, match=r"0\.1 s"):
            worker.query("ASK { }", shown="query", seconds=0.1)
        with pytest.raises(LimitReached, match="3 s"):
            asking.result()


def test_a_fork_has_a_process_of_its_own(worker: QueryProcess) -> None:
    assert truth(worker)
    code = f"""
import os, sys
from pathlib import Path
from kg.store.process import QueryProcess
worker = QueryProcess(Path({str(worker._index)!r}))
def ask():
    worker.query("ASK {{ }}", shown="query")
    return worker._process._process.pid
mine = ask()
child = os.fork()
if not child:
    assert ask() != mine
    sys.exit(0)  # what is registered to end at exit ends here too
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert ask() == mine
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# -- the end ------------------------------------------------------------------------------------------------


@needs_proc
def test_it_ends_with_its_graph(world: KnowledgeGraph) -> None:
    mine = KnowledgeGraph(world.path)
    assert mine.sparql("ASK { ?s ?p ?o }") is True
    process = number(mine._query_process)
    assert there(process)
    del mine
    gc.collect()
    assert not there(process)


@needs_proc
def test_it_ends_with_the_program(world: KnowledgeGraph) -> None:
    code = "import sys, pathlib, kg.graph as g; w = g.KnowledgeGraph(pathlib.Path(sys.argv[1])); w.sparql('ASK {}');"
    code += "print(w._query_process._process._process.pid)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(world.path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    assert not there(int(done.stdout))


def asking(project: Project, query: str) -> subprocess.Popen[str]:
    """``kg sparql``, at work."""
    settings = {"KG_LANG": "en", "KG_PROJECT": str(project.root), "KG_STORE": str(project.store_folder)}
    command = [sys.executable, "-m", "kg", "sparql", query, "--timeout", "300"]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, env=os.environ | settings, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )


def at_work(caller: int) -> int:
    """The process of *caller* that evaluates, once it does for half a second; its start takes less."""

    def working() -> bool:
        found = children(caller)
        return (
            len(found) == 1 and "Seccomp:\t2" in Path(f"/proc/{found[0]}/status").read_text() and ticks(found[0]) > 50
        )

    assert eventually(working, 60)
    return children(caller)[0]


@pytest.mark.slow  # for the shell
@needs_proc
@filters
def test_an_interrupt_ends_both_and_nothing_is_said(world: KnowledgeGraph, world_project: Project) -> None:
    with asking(world_project, ENDLESS) as caller:
        process = at_work(caller.pid)
        os.killpg(caller.pid, signal.SIGINT)
        out, told = caller.communicate(timeout=30)
    assert caller.returncode != 0
    assert out == ""
    assert "Traceback" not in told
    assert not there(process)


@pytest.mark.slow  # for the shell
@needs_proc
@filters
def test_it_ends_when_its_caller_is_killed(world: KnowledgeGraph, world_project: Project) -> None:
    with asking(world_project, ENDLESS) as caller:
        process = at_work(caller.pid)
        caller.kill()
        caller.communicate()
    assert eventually(lambda: not there(process))


# -- what cannot start --------------------------------------------------------------------------------------


def test_a_python_that_is_not_there(worker: QueryProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(StoreError, match=r"cannot start.*No such file"):
        truth(worker)


def test_a_python_that_fails_says_why(worker: QueryProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho first >&2\necho 'no such module' >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(StoreError, match="cannot start: no such module"):
        truth(worker)


def test_a_python_that_never_starts(worker: QueryProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr("kg.store.process._START_SECONDS", 0.3)
    with pytest.raises(StoreError, match=r"cannot start: .*0\.3 s"):
        truth(worker)


def test_an_index_that_is_gone(world: KnowledgeGraph, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(world.path / "index", folder)
    worker = QueryProcess(folder)
    shutil.rmtree(folder)
    with pytest.raises(StoreError, match="rebuilt or removed"):
        truth(worker)


def test_an_index_that_is_damaged(world: KnowledgeGraph, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(world.path / "index", folder)
    for manifest in folder.glob("MANIFEST-*"):
        manifest.write_bytes(b"damaged")
    with pytest.raises(StoreError, match="cannot open the index") as caught:
        truth(QueryProcess(folder))
    assert caught.value.hint
    assert "kg build --force" in caught.value.hint.en


# -- how little it takes ------------------------------------------------------------------------------------


def test_it_imports_little() -> None:
    """Each of these would make every start slower."""
    code = "import sys, kg.store.isolated; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint(
        {"rdflib", "rich", "click", "asyncio", "socket", "subprocess", "multiprocessing", "yaml", "networkx"}
    )
