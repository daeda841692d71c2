"""Items as users hand them over. colour: handwritten."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import TypeVar

A = TypeVar("A")

Many = Iterable[A] | AsyncIterable[A]
"""A list, a pager, or whatever else is iterated with `for` or `async for`."""


async def collected(items: Many[A]) -> list[A]:
    """All items, read to the end."""
    if isinstance(items, AsyncIterable):
        return [item async for item in items]
    return list(items)
