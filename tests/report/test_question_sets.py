"""No question of the sets for building is answered wrongly; how many are answered is measured in bench/questions."""

from __future__ import annotations

import json

import pytest
from bench.questions import FOLDER, marked

from kg.graph import KnowledgeGraph


@pytest.mark.slow
@pytest.mark.parametrize("half", ["build", "second-build", "third-build", "fourth-build"])
def test_no_answer_is_wrong(half: str, report: KnowledgeGraph) -> None:
    lines = [json.loads(text) for text in (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()]
    answers = [report.questions.plain(report.ask(line["q"])) for line in lines]
    marks = {line["q"]: marked(report, line, answer) for line, answer in zip(lines, answers, strict=True)}
    assert [question for question, mark in marks.items() if mark == "wrong"] == []
    assert sum(mark == "exact" for mark in marks.values()) > len(lines) / 2
