"""Queries on a built graph: saved queries, names, chains, entities, networks. Independent of terminal and HTTP."""
