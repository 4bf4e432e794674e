"""``scripts/bench [whole|growth|shell|engine|service|soak|questions|site|pages|stores|report …] [--rounds N]``: measure; figures go to bench/results/."""

from __future__ import annotations

import argparse
import json
import os
import platform
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from bench import report

RESULTS = Path(__file__).with_name("results")
ROUNDS = {
    "whole": 2,
    "growth": 32,
    "shell": 20,
    "engine": 5,
    "service": 3,
    "soak": 10,
    "questions": 3,
    "stores": 2,
    "site": 2,
    "pages": 20,
}
TOOLS = ("pyoxigraph", "rdflib", "pyshacl", "owlrl", "uvicorn", "oxigraph", "rdflib-endpoint", "datasette")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(ROUNDS))
    parser.add_argument("--rounds", type=int)
    args = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    for part in args.parts or ROUNDS:
        if part == "report":
            continue
        found = import_module(f"bench.{part}").measure(args.rounds or ROUNDS[part])
        body = {"machine": machine(), "figures": found}
        text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
        (RESULTS / f"{part}.json").write_text(text, encoding="utf-8")
        print(text, end="")
    report.write()


def machine() -> dict[str, str]:
    """Where the figures come from."""
    tools = {name: version(name) for name in TOOLS}
    return {"cores": str(os.cpu_count()), "python": platform.python_version(), "system": platform.system(), **tools}


if __name__ == "__main__":
    main()
