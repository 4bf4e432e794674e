"""User interfaces: command line, HTTP server, MCP server, drawings, exports. They parse input, call other rooms and print."""
