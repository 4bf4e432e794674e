"""``kg site`` on the packaged report, both languages: how long it takes, and how large it is."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.timing import run, spread


def measure(rounds: int) -> dict[str, Any]:
    """Seconds of the whole command, and the files and bytes of the site; the parts that only its SPARQL page loads apart."""
    seconds = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "site"
        for _ in range(rounds):  # from the second round on, an older site is replaced
            seconds.append(run([sys.executable, "-m", "kg", "site", str(folder)]).seconds)
        files = json.loads((folder / "site.json").read_text(encoding="utf-8"))["files"]
        sizes = {name: (folder / name).stat().st_size for name in files}
    scripts = ("engine.js", "dataset.js", "terms.js")
    return {
        "seconds": spread(seconds),
        "files": len(sizes),
        "pages": sum(name.endswith(".html") for name in sizes),
        "megabytes": sum(sizes.values()) / 1e6,
        "sparql": {name: sizes[f"static/site/{name}"] / 1e6 for name in scripts},
    }
