"""Items as users hand them over. colour: handwritten."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Iterable
from inspect import isawaitable
from typing import Final, TypeVar

from coder_sdk.workflows._bulk_arguments import WrongColourError

A = TypeVar("A")
R = TypeVar("R")

ASYNCHRONOUS: Final = True

Many = Iterable[A] | AsyncIterable[A]
"""A list, a pager, or whatever else is iterated with `for` or `async for`."""


async def collected(items: Many[A]) -> list[A]:
    """All items, read to the end."""
    if isinstance(items, AsyncIterable):
        return [item async for item in items]
    return list(items)


async def answered(called: Awaitable[R]) -> R:
    """What a call comes to.

    Raises:
        WrongColourError: It cannot be awaited.
    """
    if not isawaitable(called):
        raise WrongColourError
    return await called
