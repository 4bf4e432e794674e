"""Content-Security-Policy: only this server's own files are loaded and run (https://www.w3.org/TR/CSP3/)."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from typing import Final

STRICT: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The policy of every page except drawings."""
OF_FILES: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'"
)
"""The policy that a page of a site carries: it loads files of the site, and asks for nothing else."""
OF_ENGINE: Final = OF_FILES.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'") + "; worker-src blob:"
"""That of the site's page on which Oxigraph runs: WebAssembly in a worker, whose code is a script of the page."""
_SCRIPT: Final = re.compile(r"<script\b[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)


def for_page(html: str) -> str:
    """The policy of a served drawing: allows its inline scripts, by their digests, its inline styles, and asking the server."""
    digests = dict.fromkeys(base64.b64encode(sha256(m[1].encode()).digest()).decode() for m in _SCRIPT.finditer(html))
    scripts = " ".join(f"'sha256-{d}'" for d in digests)
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
