"""The graph over HTTP: SPARQL 1.1 Protocol, saved queries, pages of things; read-only.

A request goes one way: ``app`` (routes) → ``gate`` (who may ask, what is logged) → ``front`` (what is asked, what was
answered before) → a worker's ``desk`` (the graph, in a process of its own) → bytes. The server's own process never
evaluates a query and never renders a page.
"""
