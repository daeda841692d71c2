"""Runs what blocks on the disk. colour: handwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")


def offloaded(call: Callable[[], R]) -> R:
    """Call a function that blocks."""
    return call()
