"""What comes without an end, read for a while."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from typing import Any

from tests.colours import Colour


class _EnoughError(Exception):
    """It was looked often enough."""


def looking(seconds: float) -> Callable[[float], float]:
    """Intervals between two looks, which end the looking after so many seconds."""

    def interval(elapsed: float) -> float:
        if elapsed >= seconds:
            raise _EnoughError
        return 0.2

    return interval


def taken(colour: Colour, items: Any, count: int | None = None) -> list[Any]:
    """The first items of an iterator of either colour, which is closed then.

    Args:
        colour: The colour.
        items: An iterator; one that looks again and again does so as long as `looking` lets it.
        count: How many at most.
    """
    found: list[Any] = []

    def read() -> None:
        with contextlib.closing(items), contextlib.suppress(_EnoughError):
            found.extend(itertools.islice(items, count))

    async def read_async() -> None:
        async with contextlib.aclosing(items):
            with contextlib.suppress(_EnoughError):
                async for item in items:
                    found.append(item)
                    if len(found) == count:
                        break

    colour.call(read_async if colour.is_async else read)
    return found


def reached(colour: Colour, items: Any, wanted: Callable[[Any], object]) -> Any:
    """The first item that is wanted of a stream or an iterator of either colour, closed then.

    Args:
        colour: The colour.
        items: What has such an item sooner or later.
        wanted: Tells which one is.
    """

    def read() -> Any:
        with items if hasattr(items, "__enter__") else contextlib.closing(items) as opened:
            return next(filter(wanted, opened))

    async def read_async() -> Any:
        manager = items if hasattr(items, "__aenter__") else contextlib.aclosing(items)
        async with manager as opened:
            async for item in opened:
                if wanted(item):
                    return item
        raise EOFError

    return colour.call(read_async if colour.is_async else read)
