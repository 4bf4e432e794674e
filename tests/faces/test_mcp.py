"""``kg mcp``: the real program, asked over standard input and output with the protocol's own client."""

from __future__ import annotations

import base64
import fcntl
import io
import json
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from jsonschema import Draft202012Validator
from mcp_types import BlobResourceContents

from agent import PATIENCE, Agent, conversation, environment, text
from conftest import WORLD, shell, small
from kg.ask.listing import HEADS, audit_rows, chain_rows, compared_rows
from kg.ask.sheet import sheet
from kg.errors import UsageProblem
from kg.faces.mcp.arguments import checked
from kg.faces.mcp.call import Call
from kg.faces.mcp.result import Result, ResultRow, render
from kg.faces.mcp.sources import Sources
from kg.faces.mcp.tools import tools
from kg.faces.sheets import MEDIA, xlsx
from kg.graph import KnowledgeGraph
from kg.pipeline.digests import SUMS, seal
from kg.pipeline.freshness import CURRENT
from kg.source.project import Project
from kg.terms import expand
from kg.vocab import PASSAGE, XSD
from processes import PROC, eventually, family, needs_proc, there

QUERIES = [path.stem for path in Project.find(WORLD).query_files]
OWN = {"ask", "query", "find", "show", "chain", "why", "audit", "cite", "compare", "path", "sparql", "spreadsheet"}
SHARED = {"limit", "offset", "spans", "lang"}
# Rows that count or compare; kinds and background, which no passage states; each must say so in `ground`.
UNCITED = {
    "audit-by-rule",
    "background-facts",
    "companies-per-role",
    "company-relations",
    "facts-beyond-report",
    "industries-by-indicators",
    "industries-by-regions",
    "industry-pairs-by-companies",
    "inferred-facts",
    "kinds-of-product",
    "kinds-of-technology",
    "relations-by-support",
    "industries-compared-by-things",
    "industries-within-bounds",
    "industries-without-figure",
    "regions-by-companies",
    "regions-within-bounds",
    "sections-lacking",
    "segments-per-tier",
    "segments-by-companies",
    "segments-within-bounds",
    "things-within-bounds",
    "tiers-compared-by-companies",
    "tiers-without-company",
    "things-by-kind",
    "things-outside-industry",
}


