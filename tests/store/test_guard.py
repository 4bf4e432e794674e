"""What the guard refuses, held against the engine: whatever SERVICE Oxigraph reads, however it is hidden, is refused.

Oxigraph has no longest token and no word boundary, so a keyword hides in places where the standard has none. The engine
runs in a confined process, whose client fails where it would open a connection; that failure shows what it has read.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kg.errors import Refused
from kg.store.guard import refuse_side_effects
from kg.store.lexer import _Readings

HOST = "http://127.0.0.1:9/"
CALL = f"<{HOST}> {{ ?x ?y ?z }}"
HERE = "urn:x:here"

Reached = Callable[[str], bool]

_ENGINE = """
import json, sys
import pyoxigraph as ox
from kg.store.confine import confine
store = ox.Store()
xsd = "http://www.w3.org/2001/XMLSchema#"
terms = [ox.NamedNode(iri) for iri in ("urn:a", "http://h:80", "http://h/a.b", "http://h/", "http://h/x")]
values = [ox.Literal(True), ox.Literal(1), ox.Literal(2), ox.Literal("abc\\\\"), ox.Literal("x"), ox.BlankNode()]
a = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
store.extend(ox.Quad(s, p, o) for s in terms[:2] for p in (*terms, a) for o in (*terms, *values))
confine(2**30)
for line in sys.stdin:
    reached = False
    try:
        try:
            answer = store.query(json.loads(line))
        except SyntaxError:
            answer = store.query(json.loads(line), prefixes={"app": "urn:app:"})
        if not isinstance(answer, ox.QueryBoolean):
            next(iter(answer), None)
    except (OSError, RuntimeError, ValueError, SyntaxError) as error:
        reached = isinstance(error, OSError) or "service" in str(error).lower() and not isinstance(error, SyntaxError)
    print(json.dumps(reached), flush=True)
