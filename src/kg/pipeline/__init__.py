"""Builds the graph, writes it to the store folder, and checks whether it is up to date with the input files."""