@pytest.fixture(scope="module")
def agent(world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """One that offers every tool."""
    flags = ("--tools", "all", "--log-level", "info")
    with conversation(world_project, tmp_path_factory.mktemp("mcp"), *flags) as running:
        yield running


@pytest.fixture(scope="module")
def call(world: KnowledgeGraph) -> Call:
    """A call that has no time left for more than one row."""
    sources = Sources(world.store, world.names)
    return Call(world, sources, 100, "a-tool", {}, lang="en", limit=50, offset=0, spans=False, deadline=0.0)


@pytest.fixture(scope="module")
def hurried(world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """One with the tools that are offered by default, and two seconds for a call: much for what is soon done, even where
    the machine is busy."""
    with conversation(world_project, tmp_path_factory.mktemp("mcp"), "--timeout", "2") as running:
        yield running


# -- the tools ----------------------------------------------------------------------------------------


def test_by_default_the_tools_are_few_and_their_list_is_short(hurried: Agent) -> None:
    assert set(hurried.tools) == OWN
    assert len(OWN) <= 12
    assert hurried.size_of_list < 30_000


def test_every_tool_is_listed_with_words_hints_and_a_valid_schema_of_what_it_takes(agent: Agent) -> None:
    assert set(agent.tools) == OWN | set(QUERIES)
    for name, tool in agent.tools.items():
        Draft202012Validator.check_schema(tool.input_schema)
        assert tool.title
        assert tool.description
        assert re.search("[一-鿿]", tool.description), name
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert set(tool.input_schema["properties"]) >= SHARED
        assert tool.input_schema["additionalProperties"] is False


@pytest.mark.slow  # jsonschema takes its time over a hundred of them
def test_what_every_tool_gives_has_a_valid_schema(agent: Agent) -> None:
    for tool in agent.tools.values():
        assert tool.output_schema is not None
        Draft202012Validator.check_schema(tool.output_schema)


def test_a_saved_query_is_described_by_its_file(agent: Agent, world: KnowledgeGraph) -> None:
    tools = agent.tools
    for query in world.catalogue:
        tool = tools[query.name]
        description = tool.description or ""
        assert tool.title == query.title.en
        for words in (query.title, query.question, *query.columns.values()):
            assert words.zh in description
            assert words.en in description
        assert set(tool.input_schema["properties"]) == {p.name for p in query.params} | SHARED
        assert "required" not in tool.input_schema


def test_parameters_have_their_types(agent: Agent) -> None:
    tools = agent.tools

    def schema(tool: str, name: str) -> dict[str, Any]:
        return dict(tools[tool].input_schema["properties"][name])

    year = schema("figures-by-year", "year")
    assert (year["type"], year["minimum"], year["maximum"], year["default"]) == ("integer", 1900, 2100, 2030)
    assert schema("facts-in-several-passages", "least")["type"] == "integer"
    kind = schema("things-by-mentions", "kind")
    assert kind["default"] == "Company"
    assert {"Company", "Policy"} <= set(kind["enum"])
    segment = schema("companies-in-segment", "segment")
    assert "name, alias, slug or IRI of a Segment 环节" in segment["description"]
    assert segment["default"] == "lantern-paper"
    assert "downstream 下游" in schema("companies-at-tier", "tier")["description"]
    assert "default" not in schema("bottlenecks", "industry")
    assert tools["chain"].input_schema["required"] == ["industry"]


ASKED: dict[str, dict[str, Any]] = {
    "claims-with-word": {"word": "走马灯"},
    "companies-in-several-industries": {"least": 1},
    "facts-in-several-passages": {"least": 1},
    "figures-by-status": {"status": "forecast"},
    "figures-by-year": {"year": 2024},
    "industries-without-figure": {"indicator": "penetration"},
    "places-of-thing": {"thing": "明盈灯业"},
    "products-in-several-industries": {"least": 1},
    "sections-lacking": {"least": 1},
    "sectors-served-by-industries": {"least": 1},
    "shared-companies": {"one": "纸灯业", "other": "纸灯业"},
    "shared-products": {"one": "纸灯业", "other": "纸灯业"},
}
"""Values for the parameters of queries whose defaults find nothing in this project."""
NOTHING = {
    "makers-by-named-segment",
    "domestic-and-foreign-companies",
    "joint-figures",
    "industries-enabling-industries",
    "kinds-of-technology",
    "regions-ranked",
    "segments-in-two-divisions",
}
"""Queries that find nothing in this project, whatever is asked."""


@pytest.mark.slow
@pytest.mark.parametrize("name", QUERIES)
def test_saved_query_gives_the_rows_of_the_graph_each_with_its_citation(
    agent: Agent, world: KnowledgeGraph, name: str
) -> None:
    asked = ASKED.get(name, {})
    expected = list(world.query(name, **asked))
    rows = agent.whole(name, **asked)
    assert (rows == []) == (name in NOTHING)
    assert [{c: value(cell) for c, cell in row["values"].items()} for row in rows] == expected
    sections = {r["p"]: r["path"] for r in world.store.select("SELECT ?p ?path { ?p ivc:sectionPath ?path }")}
    for row in rows:
        own = [v for v in map(value, row["values"].values()) if isinstance(v, str) and v in sections]
        cited = [PASSAGE + c["id"] for c in row["passages"]]
        assert own == [] or set(own) == set(cited)
        assert all(c["section"] == sections[PASSAGE + c["id"]] for c in row["passages"])
        if not cited:
            assert row["ground"] in ("background", "entities", "inferred", "computed")
    assert all(row["passages"] for row in rows) or name in UNCITED


@pytest.mark.slow
@pytest.mark.parametrize("name", QUERIES)
def test_defaults_of_the_schema_are_those_of_the_query(agent: Agent, world: KnowledgeGraph, name: str) -> None:
    properties = agent.tools[name].input_schema["properties"]
    given = {n: s["default"] for n, s in properties.items() if "default" in s and n not in SHARED}
    asked = agent.ask(name, limit=1, **given)["asked"]
    of_itself = agent.ask(name, limit=1)["asked"]  # a name written by hand is that of all its namesakes
    assert all(asked[n] == own or own in asked[n] for n, own in of_itself.items())
    for param in world.catalogue.get(name).params:
        if param.default == "UNDEF":
            assert of_itself[param.name] is None
        elif param.default[0].isalpha():
            assert of_itself[param.name]["iri"] == expand(param.default)


def value(cell: Any) -> Any:
    """What the graph has for a cell of an answer."""
    return cell["iri"] if isinstance(cell, dict) else cell


def test_a_value_may_be_any_name_and_the_answer_says_what_was_meant(agent: Agent) -> None:
    answers = [agent.ask("companies-in-segment", segment=s) for s in ("灯架", "lantern frames")]
    assert answers[0] == answers[1]
    assert answers[0]["asked"]["segment"] == {
        "iri": "https://w3id.org/xinzhi/segment/lantern-frames",
        "zh": "灯架",
        "en": "lantern frames",
    }
    assert answers[0]["question"]["en"] == "Which companies are named for lantern frames, its subsegments included?"
    assert [row["values"]["company"]["en"] for row in answers[0]["rows"]] == ["Zhuli Weavers"]
    assert agent.ask("bottlenecks", industry=None) == agent.ask("bottlenecks")


def test_an_answer_names_the_dataset(agent: Agent, world: KnowledgeGraph) -> None:
    assert agent.ask("find", text="青岚")["dataset"] == world.manifest["dataset_sha256"]


# -- questions ----------------------------------------------------------------------------------------

QUESTIONS = {
    "灯架有哪些企业?": ("answered", "things"),
    "companies in lantern frames": ("answered", "things"),
    "纸灯业有多少家企业": ("answered", "count"),
    "纸伞业市场规模": ("answered", "figures"),
    "风铃业的瓶颈": ("not-in-report", ""),
    "听竹社的员工人数": ("not-in-report", ""),
    "竹编": ("choices", ""),
    "tell me about purple elephants": ("not-understood", ""),
}
"""Question → status and kind of its answer."""


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_that_of_the_graph_with_a_citation_in_each_row(
    agent: Agent, world: KnowledgeGraph, question: str
) -> None:
    answer = world.ask(question)
    expected = world.questions.plain(answer)
    found = agent.ask("ask", question=question)
    assert (found["status"], found["kind"]) == QUESTIONS[question]
    assert {key: found[key] for key in expected if key != "rows"} == {k: v for k, v in expected.items() if k != "rows"}
    assert [{c: value(cell) for c, cell in row["values"].items()} for row in found["rows"]] == list(answer.table)
    assert all(row["passages"] for row in found["rows"])
    assert {c["id"] for row in found["rows"] for c in row["passages"]} == set(found["passages"])
    assert found["complete"] is True
    told = text(agent.call("ask", question=question))
    assert told.startswith(found["sentence"][found["lang"]])


@pytest.mark.parametrize("question", ["灯架有哪些企业?", "纸伞业市场规模", "风铃业的瓶颈"])
def test_an_answer_can_be_repeated_by_query(agent: Agent, question: str) -> None:
    found = agent.ask("ask", question=question)
    assert agent.ask("query", name=found["query"], params=found["params"])["rows"] == found["rows"]
    (written,) = re.findall("^query (.*)$", text(agent.call("ask", question=question)), re.MULTILINE)
    assert agent.ask("query", **json.loads(written))["rows"] == found["rows"]


@pytest.mark.parametrize(
    ("question", "calls", "beside"),
    [
        ("灯架和灯纸有哪些企业", 2, ""),
        ("哪些企业既在灯纸又在灯会?", 2, " (only answers that all of them have)"),
        ("纸灯业除了听竹社还有哪些企业", 1, " (without Tingzhu Society)"),
        ("哪个产业的企业最多", 1, " (only the first)"),
    ],
)
def test_what_an_answer_adds_to_its_query_is_said_beside_it(
    agent: Agent, question: str, calls: int, beside: str
) -> None:
    told = text(agent.call("ask", question=question, lang="en"))
    lines = re.findall("^query .*$", told, re.MULTILINE)
    assert len(lines) == calls
    assert all(line.endswith("}}" + beside) for line in lines)


def test_figures_have_their_passages(agent: Agent) -> None:
    found = agent.ask("ask", question="纸伞业市场规模")
    cited = [[c["id"] for c in row["passages"]] for row in found["rows"]]
    assert [figure["passages"] for figure in found["figures"]] == cited != []


def test_several_readings_are_numbered_and_each_can_be_run(agent: Agent) -> None:
    told = text(agent.call("ask", question="竹编", lang="en"))
    written = re.findall(r"^\((\d)\) query (.*)$", told, re.MULTILINE)
    assert [number for number, _ in written] == ["1", "2"]
    assert all(agent.ask("query", **json.loads(arguments))["rows"] for _, arguments in written)
    assert "choose a reading" in told


def test_what_an_answer_leaves_open_is_said(agent: Agent) -> None:
    unread = agent.ask("ask", question="tell me about purple elephants")
    assert unread["unread"] == ["purple elephants"]
    assert "ask in other words" in unread["note"]
    assert "does not mean that it is false" in agent.ask("ask", question="风铃业的瓶颈", lang="en")["note"]


def test_an_answer_is_in_the_language_of_its_question_unless_another_is_wanted(agent: Agent) -> None:
    assert "| 企业或机构 |" in text(agent.call("ask", question="灯架有哪些企业?"))
    assert "| company or institute |" in text(agent.call("ask", question="灯架有哪些企业?", lang="en"))
    assert "| company or institute |" in text(agent.call("ask", question="companies in lantern frames"))


def test_an_answer_has_pages(agent: Agent) -> None:
    rows = agent.whole("ask", question="纸灯业有哪些数字")
    page = agent.ask("ask", question="纸灯业有哪些数字", limit=5, offset=5)
    assert (page["rows"], page["total"], page["next"]) == (rows[5:10], len(rows), 10)


def test_long_lists_beside_the_rows_are_cut_with_a_note(agent: Agent, world: KnowledgeGraph) -> None:
    whole = world.questions.plain(world.ask("纸灯业有哪些数字"))["figures"]
    found = agent.ask("ask", question="纸灯业有哪些数字", lang="en")
    assert 0 < len(found["figures"]) < len(whole)
    assert found["figures"] == whole[: len(found["figures"])]
    assert "of figures only the first" in found["note"]


ODD = {
    "control characters": "\x00\x1b[31m\u202e灯架\r\n\t",
    "punctuation": "???!!!",
    "a number": "9" * 1000,
    "one character, often": "灯" * 1000,
    "one name, often": "纸灯业" * 300,
    "a regular expression": "(a+)+$" * 100,
    "SPARQL": "} } INSERT DATA { <urn:a> <urn:b> <urn:c> } #",
    "many names": "、".join(["纸灯业", "风铃业", "灯架", "竹编", "2024"] * 40),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_question_has_an_answer_too(agent: Agent, name: str) -> None:
    assert agent.ask("ask", question=ODD[name])["status"] in ("answered", "choices", "not-understood", "not-in-report")


# -- the catalogue of saved queries -------------------------------------------------------------------


def test_query_runs_what_the_tool_of_a_saved_query_runs(agent: Agent) -> None:
    for name, params in {
        "companies-in-segment": {"segment": "灯架"},
        "figures-by-year": {"year": 2024},
        "things-by-mentions": {"kind": "Policy"},
        "bottlenecks": {},
    }.items():
        assert agent.ask("query", name=name, params=params) == agent.ask(name, **params)
    numbers = [agent.ask("query", name="figures-by-year", params={"year": year}) for year in (2024, "2024", 2024.0)]
    assert numbers[0] == numbers[1] == numbers[2]
    assert agent.ask("query", name="bottlenecks", params={"industry": None}) == agent.ask("query", name="bottlenecks")


def test_query_without_a_name_lists_all_with_their_parameters(agent: Agent, world: KnowledgeGraph) -> None:
    rows = agent.whole("query")
    assert [row["values"]["name"] for row in rows] == sorted(QUERIES)
    for row in rows:
        properties = agent.tools[row["values"]["name"]].input_schema["properties"]
        assert row["values"]["params"] == {name: s for name, s in properties.items() if name not in SHARED}
        assert row["values"]["question"] == world.catalogue.question(world.catalogue.get(row["values"]["name"])).plain()
    assert {row["ground"] for row in rows} == {"catalogue"}


def test_query_finds_saved_queries_by_words_of_either_language(agent: Agent, world: KnowledgeGraph) -> None:
    for words in ("市场规模", "how large is the market"):
        found = [row["values"]["name"] for row in agent.ask("query", search=words)["rows"]]
        assert found == [query.name for query in world.catalogue.search(words)] != []


def test_query_says_what_to_do_if_nothing_is_found(agent: Agent) -> None:
    found = agent.ask("query", search="purple elephants")
    assert (found["rows"], found["total"]) == ([], 0)
    assert "put the question to ask" in found["note"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "market-sizes"}, "near: market-size, "),
        ({"name": "§§§"}, "query lists them all"),
        ({"name": "market-size", "search": "市场"}, "find a query with search"),
        ({"name": "market-size", "params": {"segment": "灯架"}}, "its parameters: industry"),
        ({"name": "market-size", "params": {"industry": "wind chine making"}}, "did you mean: 风铃业"),
        ({"name": "market-size", "params": "纸灯业"}, "an object of parameters and their values"),
        ({"name": "market-size", "params": {"industry": {}}}, "an object of parameters and their values"),
        ({"name": "figures-by-year", "params": {"year": "soon"}}, "wanted: a whole number"),
        ({"name": "figures-by-year", "params": {"year": "NaN"}}, "wanted: a whole number"),
    ],
)
def test_query_tells_what_would_be_right(agent: Agent, given: dict[str, Any], words: str) -> None:
    told = agent.error("query", **given)
    assert words in told
    assert "kg quer" not in told


