"""Releases memory between the steps of a build, so that its peak is that of the largest step, not the sum of all steps."""

from __future__ import annotations

import ctypes
import gc


def release_memory() -> None:
    """Run the garbage collector and return free memory to the system (malloc_trim(3), if the C library has it)."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