"""


@pytest.fixture(scope="module")
def reached() -> Iterator[Reached]:
    """Whether the engine reads a SERVICE in a query and comes to it."""
    command = [sys.executable, "-c", _ENGINE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdin
        assert engine.stdout
        to, answers = engine.stdin, engine.stdout

        def ask(query: str) -> bool:
            to.write(json.dumps(query) + "\n")
            to.flush()
            return bool(json.loads(answers.readline()))

        yield ask
        to.close()


def refused(query: str) -> bool:
    try:
        refuse_side_effects(query, "query")
    except Refused:
        return True
    return False


# -- SERVICE ------------------------------------------------------------------------------------------------

HIDDEN = {
    "plain": f"SELECT * {{ SERVICE {CALL} }}",
    "silent": "SELECT * { VALUES ?s { <http://127.0.0.1:9/> } SERVICE ?s { } }",
    "behind a comment that ends with CR": f"SELECT * {{ # x\r SERVICE {CALL} \n}}",
    "its own comment ends with CR": f"SELECT * {{ SERVICE # x\r<{HOST}> #{{\r{{ }} }}",
    "in a comment of another reading": f"SELECT * {{ FILTER(1<2)SERVICE<{HOST}#>\n{{ }} }}",
    "in an IRI of another reading": f"SELECT * {{ VALUES ?s {{ <{HOST}> }} FILTER(1<2)SERVICE?s#>\n{{ }} }}",
    "in an IRI of another reading, a name": f"PREFIX x: <{HOST}> SELECT * {{ FILTER(1<2)SERVICE x:x#>\n{{}} }}",
    "in a string of another reading": f"SELECT * {{ FILTER(1<'>'||2>1)SERVICE {CALL} }}",
    "behind a number": f"SELECT * {{ ?s ?p 1SERVICE {CALL} }}",
    "behind a truth": f"SELECT * {{ ?s ?p trueSERVICE {CALL} }}",
    "behind a truth, in a name": f"PREFIX : <{HOST}> SELECT * {{ ?s ?p trueSERVICE:x{{ }} }}",
    "behind a name": f"PREFIX h: <http://h/> SELECT * {{ ?s ?p h:a.b.SERVICE {CALL} }}",
    "behind a prefix that is an IRI": f"PREFIX h: <http://h:80> SELECT * {{ ?s ?p h:SERVICE {CALL} }}",
    "the same, in a name": f"PREFIX h: <http://h:80> PREFIX : <{HOST}> SELECT * {{ ?s ?p h:SERVICE:x{{ }} }}",
    "behind a prefix of the project": f"PREFIX pp: <http://h:80> SELECT * {{ ?s app:SERVICE {CALL} }}",
    "a prefix": f"PREFIX SERVICE: <urn:> PREFIX : <{HOST}> SELECT * {{ SERVICE:x {{ }} }}",
    "behind a string with a backslash": f"SELECT * {{ ?s ?p 'abc\\\\'SERVICE {CALL} }}",
    "in a long string with no character": f'SELECT * {{ VALUES ?x {{"""a"}} SERVICE {CALL} # \\uD800 """\n}}',
    "in a long string that has no end": f"SELECT * {{ VALUES ?x {{'''a'}} SERVICE {CALL} # ''\n}}",
    "silent, in one word": f"PREFIX x: <{HOST}> SELECT * {{ serviceSILENTx:x{{ }} FILTER(?a) }}",
    "behind a triple term": f"SELECT * {{ BIND(<<( <urn:a> <urn:a> 1 )>> AS ?t)SERVICE {CALL} }}",
    "in LATERAL": f"SELECT * {{ ?a ?b ?c LATERAL {{ SERVICE {CALL} }} }}",
    "behind a semicolon": f"SELECT * {{ ?a ?b ?c ; SERVICE {CALL} }}",
    "behind a variable and a dot": f"SELECT * {{ ?a ?b ?c.SERVICE {CALL} }}",
    "behind a path": f"SELECT * {{ ?a <urn:a>?|<urn:b> ?c.SERVICE {CALL} }}",
    "behind an escape of a name": f"PREFIX h: <http://h/> SELECT * {{ OPTIONAL {{ ?s ?p h:\\#\\' }}SERVICE {CALL} }}",
}
EVALUATED = [case for case in HIDDEN if case != "silent, in one word"]  # SILENT hides that it cannot connect


@pytest.mark.parametrize("case", HIDDEN)
def test_a_hidden_service_is_refused(case: str) -> None:
    assert refused(HIDDEN[case])


@pytest.mark.parametrize("case", EVALUATED)
def test_the_engine_does_read_it(case: str, reached: Reached) -> None:
    """A case that the engine does not read as SERVICE would prove nothing."""
    assert reached(HIDDEN[case])


@pytest.mark.parametrize(
    "query", ["ask { \\u0053ERVICE <urn:x> {} }", 'ask { ?s ?p "\\u0022 . SERVICE <urn:x> { } #" }']
)
def test_what_engines_read_that_resolve_code_points_is_refused(query: str) -> None:
    """Oxigraph does not resolve them (SPARQL 1.1, 19.2), but a remote store may."""
    assert refused(query)


HARMLESS = (
    f'ASK {{ ?s ?p "SERVICE {CALL}" }}',
    f"ASK {{ ?s ?p 'SERVICE {CALL}' }}",
    f'ASK {{ ?s ?p """say "SERVICE {CALL}" twice""" }}',
    f"ASK {{ }} # SERVICE {CALL}",
    f"ASK {{ # SERVICE {CALL}\r\n}}",
    f"ASK {{ ?s <urn:x#y> 'SERVICE {CALL}' }}",
    "ASK { GRAPH <http://x/service> { ?s <http://x/service#y> ?service } }",
    "ASK { GRAPH <http://x/service#y>\n { ?s ?p ?o } }",
    "SELECT ?service ?x { ?service ?p ?x }",
    "SELECT $service ?my_service ?x { ?x ?p ?service . { } UNION { } }",
    "PREFIX service: <urn:x:> SELECT * { ?s a service:x ; service:y ?o . { } }",
    "PREFIX x: <urn:x:> SELECT * { ?s a x:Service . { ?s ?p ?o } UNION { } }",
    "PREFIX x: <urn:x:> SELECT * { GRAPH x:service { ?s x:service ?o } }",
    "SELECT * { ?s ?p 'x'@service . { } }",
    "SELECT * { ?s ?p _:service . { } }",
    "SELECT * { FILTER(?a < 1 && ?b > 2) ?s ?p 'SERVICE <urn:x> { }' }",
)


