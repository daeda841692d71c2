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
