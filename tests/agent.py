"""A client of ``kg mcp``: the real program in a process of its own, asked with the protocol's own client."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, Tool

from kg.source.project import Project

MOST = 20_000
"""Most characters of the structured content, and of the text."""
PATIENCE = 120.0
"""Seconds after which something never happens: much longer than it takes on a busy machine."""


class Agent:
    """A client in a conversation with a server of its own."""

    def __init__(self, portal: anyio.from_thread.BlockingPortal, client: Client, log: Path) -> None:
        self._portal, self.client, self._log = portal, client, log

    @property
    def log(self) -> str:
        return self._log.read_text()

    @cached_property
    def tools(self) -> dict[str, Tool]:
        return {tool.name: tool for tool in self._portal.call(self.client.list_tools).tools}

    @property
    def size_of_list(self) -> int:
        """Bytes of the list of tools, as the server sends it."""
        return len(self._portal.call(self.client.list_tools).model_dump_json(by_alias=True, exclude_none=True).encode())

    def call(self, name: str, /, **given: Any) -> CallToolResult:
        return self._portal.call(self.client.call_tool, name, given)

    def together(self, calls: Sequence[tuple[str, dict[str, Any]]]) -> list[CallToolResult]:
        """The answers of *calls*, all sent at once; one that never comes is an error."""

        async def ask() -> list[CallToolResult]:
            async with asyncio.timeout(PATIENCE):
                return list(await asyncio.gather(*(self.client.call_tool(*call) for call in calls)))

        return self._portal.call(ask)

    def ask(self, name: str, /, **given: Any) -> dict[str, Any]:
        """The structured answer; the client has held it to the tool's output schema."""
        result = self.call(name, **given)
        assert not result.is_error, text(result)
        found = result.structured_content
        assert isinstance(found, dict)
        assert len(json.dumps(found, ensure_ascii=False, separators=(",", ":"))) <= MOST
        assert len(text(result)) <= MOST
        assert found["truncated"] == (found["next"] is not None)
        cut = "are cut" in (found["note"] or "")
        assert found["complete"] == (not found["truncated"] and found["offset"] == 0 and not cut)
        return found

    def whole(self, name: str, /, **given: Any) -> list[dict[str, Any]]:
        """Every row, page by page."""
        rows: list[dict[str, Any]] = []
        following: int | None = 0
        while following is not None:
            page = self.ask(name, offset=following, limit=200, **given)
            assert page["offset"] == following
            rows += page["rows"]
            following = page["next"]
        assert page["total"] == len(rows)
        return rows

    def error(self, name: str, /, **given: Any) -> str:
        result = self.call(name, **given)
        assert result.is_error
        assert result.structured_content is None
        told = text(result)
        assert "Traceback" not in told
        assert "\n  → " in told, told
        return told


def text(result: CallToolResult) -> str:
    """The text of an answer; a file may stand behind it."""
    content = result.content[0]
    assert content.type == "text"
    return content.text


def environment(project: Project, **settings: str) -> dict[str, str]:
    """The variables for a process that serves *project* in English."""
    return {
        **os.environ,
        "KG_PROJECT": str(project.root),
        "KG_STORE": str(project.store_folder),
        "KG_LANG": "en",
        **settings,
    }


@contextmanager
def conversation(project: Project, folder: Path, *flags: str, mode: Any = "auto", **settings: str) -> Iterator[Agent]:
    """A conversation with ``kg mcp`` on the graph of *project*; its log goes into *folder*."""
    log = folder / f"mcp-{time.monotonic_ns()}.log"
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "kg", "mcp", *flags], env=environment(project, **settings)
    )
    with log.open("w") as out, anyio.from_thread.start_blocking_portal() as portal:
        client = Client(stdio_client(command, errlog=out), mode=mode)
        with portal.wrap_async_context_manager(client):
            yield Agent(portal, client, log)