@pytest.mark.parametrize("query", HARMLESS)
def test_the_word_alone_is_not(query: str, reached: Reached) -> None:
    assert not refused(query)
    assert not reached(query)
    ox.Store().query(query)  # or it would not be read at all


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "'",
        '"',
        '"""',
        "'''",
        "#",
        "\\",
        "\r",
        "\n",
        " ",
        "{",
        "}",
        "(",
        ")",
        ".",
        ":",
        ";",
        "?s",
        "<urn:a>",
        "1",
        "SERVICE",
        "service",
        "SILENT",
        f"<{HOST}>",
        "true",
        "a",
        "h:",
        "h:SERVICE",
        ":x",
        "||",
        "FILTER(1<2)",
        "\\uD800",
        "\\'",
        "\\#",
        "?",
        "%41",
        "BIND(1 AS ?b)",
        "VALUES ?v { 1 }",
        "/",
        "^",
        "@en",
        "^^",
        "<<(",
        ")>>",
        "-",
        "_:b",
    ]
)
PROLOGUES = st.sampled_from(
    ["", f"PREFIX : <{HOST}> ", f"PREFIX h: <http://h:80> PREFIX : <{HOST}> ", "BASE <http://127.0.0.1:9/> "]
)
GAPS = st.sampled_from(["", " ", "\n", "\r", "#\r", "# >\n", "#'\r", '#"""\n', "#{\r\n"])
BEFORE = st.sampled_from(
    [
        "",
        "?s ?p 1",
        "?s ?p true",
        "?s ?p ?o.",
        "?s ?p 'x'",
        "?s ?p 'abc\\\\'",
        "?s ?p 'x';",
        "FILTER(1<2)",
        "?s a h:",
        'VALUES ?v { """x" }',
        "BIND('<' AS ?b)",
        "FILTER(1<2&&'>'!='#')",
        "?s ?p <urn:a>",
        "{ }",
        "OPTIONAL { } ",
        "FILTER(1<2||'SERVICE'>?s)",
        "?s ?p h:a.b.",
        "?s ?p []",
        "?s ?p ()",
        "?s <urn:a>* ?o.",
        "?s ?p _:b .",
    ]
)
WORDS = st.sampled_from(["SERVICE", "service", "SeRvIcE"])
ADDRESSES = st.sampled_from([f"<{HOST}>", f"<{HOST}#>", ":x", ":", "<x>", "?s", f"<{HOST}'>"])
ENDS = st.sampled_from(["", "# '''", '# \\uD800 """', "#>", "FILTER(2>1)", "'", '"""', ">", "?s ?p '>'"])
many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(PROLOGUES, st.lists(st.tuples(BEFORE, GAPS)), st.tuples(WORDS, GAPS, ADDRESSES, GAPS), ENDS)
def test_what_the_engine_reads_is_refused(
    reached: Reached, prologue: str, before: list[tuple[str, str]], service: tuple[str, ...], end: str
) -> None:
    head = "".join(f"{text}{space}" for text, space in before)
    query = f"{prologue}SELECT * {{ {head}{''.join(service)}{{ }} {end}\n}}"
    assert refused(query) or not reached(query)


