"""Cleaning up although the task was cancelled. colour: handwritten."""

from __future__ import annotations

from contextlib import nullcontext


def shielded(seconds: float) -> nullcontext[None]:  # noqa: ARG001 - threads are not cancelled
    """Let what stands in the block finish."""
    return nullcontext()
