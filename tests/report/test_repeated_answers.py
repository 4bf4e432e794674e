"""The saved queries that an answer names have its rows again; what it leaves out of them it says."""

from __future__ import annotations

import json

import pytest

from conftest import ROOT
from kg.ask.question.repeat import repeat
from kg.graph import KnowledgeGraph
from kg.terms import LANGS

QUESTIONS = [
    json.loads(line)["q"]
    for line in (ROOT / "tests" / "report" / "questions" / "build.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
def test_the_rows_of_an_answer_are_those_of_its_queries(report: KnowledgeGraph, lang: str) -> None:
    answers = [answer for question in QUESTIONS if (answer := report.ask(question)).reading and answer.table.rows]
    assert len(answers) > 50
    wrong = []
    for answer in answers:
        assert answer.reading
        again = repeat(answer.reading, report.catalogue, lang)
        rows = dict.fromkeys(row for values in again.runs for row in report.query(again.query.name, **values).rows)
        same = set(answer.table.rows) <= set(rows) if again.kept.zh else answer.table.rows == tuple(rows)
        if not same:
            wrong.append((answer.question, again))
    assert wrong == []
