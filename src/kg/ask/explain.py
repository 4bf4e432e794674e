"""An explanation of a triple as JSON values, for JSON output, web pages and MCP; and triples to explain as examples."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, NamedTuple

from kg.ask.names import Names
from kg.ask.wording import rule_in_words, triple_in_words
from kg.reason.proof import Missing, Proof, Why
from kg.reason.rules import Rule, TriplePattern
from kg.store.base import Store
from kg.terms import Text
from kg.vocab import INFERRED

_INFERRED: Final = f"""
SELECT ?subject ?predicate ?object WHERE {{ GRAPH <{INFERRED}> {{ ?subject ?predicate ?object }} FILTER(isIRI(?object)) }}
ORDER BY ?predicate ?subject ?object"""


class Example(NamedTuple):
    """An inferred triple of two things: its IRIs, and a sentence that says it."""

    subject: str
    predicate: str
    object: str
    words: Text


def examples(store: Store, names: Names, most: int) -> list[Example]:
    """Inferred triples whose proof can be asked for, each with another property; those of the most used properties first."""
    found: dict[str, tuple[str, str, str]] = {}
    uses: Counter[str] = Counter()
    for row in store.select(_INFERRED):
        if row["predicate"] in names.properties and names.get(row["subject"]) and names.get(row["object"]):
            found.setdefault(row["predicate"], (row["subject"], row["predicate"], row["object"]))
            uses[row["predicate"]] += 1
    chosen = [found[predicate] for predicate, _ in uses.most_common(most)]
    return [Example(s, p, o, triple_in_words((f"<{s}>", f"<{p}>", f"<{o}>"), names)) for s, p, o in chosen]


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
