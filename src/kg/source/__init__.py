"""Files → quads, passages and saved queries, each knowing the file and line it came from."""
