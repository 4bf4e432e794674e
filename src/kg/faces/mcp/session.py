"""The state of the MCP server: the service and the tools of its graph."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from kg.errors import KgError
from kg.faces.mcp.tools import Tool, tools
from kg.service.builds import Build
from kg.service.service import Options, Service
from kg.terms import Lang

LOG: Final = logging.getLogger("kg.mcp")


class Session:
    """The service that answers calls, and the tools of its current graph.

    Args:
        options: settings of the service.
        lang: language of titles, texts and errors, unless a call sets ``lang``.
        tags: offer a tool for each saved query with one of these tags; empty means for every query, None for none.

    Attributes:
        tools: name → tool, for the current graph.
        industries: labels of the industries in zh and en.
    """

    def __init__(self, options: Options, lang: Lang, tags: Sequence[str] | None) -> None:
        self.service, self.lang, self._tags = Service(options, self._loaded), lang, tags
        self.tools: dict[str, Tool] = {}
        self.industries: list[str] = []

    def _loaded(self, build: Build) -> None:
        """Make the tools for the graph *build*. An error keeps the old tools, if there are any.

        Raises:
            UsageProblem: no saved query of the first graph has one of the tags.
        """
        try:
            graph = build.open()
            self.tools = tools(graph.catalogue, graph.names, self.lang, self._tags)
            self.industries = [f"{t.label.zh} {t.label.en}" for t in graph.names.of_kind("Industry")]
        except KgError as error:
            if not self.tools:
                raise
            LOG.warning("the tools stay as they are: %s", error)
