"""Namespaces, and the few IRIs that the code uses; all other terms are only in ontology/."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

BASE: Final = "https://w3id.org/xinzhi/"
IVC: Final = BASE + "ns#"
IVL: Final = BASE + "list/"
SHAPE: Final = BASE + "shape/"
PASSAGE: Final = BASE + "passage/"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
OA: Final = "http://www.w3.org/ns/oa#"
PROV: Final = "http://www.w3.org/ns/prov#"
SH: Final = "http://www.w3.org/ns/shacl#"

TYPE: Final = RDF + "type"
LABEL: Final = RDFS + "label"
ALT_LABEL: Final = SKOS + "altLabel"
HIDDEN_LABEL: Final = SKOS + "hiddenLabel"
NAMING: Final = frozenset({TYPE, LABEL, ALT_LABEL})
"""The properties by which ``g:entities`` names and classes things."""
WORKING: Final = IVC + "working"
EQUAL: Final = IVL + "eq"
COUNT: Final = IVL + "count"
"""The comparator of an exact value, and the unit of a number of things."""

# Named graphs other than those of passages. The graph of a triple gives its source.
ENTITIES: Final = BASE + "graph/entities"  # labels and classes, chosen by the project
BACKGROUND: Final = BASE + "graph/background"  # background knowledge that no document states
LINKS: Final = BASE + "graph/links"  # entries of other registers for things
PASSAGES: Final = BASE + "graph/passages"  # generated spans and digests
INFERRED: Final = BASE + "graph/inferred"  # triples that the closure adds
AUDIT: Final = BASE + "graph/audit"  # findings on contradictions in the documents
ONTOLOGY: Final = BASE + "ns"  # ontology and closed lists
ALIGNMENT: Final = BASE + "align"  # links of the ontology to other vocabularies; not in the default graph
DATASET: Final = BASE + "dataset"  # the node that says whose the data are, and under which licence

PREFIXES: Final = MappingProxyType(
    {
        "ivc": IVC,
        "ivl": IVL,
        "psg": PASSAGE,
        "g": BASE + "graph/",
        "ind": BASE + "industry/",
        "sec": BASE + "sector/",
        "view": BASE + "view/",
        "stg": BASE + "stage/",
        "seg": BASE + "segment/",
        "co": BASE + "organization/",
        "reg": BASE + "region/",
        "prod": BASE + "product/",
        "tech": BASE + "technology/",
        "app": BASE + "application/",
        "proj": BASE + "project/",
        "pol": BASE + "policy/",
        "obs": BASE + "observation/",
        "brk": BASE + "breakdown/",
        "clm": BASE + "claim/",
        "col": BASE + "collection/",
        "doc": BASE + "document/",
        "ent": BASE + "entry/",
        "s": SHAPE,
        "rdf": RDF,
        "rdfs": RDFS,
        "owl": OWL,
        "xsd": XSD,
        "skos": SKOS,
        "dcterms": DCTERMS,
        "oa": OA,
        "prov": PROV,
        "sh": SH,
    }
)
"""Prefix → namespace, as written in data, queries and exports.

They are declared in ``ontology/shapes-integrity.ttl`` (``sh:declare``). They are repeated here because every command needs
them and reading the file would slow it down; ``tests/project/test_ontology.py`` compares the two.
"""
