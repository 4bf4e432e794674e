"""The W3C's SPARQL 1.0 and 1.1 query tests: the engine against the suites, our server against the engine.

Two questions, each asked of every test: is the engine's answer the expected one (but for what is listed, with its
reason), and does the server's, in each of its formats, say the same as the engine's?
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pyoxigraph as ox
import pytest

import w3c
from kg.store.formats import GRAPHS, ROWS

if not all((w3c.FOLDER / suite).is_dir() for suite in w3c.BASES):
    MISSING = f"the W3C's test suites are not in {w3c.FOLDER}: scripts/suites fetches them (needs the network, once)"
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING, pytrace=False)
    pytest.skip(MISSING, allow_module_level=True)

EXPECTED_COUNTS = {
    "sparql10": {"evaluation": 245, "positive": 149, "negative": 50, "left out": 4},
    "sparql11": {"evaluation": 183, "positive": 60, "negative": 43, "left out": 261},
}
"""Tests in each suite, by what is done with them."""

_NO_SERVICE = "SERVICE is refused: kg opens no connection"
_NO_UPDATE = "the server is read-only"
_PROTOCOL = "a question to the protocol, not to an answer: tested with the protocol"
LEFT_OUT = {
    "sparql11/entailment": "a query is answered over the triples that are there; kg build derives, by its own rules",
    "sparql11/service": _NO_SERVICE,
    "sparql11/syntax-fed": _NO_SERVICE,
    "ProtocolTest": _PROTOCOL,
    "ServiceDescriptionTest": _PROTOCOL,
    "UpdateEvaluationTest": _NO_UPDATE,
    "PositiveUpdateSyntaxTest11": _NO_UPDATE,
    "NegativeUpdateSyntaxTest11": _NO_UPDATE,
    "Withdrawn": "the working group took it back",
}
"""Folders, kinds and approvals of tests that ask nothing of kg's queries, and why."""

_VALUES = "Oxigraph keeps what a number stands for, not its spelling: 01 and 1 are one term to it"
_STRINGS = "RDF 1.1 (after the suite): a literal without a datatype is an xsd:string"
_DECIMAL = "SPARQL 1.0 only: 1.1 wants a digit after the point of a decimal (grammar, rule [147])"
_ESCAPE = "Oxigraph resolves \\uXXXX in IRIs and strings, not in names"
KNOWN_FAILURES = {
    "sparql10/basic/term-6": _DECIMAL,
    "sparql10/basic/term-7": _DECIMAL,
    "sparql10/syntax-sparql1/syntax-lit-08": _DECIMAL,
    "sparql10/syntax-sparql2/syntax-esc-04": _ESCAPE,
    "sparql10/syntax-sparql2/syntax-esc-05": _ESCAPE,
    "sparql10/syntax-sparql3/syn-bad-26": "Oxigraph's grammar has no longest token: ?x<?a&&?b>?y is two comparisons",
    "sparql10/open-world/open-eq-01": _VALUES,
    "sparql10/expr-builtin/dawg-str-1": _VALUES,
    "sparql10/expr-builtin/dawg-str-2": _VALUES,
    "sparql10/expr-builtin/sameTerm-simple": _VALUES,
    "sparql10/expr-builtin/sameTerm-eq": _VALUES,
    "sparql10/expr-builtin/sameTerm-not-eq": _VALUES,
    "sparql10/expr-equals/eq-graph-1": _VALUES,
    "sparql10/expr-equals/eq-graph-2": _VALUES,
    "sparql10/distinct/distinct-1": _VALUES,
    "sparql10/distinct/distinct-9": _VALUES,
    "sparql11/csv-tsv-res/csv03": _VALUES,
    "sparql11/csv-tsv-res/tsv03": "Oxigraph keeps the types derived from xsd:integer as xsd:integer",
    "sparql10/distinct/distinct-2": _STRINGS,
    "sparql11/functions/strdt03": _STRINGS,
    "sparql11/functions/strlang03": _STRINGS,
    "sparql10/expr-builtin/dawg-datatype-2": 'RDF 1.1 (after the suite): DATATYPE of "x"@en is rdf:langString, no error',
    "sparql10/open-world/date-2": "XSD 1.1 (after the suite): dates with and without a time zone can be unequal",
    "sparql10/optional-filter/dawg-optional-filter-005-simplified": "excludes …-not-simplified, which passes: 1.1 simplifies last (18.2.2.8)",
    "sparql11/aggregates/agg-empty-group": "replaced in w3c/rdf-tests by agg-empty-group-max-1: no group, no row",
    "sparql11/functions/bnode01": 'Oxigraph\'s BNODE("x") is one node in all solutions, not one in each',
}
"""Tests of which the engine's answer is not the expected one, and why."""

