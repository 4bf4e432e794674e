"""Projects of any size: the packaged report once as it is, and again and again as further documents under fresh names."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PREFIX = re.compile(r"(@prefix \w+:\s+<https://w3id\.org/xinzhi/(?!ns#|list/|graph/|shape/)\w+/)>")
_COPIED = ("entities.trig", "background.trig")
"""Files of the project that each copy has too; a copy is not what an entry elsewhere is about, nor another dataset."""
_NAME = re.compile(r'"@(zh|en)\b')


def copies(to: Path, number: int) -> None:
    """Write a project of *number* documents into the folder *to*, each as large as the packaged report.

    In the files of a copy each prefix leads to names of its own (``ind:6g`` is ``…/industry/c2-6g``), and each text has an
    ending of its own, so that nothing of one document is anything of another.
    """
    for part in ("ontology", "queries"):
        shutil.copytree(ROOT / part, to / part)
    shutil.copytree(ROOT / "data", to / "data")
    report = next(path.parent for path in (ROOT / "data").glob("*/document.trig"))
    for n in range(2, number + 1):
        folder = to / "data" / f"c{n}-{report.name}"
        folder.mkdir()
        for file in (*report.iterdir(), *(ROOT / "data" / name for name in _COPIED)):
            text = file.read_text(encoding="utf-8")
            if file.suffix in (".trig", ".ttl"):
                text = _PREFIX.sub(rf"\1c{n}->", _NAME.sub(rf' c{n}"@\1', text))
            elif file.name == "sections.tsv":
                text = re.sub(r"(?<=\t)([a-z0-9-]+)$", rf"c{n}-\1", text, flags=re.MULTILINE)
            (folder / file.name).write_text(text, encoding="utf-8")
