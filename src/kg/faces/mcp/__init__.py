"""The MCP server: queries on the graph as tools of the Model Context Protocol over standard input and output."""
