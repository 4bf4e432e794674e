"""The terms and names of a graph as SPARQL writes them, for editors that complete what is typed."""

from __future__ import annotations

import re
from typing import Any, Final

from kg.ask.names import Names
from kg.terms import class_iri, compact, expand
from kg.vocab import PREFIXES

_LOCAL: Final = re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)*", re.ASCII)
"""Local names that need no escapes in a prefixed name (SPARQL 1.1 19.8, PN_LOCAL)."""


def completion(names: Names) -> dict[str, Any]:
    """The prefixes, classes, properties and things, as JSON values.

    Returns:
        ``prefixes``: prefix → namespace. ``classes``, ``properties``, ``things``: each a list of the term as SPARQL writes it,
        its label in Chinese and in English, and for a thing the local name of its class.
    """
    classes = [class_iri(name) for name in sorted(names.classes)]
    return {
        "prefixes": dict(PREFIXES),
        "classes": [_entry(names, iri) for iri in classes],
        "properties": [_entry(names, iri) for iri in sorted(names.properties)],
        "things": [[*_entry(names, thing.iri), thing.kind] for thing in names.things],
    }


def written(iri: str) -> str:
    """*iri* as SPARQL writes it: a prefixed name, or in angle brackets."""
    short = compact(iri)
    _, _, local = short.partition(":")
    return short if _LOCAL.fullmatch(local) and expand(short) == iri else f"<{iri}>"


def _entry(names: Names, iri: str) -> list[str]:
    label = names.text(iri)
    return [written(iri), label.zh, label.en]