SPELT_OTHERWISE = {
    "sparql10/open-world/open-eq-03",
    "sparql10/open-world/open-eq-04",
    "sparql10/open-world/date-3",
    "sparql10/expr-builtin/dawg-datatype-1",
    "sparql10/expr-equals/eq-2-1",
    "sparql10/expr-equals/eq-2-2",
    "sparql10/distinct/no-distinct-1",
    "sparql10/distinct/no-distinct-9",
    "sparql10/sort/dawg-sort-7",
    "sparql11/aggregates/agg-sum-02",
    "sparql11/aggregates/agg-avg-02",
    "sparql11/aggregates/agg-min-01",
    "sparql11/aggregates/agg-min-02",
    "sparql11/aggregates/agg-max-01",
    "sparql11/aggregates/agg-max-02",
    "sparql11/aggregates/agg-err-02",
    "sparql11/functions/plus-1",
    "sparql11/functions/plus-2",
    "sparql11/functions/coalesce01",
}
"""Tests whose answer is the expected one but for how a number or a time zone is spelt (3.21E4: 32100)."""

ALL = [case for suite in w3c.BASES for case in w3c.cases(suite)]
ASKED = [case for case in ALL if LEFT_OUT.keys().isdisjoint((case.folder, case.kind, case.approval))]


def each(*kinds: str, known: dict[str, str] | None = None) -> pytest.MarkDecorator:
    """One test for each case of these kinds, under its name; one that is known to fail has to."""
    params = []
    for case in ASKED:
        if case.kind in kinds:
            reason = (known or {}).get(case.name)
            fails = pytest.mark.xfail(reason=reason or "", strict=True, raises=(AssertionError, SyntaxError))
            params.append(pytest.param(case, id=case.name, marks=fails if reason else ()))
    return pytest.mark.parametrize("case", params)


def test_none_is_lost() -> None:
    names = Counter(case.name for case in ALL)
    assert max(names.values()) == 1
    counts = Counter((case.name.partition("/")[0], case.kind if case in ASKED else "left out") for case in ALL)
    assert counts == {(suite, what): n for suite, by in EXPECTED_COUNTS.items() for what, n in by.items()}
    assert names.keys() >= KNOWN_FAILURES.keys() | SPELT_OTHERWISE
    assert {case for key in LEFT_OUT for case in ALL if key in (case.folder, case.kind, case.approval)}.isdisjoint(
        ASKED
    )
    assert all(any(key in (case.folder, case.kind, case.approval) for case in ALL) for key in LEFT_OUT)


def test_answers_are_told_apart() -> None:
    """The comparison all others rest on: labels of blank nodes do not matter, everything else does."""
    a, b, c = ox.BlankNode("a"), ox.BlankNode("b"), ox.BlankNode("c")
    one, two = ox.Literal(1), ox.Literal("1")

    def same(left: w3c.Answer, right: w3c.Answer) -> bool:
        return w3c.comparable(left) == w3c.comparable(right)

    def rows(*rows: tuple[w3c.Value | None, ...], ordered: bool = False) -> w3c.Rows:
        return w3c.Rows(("x", "y"), rows, ordered)

    assert same(rows((a, b), (b, a)), rows((c, a), (a, c)))
    assert not same(rows((a, b), (b, a)), rows((a, b), (b, c)))
    assert same(rows((a, one), (a, one), (b, two)), rows((b, one), (a, two), (b, one)))
    assert not same(rows((one, one), (one, one)), rows((one, one)))
    assert not same(rows((one, None)), rows((None, one)))
    assert not same(rows((one, two)), rows((two, one)))
    assert same(rows((one, two)), w3c.Rows(("y", "x"), ((two, one),)))
    assert not same(rows((one, one), (two, two), ordered=True), rows((two, two), (one, one), ordered=True))
    assert not same(w3c.Rows(("x",), ()), w3c.Rows(("y",), ()))
    assert not same(w3c.Rows(("x",), ((None,),)), w3c.Rows(("x",), ()))
    assert not same(True, False)
    p = ox.NamedNode("x:p")
    assert same(frozenset({ox.Triple(a, p, b)}), frozenset({ox.Triple(b, p, c)}))
    assert not same(frozenset({ox.Triple(a, p, b)}), frozenset({ox.Triple(a, p, a)}))


