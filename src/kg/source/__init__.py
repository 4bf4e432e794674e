"""Reads files into quads, passages and saved queries, and finds the file and line of each for error messages."""
