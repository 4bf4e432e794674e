"""Compiles the ontology's axioms to rules, computes the closure, and finds proofs of triples."""
