"""Quads in, rows out: the embedded store, its results, and what a query from outside may do."""
