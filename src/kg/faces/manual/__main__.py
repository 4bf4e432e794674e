"""Write every generated page of the checkout that is given as argument."""

from __future__ import annotations

import sys
from pathlib import Path

from kg.faces.manual import pages
from kg.graph import open_graph

root = Path(sys.argv[1])
for name, text in pages(open_graph(root), root).items():
    (root / "docs" / name).write_text(text, encoding="utf-8")
