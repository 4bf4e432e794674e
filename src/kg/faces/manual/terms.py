"""The entry of each ontology term in the reference, from its triples and its use in the data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kg.reason.axioms import compile_rules
from kg.terms import Text, compact
from kg.vocab import IVC, LABEL, OWL, RDFS, SKOS, TYPE

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

_KINDS: Final = {
    "Class": Text("类", "Classes"),
    "ObjectProperty": Text("关系属性", "Object properties"),
    "DatatypeProperty": Text("数据属性", "Datatype properties"),
    "AnnotationProperty": Text("注释属性", "Annotation properties"),
}
_TRAITS: Final = {
    "TransitiveProperty": Text("传递", "transitive"),
    "SymmetricProperty": Text("对称", "symmetric"),
    "IrreflexiveProperty": Text("非自反", "irreflexive"),
}
_FACTS: Final = {
    "subClassOf": Text("上位类", "narrower than"),
    "subPropertyOf": Text("上位属性", "narrower than"),
    "domain": Text("主语", "from"),
    "range": Text("宾语", "to"),
}
_GRAPH: Final = "SELECT ?s ?p ?o WHERE { GRAPH <https://w3id.org/xinzhi/ns> { ?s ?p ?o } }"
_ONTOLOGY: Final = "SELECT ?s ?p ?o WHERE { GRAPH <https://w3id.org/xinzhi/ns> { ?s ?p ?o } FILTER(isIRI(?s)) }"
_USES: Final = """
SELECT ?term (COUNT(*) AS ?n) WHERE {
  { GRAPH ?g { ?s ?term ?o } } UNION { GRAPH ?g { ?s a ?term } }
  FILTER(?g NOT IN (g:inferred, g:audit)) FILTER(STRSTARTS(STR(?term), STR(ivc:)))
} GROUP BY ?term"""


@dataclass(frozen=True)
class Entry:
    """The entry of one term. ``facts`` has pairs of heading and text; ``uses`` counts its uses in the data."""

    name: str
    label: str
    other: str
    definition: str
    note: str
    facts: tuple[tuple[str, str], ...]
    example: str
    uses: int


def reference(graph: KnowledgeGraph, lang: str) -> list[tuple[str, list[Entry]]]:
    """Heading and entries, sorted by name, for each kind of term."""
    properties: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in graph.store.select(_ONTOLOGY).rows:
        tag = getattr(value, "language", None)
        properties[subject.value][predicate.value + (f"@{tag}" if tag else "")].append(value.value)  # type: ignore[union-attr]
    uses = {row["term"]: row["n"] for row in graph.store.select(_USES)}
    chains = _chains(graph)
    found = []
    for kind, heading in _KINDS.items():
        terms = sorted(t for t in properties if t.startswith(IVC) and OWL + kind in properties[t][TYPE])
        found.append((heading.pick(lang), [_entry(t, properties[t], chains[t], uses.get(t, 0), lang) for t in terms]))
    return found


def _chains(graph: KnowledgeGraph) -> dict[str, list[str]]:
    """Property → its property chains, each as ``ivc:operatesIn ∘ ivc:inIndustry``."""
    found: dict[str, list[str]] = defaultdict(list)
    ontology = [ox.Quad(s, p, o) for s, p, o in graph.store.select(_GRAPH).rows]  # type: ignore[arg-type]
    for rule in compile_rules(ontology):
        if rule.name == "prp-spo2":
            steps = [compact(pattern[1].strip("<>")) for pattern in rule.body]
            found[rule.head[1].strip("<>")].append(" ∘ ".join(steps))
    return found


def _entry(term: str, properties: dict[str, list[str]], chains: list[str], uses: int, lang: str) -> Entry:
    def word(predicate: str, tag: str = lang) -> str:
        return next(iter(properties.get(f"{predicate}@{tag}", [])), "")

    facts = [
        (name.pick(lang), ", ".join(sorted(map(compact, properties[RDFS + key]))))
        for key, name in _FACTS.items()
        if properties.get(RDFS + key)
    ]
    if traits := [t.pick(lang) for key, t in _TRAITS.items() if OWL + key in properties[TYPE]]:
        facts.append((Text("性质", "is").pick(lang), ", ".join(traits)))
    if inverse := word(IVC + "inverseLabel"):
        facts.append((Text("反向读作", "read backwards").pick(lang), inverse))
    if properties.get(OWL + "inverseOf"):
        facts.append((Text("逆关系", "inverse of").pick(lang), ", ".join(map(compact, properties[OWL + "inverseOf"]))))
    if chains:
        facts.append((Text("由链推出", "follows from").pick(lang), "; ".join(sorted(chains))))
    return Entry(
        name=compact(term),
        label=word(LABEL),
        other=word(LABEL, "en" if lang == "zh" else "zh"),
        definition=word(SKOS + "definition"),
        note=word(SKOS + "scopeNote"),
        facts=tuple(facts),
        example=next(iter(properties.get(SKOS + "example", [])), ""),
        uses=uses,
    )
