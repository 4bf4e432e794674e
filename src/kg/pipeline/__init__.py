"""The order of a build, what it writes, and whether what is built is still true to the files."""
