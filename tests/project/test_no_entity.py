"""The program, its queries and its shapes know the model only: no thing of the packaged report stands in them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kg.terms import compact, iri, lexical
from kg.vocab import ALT_LABEL, IVC, LABEL, TYPE

FILES = sorted(
    p.relative_to(ROOT)
    for folder, pattern in (("src/kg", "**/*"), ("queries", "*.rq"), ("ontology", "shapes-*.ttl"))
    for p in (ROOT / folder).glob(pattern)
    if p.suffix in (".py", ".html", ".js", ".rq", ".ttl")
)
NAMED = {IVC + name for name in ("Industry", "Company", "ResearchBody", "PublicBody", "Policy")}
"""Kinds whose Chinese names are no common words."""


@pytest.fixture(scope="module")
def names() -> set[str]:
    """The IRIs and prefixed names of all things, and the Chinese names of those of the kinds above."""
    quads = list(ox.parse(path=str(ROOT / "data" / "entities.trig"), format=ox.RdfFormat.TRIG))
    entities = {iri(q.subject) for q in quads}
    of_kind = {q.subject for q in quads if q.predicate.value == TYPE and iri(q.object) in NAMED}
    called = {lexical(q.object) for q in quads if q.subject in of_kind and q.predicate.value in (LABEL, ALT_LABEL)}
    return entities | {compact(e) for e in entities} | {n for n in called if re.fullmatch(r"[\u4e00-\u9fff]{3,}", n)}


def written(path: Path) -> str:
    """The text of a file; of Python, the texts that the program uses, and not its docstrings, where examples may stand."""
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in bare)
    return "\n".join(str(n.value) for n in texts)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_thing_of_the_report_is_named(path: Path, names: set[str]) -> None:
    text = written(path)
    iris = re.findall(r"https://w3id\.org/[\w/#.-]*\w|\b[a-z]+:[\w.-]*\w", text)
    assert sorted({*iris} & names) + sorted(n for n in names if ":" not in n and n in text) == []


def test_a_name_would_be_found(names: set[str]) -> None:
    assert {"https://w3id.org/xinzhi/region/world", "reg:world", "商业航天"} <= names
