"""The call and its answer on the page for agents.

``KG_GOLDEN=write scripts/test -n0 tests/report/test_agents_page.py`` renews them; read them before they are committed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import Agent, conversation, text
from conftest import ROOT
from kg.graph import KnowledgeGraph
from kg.source.project import Project

PAGES = [ROOT / "docs" / name for name in ("agents.md", "agents.zh.md")]
OWN = {"ask", "query", "find", "show", "chain", "why", "audit", "cite", "compare", "path", "sparql", "spreadsheet"}


@pytest.fixture(scope="module")
def agent(report: KnowledgeGraph, report_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    with conversation(report_project, tmp_path_factory.mktemp("mcp")) as running:
        yield running


def test_the_tools_are_few_and_their_list_is_short(agent: Agent) -> None:
    assert set(agent.tools) == OWN
    assert len(OWN) <= 12
    assert agent.size_of_list < 30_000


CALL = re.compile(r"```json call\n(.*?)```\n\n(?:[^`]*)```json\n(.*?)```\n\n(?:[^`]*)```text\n(.*?)```", re.DOTALL)
"""A call, its structured answer and its text."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_call_on_the_page_has_this_answer(agent: Agent, page: Path) -> None:
    written = page.read_text(encoding="utf-8")
    (found,) = CALL.finditer(written)
    call = json.loads(found[1])
    result = agent.call(call["name"], **call["arguments"])
    assert result.structured_content is not None
    shown = {**result.structured_content, "dataset": "…"}  # another with each change of the data
    rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in shown.pop("rows"))
    head = "".join(f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)},\n" for k, v in shown.items())
    fresh = [
        f'{{\n{head}  "rows": [\n{rows}\n  ]\n}}\n',
        re.sub(r"dataset \w+|数据集 \w+", "…", text(result)) + "\n",
    ]
    if os.environ.get("KG_GOLDEN") == "write":
        for part, new in zip((3, 2), reversed(fresh), strict=True):
            written = written[: found.start(part)] + new + written[found.end(part) :]
        page.write_text(written, encoding="utf-8")
    else:
        assert [found[2], found[3]] == fresh


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_names_the_tools_and_registers_the_program(page: Path) -> None:
    written = page.read_text(encoding="utf-8")
    assert all(f"`{name}`" in written for name in OWN)
    snippets = [json.loads(block) for block in re.findall(r"```json\n(\{\s*\"mcpServers.*?)```", written, re.DOTALL)]
    assert [s["mcpServers"]["xinzhi"]["args"][0] for s in snippets] == ["mcp"]
