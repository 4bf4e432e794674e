"""Memory given back between the steps of a build, so that its peak is that of its largest step, not of their sum."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Collect what is no longer used, and ask the C library to return what it has freed (malloc_trim(3), where there is one)."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