# -- the others ---------------------------------------------------------------------------------------


def test_find(agent: Agent) -> None:
    for spelling in ("紙燈業", "zhidengye", "zdy", "paper lantern making", "ind:paper-lanterns"):
        row = agent.ask("find", text=spelling)["rows"][0]
        assert (row["iri"], row["kind"]["en"]) == ("https://w3id.org/xinzhi/industry/paper-lanterns", "industry")
        assert (row["mentions"], len(row["passages"])) == (10, 5)
    rows = agent.ask("find", text="竹编", kind="Product")["rows"]
    assert {row["kind"]["iri"] for row in rows} == {"https://w3id.org/xinzhi/ns#Product"}


@pytest.mark.parametrize(
    ("name", "order", "uncited"),
    [
        ("听竹社", ["asserted", "claim", "inferred"], set()),
        ("纸灯业", ["asserted", "figure", "claim", "inferred"], set()),
        ("澄洲", ["asserted", "background", "inferred"], {"background", "inferred"}),
        ("纸灯业上游", ["asserted", "entities", "inferred"], {"entities", "inferred"}),
    ],
)
def test_show_puts_first_what_a_document_states(
    agent: Agent, world: KnowledgeGraph, name: str, order: list[str], uncited: set[str]
) -> None:
    found, rows = agent.ask("show", thing=name), agent.whole("show", thing=name)
    assert found["thing"]["zh"] == name
    entity = world.entity(name)
    assert len(rows) == len(entity.edges) + len(entity.figures) + len(entity.claims)
    assert list(dict.fromkeys(row["row"] if row["row"] != "edge" else row["ground"] for row in rows)) == order
    assert {row["ground"] for row in rows if not row["passages"]} == uncited


def test_show_tells_of_others_of_the_same_name(agent: Agent) -> None:
    found = agent.ask("show", thing="竹编")
    assert (found["thing"]["en"], [other["en"] for other in found["namesakes"]]) == ("bamboo weaving", ["wickerwork"])


