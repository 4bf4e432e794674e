"""What can be asked of a built graph: saved queries, names, chains, entities, networks; no terminal, no HTTP."""
