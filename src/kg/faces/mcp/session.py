"""One conversation in the Model Context Protocol: messages from and to the wire, the tools listed, a tool called."""

from __future__ import annotations

import asyncio
import logging
import time
from importlib.metadata import version
from typing import Any, Final

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.message import SessionMessage

from kg.errors import KgError
from kg.faces.mcp.arguments import checked, tool_called
from kg.faces.mcp.desk import told
from kg.faces.mcp.graphs import Graphs
from kg.faces.mcp.schemas import shared
from kg.faces.mcp.tools import Tool
from kg.faces.mcp.wire import LONGEST, Wire
from kg.terms import LANGS, Text

LOG: Final = logging.getLogger("kg.mcp")
_HINTS: Final = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_TITLE: Final = Text("新质产业链图谱", "An industry report as a knowledge graph")
_WORDS: Final = Text(
    "一份产业报告的知识图谱,只读。先用 find 认出名称,再用 show、chain 或某个保存的查询;引用前用 audit 看矛盾,用 why "
    "看依据。每行的 passages 指明出自报告哪一段;complete 为 false 时用 next 作 offset 接着取。报告没说,不等于没有。产业:{}",
    "One industry report as a knowledge graph, read-only. Begin with find where a name is uncertain, then show, chain or "
    "the saved query that fits; before quoting, audit tells of contradictions and why of grounds. The passages of a row say "
    "where the report states it (quote them); where complete is false, go on with next as offset. That the report does not "
    "say something is not a no. Industries: {}",
)


class Session:
    """The server's side of one conversation.

    Args:
        wire: where the messages go.
        graphs: who answers.
    """

    def __init__(self, wire: Wire, graphs: Graphs) -> None:
        self._wire, self._graphs = wire, graphs
        self._open: set[str] = set()
        self._settled = asyncio.Event()

    async def run(self) -> None:
        """Converse until the other side closes; what it has asked by then is still answered."""
        to_server, heard = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        said, from_server = anyio.create_memory_object_stream[SessionMessage](0)
        server = self._server()
        async with anyio.create_task_group() as group:
            group.start_soon(self._hear, to_server)
            group.start_soon(self._say, from_server, group.cancel_scope)
            await server.run(heard, said, server.create_initialization_options())

    def _server(self) -> Server[Any]:
        lang = self._graphs.settings.lang
        return Server(
            "xinzhi",
            version=version("xinzhi"),
            title=_TITLE.pick(lang),
            instructions=_WORDS.pick(lang).format("; ".join(self._graphs.industries)),
            on_list_tools=self._tools,
            on_call_tool=self._call,
        )

    # -- messages ---------------------------------------------------------------------------------------------

    async def _hear(self, to_server: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        async with to_server:
            async for line in self._wire.lines():
                message = await self._read(line)
                if message:
                    await to_server.send(SessionMessage(message))
            await self._answers_given()

    async def _read(self, line: bytes | None) -> types.JSONRPCMessage | None:
        """The message in *line*; one that is none is answered here."""
        if line is None:
            await self._refuse(types.INVALID_REQUEST, f"the message is longer than {LONGEST} bytes")
            return None
        if not line.strip():
            return None
        try:
            message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
        except ValueError:
            await self._refuse(types.PARSE_ERROR, "this line is no JSON-RPC 2.0 message")
            return None
        if isinstance(message, types.JSONRPCRequest):
            self._open.add(str(message.id))
        elif isinstance(message, types.JSONRPCNotification) and message.method == "notifications/cancelled":
            self._close((message.params or {}).get("requestId"))  # such a request gets no answer
        return message

    async def _refuse(self, code: int, words: str) -> None:
        LOG.warning("refused a line: %s", words)
        error = types.JSONRPCError(jsonrpc="2.0", id=None, error=types.ErrorData(code=code, message=words))
        try:
            await self._wire.write(error.model_dump_json(by_alias=True, exclude_unset=True).encode())
        except OSError:  # nobody reads: the next answer finds out, too
            LOG.debug("nobody reads")

    async def _say(self, from_server: MemoryObjectReceiveStream[SessionMessage], scope: anyio.CancelScope) -> None:
        async with from_server:
            async for item in from_server:
                message = item.message
                try:
                    await self._wire.write(message.model_dump_json(by_alias=True, exclude_unset=True).encode())
                except OSError:  # nobody reads any more
                    scope.cancel()
                    return
                if isinstance(message, (types.JSONRPCResponse, types.JSONRPCError)):
                    self._close(message.id)

    def _close(self, request: object) -> None:
        self._open.discard(str(request))
        if not self._open:
            self._settled.set()

    async def _answers_given(self) -> None:
        """Wait, for as long as a call may take, until every request has its answer."""
        try:
            async with asyncio.timeout(self._graphs.settings.limits.seconds + 1):
                while self._open:
                    self._settled.clear()
                    await self._settled.wait()
        except TimeoutError:
            LOG.warning("ended with %d requests unanswered", len(self._open))

    # -- tools ------------------------------------------------------------------------------------------------

    async def _tools(
        self, _: ServerRequestContext[Any], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        lang = self._graphs.settings.lang
        return types.ListToolsResult(tools=[_listed(tool, lang) for tool in self._graphs.tools.values()])

    async def _call(self, _: ServerRequestContext[Any], params: types.CallToolRequestParams) -> types.CallToolResult:
        start, given = time.monotonic(), params.arguments or {}
        lang = given["lang"] if given.get("lang") in LANGS else self._graphs.settings.lang
        try:
            tool = tool_called(params.name, self._graphs.tools)
            answer = await self._graphs.ask(checked(tool, given, lang))
        except KgError as error:
            answer = {"error": told(error)}
        wrong, took = answer.get("error"), 1000 * (time.monotonic() - start)
        LOG.info("%s %s %.0f ms", params.name[:100], wrong["code"] if wrong else "ok", took)
        if "trace" in answer:
            LOG.error("a task failed: %s", answer["trace"])
        if wrong:
            return _result(f"error[{wrong['code']}]: {wrong[lang]}", is_error=True)
        return _result(answer["text"], structured=answer["structured"])


def _listed(tool: Tool, lang: str) -> types.Tool:
    properties = {**tool.takes["properties"], **shared(lang)}
    return types.Tool(
        name=tool.name,
        title=tool.title.pick(lang),
        description=tool.description,
        input_schema={**tool.takes, "properties": properties},
        output_schema=tool.gives,
        annotations=_HINTS,
    )


def _result(text: str, *, structured: Any = None, is_error: bool = False) -> types.CallToolResult:
    content: list[types.ContentBlock] = [types.TextContent(type="text", text=text)]
    return types.CallToolResult(content=content, structured_content=structured, is_error=is_error)