def test_show_of_a_figure_and_of_a_passage(agent: Agent, world: KnowledgeGraph) -> None:
    figure = world.entity("走马灯").figures[0]
    assert agent.ask("show", thing=figure.iri)["thing"]["iri"] == figure.iri
    for name in ("w1-L0021", "psg:w1-L0021", PASSAGE + "w1-L0021"):
        found = agent.ask("show", thing=name, spans=True)
        assert found["thing"]["section"] == "纸灯业/03 产业链/上游"
        assert found["total"] == len(world.query("statements-of-passage", passage="w1-L0021")) == 5
        assert {row["row"] for row in found["rows"]} == {"statement"}
    assert set(found["rows"][0]["passages"][0]) == {"id", "section", "start", "end", "sha256"}


@pytest.mark.parametrize("industry", ["纸灯业", "wind-chimes", "paper umbrella making"])
def test_chain_has_every_segment_company_and_product_of_the_chart(
    agent: Agent, world: KnowledgeGraph, industry: str
) -> None:
    rows = agent.whole("chain", industry=industry)
    chart = world.chain(industry)
    tops = [*(top for v in chart.views for s in v.stages for top in s.segments), *chart.unplaced]
    cells = [c for top in tops for c in top]
    named = [t.iri for c in cells for _, things in c.things for t in things]
    named += [t.iri for s in chart.stages for t in s.applications]
    named += [t.iri for g in chart.outside for t in g.things]
    found = [cell for row in rows for cell in inside(row)]
    assert [c["segment"]["iri"] for c in found if c["segment"]] == [c.iri for c in cells]
    assert sorted(t["iri"] for c in found for key in KEYS for t in c[key]) == sorted(named)
    assert {s["iri"] for row in rows if (s := row["stage"])} == {s.iri for v in chart.views for s in v.stages}
    assert [r["relation"]["iri"] for r in rows if r["relation"]] == [g.relation for g in chart.outside]
    for row in rows:
        cited = {c["id"] for c in row["passages"]}
        assert cited
        things = [t for c in inside(row) for key in KEYS for t in c[key]]
        things += [c["segment"] for c in inside(row) if c["segment"]]
        assert all(t["passages"] and set(t["passages"]) <= cited for t in things)


KEYS = ("companies", "products", "applications")


def inside(cell: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield cell
    for part in cell["parts"]:
        yield from inside(part)


def test_why_gives_the_proof_and_the_passages_at_its_ends(agent: Agent) -> None:
    found = agent.ask("why", subject="明萤灯业", predicate="涉足产业", object="纸灯业")
    assert found["holds"] is True
    (row,) = found["rows"]
    assert row["ground"] == "inferred"
    assert row["proof"]["rule"]["en"] == "if X operates in Z and Z in industry Y, then X active in Y"
    assert [c["id"] for c in row["passages"]] == ["w1-L0023", "w1-L0022", "w1-L0019"]


def test_compare_tells_the_relations_that_both_have_with_others(agent: Agent, world: KnowledgeGraph) -> None:
    rows = agent.whole("compare", one="青岚", other="竹里编舍")
    found = world.compare("青岚", "竹里编舍")
    told = [
        (row["aspect"]["iri"], [t["iri"] for t in row["one"]], [t["iri"] for t in row["other"]])
        for row in rows
        if row["side"] == "different"
    ]
    assert told == [(a.iri, [x.thing for x in a.one], [x.thing for x in a.other]) for a in found.differences] != []
    assert all(row["passages"] for row in rows)
    assert len(rows) == len(found.related) + len(found.differences) + len(found.figures)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_spreadsheet_is_that_of_the_shell_and_the_pages(agent: Agent, world: KnowledgeGraph, lang: str) -> None:
    compared, audited = world.compare("青岚", "竹里编舍"), world.audit("纸灯业")
    catalogue, citer = world.catalogue, world.citer
    sizes = catalogue.asked(catalogue.get("market-size"), {"industry": "风铃业"})
    rows = world.store.select(sizes.sparql)
    wanted = {
        ("chain", "纸灯业", ""): (chain_rows(world.chain("纸灯业")), HEADS, world.cite("chain", "纸灯业")),
        ("audit", "纸灯业", ""): (audit_rows(audited, world.names, lang), HEADS, citer.audit(audited, "纸灯业")),
        ("compare", "青岚", "竹里编舍"): (compared_rows(compared, lang), HEADS, citer.comparison(compared)),
        ("query", "market-size", ""): (rows, sizes.columns, world.cite("market-size", industry="风铃业")),
    }
    for (of, name, other), (table, heads, cited) in wanted.items():
        params = {"industry": "风铃业"} if of == "query" else None
        asked = {"of": of, "name": name, "other": other, "params": params, "lang": lang}
        (row,) = agent.ask("spreadsheet", **asked)["rows"]
        embedded = agent.call("spreadsheet", **asked).content[1]
        assert embedded.type == "resource"
        assert isinstance(embedded.resource, BlobResourceContents)
        assert (embedded.resource.mime_type, str(embedded.resource.uri).rpartition("/")[2]) == (MEDIA, row["file"])
        content = base64.b64decode(embedded.resource.blob)
        assert len(content) == row["bytes"]
        shown = sheet(table, lang, world.names, heads)
        assert _texts(content) == _texts(xlsx(shown, lang, cited))
        assert row["sheet_rows"] == len(table) > 0
        assert row["passages"]


def _texts(content: bytes) -> list[list[tuple[Any, ...]]]:
    """The cells of each sheet of an XLSX file."""
    return [list(page.iter_rows(values_only=True)) for page in openpyxl.load_workbook(io.BytesIO(content))]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"of": "chain"}, "needs the parameter name"),
        ({"of": "compare", "name": "青岚"}, "needs the parameter other"),
        ({"of": "query", "name": "market-sizes"}, "near: market-size"),
        ({"of": "chain", "name": "风铃"}, "did you mean"),
        ({"of": "slides"}, "one of query, chain, audit, compare"),
    ],
)
def test_a_spreadsheet_of_nothing_says_what_is_needed(agent: Agent, given: dict[str, Any], words: str) -> None:
    assert words in agent.error("spreadsheet", **given)


def test_why_says_what_is_missing(agent: Agent) -> None:
    found = agent.ask("why", subject="Mingying Lanterns", predicate="active in", object="风铃业")
    assert found["holds"] is False
    assert [row["missing"]["lacking"]["en"] for row in found["rows"]] == [
        "Mingying Lanterns — operates in → chime tubes",
        "tying — in industry → wind chime making",
        "Mingying Lanterns — representative of → wind chime making",
    ]
    assert [[c["id"] for c in row["passages"]] for row in found["rows"]] == [["w1-L0034"], ["w1-L0023"], []]


def test_why_says_that_no_rule_is_near(agent: Agent) -> None:
    nothing = agent.ask("why", subject="纸灯", predicate="component of", object="竹架")
    assert (nothing["holds"], nothing["rows"]) == (False, [])
    assert "does not mean that it is false" in nothing["note"]