@many
@given(st.sampled_from(list(HIDDEN)), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3), PIECES), max_size=4))
@example("plain", [])
def test_what_the_engine_reads_in_an_altered_query_is_refused(
    reached: Reached, case: str, changes: list[tuple[int, int, str]]
) -> None:
    query = HIDDEN[case]
    for place, gone, piece in changes:
        at = place % (len(query) + 1)
        query = query[:at] + piece + query[at + gone :]
    assert refused(query) or not reached(query)


# -- FROM ---------------------------------------------------------------------------------------------------

UNKNOWN = (
    "ASK FROM <urn:x:none> {}",
    "ASK FROM NAMED <urn:x:none> {}",
    "SELECT * # x\r FROM <urn:x:none>\n {}",
    "SELECT * FROM # x\r NAMED # x\r <urn:x:none> {}",
    f"SELECT * FROM <{HERE}> FROM <urn:x:none> {{}}",
    "ASKFROM<urn:x:none>{}",
    "SELECT*FROM<urn:x:none>{}",
    "CONSTRUCT { ?s ?p ?o } FROM <urn:x:none> WHERE { ?s ?p ?o }",
    "DESCRIBE <urn:a> FROM <urn:x:none>",
    "SELECT (1<2 AS ?x) (3>2 AS ?y) FROM <urn:x:none> {}",
    "ASK FROM g:none {}",
    "PREFIX x: <urn:x:> ASK FROM x:none {}",
    "PREFIX x:<urn:y:> #\rPREFIX x:<urn:x:> ASK FROM x:none {}",
    "BASE <http://example.org/> ASK FROM <none> {}",
    "BASE <urn:x:a> PREFIX x: <#> ASK FROM x:none {}",
    "ASK FROM <none> {}",
    "ASK FR\\u004fM <urn:x:none> {}",
)


@pytest.mark.parametrize("query", UNKNOWN)
def test_a_graph_that_is_not_here_is_refused(query: str) -> None:
    with pytest.raises(Refused, match="asks for the named graph"):
        refuse_side_effects(query, "query", lambda iri: iri == HERE)


@pytest.mark.parametrize(
    "query",
    [
        f"ASK FROM <{HERE}> {{}}",
        f"ASK FROM NAMED <{HERE}> FROM <{HERE}> {{}}",
        "PREFIX x: <urn:x:> ASK FROM x:here {}",
        "BASE <urn:x:here#a> ASK FROM <#b> { }".replace("#b", ""),
        "PREFIX x: <urn:x:> SELECT ?from { ?s x:from <urn:x:none> ; <urn:from> ?from , 'FROM <urn:x:none>' }",
        "ASK { } # FROM <urn:x:none>",
        "ASK { ?s <urn:x#from> 'FROM <urn:x:none>' }",
    ],
)
def test_a_graph_that_is_here_and_the_word_alone_are_not(query: str) -> None:
    refuse_side_effects(query, "query", lambda iri: iri == HERE)
    ox.Store().query(query)


def test_a_graph_is_not_asked_for_where_none_is_known() -> None:
    refuse_side_effects("ASK FROM <urn:x:none> {}", "query")


# -- work ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        '"',
        "'",
        "\\",
        '"""',
        "<#>",
        "<'>",
        "<from#>",
        "service ",
        "service#\n",
        "#\n",
        "from <x>\n",
        '\\"',
        "<\"#'>",
        "'''\\'\"",
        "\" '",
        "<'>'\"<#>\n",
        "?service ",
        "service:x ",
        "SERVICE<",
        "<a:b'c>",
        "<'\"#> \"' ",
    ],
)
def test_work_grows_with_the_length_of_the_query(unit: str) -> None:
    """The tokens read are twice as many for a text of twice the length, and at most a few for each character."""

    def steps(length: int) -> int:
        text = "service " + unit * (length // len(unit))
        readings = _Readings(text)
        readings.find()
        return readings.steps

    few, many = steps(2**12), steps(2**14)
    assert many <= 4 * few + 100
    assert many <= 2**14 * 2
