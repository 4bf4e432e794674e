"""The checks: SHACL shapes, checks of graphs and passages, comparison with the text, the audit. All return findings."""
