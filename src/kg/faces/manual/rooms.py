"""The diagram of imports between rooms, from the contract in pyproject.toml and the import statements."""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path


def diagram(root: Path) -> str:
    """A Mermaid flow chart: a box for each layer of the contract, and arrows labelled with the number of imports."""
    contract = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ][0]
    layers: list[str] = contract["layers"]
    edges = Counter(_edges(root / "src", layers))
    boxes = [f'  {_box(layer)}["{layer.removeprefix("kg.")}"]' for layer in reversed(layers)]
    arrows = [f"  {_box(a)} -->|{n}| {_box(b)}" for (a, b), n in sorted(edges.items())]
    return "\n".join(["```mermaid", "flowchart LR", *boxes, *arrows, "```", ""])


def _edges(source: Path, layers: list[str]) -> Iterator[tuple[str, str]]:
    for path in sorted((source / "kg").rglob("*.py")):
        module = ".".join(path.relative_to(source).with_suffix("").parts)
        layer = _layer(module, layers)
        for name in _imports(path):
            other = _layer(name, layers)
            if layer and other and layer != other:
                yield layer, other


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "kg":
                yield from (f"kg.{alias.name}" for alias in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _layer(module: str, layers: list[str]) -> str | None:
    return next((layer for layer in layers if module == layer or module.startswith(f"{layer}.")), None)


def _box(layer: str) -> str:
    return layer.replace(".", "_")
