"""The answers in both READMEs are what the program answers; ``KG_GOLDEN=write scripts/test -n0 tests/report/test_readme.py`` renews them."""

from __future__ import annotations

import os
import re
import shlex

import pytest

from conftest import ROOT, on
from kg.graph import KnowledgeGraph
from kg.source.project import Project

LANGUAGE = {"README.md": "en", "README.zh.md": "zh"}
EXAMPLES = [
    (n, *m)
    for n in LANGUAGE
    for m in re.findall(r"```console\n\$ kg ([^\n]*)\n(.*?)```", (ROOT / n).read_text(encoding="utf-8"), re.DOTALL)
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "command", "answer"), EXAMPLES, ids=[f"{e[0]}: {e[1]}" for e in EXAMPLES])
def test_example(report: KnowledgeGraph, report_project: Project, name: str, command: str, answer: str) -> None:
    fresh = on(report_project)(*shlex.split(command), code=None).stdout
    if os.environ.get("KG_GOLDEN") == "write":
        page = ROOT / name
        block = f"$ kg {command}\n"
        page.write_text(page.read_text(encoding="utf-8").replace(block + answer, block + fresh), encoding="utf-8")
        answer = fresh
    assert fresh == answer


@pytest.mark.parametrize("name", LANGUAGE)
def test_there_are_five_in_the_language_of_the_page(name: str) -> None:
    commands = [command for page, command, _ in EXAMPLES if page == name]
    assert len(commands) == 5
    assert all(command.split("--lang ")[1].startswith(LANGUAGE[name]) for command in commands)
