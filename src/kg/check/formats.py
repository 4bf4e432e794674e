"""Findings as lines, JSON, SARIF and a SHACL validation report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import pyoxigraph as ox

from kg.check.findings import Finding
from kg.check.report import whole_report
from kg.errors import Place
from kg.store.results import serialise
from kg.terms import compact
from kg.vocab import SHAPE


def to_text(findings: Sequence[Finding], lang: str) -> str:
    """One line per finding."""
    return "".join(f.line(lang) + "\n" for f in findings)


def to_json(findings: Sequence[Finding], lang: str) -> str:
    """A JSON list of findings, with both languages of the message."""
    return json.dumps([_plain(f) for f in findings], ensure_ascii=False, indent=2) + "\n"


def to_turtle(findings: Sequence[Finding], lang: str) -> str:
    """A SHACL validation report in Turtle."""
    return serialise(whole_report(findings), ox.RdfFormat.TURTLE)


def to_sarif(findings: Sequence[Finding], lang: str) -> str:
    """SARIF 2.1.0, which code hosts and editors can display at the line of the finding."""
    rules = sorted({f.rule for f in findings})
    level = {"Violation": "error", "Warning": "warning", "Info": "note"}
    results = [
        {
            "ruleId": f.rule,
            "level": level[f.severity],
            "message": {"text": f"{compact(f.focus)}: {f.message.pick(lang)}"},
            "locations": [_location(f.place)] if f.place else [],
        }
        for f in findings
    ]
    driver = {
        "name": "kg",
        "informationUri": "https://w3id.org/xinzhi/",
        "rules": [{"id": r, "helpUri": SHAPE + r} for r in rules],
    }
    body = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


WRITERS: Final = {"text": to_text, "json": to_json, "sarif": to_sarif, "ttl": to_turtle}


def _plain(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "focus": finding.focus,
        "path": finding.path or None,
        "value": finding.value or None,
        "involved": list(finding.involved),
        "message": finding.message.plain(),
        "file": place.file if place else None,
        "line": place.line if place else None,
    }


def _location(place: Place) -> dict[str, Any]:
    region = {"startLine": max(place.line, 1)}
    return {"physicalLocation": {"artifactLocation": {"uri": place.file}, "region": region}}
