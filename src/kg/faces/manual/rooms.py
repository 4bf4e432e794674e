"""The rooms of the program: who imports whom, from pyproject.toml and the import statements, and what each file says of itself."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path


def diagram(root: Path) -> str:
    """A Mermaid flow chart: a box for each layer of the contract, and arrows labelled with the number of imports."""
    layers = _layers(root)
    edges = Counter(_edges(root / "src", layers))
    boxes = [f'  {_box(layer)}["{layer.removeprefix("kg.")}"]' for layer in reversed(layers)]
    arrows = [f"  {_box(a)} -->|{n}| {_box(b)}" for (a, b), n in sorted(edges.items())]
    return "\n".join(["```mermaid", "flowchart LR", *boxes, *arrows, "```", ""])


def files(root: Path) -> str:
    """A table of the files of each room, or its packages, with the first paragraph of each docstring."""
    rows, order = ["| file | what it does |", "| --- | --- |"], _layers(root)[::-1]
    for room in sorted(_parts(root / "src" / "kg"), key=lambda part: order.index(f"kg.{part.stem}")):
        if (room / "__init__.py").exists():
            rows += [f"| **`{room.name}/`** | **{_summary(room)}** |"]
            rows += [
                f"| `{room.name}/{part.stem}{'/' * part.is_dir()}` | {_summary(part)} |"
                for part in sorted(_parts(room))
            ]
        else:
            rows += [f"| `{room.stem}` | {_summary(room)} |"]
    return "\n".join([*rows, ""])


def _layers(root: Path) -> list[str]:
    """The rooms in the contract of import-linter, what imports first."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    layers: list[str] = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return layers


def _parts(folder: Path) -> Iterator[Path]:
    """The modules and packages in *folder*."""
    packages = (path.parent for path in folder.glob("*/__init__.py"))
    yield from packages
    yield from (path for path in folder.glob("*.py") if not path.name.startswith("__"))


def _summary(part: Path) -> str:
    text = (part / "__init__.py" if part.is_dir() else part).read_text(encoding="utf-8")
    first = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0]
    return re.sub(r":\w+:(`[^`]+`)", r"\1", " ".join(first.split())).replace("|", "\\|")


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
