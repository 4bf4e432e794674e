"""The network that pyvis makes: an empty one, which the scripts of the page fill with what they show."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

_SEED: Final = 5
"""Random seed of the physics, so that a drawing is the same each time."""
_OPTIONS: Final = {
    "physics": {
        "enabled": False,
        "solver": "forceAtlas2Based",
        "forceAtlas2Based": {"gravitationalConstant": -60, "springLength": 130, "avoidOverlap": 1},
        "stabilization": False,
    },
    "layout": {"randomSeed": _SEED, "improvedLayout": False},
    "autoResize": False,
    "interaction": {"hover": True, "tooltipDelay": 250, "navigationButtons": False, "dragNodes": True},
}


def network() -> str:
    """The HTML page with vis-network that pyvis writes."""
    from pyvis.network import Network

    made = Network(height="100%", width="100%", directed=True, cdn_resources="in_line")
    made.templateEnv = _templates(made.template_dir)
    made.set_options(json.dumps(_OPTIONS))
    return str(made.generate_html(notebook=False))


@cache
def _templates(folder: str) -> Any:
    """A cached Jinja environment for pyvis' template, so that the template, which contains vis-network, is read once."""
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(folder))
