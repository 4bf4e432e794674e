"""An explanation of a triple as JSON values, for JSON output, web pages and MCP."""

from __future__ import annotations

from typing import Any

from kg.ask.names import Names
from kg.ask.wording import rule_in_words, triple_in_words
from kg.reason.proof import Missing, Proof, Why
from kg.reason.rules import Rule, TriplePattern


def explain(found: Why, names: Names) -> dict[str, Any]:
    """*found* as JSON values: triples in N-Triples form, each with a sentence in zh and en."""
    return {
        "triple": _triple(found.triple, names),
        "holds": found.holds,
        "proofs": [_proof(p, names) for p in found.proofs],
        "missing": [_missing(m, names) for m in found.missing],
    }


def _proof(proof: Proof, names: Names) -> dict[str, Any]:
    return {
        **_triple(proof.triple, names),
        "kind": proof.kind,
        "passages": list(proof.passages),
        "rule": _rule(proof.rule, names) if proof.rule else None,
        "premises": [_proof(p, names) for p in proof.premises],
    }


def _missing(missing: Missing, names: Names) -> dict[str, Any]:
    return {
        "rule": _rule(missing.rule, names),
        "present": [_triple(p, names) for p in missing.present],
        "lacking": _triple(missing.lacking, names),
        "ways": missing.ways,
    }


def _triple(triple: TriplePattern, names: Names) -> dict[str, Any]:
    words = triple_in_words(triple, names)
    return {"subject": triple[0], "predicate": triple[1], "object": triple[2], **words.plain()}


def _rule(rule: Rule, names: Names) -> dict[str, Any]:
    words = rule_in_words(rule, names)
    return {"name": rule.name, "axiom": list(rule.axiom), **words.plain()}
