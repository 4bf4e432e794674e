"""Queries on a built graph: saved queries, names, chains, things, networks. Independent of terminal and HTTP."""