def test_audit(agent: Agent, world: KnowledgeGraph) -> None:
    rows = agent.whole("audit")
    assert [(r["focus"]["iri"], r["message"]["zh"]) for r in rows] == [(f.focus, f.message.zh) for f in world.audit()]
    of_umbrellas = agent.ask("audit", industry="纸伞业", severity="Info")
    assert of_umbrellas["industry"]["en"] == "paper umbrella making"
    assert of_umbrellas["total"] == len([f for f in world.audit("纸伞业") if f.severity == "Info"]) == 5


def test_path(agent: Agent) -> None:
    rows = agent.ask("path", one="竹里编舍", other="明盈灯业")["rows"]
    first = [row for row in rows if row["way"] == 1]
    assert [row["predicate"]["en"] for row in first] == ["subsidiary of", "cooperates with"]
    assert [[c["id"] for c in row["passages"]] for row in first] == [["w2-L0027"], ["w2-L0027"]]
    assert {row["ground"] for row in rows} == {"asserted"}
    assert [row["way"] for row in rows] == sorted(row["way"] for row in rows)
    assert {row["way"] for row in rows} > {1}
    grounds = {row["ground"] for row in agent.ask("path", one="澄洲", other="中国", inferred=True)["rows"]}
    assert grounds >= {"inferred"}


# -- SPARQL -------------------------------------------------------------------------------------------


def test_sparql_cites_the_passages_in_its_rows_and_those_of_claims_and_statements(agent: Agent) -> None:
    cited = """SELECT * { GRAPH ?passage { co:mingying-lamps ivc:cooperatesWith ?other }
      FILTER(STRSTARTS(STR(?passage), STR(psg:))) }"""
    stated = "SELECT ?s ?p ?o { VALUES ?s { co:mingying-lamps } VALUES ?p { ivc:cooperatesWith } ?s ?p ?o }"
    for query, ground in ((cited, "cited"), (stated, "asserted")):
        rows = agent.ask("sparql", query=query)["rows"]
        assert [(r["ground"], [c["id"] for c in r["passages"]]) for r in rows] == [(ground, ["w2-L0027"])]
    claims = agent.ask("sparql", query="SELECT ?x { ?x a ivc:Bottleneck }", limit=200)
    assert {row["ground"] for row in claims["rows"]} == {"asserted"}
    assert all(row["passages"] for row in claims["rows"])


def test_sparql_of_every_form(agent: Agent) -> None:
    truth = agent.ask("sparql", query="ASK { co:qinglan a ivc:Company }")
    assert (truth["form"], truth["boolean"], truth["rows"], truth["complete"]) == ("ask", True, [], True)
    triples = agent.ask("sparql", query="CONSTRUCT WHERE { ?who ivc:usesTechnology ?what }", limit=200)
    assert {row["ground"] for row in triples["rows"]} == {"asserted"}
    inferred = agent.ask("sparql", query="CONSTRUCT WHERE { ?who ivc:activeIn ind:paper-lanterns }", limit=200)
    assert {row["ground"] for row in inferred["rows"]} == {"inferred"}
    assert all(row["passages"] for row in (*triples["rows"], *inferred["rows"]))
    made = agent.ask("sparql", query="CONSTRUCT { ?c <urn:made> [] } WHERE { ?c ivc:activeIn ind:paper-lanterns }")
    assert {row["ground"] for row in made["rows"]} == {"computed"}
    assert agent.ask("sparql", query="DESCRIBE co:qinglan")["rows"]


def test_sparql_says_how_to_get_citations(agent: Agent) -> None:
    found = agent.ask("sparql", query="SELECT (COUNT(*) AS ?n) { ?s a ivc:Company }")
    assert found["rows"][0]["ground"] == "computed"
    assert "GRAPH ?passage" in found["note"]


def test_values_that_json_has_no_word_for(agent: Agent) -> None:
    query = """SELECT (1e0/0e0 AS ?a) (-1e0/0e0 AS ?b) ("x"^^xsd:integer AS ?c) (1.50 AS ?d) (1.0 AS ?e) ("a|b\\nc" AS ?f)
      (BNODE() AS ?g) (true AS ?h) ("12345678901234567890"^^xsd:integer AS ?i) (<urn:x> AS ?j) (?unbound AS ?k) {}"""
    values = agent.ask("sparql", query=query)["rows"][0]["values"]
    assert values.pop("g").startswith("_:")
    assert values == {
        "a": "INF",
        "b": "-INF",
        "c": "x",
        "d": 1.5,
        "e": 1,
        "f": "a|b\nc",
        "h": True,
        "i": 12345678901234567890,
        "j": {"iri": "urn:x"},
        "k": None,
    }
    assert r"a\|b c" in text(agent.call("sparql", query=query))


NINES = "9" * 400
ODD_TERMS = {
    "a triple": ("TRIPLE(<urn:a>, <urn:b>, 1)", f'<<( <urn:a> <urn:b> "1"^^<{XSD}integer> )>>'),
    "a triple in a triple": (
        "TRIPLE(<urn:a>, <urn:b>, TRIPLE(<urn:c>, <urn:d>, <urn:e>))",
        "<<( <urn:a> <urn:b> <<( <urn:c> <urn:d> <urn:e> )>> )>>",
    ),
    "an integer of 400 digits": (f"{NINES}", NINES),
    "an integer of 5,000 digits": (f'STRDT("{"9" * 5000}", xsd:integer)', f"{'9' * 2000}… (5000 字符 characters)"),
    "a decimal of 400 digits": (f'STRDT("{NINES}.5", xsd:decimal)', f"{NINES}.5"),
    "a double that is no number": ('"NaN"^^xsd:double', "NaN"),
    "a float without end": ('"-INF"^^xsd:float', "-INF"),
    "a decimal that is no number": ('STRDT("NaN", xsd:decimal)', "NaN"),
    "a decimal that is none": ('STRDT("x", xsd:decimal)', "x"),
    "a double that is none": ('STRDT("", xsd:double)', ""),
}


@pytest.mark.parametrize("name", ODD_TERMS)
def test_a_term_that_json_has_no_number_for_is_its_text(agent: Agent, name: str) -> None:
    written, expected = ODD_TERMS[name]
    query = f"PREFIX xsd: <{XSD}> SELECT ({written} AS ?x) {{}}"
    assert agent.ask("sparql", query=query)["rows"][0]["values"] == {"x": expected}
    query = f"PREFIX xsd: <{XSD}> CONSTRUCT {{ <urn:s> <urn:p> ?x }} WHERE {{ BIND({written} AS ?x) }}"
    assert agent.ask("sparql", query=query)["rows"][0]["values"]["object"] == expected


def test_a_number_that_json_does_not_know_is_text_wherever_it_stands(call: Call) -> None:
    row = ResultRow({"value": float("nan"), "parts": [{"value": float("-inf")}, 1.5], "passages": []}, "a line")
    structured, _ = render(Result("a title", {}, iter([row]), 1), call)
    assert structured["rows"] == [{"value": "NaN", "parts": [{"value": "-INF"}, 1.5], "passages": []}]


