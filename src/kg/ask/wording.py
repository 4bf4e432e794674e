"""Rules and triples as sentences, made from the labels of their terms."""

from __future__ import annotations

from kg.ask.names import Names
from kg.reason.rules import Rule, TriplePattern
from kg.terms import LANGS, Text

_LETTERS = "XYZUVWABCDEFGHIJKLMNOPQRST"


def rule_in_words(rule: Rule, names: Names) -> Text:
    """A rule as a sentence, ``若 X 生产 Z,且 Z 供给 Y,则 X 涉足 Y``. Letters are assigned to variables from the head on."""
    letters: dict[str, str] = {}
    for pattern in (rule.head, *rule.body):
        for part in (pattern[0], pattern[2]):
            if part.startswith("?") and part not in letters:
                letters[part] = _LETTERS[len(letters)]
    clauses = {lang: [_clause(p, letters, names, lang) for p in (rule.head, *rule.body)] for lang in LANGS}
    (zh_head, *zh_body), (en_head, *en_body) = clauses["zh"], clauses["en"]
    return Text(f"若 {',且 '.join(zh_body)},则 {zh_head}", f"if {' and '.join(en_body)}, then {en_head}")


def triple_in_words(triple: TriplePattern, names: Names) -> Text:
    """A triple as a sentence: ``竹里编舍 — 经营环节 → 灯架``. A variable becomes 某物."""
    zh, en = (_sentence(triple, names, lang) for lang in LANGS)
    return Text(zh, en)


def _clause(pattern: TriplePattern, letters: dict[str, str], names: Names, lang: str) -> str:
    subject, value = (letters.get(part) or term_in_words(part, names, lang) for part in (pattern[0], pattern[2]))
    return f"{subject} {_link(pattern[1], names, lang)} {value}"


def _sentence(triple: TriplePattern, names: Names, lang: str) -> str:
    anything = {"zh": "某物", "en": "something"}[lang]
    subject, value = (
        anything if part.startswith("?") else term_in_words(part, names, lang) for part in (triple[0], triple[2])
    )
    return f"{subject} — {_link(triple[1], names, lang)} → {value}"


def _link(predicate: str, names: Names, lang: str) -> str:
    return names.label(predicate.strip("<>"), lang)


def term_in_words(term: str, names: Names, lang: str) -> str:
    """A term in N-Triples form as text: the label of an IRI, the lexical form of a literal."""
    if term.startswith("<"):
        return names.label(term[1:-1], lang)
    return term.rpartition('"')[0][1:] if term.startswith('"') else term