@each("evaluation", known=KNOWN_FAILURES)
def test_the_engine_answers_what_the_suite_expects(case: w3c.Case) -> None:
    found = w3c.of_engine(w3c.store(case).query(case.sparql, base_iri=case.query))
    wanted = w3c.expected(case)
    if not isinstance(wanted, w3c.Rows):
        assert w3c.comparable(found) == w3c.comparable(wanted)
        return
    assert isinstance(found, w3c.Rows)
    found = replace(found, ordered=wanted.ordered)
    if case.result.endswith(".csv"):
        found = found.map(w3c.untyped)
    if case.lax:
        assert len(found.rows) <= len(wanted.rows)
        found, wanted = w3c.without_duplicates(found), w3c.without_duplicates(wanted)
    if case.name in SPELT_OTHERWISE:
        assert w3c.comparable(found) != w3c.comparable(wanted), "spelt as expected by now: take it off the list"
        found, wanted = found.map(w3c.by_value), wanted.map(w3c.by_value)
    assert w3c.comparable(found) == w3c.comparable(wanted)


@each("positive", "negative", known=KNOWN_FAILURES)
def test_the_engine_knows_what_is_a_query(case: w3c.Case) -> None:
    try:
        ox.Store().query(case.sparql, base_iri=case.query)
        parsed = True
    except SyntaxError:
        parsed = False
    except RuntimeError as error:  # parsed, and then found to call a function that does not exist
        assert "custom function" in str(error), error
        parsed = True
    assert parsed == (case.kind == "positive")


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[list[tuple[str, str]], str], w3c.Reply]]:
    with w3c.server(tmp_path_factory.mktemp("w3c"), w3c.served_quads(ASKED)) as asking:
        yield asking


@pytest.mark.slow
@each("evaluation", "positive", "negative")
def test_the_server_says_the_same_as_the_engine(
    case: w3c.Case, ask: Callable[[list[tuple[str, str]], str], w3c.Reply]
) -> None:
    fields = w3c.request(case, f"BASE <{case.query}>\n{case.sparql}")  # no other way to say where a query comes from
    try:
        answer = w3c.store(case).query(case.sparql, base_iri=case.query)
    except (SyntaxError, RuntimeError):
        reply = ask(fields, ROWS[0].media)
        assert reply.status == 400, reply.body.decode()
        return
    formats = GRAPHS if isinstance(answer, ox.QueryTriples) else ROWS
    wanted = w3c.of_engine(answer)
    ordered = isinstance(wanted, w3c.Rows) and w3c.ordered(case)
    for format_ in formats:
        reply = ask(fields, format_.media)
        assert reply.status == 200, reply.body.decode()
        assert reply.media == format_.media
        got, same = w3c.read(reply.body, format_), wanted
        if isinstance(got, w3c.Rows) and isinstance(same, w3c.Rows):
            assert got.variables == same.variables, format_.name
            got, same = replace(got, ordered=ordered), replace(same, ordered=ordered)
            same = same.map(w3c.untyped) if format_.name == "csv" else same
        if case.kind == "evaluation":  # a syntax test brings no data, so what it finds in the others' means nothing
            assert w3c.comparable(got) == w3c.comparable(same), format_.name
