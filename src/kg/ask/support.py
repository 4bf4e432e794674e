"""What supports a triple: its ground, and the passages that state it or that are in its shortest proof."""

from __future__ import annotations

from collections.abc import Iterator

from kg.ask.entity import ground_and_passages
from kg.reason.proof import Proof, Prover
from kg.reason.rules import TriplePattern
from kg.store.base import Store

Support = tuple[str, list[str]]
"""The ground (``asserted``, ``background``, ``entities``, ``inferred``, ``computed``) and the IRIs of the passages."""


def support(store: Store, prover: Prover, triple: TriplePattern) -> Support:
    """The ground of *triple* and its passages; ``computed`` and none if it does not hold."""
    pattern = " ".join(triple)
    rows = store.select(f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ {pattern} }} }} ORDER BY ?g")
    ground, passages = ground_and_passages({str(row["g"]) for row in rows})
    if ground != "inferred":
        return ground, list(passages)
    if not store.query(f"ASK {{ {pattern} }}"):
        return "computed", []
    proofs = prover.why(triple).proofs
    return "inferred", list(dict.fromkeys(leaves(proofs[0]))) if proofs else []


def leaves(proof: Proof) -> Iterator[str]:
    """The passages of the leaves of a proof."""
    yield from proof.passages
    for premise in proof.premises:
        yield from leaves(premise)
