"""The ontology's axioms as rules: run forwards to the closure, read backwards as proofs."""
