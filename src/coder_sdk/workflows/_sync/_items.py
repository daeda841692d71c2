"""Items as users hand them over. colour: handwritten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

A = TypeVar("A")

Many = Iterable[A]
"""A list, a pager, or whatever else is iterated with `for`."""


def collected(items: Many[A]) -> list[A]:
    """All items, read to the end."""
    return list(items)