# -- bounds -------------------------------------------------------------------------------------------


def test_an_answer_is_fifty_rows_and_says_that_there_are_more(agent: Agent, world: KnowledgeGraph) -> None:
    found = agent.ask("sparql", query="SELECT ?name { ?x rdfs:label ?name }")
    assert (len(found["rows"]), found["total"], found["next"]) == (50, None, 50)
    total = len(world.query("inferred-facts"))
    found = agent.ask("inferred-facts", limit=20)
    assert (len(found["rows"]), found["total"], found["next"]) == (20, total, 20)
    assert "go on with offset=20" in found["note"]
    assert f"rows 1–20 of {total}, not complete" in text(agent.call("inferred-facts", limit=20))


def test_thousands_of_rows_are_cut_at_whole_rows_and_pages_join(agent: Agent) -> None:
    query = "SELECT ?s ?p ?o { ?s ?p ?o FILTER(isIRI(?s)) } ORDER BY ?s ?p STR(?o)"
    first = agent.ask("sparql", query=query, limit=200)
    assert 20 < len(first["rows"]) < 200  # the size cuts before the number does
    assert (first["total"], first["complete"], first["truncated"]) == (None, False, True)
    second = agent.ask("sparql", query=query, limit=5, offset=first["next"])
    overlap = agent.ask("sparql", query=query, limit=6, offset=first["next"] - 1)
    assert overlap["rows"] == [first["rows"][-1], *second["rows"]]


def test_a_long_text_is_shortened_and_a_row_too_wide_is_refused(agent: Agent) -> None:
    doubled = "x" * 1000
    long = agent.ask("sparql", query=f"SELECT (CONCAT({','.join([chr(34) + doubled + chr(34)] * 50)}) AS ?x) {{}}")
    assert "50000" in long["rows"][0]["values"]["x"]
    assert len(long["rows"][0]["values"]["x"]) < 2100
    assert (long["complete"], long["truncated"]) == (False, False) and "are cut" in long["note"]
    wide = " ".join(f'("{doubled}" AS ?x{n})' for n in range(40))
    assert "[too-large]" in agent.error("sparql", query=f"SELECT {wide} {{}}")


def test_offset_behind_the_end_is_empty_and_not_complete(agent: Agent) -> None:
    found = agent.ask("companies-in-segment", offset=1000)
    assert (found["rows"], found["complete"], found["truncated"]) == ([], False, False)
    assert found["total"] == agent.ask("companies-in-segment")["total"]


def test_nothing_found_is_no_error_and_says_what_it_means(agent: Agent) -> None:
    found = agent.ask("figures-by-year", year=2030)
    assert (found["rows"], found["total"], found["complete"]) == ([], 0, True)
    assert "does not mean that it is false" in found["note"]


def test_language_of_texts(agent: Agent) -> None:
    zh, en = (agent.call("companies-in-segment", segment="灯架", lang=lang) for lang in ("zh", "en"))
    assert "| 企业或机构 |" in text(zh)
    assert "| company or institute |" in text(en)
    assert zh.structured_content == en.structured_content
    assert "是不是" in text(agent.call("chain", industry="纸登业", lang="zh"))


# -- errors -------------------------------------------------------------------------------------------


def test_unknown_names_get_the_nearest(agent: Agent) -> None:
    assert "did you mean: 风铃业 / wind chime making" in agent.error("chain", industry="wind chine making")
    assert "did you mean: " in agent.error("companies-in-segment", segment="lantern freams")
    assert "near: " in agent.error("why", subject="Qinglan", predicate="cooperates wiht", object="Zhuli Weavers")
    assert "did you mean: companies-in-segment" in agent.error("companies-in-segments")
    assert "no name comes near" in agent.error("find", text="qqqqqqqqqqqq")
    assert "saved queries are run with query" in agent.error("§§§")


def test_hints_speak_of_tools_not_of_commands(agent: Agent) -> None:
    told = agent.error("show", thing="§§§§")
    assert "look names up with find" in told
    assert "kg find" not in told


@pytest.mark.parametrize(
    ("tool", "given", "words"),
    [
        ("chain", {"indstry": "纸灯业"}, "did you mean industry? its parameters: industry, limit, offset, spans, lang"),
        ("chain", {}, "chain needs the parameter industry"),
        ("companies-in-segment", {"company": "Qinglan"}, "its parameters: segment, limit, offset, spans, lang"),
        ("figures-by-year", {"year": 99}, "a whole number from 1900 to 2100"),
        ("figures-by-year", {"year": "soon"}, "a whole number from 1900 to 2100"),
        ("figures-by-year", {"year": True}, "a whole number from 1900 to 2100"),
        ("facts-in-several-passages", {"least": 1.5}, "wanted: a whole number"),
        ("facts-in-several-passages", {"least": 10**30}, "wanted: a whole number"),
        ("things-by-mentions", {"kind": "Firm"}, "one of Application, "),
        ("find", {"text": "x", "limit": 201}, "a whole number from 1 to 200"),
        ("find", {"text": "x", "limit": 0}, "a whole number from 1 to 200"),
        ("find", {"text": "x", "lang": "fr"}, "one of zh, en"),
        ("find", {"text": "x", "spans": "yes"}, "true or false"),
        ("find", {"text": ["x"]}, "a text of at most 500 characters"),
        ("find", {"text": "x" * 501}, "a text of at most 500 characters"),
        ("ask", {"question": "x" * 10_000}, "a text of at most 1000 characters"),
        ("ask", {}, "ask needs the parameter question"),
        ("find", {"text": "x", "kind": "Firm"}, "one of Application, "),
        ("statements-of-passage", {"passage": "nowhere"}, "write document-Lline"),
    ],
)
def test_wrong_arguments_are_told_what_would_be_right(
    agent: Agent, tool: str, given: dict[str, Any], words: str
) -> None:
    told = agent.error(tool, **given)
    assert words in told
    assert len(told) < 2_500


def test_numbers_may_come_as_text(agent: Agent) -> None:
    answers = [agent.ask("figures-by-year", year=year)["rows"] for year in (2024, "2024", 2024.0)]
    assert answers[0] == answers[1] == answers[2] != []


@pytest.mark.parametrize(
    "value", [10**400, NINES, "1e400", float("inf"), float("nan"), "NaN", "-Infinity", "1_0e9999", True]
)
@pytest.mark.parametrize("kind", ["integer", "number"])
def test_a_number_beyond_all_bounds_is_refused(world: KnowledgeGraph, kind: str, value: Any) -> None:
    tool = tools(world.catalogue, world.names, "en", ())["facts-in-several-passages"]
    tool.input_schema["properties"]["least"]["type"] = kind
    with pytest.raises(UsageProblem) as caught:
        checked(tool, {"least": value})
    assert "number from -1000000000000000 to 1000000000000000" in caught.value.render("en")
    assert len(caught.value.render("en")) < 500


