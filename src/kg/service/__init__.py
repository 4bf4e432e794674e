"""Answers requests in confined worker processes that share the loaded graph; used by the HTTP and MCP servers."""
