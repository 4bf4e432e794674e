"""The handlers of ``tools/list`` and ``tools/call`` of the Model Context Protocol."""

from __future__ import annotations

import json
import logging
import re
import time
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server

from kg.errors import KgError
from kg.faces.mcp.arguments import checked, tool_called
from kg.faces.mcp.session import Session
from kg.faces.mcp.tools import Tool
from kg.service.messages import Request
from kg.terms import LANGS, Text

LOG: Final = logging.getLogger("kg.mcp")
_HINTS: Final = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_TITLE: Final = Text("新质产业链图谱", "Industry reports as a knowledge graph")
_INSTRUCTIONS: Final = Text(
    "产业报告的知识图谱,只读。有问题先用 ask;它没有读懂时,用 find 认出名称,用 query 找出并运行保存的查询,用 show、chain "
    "看全貌,最后才用 sparql;引用前用 audit 看矛盾,用 why 看依据。每行的 passages 指明出自文献哪一段,引用时带上;total 是"
    "总行数;complete 为 false 时用 next 作 offset 接着取。参数可写几个值,用逗号隔开,或写 all。文献没说,不等于没有。产业:{}",
    "Industry reports as a knowledge graph, read-only. Put a question to ask first. If it does not understand, look names "
    "up with find, search and run saved queries with query, see the whole with show and chain; sparql comes last. Before you "
    "quote something, look for contradictions with audit and for its proof with why. The passages of a row say where a "
    "report states it: cite them. total is the number of all rows; if complete is false, call again with next as offset. A "
    "parameter takes several names, separated by commas, or all. If the reports do not say something, that does not mean that it is false. Industries: {}",
)
_COMMAND: Final = re.compile(r"\bkg (?=(?:ask|query|find|show|chain|why|audit|compare|path|sparql)\b)")
"""The program's name before a command in a hint. It is removed, because the tools have the names of the commands."""
_LIST: Final = "kg queries"
"""The command that lists saved queries, which the tool ``query`` does."""
_LONGEST: Final = 2_000
"""Most characters of an error message."""


def server(session: Session) -> Server[Any]:
    """The MCP server with the tools of *session*."""
    lang = session.lang

    async def list_tools(
        _: ServerRequestContext[Any], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_listed(tool, lang) for tool in session.tools.values()])

    async def call_tool(_: ServerRequestContext[Any], params: types.CallToolRequestParams) -> types.CallToolResult:
        return await _call(session, params.name, params.arguments or {})

    return Server(
        "xinzhi",
        version=version("xinzhi"),
        title=_TITLE.pick(lang),
        instructions=_INSTRUCTIONS.pick(lang).format("; ".join(session.industries)),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _listed(tool: Tool, lang: str) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title.pick(lang),
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=_HINTS,
    )


async def _call(session: Session, name: str, given: dict[str, Any]) -> types.CallToolResult:
    start, outcome = time.monotonic(), "ok"
    lang = given["lang"] if given.get("lang") in LANGS else session.lang
    try:
        tool = tool_called(name, session.tools)
        values = checked(tool, given)
        request = Request(tool.name, lang, tuple(values.items()))
        key = tool.name, lang, json.dumps(values, sort_keys=True)  # a request with an object in it cannot be a key
        answer = json.loads((await session.service.ask(request, key)).body)
        result = _result(answer["text"], structured_content=answer["structured"])
        if "file" in answer:
            result.content.append(_embedded(answer["file"]))
    except KgError as error:
        outcome, message = error.code, _COMMAND.sub("", error.render(lang).replace(_LIST, "query"))
        short = message if len(message) <= _LONGEST else message[:_LONGEST] + "…"
        result = _result(f"error[{outcome}]: {short}", is_error=True)
    LOG.info(
        "%s %s %.0f ms", name if name in session.tools else "unknown-tool", outcome, 1000 * (time.monotonic() - start)
    )
    return result


def _embedded(file: dict[str, str]) -> types.EmbeddedResource:
    """A file as a part of a result."""
    uri = f"xinzhi:///spreadsheet/{quote(file['name'])}"
    contents = types.BlobResourceContents(uri=uri, mime_type=file["media"], blob=file["content"])
    return types.EmbeddedResource(type="resource", resource=contents)


def _result(text: str, **members: Any) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], **members)