# -- hostile ------------------------------------------------------------------------------------------

HOSTILE = {
    "service": ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "refused"),
    "hidden service": ("SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "refused"),
    "insert": ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "refused"),
    "delete": ("DELETE WHERE { ?s ?p ?o }", "refused"),
    "load": ("LOAD <http://127.0.0.1:9/>", "refused"),
    "drop": ("DROP ALL", "refused"),
    "unknown graph": ("SELECT * FROM <urn:nowhere> { ?s ?p ?o }", "refused"),
    "syntax": ("SELECT ?x WHERE {", "syntax"),
    "deep": (f"SELECT * {{ {'{' * 10_000} ?s ?p ?o {'}' * 10_000} }}", "limit"),
    "long": ("SELECT * { " + "?s ?p ?o . " * 20_000 + "}", "usage"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_query_is_refused_with_its_reason(agent: Agent, name: str) -> None:
    query, code = HOSTILE[name]
    assert f"error[{code}]" in agent.error("sparql", query=query)
    assert agent.ask("find", text="Qinglan")["rows"]


ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.mark.slow  # waits for limits to run out
def test_endless_queries_are_killed_and_neighbours_answered(hurried: Agent) -> None:
    calls = [("sparql", {"query": ENDLESS}), *[("find", {"text": "Qinglan"})] * 20]
    killed, *neighbours = hurried.together(calls)
    assert "error[limit]" in text(killed)
    assert not any(found.is_error for found in neighbours)
    for found in hurried.together([("sparql", {"query": ENDLESS})] * 4):  # twice as many as there are workers
        assert re.search(r"error\[(limit|busy)\]", text(found))
    assert hurried.ask("show", thing="Qinglan")["rows"]


def test_rows_that_take_too_long_cut_the_answer_instead_of_losing_it(call: Call) -> None:
    rows = (ResultRow({"n": n, "passages": []}, str(n)) for n in range(3))
    structured, _ = render(Result("a title", {}, rows, 3), call)
    assert [row["n"] for row in structured["rows"]] == [0]
    assert (structured["truncated"], structured["next"], structured["total"]) == (True, 1, 3)


@pytest.mark.slow  # fills the memory that a query may take
def test_a_query_that_eats_memory_ends_alone(agent: Agent) -> None:
    doubling = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    told = agent.error("sparql", query=f'SELECT ?x40 {{ BIND("0123456789" AS ?x0) {doubling} }}')
    assert "error[limit]" in told or "error[usage]" in told
    assert agent.ask("find", text="Qinglan")["rows"]


def test_calls_at_once_get_each_their_own_answer(agent: Agent) -> None:
    names = ["青岚纸坊", "竹里编舍", "明盈灯业", "明萤灯业", "听竹社", "远山咨询", "澄洲", "走马灯"]
    calls = [call for name in names for call in (("find", {"text": name}), ("show", {"thing": name, "limit": 3}))]
    found = agent.together(calls * 3)
    for (tool, given), result in zip(calls * 3, found, strict=True):
        assert result.structured_content is not None
        thing = result.structured_content["rows"][0] if tool == "find" else result.structured_content["thing"]
        assert given.get("text", given.get("thing")) in (thing["zh"], thing["en"])


def test_the_log_has_the_calls_but_nothing_of_what_was_asked(agent: Agent) -> None:
    agent.ask("find", text="青岚纸坊")
    assert re.search(r"INFO kg\.mcp find ok \d+ ms", agent.log)
    assert "青岚纸坊" not in agent.log
    assert "Traceback" not in agent.log


# -- the process --------------------------------------------------------------------------------------


def messages(*calls: tuple[str, dict[str, Any]]) -> bytes:
    """The handshake and *calls*, a line each."""
    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}}
    handshake = [
        {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": client},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in handshake) + requests(*calls)


def requests(*calls: tuple[str, dict[str, Any]]) -> bytes:
    """*calls*, a line each, numbered from 1."""
    lines = [
        {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": name, "arguments": given}}
        for number, (name, given) in enumerate(calls, start=1)
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@contextmanager
def started(project: Project, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "kg", "mcp", *flags]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(project)) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(out: bytes) -> list[dict[str, Any]]:
    """What came on standard output: messages of the protocol, and nothing else."""
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.slow  # a process of its own
def test_what_was_asked_before_the_end_of_input_is_answered_and_nothing_stays(
    world: KnowledgeGraph, world_project: Project
) -> None:
    calls = [("find", {"text": "Qinglan"}), ("chain", {"industry": "纸灯业"}), ("chain", {"industry": "nowhere"})]
    with started(world_project) as process:
        out, log = process.communicate(messages(*calls), timeout=60)
        assert process.returncode == 0
    answers = {line["id"]: line["result"] for line in lines(out)}
    assert set(answers) == {0, 1, 2, 3}
    assert answers[0]["serverInfo"]["name"] == "xinzhi"
    assert [answers[n].get("isError", False) for n in (1, 2, 3)] == [False, False, True]
    assert log == b""


ENDS = {
    "end of input": 0,
    "SIGTERM": 0,
    "SIGINT": 130,
    "SIGTERM while it loads": 0,
    "SIGTERM while nobody reads": 0,
    "nobody reads any more": 0,
}


@pytest.mark.slow  # a process of its own
@needs_proc
@pytest.mark.parametrize("how", ENDS)
def test_it_ends_without_waiting_and_leaves_no_process_behind(
    world: KnowledgeGraph, world_project: Project, how: str
) -> None:
    with started(world_project, "--timeout", "3600") as process:  # longer than any test waits
        assert process.stdin is not None
        assert process.stdout is not None
        if how == "SIGTERM while it loads":
            assert eventually(lambda: len(family(process.pid)) > 1, PATIENCE)
        else:
            process.stdin.write(messages(("find", {"text": "Qinglan"})))
            process.stdin.flush()
            for _ in range(2):
                process.stdout.readline()
        mine = family(process.pid)
        end(process, how)
        assert process.wait(PATIENCE) == ENDS[how]
        assert eventually(lambda: not any(map(there, mine)), PATIENCE)
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


def end(process: subprocess.Popen[bytes], how: str) -> None:
    """End the server in one of the ways of ENDS; its input stays open where that is not the way."""
    assert process.stdin is not None
    assert process.stdout is not None
    if how == "end of input":
        process.stdin.close()
    elif how == "nobody reads any more":
        process.stdout.close()
        ask(process, ("find", {"text": "Qinglan"}))
    else:
        if how == "SIGTERM while nobody reads":
            ask(process, *[("sparql", {"query": "SELECT * { ?s ?p ?o }", "limit": 200})] * 20)
            assert eventually(lambda: filled(process.stdout), PATIENCE)
        elif how != "SIGTERM while it loads":
            ask(process, ("sparql", {"query": ENDLESS}))
            assert eventually(lambda: max(map(seconds_of_work, family(process.pid) - {process.pid})) > 0.3, PATIENCE)
        process.send_signal(signal.SIGINT if how == "SIGINT" else signal.SIGTERM)


def ask(process: subprocess.Popen[bytes], *calls: tuple[str, dict[str, Any]]) -> None:
    assert process.stdin is not None
    process.stdin.write(requests(*calls))
    process.stdin.flush()


def filled(pipe: Any) -> bool:
    """Whether *pipe* is filled by half, so that a second answer of this size finds no room."""
    waiting = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]
    return bool(waiting > fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) // 2)


def seconds_of_work(number: int) -> float:
    """Seconds for which process *number* has had a processor."""
    try:
        fields = (PROC / str(number) / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended just now
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.slow  # a process of its own
@needs_proc
def test_answers_that_nobody_reads_do_not_keep_it_after_the_end_of_input(
    world: KnowledgeGraph, world_project: Project
) -> None:
    with started(world_project, "--timeout", "5") as process:
        assert process.stdin is not None
        process.stdin.write(messages(*[("sparql", {"query": "SELECT * { ?s ?p ?o }", "limit": 200})] * 20))
        process.stdin.flush()
        assert eventually(lambda: filled(process.stdout), PATIENCE)
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


@pytest.mark.slow  # processes of their own
@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_without_standard_streams_it_ends(world: KnowledgeGraph, world_project: Project, closed: str) -> None:
    command = f'"{sys.executable}" -m kg mcp {closed}'
    asked = messages(("find", {"text": "Qinglan"}))
    done = subprocess.run(
        ["sh", "-c", command],
        input=asked,
        capture_output=True,
        env=environment(world_project),
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.slow  # a process of its own
def test_lines_that_are_no_messages_are_ignored_and_the_rest_is_answered(
    world: KnowledgeGraph, world_project: Project
) -> None:
    handshake, *rest = messages(("find", {"text": "Qinglan"})).splitlines(keepends=True)
    bad = [
        b"\n",
        b"not json\n",
        b"[]\n",
        b"\xff\xfe\n",
        b'{"jsonrpc": "2.0"}\n',
        b'{"x": "\\ud800"}\n',
        b"[" * 100_000 + b"\n",
        b"x" * 5_000_000 + b"\n",
    ]
    with started(world_project) as process:
        out, log = process.communicate(b"".join([handshake, *bad, *rest]), timeout=60)
        assert process.returncode == 0
    answers = {line["id"]: line["result"] for line in lines(out)}
    assert set(answers) == {0, 1}
    assert answers[1]["structuredContent"]["rows"][0]["zh"] == "青岚纸坊"
    assert log.count(b"ignored a line that is no JSON-RPC message") == len(bad) == len(log.splitlines())


@pytest.mark.slow  # a process of its own, and a client of the older protocol
def test_the_older_handshake_and_the_language_and_tags_of_the_command(
    world: KnowledgeGraph, world_project: Project, tmp_path: Path
) -> None:
    flags = ("--lang", "zh", "--tag", "policy")
    with conversation(world_project, tmp_path, *flags, mode="legacy") as agent:
        tools = agent.tools
        wanted = {q.name for q in world.catalogue if "policy" in q.tags}
        assert set(tools) == OWN | wanted
        assert tools["find"].title == "按名称查找"
        assert "风铃业" in (agent.client.instructions or "")
        assert "是不是" in agent.error("chain", industry="纸登业")
        assert "共" in text(agent.call("policies"))
        assert "did you mean" in agent.error("chain", industry="wind chine making", lang="en")


@pytest.mark.slow  # a process of its own
def test_a_rebuilt_graph_is_taken_over(world: KnowledgeGraph, world_project: Project, tmp_path: Path) -> None:
    store = tmp_path / "store"
    for name in ("one", "two"):
        folder = store / name
        folder.mkdir(parents=True)
        for part in world.path.iterdir():
            (folder / part.name).symlink_to(part)
    manifest = {**world.manifest, "dataset_sha256": "0" * 64}
    (store / "two" / "manifest.json").unlink()
    (store / "two" / "manifest.json").write_text(json.dumps(manifest))
    (store / "two" / SUMS).unlink()
    seal(store / "two")
    (store / CURRENT).symlink_to("one")
    with conversation(replace(world_project, store_folder=store), tmp_path) as agent:
        assert agent.ask("find", text="Qinglan")["dataset"] == world.manifest["dataset_sha256"]
        (store / "next").symlink_to("two")
        (store / "next").rename(store / CURRENT)
        deadline = time.monotonic() + 60
        while agent.ask("find", text="Qinglan")["dataset"] != "0" * 64:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert "Traceback" not in agent.log


@pytest.mark.slow  # builds a graph
def test_it_builds_a_graph_that_is_not_there_and_prints_only_the_protocol(tmp_path: Path) -> None:
    with started(small("kites", tmp_path / "project")) as process:
        out, _ = process.communicate(messages(("find", {"text": "竹邻社"})), timeout=300)
        assert process.returncode == 0
    answers = lines(out)
    assert [line["id"] for line in answers] == [0, 1]
    assert not answers[1]["result"].get("isError", False)


def test_without_its_package_it_says_what_to_install(world: KnowledgeGraph, world_project: Project) -> None:
    code = (
        "import sys; sys.modules['mcp'] = sys.modules['mcp_types'] = None; from kg.faces.cli import main; main(['mcp'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=b"",
        capture_output=True,
        env=environment(world_project),
        timeout=60,
        check=False,
    )
    assert done.returncode == 5
    assert b"xinzhi[mcp]" in done.stderr
    assert done.stdout == b""


@pytest.mark.slow
def test_wrong_flags_end_with_a_message(world: KnowledgeGraph, world_project: Project) -> None:
    for flag, value, code, told in (
        ("--tag", "nonsense", 2, "one of: "),
        ("--store", "http://127.0.0.1:9", 5, "http://127.0.0.1:9"),
    ):
        done = shell("mcp", flag, value, KG_PROJECT=str(world_project.root), KG_STORE=str(world_project.store_folder))
        assert done.returncode == code
        assert told in done.stderr


@pytest.mark.slow  # imports the protocol's package
def test_the_protocols_package_is_not_loaded_before_it_is_needed_and_the_web_never() -> None:
    code = (
        "import sys, kg.faces.cli.commands.mcp, kg.faces.mcp.server, kg.faces.mcp.tasks;"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('mcp', 'mcp_types', 'starlette')));"
        "import kg.faces.mcp.connection, kg.faces.mcp.protocol; print(sorted(m for m in sys.modules if m.startswith('kg.faces.web')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n[]\n"
